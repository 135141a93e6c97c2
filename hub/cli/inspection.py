"""What ``aktenhub check`` looks at, and what it says."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterable
from dataclasses import asdict, dataclass

from efile import FilingError
from hub.app import (
    CLOCK,
    Place,
    open_database,
    open_efile,
    open_routes,
    pending_migrations,
    probe_now,
    record_shapes,
)
from hub.app.serving import door_contexts, revocation_lists
from hub.core.clock import local_date
from hub.core.errors import HubError
from hub.core.findings import Finding, Level
from hub.core.settings import Tenant
from hub.formats.catalog import Catalog
from hub.letters.office import Office
from hub.letters.templates import Templates
from hub.mapping.catalog import Mappings
from hub.mapping.lint import lint
from hub.partners.outcome import Role
from hub.routing.table import Routes
from hub.store.shelf.identity import compare


@dataclass(frozen=True, slots=True)
class Inspection:
    """One line of the check's report."""

    code: str
    level: str
    place: str
    message: str
    remedy: str

    def to_dict(self) -> dict[str, str]:
        """Return the stable keys of ``check --json``."""
        return asdict(self)


async def inspect(place: Place) -> list[Inspection]:
    """Look at everything the program stands on; one fault does not hide the others."""
    found: list[Inspection] = [
        _good("settings", f"{len(place.settings.tenants)} Mandanten gelesen")
    ]
    for name, look in (
        ("folders", _folders),
        ("schemas", _schemas),
        ("tenants", _tenants),
        ("letters", _letters),
        ("office", _office),
        ("database", _database),
        ("storage", _storage),
    ):
        lines = [line async for line in _seen(look(place), name)]
        faulty = any(line.level == "error" for line in lines)
        found += [line for line in lines if not (faulty and line.code == f"{name}_good")]
    # A missing secret is met by everybody who needs it; it is said once.
    return list(dict.fromkeys(found))


async def _seen(lines: AsyncIterator[Inspection], name: str) -> AsyncIterator[Inspection]:
    """Hand on what a look yields; a fault that ends it is its last line."""
    try:
        async for line in lines:
            yield line
    except (HubError, FilingError) as exc:
        yield _bad(exc, name)


def _bad(error: HubError | FilingError, place: str) -> Inspection:
    return Inspection(error.code, "error", error.place or place, error.message, error.remedy)


async def _folders(place: Place) -> AsyncIterator[Inspection]:
    place.check_folders()
    for name in ("data", "inbox", "outbox", "certs", "secrets"):
        path = place.base / getattr(place.settings.folders, name)
        if not path.is_dir() or not os.access(path, os.W_OK):
            yield Inspection(
                "folder_unusable", "error", str(path),
                f"Der Ordner „{name}“ fehlt oder ist nicht beschreibbar.",
                "Ordner anlegen und Rechte prüfen.",
            )  # fmt: skip
    for name in ("kek", "efile_names", "efile_kek", "s3_access_key", "s3_secret_key"):
        try:
            place.secret(name)
        except HubError as exc:
            yield _bad(exc, name)
    yield _good("folders", "Ordner und Geheimnisse vorhanden")


async def _schemas(place: Place) -> AsyncIterator[Inspection]:
    formats = Catalog.load(place.schemas)
    mappings = Mappings.load(place.mappings, formats)
    routes = Routes.load(place.mappings / "routes.toml")
    today = local_date(CLOCK.now_us())
    findings = (*formats.check(today), *mappings.check(), *routes.check(formats, mappings))
    if not any(finding.rule == "digests_unreadable" for finding in findings):
        findings += routes.idle(formats, mappings)
    findings += _graded(place, formats, routes)
    findings += lint(mappings, record_shapes())
    for line in _lines(findings):
        yield line
    count = f"{len(formats.names())} Formate, {len(mappings.names())} Mappings mit Beispielen"
    yield _good("schemas", f"{count}, {len(routes.ways_in) + len(routes.ways_out)} Routen geprüft")


def _graded(place: Place, formats: Catalog, routes: Routes) -> tuple[Finding, ...]:
    """Return where a rule is graded anew that does not exist."""
    known = {
        route.format: set(formats.format(route.format).rules)
        for route in routes.ways_in
        if route.format in formats.names()
    }
    everywhere = set().union(*known.values())
    wrong = [
        (rule, route.format)
        for route in routes.ways_in
        for rule in route.levels
        if rule not in known.get(route.format, ())
    ]
    wrong += [
        (rule, f"Mandant {tenant.id}")
        for tenant in place.settings.tenants
        for rule in tenant.levels
        if rule not in everywhere
    ]
    message = "Die umgestufte Regel „{}“ gibt es nicht."
    return tuple(Finding("rule_unknown", message.format(rule), path=where) for rule, where in wrong)


