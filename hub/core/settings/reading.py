"""``hub.toml``, read once and checked; unknown keys are errors."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import msgspec

from hub.core.errors import Misconfigured
from hub.core.settings.sections import Settings
from hub.core.settings.wording import in_german


def read_settings(path: Path) -> Settings:
    """Read and check ``hub.toml``.

    Raises:
        Misconfigured: the file is missing, is not TOML, or holds an unknown or wrong key.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as exc:
        raise Misconfigured(
            "settings_missing",
            "Die Datei hub.toml fehlt.",
            place=str(path),
            remedy="Mit „aktenhub init ORDNER“ anlegen oder --settings angeben.",
        ) from exc
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise _unreadable(path, exc) from exc
    try:
        settings = msgspec.convert(raw, Settings)
    except msgspec.ValidationError as exc:
        raise _invalid(path, in_german(str(exc))) from exc
    _check_names(settings, path)
    if settings.database == "postgresql" and settings.postgresql is None:
        raise _invalid(path, 'Mit database = "postgresql" fehlt der Abschnitt [postgresql].')
    return settings


def _unreadable(path: Path, exc: Exception) -> Misconfigured:
    if isinstance(exc, OSError):
        return Misconfigured(
            "settings_unreadable", "hub.toml lässt sich nicht öffnen.", place=str(path),
            remedy="Rechte der Datei prüfen.",
        )  # fmt: skip
    spot = re.search(r"at line (\d+), column (\d+)", str(exc))
    where = f", Zeile {spot[1]}, Spalte {spot[2]}" if spot else ""
    return Misconfigured(
        "settings_unreadable", "hub.toml ist kein gültiges TOML in UTF-8.", place=f"{path}{where}",
        remedy="Die genannte Stelle berichtigen.",
    )  # fmt: skip


def _invalid(path: Path, message: str) -> Misconfigured:
    return Misconfigured(
        "settings_invalid",
        message,
        place=str(path),
        remedy="Alle Schlüssel stehen im Betriebshandbuch, Kapitel „Einstellungen“.",
    )


def _check_names(settings: Settings, path: Path) -> None:
    ids = [tenant.id for tenant in settings.tenants]
    if not ids or _repeated(ids):
        raise _invalid(
            path, "Jeder Mandant braucht eine eigene Kennung, und es muss mindestens einen geben."
        )
    for tenant in settings.tenants:
        if _repeated([channel.name for channel in tenant.channels]):
            raise _invalid(path, f"Der Mandant „{tenant.id}“ hat zwei Kanäle desselben Namens.")
    if bool(settings.intake.certificate) != bool(settings.intake.key):
        raise _invalid(path, "Unter [intake] gehören „certificate“ und „key“ zusammen.")
    if _repeated([target.name for target in settings.https]):
        raise _invalid(path, "Unter [[https]] steht eine Gegenstelle zweimal.")


def _repeated(names: list[str]) -> bool:
    return len(names) != len(set(names))
