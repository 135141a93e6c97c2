"""What capabilities of a storage mean, and what to do where one is missing; German."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Meaning:
    """A capability in the words of people who run a storage."""

    title: str
    loss: str
    """What its absence means."""
    remedy: str


CAPABILITIES = {
    "round_trip": Meaning(
        "Schreiben und Lesen",
        "Was geschrieben wurde, kommt verändert zurück.",
        "Diesen Speicher nicht verwenden; Betreiber des Speichers einschalten.",
    ),
    "range": Meaning(
        "Ausschnitte lesen",
        "Große Dokumente lassen sich nicht anzeigen.",
        "Diesen Speicher nicht verwenden; Zwischenstationen (Proxy) prüfen.",
    ),
    "put_once": Meaning(
        "Nicht überschreiben",
        "Ein abgelegtes Dokument könnte ersetzt werden.",
        "Diesen Speicher nicht verwenden.",
    ),
    "listing": Meaning(
        "Vollständige Liste",
        "Prüflauf und Wiederaufbau könnten Dokumente übersehen.",
        "Betreiber fragen, ob Listen sofort nach dem Schreiben vollständig sind.",
    ),
    "destruction": Meaning(
        "Vernichten",
        "Was vernichtet werden soll, bleibt bis zum Ablauf einer Frist liegen.",
        "Am Bucket die voreingestellte Aufbewahrungsfrist entfernen.",
    ),
    "credentials": Meaning(
        "Zugangsschutz",
        "Der Speicher lässt auch ohne richtigen Schlüssel herein.",
        "Am Speicher den Zugriffsschutz einschalten.",
    ),
    "conditional_write": Meaning(
        "Bedingtes Schreiben",
        "Der Speicher selbst verhindert kein Überschreiben; feste Namen und Rücklesen ersetzen es.",
        "Nichts zu tun; ein Speicher mit „If-None-Match“ schützt zusätzlich.",
    ),
    "versioning": Meaning(
        "Frühere Fassungen",
        "Überschriebenes oder Gelöschtes ist nur aus der Sicherung des Speichers zu holen.",
        "Versionierung am Bucket einschalten, oder Sicherungen des Speichers öfter machen.",
    ),
    "deletions_shown": Meaning(
        "Löschmarken",
        "Gelöschtes ist sofort weg statt verdeckt.",
        "Versionierung am Bucket einschalten.",
    ),
    "object_lock": Meaning(
        "Löschschutz (Object Lock)",
        "Wer die Zugangsdaten hat, kann Dokumente löschen; der Prüflauf findet es nur.",
        "Löschschutz einschalten; viele Speicher geben ihn nur neuen Buckets.",
    ),
    "legal_hold": Meaning(
        "Sperre ohne Frist (Legal Hold)",
        "Löschsperren der Akten wirken im Programm, nicht im Speicher.",
        "Nichts zu tun; ein Speicher mit Legal Hold schützt zusätzlich.",
    ),
}
"""By the name the probe gives it."""


KINDS = {"verify": "Prüflauf", "drill": "Wiederaufbau-Übung"}
"""Kinds of runs."""
