"""The operator's page: readiness as JSON, figures for Prometheus; no personal data.

Residual risk: no sign-in. Bind it to an address only the monitoring reaches.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from aiohttp import web

from hub.core.errors import Misconfigured
from hub.store import views
from hub.store.database import Row, Transaction
from hub.store.desk import alarms
from hub.store.inbox.numbers import awaited
from hub.store.views import expiry, signs
from hub.store.views.expiry import Expiry
from hub.web.health import Part, check
from hub.web.services import SiteServices
from hub.web.visit import SERVICES

Sample = tuple[dict[str, object], float]


def build_ops_site(services: SiteServices) -> web.Application:
    """Return the operator's page, for a port of its own."""
    site = web.Application()
    site[SERVICES] = services
    site.router.add_get("/health", _health)
    site.router.add_get("/metrics", _metrics)
    return site


async def _health(request: web.Request) -> web.Response:
    state = await check(request.app[SERVICES])
    parts = {part.name: _told(part) for part in state.parts}
    return web.json_response(
        {"ready": state.ready, "parts": parts}, status=200 if state.ready else 503
    )


def _told(part: Part) -> dict[str, object]:
    said: dict[str, object] = {"ok": part.ok, "code": part.code}
    return said | ({"message": part.message, "remedy": part.remedy} if part.message else {})


async def _metrics(request: web.Request) -> web.Response:
    services = request.app[SERVICES]
    now = services.clock.now_us()
    counts, certificates, senders, wrong = await services.database.scan(
        lambda tx: (
            views.counts(tx), views.certificates(tx, None),
            [*expiry.credentials(tx, None, now), *expiry.peers(tx, now)], _signs(tx, now),
        )
    )  # fmt: skip
    lines = [*_figures(counts, now), *_expiry(certificates, now), *_commits(services)]
    lines += _endings([*senders, *await _anchors(services)], now)
    lines += wrong
    waits = await services.database.read(awaited)
    lines += [*_paused(services), *_door(services), *_awaited(waits)]
    return web.Response(text="\n".join(lines) + "\n", content_type="text/plain")


def _figures(counts: dict[str, list[Row]], now_us: int) -> Iterator[str]:
    yield from _gauge("messages", "Messages by state.", _samples(counts["messages"]))
    yield from _gauge("promises", "Promises by kind and state.", _samples(counts["promises"]))
    yield from _gauge("clearing_open", "Open clearing cases.", _samples(counts["clearing"]))
    yield from _gauge("lanes_blocked", "Blocked lanes.", _samples(counts["blocked"]))
    ages: list[Sample] = [
        ({"tenant": row["tenant"]}, max(now_us - row["at_us"], 0) / 1e6) for row in counts["oldest"]
    ]
    yield from _gauge("oldest_waiting_seconds", "Age of the oldest promise not yet kept.", ages)
    yield from _targets(counts["targets"])


def _targets(rows: list[Row]) -> Iterator[str]:
    """Partners over HTTPS; an empty tenant is the partner itself, for every office."""
    names: list[dict[str, object]] = [
        {"partner": row["partner"], "tenant": row["tenant"]} for row in rows
    ]
    shut = [(name, float(row["state"] != "closed")) for name, row in zip(names, rows, strict=True)]
    waiting = [(name, float(row["waiting"])) for name, row in zip(names, rows, strict=True)]
    yield from _gauge("target_open", "Partners that take nothing.", shut)
    yield from _gauge("target_waiting", "Deliveries waiting for a partner.", waiting)


def _signs(tx: Transaction, now_us: int) -> list[str]:
    """Return what alarms are made of, and the alarms themselves."""
    ages: list[Sample] = [
        ({"queue": row["queue"]}, max(now_us - row["since_us"], 0) / 1e6)
        for row in signs.waiting(tx, now_us)
    ]
    shut: list[Sample] = [
        ({"partner": row["partner"], "tenant": row["tenant"]}, 1.0)
        for row in signs.shut_targets(tx)
    ]
    storage = float(signs.shut_storage(tx) is not None)
    wrong: list[Sample] = [
        ({name: row[name] for name in ("kind", "place", "tenant")}, 1.0)
        for row in alarms.raised(tx)
    ]
    return [
        *_gauge("queue_oldest_seconds", "Age of the oldest work at the head of a queue.", ages),
        *_gauge("target_shut", "Partners that are only tried now and then.", shut),
        *_gauge("storage_shut", "Whether documents only probe the storage.", [({}, storage)]),
        *_gauge("alarm", "Causes people were told of that last.", wrong),
    ]


