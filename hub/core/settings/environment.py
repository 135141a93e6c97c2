"""Secrets and whatever else comes from the environment; the one module that reads it."""

from __future__ import annotations

import os
from pathlib import Path

from hub.core.errors import Misconfigured
from hub.core.settings.sections import Settings


def secret(settings: Settings, base: Path, name: str) -> bytes:
    """Return a secret from ``AKTENHUB_SECRET_<NAME>`` or from the secrets folder.

    Raises:
        Misconfigured: the secret is in neither place, empty, or its file is readable by others.
    """
    value = os.environ.get(f"AKTENHUB_SECRET_{name.upper()}")
    if value:
        return value.encode()
    path = base / settings.folders.secrets / name
    try:
        mode = path.stat().st_mode
        found = path.read_bytes().strip()
    except OSError as exc:
        raise _secret_missing(name, path) from exc
    if mode & 0o077:
        raise Misconfigured(
            "secret_exposed",
            f"Das Geheimnis „{name}“ ist für andere lesbar.",
            place=str(path),
            remedy="Rechte auf 600 setzen.",
        )
    if not found:
        raise _secret_missing(name, path)
    return found


def is_in_environment(name: str) -> bool:
    """Tell whether a secret comes from the environment, where no program can replace it."""
    return bool(os.environ.get(f"AKTENHUB_SECRET_{name.upper()}"))


def _secret_missing(name: str, path: Path) -> Misconfigured:
    return Misconfigured(
        "secret_missing",
        f"Das Geheimnis „{name}“ fehlt, ist leer oder nicht lesbar.",
        place=str(path),
        remedy=f"Datei anlegen (Rechte 600) oder AKTENHUB_SECRET_{name.upper()} setzen.",
    )


def armed_failpoint() -> str | None:
    """Return the failpoint a crash test wants armed."""
    return os.environ.get("AKTENHUB_FAILPOINT")


def service_manager() -> tuple[str, int]:
    """Return the manager's socket and within how many microseconds it wants to hear of us.

    Both are empty where no manager started this very process.
    """
    meant = os.environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    watchdog_us = os.environ.get("WATCHDOG_USEC", "")
    return (
        os.environ.get("NOTIFY_SOCKET", ""),
        int(watchdog_us) if meant and watchdog_us.isdigit() else 0,
    )


def demo_storage() -> dict[str, str] | None:
    """Return the real S3 a demonstration shall use; ``None``: a loopback server.

    ``AKTENHUB_DEMO_S3_ENDPOINT`` (``host:port``), ``…_ACCESS_KEY``, ``…_SECRET_KEY`` and
    ``…_SECURE`` (``true`` or ``false``).
    """
    names = ("endpoint", "access_key", "secret_key", "secure")
    found = {name: os.environ.get(f"AKTENHUB_DEMO_S3_{name.upper()}", "") for name in names}
    return found if found["endpoint"] else None


def demo_database() -> str | None:
    """Return the empty PostgreSQL database a demonstration shall use; ``None``: SQLite.

    ``AKTENHUB_DEMO_POSTGRESQL`` is its address; the server must know us without a password.
    """
    return os.environ.get("AKTENHUB_DEMO_POSTGRESQL") or None
