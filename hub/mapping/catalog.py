"""What lies in ``mappings/``: one mapping per ``<from>-to-<to>/<Kind>``."""

from __future__ import annotations

from pathlib import Path

from hub.core.errors import Misconfigured
from hub.core.findings import Finding
from hub.core.validity import Validity
from hub.formats.catalog import Catalog
from hub.mapping.base import Mapping
from hub.mapping.examples import check_examples
from hub.mapping.tables import TableMapping
from hub.mapping.versions import Versions
from hub.mapping.xslt import XsltMapping

_KINDS: dict[str, type[XsltMapping | TableMapping]] = {
    ".xslt": XsltMapping,
    ".map.toml": TableMapping,
}


class Mappings:
    """All mappings, compiled on first use."""

    def __init__(self, directory: Path, mappings: dict[str, Mapping], spans: Versions) -> None:
        self.directory = directory
        self._mappings = mappings
        self._spans = spans

    @classmethod
    def load(cls, directory: Path, formats: Catalog) -> Mappings:
        """List what lies in the folder; nothing is compiled yet.

        Raises:
            Misconfigured: there is no such folder, or its table of versions is faulty.
        """
        if not directory.is_dir():
            raise Misconfigured(
                "mappings_missing",
                "Der Ordner mit den Mappings fehlt.",
                place=str(directory),
                remedy="folders.mappings in hub.toml prüfen.",
            )
        mappings: dict[str, Mapping] = {}
        for suffix, kind in _KINDS.items():
            for path in sorted(directory.glob(f"*-to-*/*{suffix}")):
                name = f"{path.parent.name}/{path.name.removesuffix(suffix)}"
                mappings[name] = kind(name, path, formats)
        return cls(directory, dict(sorted(mappings.items())), Versions.read(directory))

    def names(self) -> tuple[str, ...]:
        """Return the names of all mappings."""
        return tuple(self._mappings)

    def versions(self, name: str) -> tuple[tuple[str, Validity], ...]:
        """Return the versions of a mapping with their days; itself for ever if it has none."""
        return self._spans.of(name) or ((name, Validity()),)

    def mapping(self, name: str) -> Mapping:
        """Return one mapping.

        Raises:
            Misconfigured: there is none of this name.
        """
        if name not in self._mappings:
            raise Misconfigured(
                "mapping_unknown",
                f"Das Mapping „{name}“ gibt es nicht.",
                place=str(self.directory),
                remedy="Name im Weg prüfen oder das Mapping nach mappings/ legen.",
            )
        return self._mappings[name]

    def check(self) -> tuple[Finding, ...]:
        """Compile every mapping, run its examples (each needs one) and look at the versions."""
        faulty = (
            finding
            for mapping in self._mappings.values()
            for finding in check_examples(mapping, self.directory)
        )
        return (*faulty, *self._spans.check(self.names()))
