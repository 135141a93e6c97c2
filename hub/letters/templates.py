"""The letter templates in a folder, and the fields each of them needs.

A template is two files: ``<name>.docx``, edited in Word, and ``<name>.fields.toml``, which
declares its title, its fields with a German description each, and one example.

Invariant: a template is read once; what was checked is what is rendered.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from hub.core.errors import HubError, Misconfigured
from hub.core.findings import Finding
from hub.letters.render import fields_of, render

_DECLARATION = ".fields.toml"


class _Declaration(Struct, frozen=True, forbid_unknown_fields=True):
    """Content of ``<name>.fields.toml``."""

    title: str
    fields: dict[str, str]
    example: dict[str, Any]


@dataclass(frozen=True)
class Template:
    """One letter template."""

    name: str
    path: Path
    digest: str
    """SHA-256 of the Word file, in hexadecimal digits."""
    title: str
    """German title of the letter, for example ``Bewilligungsbescheid``."""
    fields: Mapping[str, str]
    """Declared fields, for example ``periods[].begin``, with their description."""
    example: Mapping[str, Any]
    """Values for a preview."""
    content: bytes = field(repr=False)
    """The Word file."""


@dataclass(frozen=True)
class Templates:
    """All templates of an installation."""

    _by_name: Mapping[str, Template]

    @classmethod
    def load(cls, directory: Path) -> Templates:
        """Read every template of a folder.

        Raises:
            Misconfigured: ``templates_missing`` or ``template_declaration_invalid``.
        """
        names = sorted(path.stem for path in directory.glob("*.docx") if path.name[0] not in "~.")
        if not names:
            raise Misconfigured(
                "templates_missing",
                "Im Vorlagenordner liegt keine Briefvorlage.",
                remedy="folders.templates in hub.toml prüfen.",
                place=str(directory),
            )
        return cls({name: _read(directory, name) for name in names})

    def names(self) -> tuple[str, ...]:
        """Return the names of all templates, sorted."""
        return tuple(self._by_name)

    def template(self, name: str) -> Template:
        """Return a template.

        Raises:
            Misconfigured: ``template_unknown``.
        """
        if name not in self._by_name:
            raise Misconfigured(
                "template_unknown",
                f"Die Briefvorlage {name} gibt es nicht.",
                remedy=f"Vorhanden sind: {', '.join(self.names())}.",
                place=name,
            )
        return self._by_name[name]

    def check(self) -> tuple[Finding, ...]:
        """Return what is wrong with the templates; empty when all can be used."""
        return tuple(fault for item in self._by_name.values() for fault in _faults(item))


def preview(template: Template) -> bytes:
    """Return the Word document of a template filled with its example.

    TOML has no null: what the example leaves out is given as absent.

    Raises:
        Misconfigured: the template cannot be rendered.
    """
    absent = {path.partition(".")[0].removesuffix("[]"): None for path in template.fields}
    return render(template.content, {**absent, **template.example}, template.name)


def _read(directory: Path, name: str) -> Template:
    path = directory / f"{name}.docx"
    content = path.read_bytes()
    declaration = _declaration(directory / f"{name}{_DECLARATION}")
    return Template(
        name=name,
        path=path,
        digest=hashlib.sha256(content).hexdigest(),
        title=declaration.title,
        fields=declaration.fields,
        example=declaration.example,
        content=content,
    )


def _declaration(path: Path) -> _Declaration:
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), _Declaration)
    except (OSError, ValueError) as fault:
        raise Misconfigured(
            "template_declaration_invalid",
            f"Die Felderklärung {path.name} fehlt oder ist fehlerhaft: {fault}.",
            remedy="Die Datei braucht title, [fields] und [example]; siehe templates/README.md.",
            place=str(path),
        ) from fault


def _faults(template: Template) -> Iterator[Finding]:
    try:
        used = fields_of(template.content, template.name)
        for path in sorted(used - template.fields.keys()):
            yield _finding(
                "template_field_undeclared",
                template,
                f"verwendet das Feld {path}, das nicht erklärt ist",
                path,
            )
        for path in sorted(template.fields.keys() - used):
            yield _finding(
                "template_field_unused", template, f"verwendet das erklärte Feld {path} nicht", path
            )
        preview(template)
    except HubError as fault:
        yield Finding(fault.code, fault.message, path=template.path.name)


def _finding(rule: str, template: Template, what: str, path: str) -> Finding:
    return Finding(
        rule, f"Die Vorlage {template.name} {what}.", path=template.path.name, field=path
    )
