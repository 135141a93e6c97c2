"""What the rules of a check mean and what to do, in the words of the error catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """What breaking a rule means, and what to do about it."""

    meaning: str
    remedy: str


RULES: Mapping[str, Rule] = {
    "empty_file": Rule(
        "Die Datei ist leer.",
        "Datei mit Inhalt erneut senden.",
    ),
    "encoding_forbidden": Rule(
        "Die Zeichenkodierung ist nicht erlaubt.",
        "In UTF-8 oder der vereinbarten Kodierung senden.",
    ),
    "encoding_wrong": Rule(
        "Die Bytes passen nicht zur angegebenen oder vereinbarten Kodierung.",
        "Kodierung des Exports berichtigen.",
    ),
    "mojibake": Rule(
        "Umlaute sind zerstört, weil Text in der falschen Kodierung gelesen oder deklariert wurde.",
        "Kodierung des Exports berichtigen.",
    ),
    "nul_bytes": Rule(
        "Die Datei enthält Nullbytes.",
        "Export wiederholen; die Datei ist vermutlich beschädigt.",
    ),
    "not_wellformed": Rule(
        "Das XML ist nicht wohlgeformt.",
        "Genannte Stelle berichtigen.",
    ),
    "doctype_forbidden": Rule(
        "Das XML enthält eine Dokumenttyp-Deklaration (DOCTYPE).",
        "DOCTYPE und Entitäten weglassen.",
    ),
    "stylesheet_forbidden": Rule(
        "Das XML nennt eine Formatvorlage.",
        "Anweisung „xml-stylesheet“ weglassen.",
    ),
    "xml_version": Rule(
        "Die XML-Version ist nicht 1.0.",
        "Als XML 1.0 senden.",
    ),
    "too_deep": Rule(
        "Elemente sind zu tief verschachtelt.",
        "Aufbau nach Schema berichtigen.",
    ),
    "too_many_elements": Rule(
        "Das Dokument hat zu viele Elemente.",
        "Inhalt auf mehrere Nachrichten verteilen.",
    ),
    "too_many_attributes": Rule(
        "Ein Element oder das Dokument hat zu viele Attribute.",
        "Aufbau nach Schema berichtigen.",
    ),
    "text_too_long": Rule(
        "Ein Text oder Name im XML ist länger als 10 MB.",
        "Anlagen als eigene Datei senden.",
    ),
    "xsd_root_unexpected": Rule(
        "Das Wurzelelement gehört nicht zu dieser Nachrichtenart.",
        "Nachrichtenart und Namensraum prüfen.",
    ),
    "xsd_pattern": Rule(
        "Ein Wert hat nicht die vereinbarte Form.",
        "Wert nach der Meldung berichtigen.",
    ),
    "xsd_enumeration": Rule(
        "Ein Wert steht nicht in der Liste der erlaubten Werte.",
        "Erlaubten Wert verwenden.",
    ),
    "xsd_type": Rule(
        "Ein Wert hat nicht den vereinbarten Typ.",
        "Wert nach der Meldung berichtigen.",
    ),
    "xsd_length": Rule(
        "Ein Wert ist zu kurz oder zu lang.",
        "Wert nach der Meldung berichtigen.",
    ),
    "xsd_range": Rule(
        "Ein Wert ist zu klein oder zu groß.",
        "Wert nach der Meldung berichtigen.",
    ),
    "xsd_digits": Rule(
        "Eine Zahl hat zu viele Stellen.",
        "Wert nach der Meldung berichtigen.",
    ),
    "xsd_element_missing": Rule(
        "Ein Pflichtelement fehlt.",
        "Element ergänzen.",
    ),
    "xsd_element_unexpected": Rule(
        "Ein Element ist an dieser Stelle nicht erlaubt.",
        "Reihenfolge und Name nach Schema berichtigen.",
    ),
    "xsd_attribute_missing": Rule(
        "Ein Pflichtattribut fehlt.",
        "Attribut ergänzen.",
    ),
    "xsd_attribute_unexpected": Rule(
        "Ein Attribut ist nicht erlaubt.",
        "Attribut weglassen.",
    ),
    "xsd_text_unexpected": Rule(
        "Zwischen Elementen steht Text.",
        "Text entfernen.",
    ),
    "xsd_invalid": Rule(
        "Das Dokument entspricht aus einem anderen Grund nicht dem Schema.",
        "Meldung lesen; Schema vergleichen.",
    ),
    "columns_wrong": Rule(
        "Die erste Zeile nennt nicht genau die vereinbarten Spalten.",
        "Spaltennamen und Reihenfolge berichtigen.",
    ),
    "line_end_wrong": Rule(
        "Eine Zeile endet nicht mit CR LF.",
        "Zeilenenden des Exports berichtigen.",
    ),
    "line_length_wrong": Rule(
        "Eine Zeile hat nicht die vereinbarte Länge.",
        "Export berichtigen.",
    ),
    "line_truncated": Rule(
        "Die letzte Zeile ist nicht abgeschlossen.",
        "Datei vollständig senden.",
    ),
    "row_blank": Rule(
        "Eine Zeile ist leer.",
        "Leerzeilen entfernen.",
    ),
    "row_ragged": Rule(
        "Eine Zeile hat zu viele oder zu wenige Felder.",
        "Trennzeichen im Text in Anführungszeichen setzen.",
    ),
    "quote_misplaced": Rule(
        "Ein Anführungszeichen steht mitten im Text.",
        "Anführungszeichen verdoppeln und das Feld einschließen.",
    ),
    "quote_unterminated": Rule(
        "Ein Anführungszeichen wird nicht geschlossen.",
        "Feld schließen.",
    ),
    "character_forbidden": Rule(
        "Ein Zeichen ist im Feld nicht erlaubt oder fehlt im Zeichensatz.",
        "Zeichen ersetzen.",
    ),
    "padding_wrong": Rule(
        "Text steht nicht linksbündig.",
        "Export berichtigen.",
    ),
    "surplus_value": Rule(
        "Stellen sind belegt, die bei dieser Satzart leer sein müssen.",
        "Stellen leeren.",
    ),
    "record_unknown": Rule(
        "Die Satzart gibt es in dieser Datei nicht.",
        "Satzart berichtigen.",
    ),
    "record_misplaced": Rule(
        "Ein Satz steht an falscher Stelle.",
        "Kopf zuerst, Schlusssatz zuletzt.",
    ),
    "header_missing": Rule(
        "Der Kopfsatz fehlt.",
        "Datei vollständig senden.",
    ),
    "trailer_missing": Rule(
        "Der Schlusssatz fehlt; die Datei ist unvollständig.",
        "Datei vollständig senden.",
    ),
    "count_wrong": Rule(
        "Die Anzahl im Schlusssatz stimmt nicht mit den Sätzen überein.",
        "Datei neu erzeugen.",
    ),
    "sum_wrong": Rule(
        "Die Summe im Schlusssatz stimmt nicht mit den Beträgen überein.",
        "Datei neu erzeugen.",
    ),
    "value_differs": Rule(
        "Ein Feld, das in der ganzen Datei gleich sein muss, weicht ab.",
        "Datei neu erzeugen.",
    ),
    "value_missing": Rule(
        "Ein Pflichtfeld ist leer.",
        "Wert ergänzen.",
    ),
    "value_not_listed": Rule(
        "Ein Wert steht nicht in der Liste der erlaubten Werte.",
        "Erlaubten Wert verwenden.",
    ),
    "value_malformed": Rule(
        "Ein Wert hat nicht die vereinbarte Form.",
        "Wert nach der Meldung berichtigen.",
    ),
    "value_too_long": Rule(
        "Ein Wert ist länger als sein Feld.",
        "Wert kürzen.",
    ),
    "value_too_small": Rule(
        "Ein Wert ist kleiner als erlaubt.",
        "Wert berichtigen.",
    ),
    "value_repeated": Rule(
        "Ein Wert, der einmalig sein muss, kommt mehrfach vor.",
        "Nummern berichtigen.",
    ),
    "number_wrong": Rule(
        "Ein Wert ist keine ganze Zahl.",
        "Nur Ziffern verwenden.",
    ),
    "amount_wrong": Rule(
        "Ein Wert ist kein Betrag in der vereinbarten Form.",
        "Betrag wie in der Meldung schreiben.",
    ),
    "date_wrong": Rule(
        "Ein Wert ist kein Datum, oder den Tag gibt es nicht.",
        "Datum berichtigen.",
    ),
    "value_not_writable": Rule(
        "Ein Wert passt nicht in das Feld des Empfängers.",
        "Wert im Fachverfahren berichtigen oder Mapping anpassen.",
    ),
    "value_unmapped": Rule(
        "Ein Wert ist im Mapping nicht vorgesehen.",
        "Wert berichtigen oder Mapping ergänzen.",
    ),
    "schema_unusable": Rule(
        "Ein Schema lässt sich nicht laden oder ist fehlerhaft.",
        "Schema berichtigen oder wiederherstellen.",
    ),
    "schema_changed": Rule(
        "Ein Schema entspricht nicht seiner Prüfsumme.",
        "Änderung prüfen, dann „digests.toml“ nachführen.",
    ),
    "rules_invalid": Rule(
        "Eine Datei mit fachlichen Regeln („.rules.toml“, „.sch“) ist fehlerhaft.",
        "Die genannte Regel berichtigen.",
    ),
    "rule_broken_off": Rule(
        "Eine fachliche Regel konnte nicht laufen; die Nachricht gilt nicht als geprüft und "
        "wartet.",
        "Regel mit „aktenhub check“ prüfen, danach den Klärfall freigeben.",
    ),
}
"""Of the rules every format has; those of an interface say it in their message."""
