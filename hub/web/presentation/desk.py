"""What people decide at the desk, in their words: ways out, what they do, and what became of it."""

from __future__ import annotations

from hub.web.presentation.words import Word

CLEARING_STATES = {
    "open": Word("offen", "warn", "flag"),
    "released": Word("Freigegeben", "good", "check"),
    "replayed": Word("Neu gelesen", "good", "check"),
    "rejected": Word("Zurückgewiesen", "bad", "cross"),
    "discarded": Word("Verworfen", "bad", "cross"),
    "corrected": Word("Berichtigt", "good", "check"),
    "resent": Word("Erneut gesendet", "good", "send"),
    "confirmed": Word("Von Hand bestätigt", "good", "check"),
    "answered": Word("Durch Auskunft geklärt", "good", "check"),
}
"""States of a clearing case, as a sentence about it begins."""

WAYS_OUT = {
    "release": ("Freigeben und weiterlaufen lassen", "freigeben", "check", ""),
    "replay": ("Neu lesen", "neu-lesen", "text", "quiet"),
    "reject": ("An den Absender zurückweisen", "ablehnen", "cross", "danger"),
    "discard": ("Verwerfen", "verwerfen", "cross", "danger"),
    "query": ("Status erfragen", "status", "question", ""),
    "confirm": ("Als angekommen bestätigen", "bestaetigen", "check", "quiet"),
    "resend": ("Erneut senden", "erneut-senden", "send", "quiet"),
}
"""What may be decided: button, address, icon, tone."""

WAYS_EXPLAINED = {
    "release": "Der angehaltene Schritt wird mit denselben Bytes noch einmal ausgeführt.",
    "replay": "Die Nachricht wird aus ihren Originalbytes neu geprüft und übersetzt.",
    "reject": "Der Absender erhält eine Quittung mit Ihrer Begründung; er muss neu senden.",
    "discard": "Der Schritt entfällt; der Fall läuft ohne ihn weiter. Niemand erhält Nachricht.",
    "query": "Die Gegenstelle wird gefragt. Kennt sie die Nachricht, ist der Klärfall erledigt; "
    "kam sie nie an, geht sie unter derselben Kennung hinaus. Sonst bleibt alles, wie es ist.",
    "confirm": "Die Gegenstelle hat Ihnen gesagt, dass die Nachricht angekommen ist.",
    "resend": "Eine neue Lieferung mit eigener Kennung und denselben Bytes ersetzt die alte.",
}

WHY_SKIPPED = {
    "already_decided": "bereits entschieden",
    "already_confirmed": "bereits bestätigt",
    "decision_not_offered": "diese Entscheidung gibt es dort nicht",
    "order_file_needed": "nummerierte Auftragsdatei, darf nicht fehlen",
    "case_number_needed": "braucht eine Fallnummer, einzeln freigeben",
    "mapping_not_on_channel": "Abbildung passt nicht zum Kanal",
    "already_there": "schon beim Ziel",
    "format_differs": "in einer Form, die das Ziel nicht vereinbart hat",
    "bytes_gone": "nach Fristablauf nicht mehr aufbewahrt",
    "overtaken": "älter als das, was das Ziel zu diesem Fall schon hat",
}
"""Why a bulk decision, or a supply, passes something over."""

HOLDS = {
    "case": "Fall", "route": "Warteschlange", "partner": "Gegenstelle", "tenant": "Mandant",
}  # fmt: skip
"""What can be held."""

ANSWERS = {
    "arrived": Word("Die Gegenstelle hat sie.", "good", "check"),
    "missing": Word("Sie kam nie an und wird unter derselben Kennung gesendet.", "good", "send"),
    "none": Word("Die Gegenstelle gab keine Auskunft.", "warn", "question"),
    "moot": Word("Die Antwort wurde nicht mehr gebraucht.", "calm", "dot"),
}
"""What a partner answered to a status query."""
