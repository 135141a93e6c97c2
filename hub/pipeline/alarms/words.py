"""What an alarm says: one sentence of what is wrong, one of what to do; no personal data."""

from __future__ import annotations

from hub.core.clock import iso_utc
from hub.pipeline.alarms.queues import in_words
from hub.store.database import Row

WORDS = {
    "waiting": (
        "{place}: Die älteste Arbeit wartet seit {value:.0f} Minuten.",
        "Gegenstelle, Netz und Protokoll prüfen; nichts geht verloren.",
    ),
    "blocked": (
        "{place}: Ein Fall wartet seit {value:.0f} Stunden auf jemanden.",
        "Auf der Seite „Sperren“ den Klärfall öffnen und entscheiden.",
    ),
    "breaker": (
        "Die Gegenstelle „{place}“ wird nur noch probeweise angesprochen.",
        "Erreichbarkeit, Zertifikat und Berechtigung prüfen; danach läuft es von selbst weiter.",
    ),
    "imbalance": (
        "Die Nachrichtenbilanz geht nicht auf.",
        "Nichts löschen; „aktenhub journal balance“ und „aktenhub journal verify“ ausführen.",
    ),
    "journal": (
        "Das Journal wurde verändert oder am Ende abgeschnitten.",
        "Nichts ändern; Datenbank und Prüfpunkte sichern, „aktenhub journal verify“ ausführen.",
    ),
    "certificate": (
        "Ein Zertifikat läuft in {value:.0f} Tagen ab: {place}.",
        "Ein neues beantragen: „aktenhub certs request“.",
    ),
    "sender": (
        "Ein Absender kommt nur noch {value:.0f} Tage herein: {place}.",
        "Ein neues Token oder sein neues Zertifikat eintragen: „aktenhub tokens“.",
    ),
    "anchor": (
        "Das Zertifikat einer Zertifizierungsstelle läuft in {value:.0f} Tagen ab: {place}.",
        "Das neue bei der Gegenstelle holen: „aktenhub certs trust“; das alte bis dahin behalten.",
    ),
    "peer": (
        "Das Serverzertifikat einer Gegenstelle läuft in {value:.0f} Tagen ab: {place}.",
        "Die Gegenstelle fragen; kommt ihr neues von einer anderen CA: „aktenhub certs trust“.",
    ),
    "crl": (
        "Sperrliste für Zertifikate der Absender: {place}.",
        "Die aktuelle Liste der Zertifizierungsstelle in den Ordner intake.crls legen.",
    ),
    "disk": (
        "Auf der Platte des Datenordners sind noch {value:.1f} GB frei.",
        "Platz schaffen; bei zu wenig Platz wird nichts mehr angenommen.",
    ),
    "hindered": (
        "Die Verarbeitung kann nicht schreiben oder lesen, was sie muss ({place}).",
        "Platz, Rechte und Datenträger prüfen; danach läuft es von selbst weiter.",
    ),
    "storage": (
        "Der Aktenspeicher nimmt nichts an ({place}); in {value:.0f} Fällen warten Dokumente.",
        "Erreichbarkeit, Schlüssel und Rechte prüfen; danach läuft es von selbst weiter.",
    ),
    "unversioned": (
        "Der Aktenspeicher hebt frühere Fassungen nicht auf, obwohl er es kann.",
        "Am Bucket die Versionierung einschalten; „aktenhub check“ zeigt, ob sie wirkt.",
    ),
    "capability": (
        "Der Aktenspeicher tut nicht, was er muss oder bisher tat ({place}).",
        "Auf der Seite „Speicher“ steht, was das heißt und was zu tun ist.",
    ),
    "verify_faults": (
        "Der Prüflauf des Aktenspeichers hat {value:.0f} Fehler gefunden.",
        "Auf der Seite „Speicher“ nachsehen; nichts löschen, vorher sichern.",
    ),
    "verify_failed": (
        "Ein Prüflauf des Aktenspeichers kam nicht zu Ende ({place}).",
        "Speicher, Platz und Arbeitsspeicher prüfen; er wird nach sechs Stunden wiederholt.",
    ),
    "verify_overdue": (
        "Der letzte Prüflauf des Aktenspeichers ist {value:.0f} Tage her.",
        "Auf der Seite „Speicher“ einen Prüflauf starten oder [efile] anpassen.",
    ),
    "drill_faults": (
        "Die Wiederaufbau-Übung hat {value:.0f} Unterschiede gefunden.",
        "Auf der Seite „Speicher“ nachsehen; nichts löschen, vorher sichern.",
    ),
    "drill_failed": (
        "Eine Wiederaufbau-Übung kam nicht zu Ende ({place}).",
        "Speicher, Platz und Arbeitsspeicher prüfen; sie wird nach sechs Stunden wiederholt.",
    ),
    "drill_overdue": (
        "Die letzte Wiederaufbau-Übung ist {value:.0f} Tage her.",
        "Auf der Seite „Speicher“ eine Übung starten oder [efile] anpassen.",
    ),
    "stuck": (
        "Ein Teil der Verarbeitung steht still.",
        "Dienst neu starten; angefangene Arbeit geht dabei nicht verloren.",
    ),
}
"""Per kind: what is wrong, what to do."""


ENDED = {
    "certificate": "Ein Zertifikat ist abgelaufen: {place}.",
    "sender": "Ein Absender kommt nicht mehr herein, sein Zugang ist abgelaufen: {place}.",
    "anchor": "Das Zertifikat einer Zertifizierungsstelle ist abgelaufen: {place}.",
    "peer": "Das Serverzertifikat einer Gegenstelle ist abgelaufen: {place}.",
}
"""The same once it is too late."""


_QUEUES = frozenset({"waiting", "blocked"})
"""Kinds whose place is a queue."""


def sentence(row: Row) -> str:
    """Say what is wrong."""
    place = in_words(row["place"]) if row["kind"] in _QUEUES else row["place"]
    if row["kind"] in ENDED and row["value"] <= 0:
        return ENDED[row["kind"]].format(place=place)
    return WORDS[row["kind"]][0].format(place=place, value=row["value"])


def remedy(row: Row) -> str:
    """Say what to do."""
    return WORDS[row["kind"]][1]


def facts(row: Row) -> dict[str, object]:
    """Return an alarm for programs."""
    return {
        "kind": row["kind"], "place": row["place"], "tenant": row["tenant"] or None,
        "value": row["value"], "since": iso_utc(row["raised_us"]), "message": sentence(row),
        "remedy": remedy(row),
    }  # fmt: skip
