"""Fill a Word template: template bytes and fields in, Word bytes out.

The only home of docxtpl, of which one thing is used: it turns what Word makes of a
placeholder back into one that can be read. Rendering itself happens here, in a sandbox
with autoescape, because docxtpl's defaults run foreign code and lose ``&``. Only the parts
with text are rewritten, all others are copied, so equal input gives equal bytes.

Invariant: a placeholder without a value is an error, never a gap in a letter.
Residual risk: a template may repeat a long list; run it in a limited process.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from hub.core.errors import Misconfigured, RuleViolation
from hub.letters.fields import missing_fields, used_fields
from hub.letters.package import check_package

_TEXT_PART = re.compile(
    r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml|docProps/core\.xml"
)
_LINE_BREAKS = re.compile(r"[\t\n\r\x0b\x0c\x85\u2028\u2029]+")
_UNPRINTABLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
"""What XML cannot hold, and what would turn the direction of writing."""
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class _Compiled:
    """A template ready to be filled many times."""

    texts: Mapping[str, Template]
    copies: Mapping[str, bytes]
    order: tuple[str, ...]
    fields: frozenset[str]


def render(template_bytes: bytes, fields: Mapping[str, object], name: str) -> bytes:
    """Return the Word document of a template filled with the fields.

    Line breaks inside a value become spaces: paragraphs are list items.

    Raises:
        Misconfigured: unsafe template, forbidden expression, or a field that is not given.
        RuleViolation: ``letter_text_unprintable``, a value holds control characters.
    """
    compiled = _compile(template_bytes, name)
    if missing := missing_fields(compiled.fields, fields):
        raise _unknown(name, ", ".join(missing))
    try:
        texts = {part: text.render(fields) for part, text in compiled.texts.items()}
    except TemplateError as fault:
        raise _unknown(name, str(fault.message)) from fault
    return _pack(compiled, texts)


def fields_of(template_bytes: bytes, name: str) -> frozenset[str]:
    """Return the paths of all fields a template uses, for example ``periods[].begin``.

    Raises:
        Misconfigured: the template is unsafe, unreadable or uses forbidden expressions.
    """
    return _compile(template_bytes, name).fields


@lru_cache(maxsize=32)
def _compile(template_bytes: bytes, name: str) -> _Compiled:
    _require_safe(template_bytes, name)
    with zipfile.ZipFile(io.BytesIO(template_bytes)) as package:
        parts = {part: package.read(part) for part in package.namelist()}
    sources = {part: _source(data) for part, data in parts.items() if _TEXT_PART.fullmatch(part)}
    environment = _environment()
    try:
        trees = {part: environment.parse(source) for part, source in sources.items()}
    except TemplateSyntaxError as fault:
        raise _misconfigured(
            "template_syntax",
            f"Die Vorlage {name} enthält einen fehlerhaften Platzhalter: {fault.message}.",
            name,
        ) from fault
    # Before compiling, which would already evaluate what is constant.
    fields = frozenset().union(*(used_fields(tree, name) for tree in trees.values()))
    return _Compiled(
        texts={part: environment.from_string(tree) for part, tree in trees.items()},
        copies={part: data for part, data in parts.items() if part not in sources},
        order=tuple(parts),
        fields=fields,
    )


def _require_safe(template_bytes: bytes, name: str) -> None:
    if findings := check_package(template_bytes):
        raise Misconfigured(
            findings[0].rule,
            f"Die Vorlage {name} wird nicht geöffnet. {findings[0].message}",
            remedy="Die Vorlage in Word als gewöhnliches .docx ohne Makros neu speichern.",
            place=name,
            findings=findings,
        )


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        autoescape=True, undefined=StrictUndefined, extensions=[], finalize=_printable
    )
    environment.globals.clear()
    environment.filters.clear()
    environment.tests.clear()
    return environment


def _source(part: bytes) -> str:
    source: str = DocxTemplate(io.BytesIO()).patch_xml(part.decode("utf-8-sig"))
    return source


def _printable(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = _LINE_BREAKS.sub(" ", value)
    if _UNPRINTABLE.search(text):
        raise RuleViolation(
            "letter_text_unprintable",
            "Ein Wert für den Brief enthält nicht druckbare Steuerzeichen.",
            remedy="Die Angaben im Fachverfahren berichtigen und erneut senden.",
        )
    return value if text == value else text


def _pack(compiled: _Compiled, texts: Mapping[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for part in compiled.order:
            entry = zipfile.ZipInfo(part, _ZIP_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(entry, texts[part] if part in texts else compiled.copies[part])
    return buffer.getvalue()


def _unknown(name: str, what: str) -> Misconfigured:
    return _misconfigured(
        "template_field_unknown",
        f"Die Vorlage {name} verlangt Felder, die nicht geliefert werden: {what}.",
        name,
    )


def _misconfigured(code: str, message: str, name: str) -> Misconfigured:
    remedy = "Die Platzhalter der Vorlage mit „aktenhub letters check“ prüfen und berichtigen."
    return Misconfigured(code, message, remedy=remedy, place=name)
