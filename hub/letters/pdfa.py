"""Is this PDF the letter we meant: archivable, accessible, in our fonts, for this person?

Checks what the converter claims (PDF/A-2b and PDF/UA-1 in the XMP metadata) and what can
be seen without a full validator: embedded fonts, language, title, tags, output intent, no
encryption, no scripts, and that the expected text is really on the pages.

Residual risk: this is not a complete PDF/A validation. Run it in a limited process.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

from hub.core.findings import Finding, Level, Verdict, verdict_of
from hub.letters.glyphs import has_missing_glyph

FONT_FAMILY = "LiberationSans"
"""The one font family of our templates; any other in the result is a silent substitute."""
LANGUAGE = "de-DE"
_SUBSET_PREFIX = re.compile(r"^/?(?:[A-Z]{6}\+)?")
_PDFUA = "http://www.aiim.org/pdfua/ns/id/"
_EXTENSION = "http://www.aiim.org/pdfa/ns/extension/"
_FONT_FILES = ("/FontFile2", "/FontFile3", "/FontFile")
_ACTIVE_KEYS = (
    "/JavaScript",
    "/JS",
    "/Launch",
    "/SubmitForm",
    "/ImportData",
    "/EmbeddedFiles",
    "/AA",
    "/XFA",
)
_TAG_BEGINS = (b"BDC", b"BMC")
_PAINTS = frozenset(b"S s f F f* B B* b b* sh Do Tj TJ ' BI".split())
_GAP = "[\\s\u00ad]*"


@dataclass(frozen=True)
class PdfVerdict:
    """What the check found; facts are empty where the file could not be read."""

    verdict: Verdict
    findings: tuple[Finding, ...]
    pages: int = 0
    part: str = ""
    """PDF/A part the metadata claims, for example ``2``."""
    conformance: str = ""
    """PDF/A conformance level the metadata claims, for example ``B``."""
    fonts: tuple[str, ...] = ()
    """Base names of all fonts, subset prefixes removed, sorted."""
    language: str = ""
    title: str = ""


def check_letter(pdf: bytes, must_contain: Sequence[str]) -> PdfVerdict:
    """Check a finished letter; ``must_contain`` names its addressee and *Aktenzeichen*.

    A file that cannot be read is ``not_checkable``, never passed.
    """
    try:
        return _check(PdfReader(io.BytesIO(pdf)), must_contain)
    except Exception as fault:  # noqa: BLE001 (pypdf fails on damaged files in many ways)
        finding = _fault(
            "letter_pdf_unreadable", f"Das PDF ist nicht lesbar ({type(fault).__name__})."
        )
        return PdfVerdict(Verdict.NOT_CHECKABLE, (finding,))


def _check(reader: PdfReader, must_contain: Sequence[str]) -> PdfVerdict:
    if reader.is_encrypted:
        finding = _fault("letter_pdf_active", "Das PDF ist verschlüsselt.")
        return PdfVerdict(Verdict.FAILED, (finding,))
    catalog = reader.root_object
    title = (reader.metadata.title if reader.metadata else None) or ""
    fonts = _fonts(reader)
    part, conformance = _pdfa_claim(reader)
    findings = (
        *_claim_faults(reader, part, conformance),
        *_catalog_faults(catalog, title),
        *_font_faults(fonts),
        *_active_faults(reader),
        *_page_faults(reader, must_contain),
    )
    return PdfVerdict(
        verdict=verdict_of(findings),
        findings=findings,
        pages=len(reader.pages),
        part=part,
        conformance=conformance,
        fonts=tuple(sorted({name for name, _ in fonts})),
        language=str(catalog.get("/Lang", "")),
        title=title,
    )


def _fault(rule: str, message: str) -> Finding:
    return Finding(rule, message, Level.ERROR)


def _pdfa_claim(reader: PdfReader) -> tuple[str, str]:
    xmp = reader.xmp_metadata
    if xmp is None:
        return "", ""
    return xmp.pdfaid_part or "", xmp.pdfaid_conformance or ""


def _claim_faults(reader: PdfReader, part: str, conformance: str) -> Iterator[Finding]:
    if (part, conformance) != ("2", "B"):
        claim = f"{part}{conformance.lower()}" or "keine Angabe"
        yield _fault("letter_not_pdfa", f"Das PDF ist nicht als PDF/A-2b ausgewiesen ({claim}).")
    if _xmp_values(reader, _PDFUA, "part") != ["1"]:
        yield _fault("letter_not_pdfua", "Das PDF ist nicht als PDF/UA-1 ausgewiesen.")
    elif not _xmp_values(reader, _EXTENSION, "schemas"):
        yield _fault("letter_not_pdfa", "Das PDF beschreibt das Metadatenschema PDF/UA nicht.")


def _xmp_values(reader: PdfReader, namespace: str, name: str) -> list[str]:
    xmp = reader.xmp_metadata
    nodes = xmp.get_element("", namespace, name) if xmp is not None else ()
    return ["".join(child.nodeValue or "" for child in node.childNodes) for node in nodes]


def _catalog_faults(catalog: DictionaryObject, title: str) -> Iterator[Finding]:
    if str(catalog.get("/Lang", "")) != LANGUAGE:
        yield _fault("letter_not_pdfua", f"Die Sprache des PDF ist nicht {LANGUAGE}.")
    if not _child(catalog, "/MarkInfo").get("/Marked") or "/StructTreeRoot" not in catalog:
        yield _fault("letter_not_pdfua", "Das PDF hat keine Strukturangaben (Tags).")
    if not _child(catalog, "/ViewerPreferences").get("/DisplayDocTitle"):
        yield _fault("letter_not_pdfua", "Das PDF zeigt seinen Titel nicht an.")
    if not title:
        yield _fault("letter_not_pdfua", "Das PDF hat keinen Titel.")
    if not catalog.get("/OutputIntents"):
        yield _fault("letter_not_pdfa", "Dem PDF fehlt das Farbprofil (OutputIntent).")


def _child(parent: DictionaryObject, key: str) -> DictionaryObject:
    value = parent.get(key)
    child = value.get_object() if value is not None else None
    return child if isinstance(child, DictionaryObject) else DictionaryObject()


def _fonts(reader: PdfReader) -> list[tuple[str, bytes | None]]:
    """Return name and embedded program of each font, those of pages and forms alike."""
    fonts = []
    for font in _objects(reader):
        if font.get("/Type") != "/Font" or font.get("/Subtype") in ("/Type0", None):
            continue
        name = _SUBSET_PREFIX.sub("", str(font.get("/BaseFont", font.get("/Subtype"))))
        descriptor = _child(font, "/FontDescriptor")
        programs = (_child(descriptor, key) for key in _FONT_FILES)
        program = next((p.get_data() for p in programs if isinstance(p, StreamObject)), None)
        fonts.append((name, program))
    return fonts


def _font_faults(fonts: Sequence[tuple[str, bytes | None]]) -> Iterator[Finding]:
    if not fonts:
        yield _fault("letter_font_missing", "Das PDF enthält keine Schrift.")
    for name, program in fonts:
        if name.partition("-")[0] != FONT_FAMILY:
            yield _fault(
                "letter_font_fallback",
                f"Statt der Schrift der Vorlage wurde {name} verwendet: "
                "Die Schrift fehlt auf dem Server oder kennt ein Zeichen nicht.",
            )
        elif program is None:
            yield _fault("letter_font_missing", f"Die Schrift {name} ist nicht eingebettet.")
        elif has_missing_glyph(program):
            yield _fault(
                "letter_glyph_missing",
                "Der Brief zeigt ein leeres Kästchen: Keine Schrift kennt eines der Zeichen.",
            )


def _active_faults(reader: PdfReader) -> Iterator[Finding]:
    for item in _objects(reader):
        for key in _ACTIVE_KEYS:
            if key in item or item.get("/S") == key:
                yield _fault("letter_pdf_active", f"Das PDF enthält aktive Inhalte ({key}).")


def _objects(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Walk every dictionary reachable from the trailer once."""
    pending: list[Any] = [reader.trailer]
    seen: set[int] = set()
    while pending:
        item = pending.pop().get_object()
        if id(item) in seen or not isinstance(item, (DictionaryObject, ArrayObject)):
            continue
        seen.add(id(item))
        pending.extend(item.values() if isinstance(item, DictionaryObject) else item)
        if isinstance(item, DictionaryObject):
            yield item