def _samples(rows: list[Row]) -> list[Sample]:
    return [({k: v for k, v in row.items() if k != "n"}, float(row["n"])) for row in rows]


def _expiry(certificates: list[Row], now_us: int) -> Iterator[str]:
    samples: list[Sample] = [
        (
            {name: row[name] for name in ("tenant", "partner", "environment", "purpose", "state")},
            (row["not_after_us"] - now_us) / 86_400e6,
        )
        for row in certificates
        if row["not_after_us"] is not None
    ]
    yield from _gauge("certificate_days_left", "Days until a certificate expires.", samples)


async def _anchors(services: SiteServices) -> Sequence[Expiry]:
    try:
        return await services.anchors()
    except Misconfigured:
        # The figures of everything else must not fail with one unreadable file.
        return ()


def _endings(endings: Iterable[Expiry], now_us: int) -> Iterator[str]:
    samples: dict[str, list[Sample]] = {"sender": [], "anchor": [], "peer": []}
    for one in endings:
        days = (one.not_after_us - now_us) / 86_400e6
        if one.kind == "anchor":
            samples["anchor"].append(({"partner": one.place, "subject": one.name}, days))
            continue
        if one.kind == "peer":
            shown = {"partner": one.place, "fingerprint": one.name, "succeeded": int(one.succeeded)}
            samples["peer"].append((shown, days))
            continue
        labels: dict[str, object] = {
            "tenant": one.tenant, "channel": one.place, "sender": one.name, "kind": one.kind,
            "succeeded": int(one.succeeded),
        }  # fmt: skip
        samples["sender"].append((labels, days))
    yield from _gauge("sender_days_left", "Days until a sender's access ends.", samples["sender"])
    yield from _gauge("anchor_days_left", "Days until a CA's certificate ends.", samples["anchor"])
    yield from _gauge("peer_days_left", "Days until a partner's certificate ends.", samples["peer"])


def _awaited(rows: list[Row]) -> Iterator[str]:
    samples: list[Sample] = [
        ({"tenant": row["tenant"], "channel": row["channel"]}, float(row["number"])) for row in rows
    ]
    yield from _gauge("inbox_awaited_number", "Missing number a channel waits for.", samples)


def _paused(services: SiteServices) -> Iterator[str]:
    samples: list[Sample] = [
        ({"tenant": tenant, "channel": channel, "code": code}, 1.0)
        for (tenant, channel), code in sorted(services.paused().items())
    ]
    yield from _gauge("intake_paused", "Channels that take nothing in, and why.", samples)


def _door(services: SiteServices) -> Iterator[str]:
    """An office without senders over HTTPS has none of these figures."""
    figures = services.door
    if figures is None:
        return
    answers: list[Sample] = [
        ({"operation": name, "status": status}, float(count))
        for (name, status), count in sorted(figures.answers.items())
    ]
    yield from _gauge("door_answers", "Answers of the door for senders since start.", answers)
    yield from _gauge("door_requests", "Requests in work at the door.", [({}, figures.under_way())])
    yield from _gauge("door_bytes", "Bytes of bodies since start.", [({}, figures.received_bytes)])
    yield from _gauge("door_reloads", "Exchanges of certificate or CAs.", [({}, figures.reloads)])


def _commits(services: SiteServices) -> Iterator[str]:
    """Only an adapter that counts its commits has these figures."""
    figures = getattr(services.database, "figures", None)
    if figures is not None:
        yield from _gauge("commit_groups", "Durable commits since start.", [({}, figures.groups)])
        yield from _gauge("commit_units", "Units of work since start.", [({}, figures.units)])


def _gauge(name: str, text: str, samples: Iterable[Sample]) -> Iterator[str]:
    yield f"# HELP aktenhub_{name} {text}"
    yield f"# TYPE aktenhub_{name} gauge"
    for labels, value in samples:
        pairs = ",".join(f'{key}="{_escaped(word)}"' for key, word in labels.items())
        yield (
            f"aktenhub_{name}{{{pairs}}} {value:.10g}" if pairs else f"aktenhub_{name} {value:.10g}"
        )


def _escaped(word: object) -> str:
    return re.sub(r'(["\\])', r"\\\1", str(word)).replace("\n", " ")
