"""Where an installation lives: its settings, its folders, its secrets."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from efile import SHIPPED_KINDS
from hub.channels.safe_folder import check_apart, check_outside
from hub.core.clock import SystemClock
from hub.core.settings import Settings, read_settings, secret
from hub.pipeline.decision.mind import Sources
from hub.store.engines.session import Address

CLOCK = SystemClock()

SHIPPED = Path(__file__).resolve().parent.parent.parent
"""Schemas, mappings and templates lie beside the packages."""


@dataclass(frozen=True)
class Place:
    """Where this installation lives."""

    settings: Settings
    base: Path
    """Folder of ``hub.toml``."""

    @classmethod
    def read(cls, settings_file: Path) -> Place:
        """Read ``hub.toml``.

        Raises:
            Misconfigured: it is missing or wrong.
        """
        return cls(read_settings(settings_file), settings_file.resolve().parent)

    @property
    def schemas(self) -> Path:
        """Folder of the schemas."""
        return self._shipped(self.settings.folders.schemas, "schemas")

    @property
    def mappings(self) -> Path:
        """Folder of mappings and routes."""
        return self._shipped(self.settings.folders.mappings, "mappings")

    @property
    def templates(self) -> Path:
        """Folder of the letter templates."""
        return self._shipped(self.settings.folders.templates, "templates")

    @property
    def file_kinds(self) -> Path:
        """Folder of the file kinds."""
        configured = self.settings.folders.file_kinds
        return self.base / configured if configured else SHIPPED_KINDS

    @property
    def xdomea(self) -> Path:
        """Folder of the official schemas of xdomea; it may be missing."""
        return self.base / self.settings.folders.xdomea

    @property
    def tenant_ids(self) -> tuple[str, ...]:
        """The offices this installation works for."""
        return tuple(tenant.id for tenant in self.settings.tenants)

    @property
    def data(self) -> Path:
        """Folder of database and payloads."""
        return self.base / self.settings.folders.data

    @property
    def payloads(self) -> Path:
        """Folder of large messages' bytes; shared where several nodes work."""
        configured = self.settings.folders.payloads
        return self.base / configured if configured else self.data / "payloads"

    @property
    def checkpoints(self) -> Path:
        """Folder of the signed checkpoints."""
        return self.base / self.settings.folders.checkpoints

    @property
    def database_file(self) -> Path:
        """The SQLite file."""
        return self.data / "hub.sqlite"

    @property
    def database_address(self) -> Address | None:
        """The PostgreSQL server, where one is used.

        Raises:
            Misconfigured: its password is missing.
        """
        wanted = self.settings.postgresql
        if self.settings.database != "postgresql" or wanted is None:
            return None
        if wanted.login == "peer":
            return Address(wanted.dsn)
        return Address(wanted.dsn, self.secret("postgresql_password").decode())

    @property
    def database_place(self) -> str:
        """Where the database is, for messages."""
        address = self.database_address
        return address.place if address else str(self.database_file)

    def secret(self, name: str) -> bytes:
        """Return a secret.

        Raises:
            Misconfigured: it is missing or readable by others.
        """
        return secret(self.settings, self.base, name)

    @property
    def sources(self) -> Sources:
        """Where the rules of decisions come from."""
        return Sources(self.settings, self.schemas, self.mappings, self.templates)

    def _shipped(self, configured: str, name: str) -> Path:
        return self.base / configured if configured else SHIPPED / name

    def check_folders(self) -> None:
        """Make sure that no folder lies inside another.

        Raises:
            Misconfigured: two overlap.
        """
        folders = self.settings.folders
        names = ("data", "inbox", "outbox", "certs", "secrets", "checkpoints", "archive")
        own = [(name, self.base / getattr(folders, name)) for name in names]
        if folders.payloads:
            own.append(("payloads", self.payloads))
        shipped = [("schemas", self.schemas), ("mappings", self.mappings)]
        if self.settings.folders.file_kinds:
            shipped.append(("file_kinds", self.file_kinds))
        check_apart([*own, *shipped, ("hub", SHIPPED / "hub"), ("efile", SHIPPED / "efile")])
        # What is dropped must not become a setting or a program of this interpreter.
        check_outside(own[1], [("hub.toml", self.base), ("python", Path(sys.prefix))])