class _Tagging:
    """Notes content outside of every tag while the text of a page is read."""

    def __init__(self) -> None:
        self.depth = 0
        self.has_untagged = False

    def __call__(self, operator: bytes, *_: object) -> None:
        self.depth += (operator in _TAG_BEGINS) - (operator == b"EMC")
        self.has_untagged |= self.depth == 0 and operator in _PAINTS


def _page_faults(reader: PdfReader, must_contain: Sequence[str]) -> Iterator[Finding]:
    texts = []
    for number, page in enumerate(reader.pages, start=1):
        tagging = _Tagging()
        texts.append(page.extract_text(visitor_operand_before=tagging))
        if tagging.has_untagged:
            yield _fault(
                "letter_not_pdfua",
                f"Seite {number} enthält Inhalte ohne Kennzeichnung (Tag), "
                "zum Beispiel Absatzrahmen in Kopf- oder Fußzeile.",
            )
    for number, expected in enumerate(must_contain, start=1):
        if not _appears(expected, "\n".join(texts)):
            # The text itself may be a name, so only its place in the list is told.
            yield _fault("letter_text_missing", f"Im Brief fehlt die erwartete Angabe {number}.")


def _appears(expected: str, text: str) -> bool:
    """Find a text as a whole, whatever line breaks, soft hyphens or ligatures did to it."""
    plain = unicodedata.normalize("NFKC", expected).replace("\u00ad", "")
    characters = [re.escape(character) for character in plain if not character.isspace()]
    pattern = rf"(?<![\w-]){_GAP.join(characters)}(?![\w-])"
    return bool(characters) and re.search(pattern, unicodedata.normalize("NFKC", text)) is not None