async def _tenants(place: Place) -> AsyncIterator[Inspection]:
    """Every office can reach its cash system and its register, and hear their answers."""
    routes = open_routes(place)
    today = local_date(CLOCK.now_us())
    lines = {target.name for target in place.settings.https}
    for tenant in place.settings.tenants:
        for kind in ("Auszahlungsanordnung", "Annahmeanordnung"):
            routes.outgoing(Role.CASH, tenant.cash.partner, kind, today)
        channels = {channel.name for channel in tenant.channels}
        answers = {r.channel for r in routes.ways_in if r.partner == tenant.cash.partner}
        if not answers & channels:
            yield _tenant_fault(tenant, "cash_answers_unheard", "Antworten der Kasse haben keinen "
                                "Eingangsordner.", "[[tenants.channels]] ergänzen.")  # fmt: skip
        if tenant.register and tenant.register.partner not in lines:
            yield _tenant_fault(tenant, "line_missing", "Für das Register ist keine Adresse "
                                "eingerichtet.", "[[https]] in hub.toml ergänzen.")  # fmt: skip
    async for line in _revocation(place):
        yield line
    if place.settings.intake.enabled:
        async with open_database(place) as database:
            await door_contexts(place, place.settings.intake, database).current()
        yield _good("intake", "Annahme über HTTPS hat ein gültiges Zertifikat")
    yield _good("tenants", "Wege der Mandanten vollständig")


async def _revocation(place: Place) -> AsyncIterator[Inspection]:
    lists = revocation_lists(place)
    if lists is None:
        return
    await asyncio.to_thread(lists.refresh)
    wrongs = lists.wrongs()
    for wrong in wrongs:
        yield Inspection(
            "crl_unusable", "warning", wrong, "Diese Sperrliste ist nicht zu gebrauchen.",
            "Die aktuelle Liste der Zertifizierungsstelle in den Ordner intake.crls legen.",
        )  # fmt: skip
    if not wrongs:
        yield _good("crls", "Sperrlisten lesbar, unterschrieben und aktuell")


def _tenant_fault(tenant: Tenant, code: str, message: str, remedy: str) -> Inspection:
    return Inspection(code, "error", f"Mandant {tenant.id}", message, remedy)


async def _letters(place: Place) -> AsyncIterator[Inspection]:
    templates = Templates.load(place.templates)
    for line in _lines(templates.check()):
        yield line
    yield _good("letters", f"{len(templates.names())} Briefvorlagen geprüft")


async def _office(place: Place) -> AsyncIterator[Inspection]:
    letters = place.settings.letters
    office = Office(letters.soffice, place.data / "work", letters.timeout_s)
    yield _good("office", f"LibreOffice {await office.version()}")


async def _database(place: Place) -> AsyncIterator[Inspection]:
    waiting = await pending_migrations(place)
    if waiting:
        yield Inspection(
            "migrations_pending", "info", place.database_place,
            f"{len(waiting)} Änderungen an der Datenbank werden beim nächsten Start ausgeführt.",
            "Vorher sichern.",
        )  # fmt: skip
        return
    async with open_database(place) as database:
        await compare(database, place.payloads)
    yield _good("database", "Datenbank auf dem Stand des Programms, Nutzdaten passen dazu")


async def _storage(place: Place) -> AsyncIterator[Inspection]:
    if place.settings.storage.durable:
        yield _good("storage_durable", "Laut Betreiber schreibt der Speicher sicher auf Platte")
    else:
        yield Inspection(
            "storage_not_declared_durable", "warning", place.settings.storage.endpoint,
            "Ob der Speicher vor seiner Antwort auf Platte schreibt, lässt sich nicht messen.",
            "Beim Betreiber erfragen und storage.durable in hub.toml setzen.",
        )  # fmt: skip
    async with open_database(place) as database, open_efile(place, database) as room:
        for tenant in place.settings.tenants:
            seen, _ = await probe_now(place, database, room, tenant.id)
            for one in seen:
                level = "info" if one.proven else ("error" if one.required else "warning")
                yield Inspection(
                    f"storage_{one.name}", level, f"S3, Mandant {tenant.id}", one.note,
                    "Fähigkeitskarte im Betriebshandbuch, Kapitel „S3 anschließen“.",
                )  # fmt: skip


def _lines(findings: Iterable[Finding]) -> Iterable[Inspection]:
    for finding in findings:
        level = "error" if finding.level is Level.ERROR else finding.level.value
        yield Inspection(finding.rule, level, finding.path or "", finding.message, "")


def _good(what: str, message: str) -> Inspection:
    return Inspection(f"{what}_good", "info", "", message, "")
