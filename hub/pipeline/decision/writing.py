"""Turns an outgoing record into the promise to bring its bytes to a partner."""

from __future__ import annotations

from collections.abc import Mapping

from hub.core.clock import iso_utc, local_date, local_datetime
from hub.core.errors import Misconfigured
from hub.core.ids import derived_uuid
from hub.core.message import Message
from hub.core.settings import Tenant
from hub.partners.outcome import Role, Send
from hub.pipeline.decision.mind import Mind, keep
from hub.pipeline.decision.reading import Leg
from hub.routing.route import OutRoute
from hub.store.lanes import Promise
from hub.store.payloads import Kept


def written(message: Message, send: Send, partner: str, mind: Mind) -> tuple[Promise, Kept]:
    """Return the promise to deliver a record and the bytes it names.

    Records for batch files keep the hub's notation until their file is closed.

    Raises:
        Misconfigured: there is no route, or our own output contradicts the partner's schema.
    """
    day = local_date(message.received_us)
    route = mind.rules.routes.outgoing(send.role, partner, send.record.kind, day)
    promise_id = derived_uuid(message.id, "send", send.ref)
    tenant = mind.tenant(message.tenant)
    # The time of acceptance, not of this attempt: the same message writes the same bytes.
    facts = context(tenant, message.received_us) | {"message_uuid": promise_id}
    leg = Leg(route.format, route.mapping)
    if route.batch:
        # Written once on trial, so that an order that does not fit stops its own case and
        # never the file it would share with others.
        facts |= {"sequence": 1, "count": 1, "total_cents": send.record.data["amount_cents"]}
        mind.rules.reader.write(leg, (send.record,), facts)
        kept = keep(send.record.to_json())
        return _order(message, send, route, promise_id, kept, mind), kept
    kept = keep(mind.rules.reader.write(leg, (send.record,), facts))
    return _delivery(message, send, route, promise_id, kept, mind), kept


def partner_for(role: Role, tenant: Tenant, origin: str) -> str:
    """Return who plays a role for an office.

    Raises:
        Misconfigured: nobody does.
    """
    if role is Role.CASH:
        return tenant.cash.partner
    if role is Role.CASE_CORE:
        return origin
    if tenant.register is None:
        raise Misconfigured(
            "register_not_configured",
            "Für diesen Mandanten ist kein Zugang zum AZR eingerichtet.",
            remedy="[tenants.register] in hub.toml ergänzen.",
        )
    return tenant.register.partner


def context(tenant: Tenant, now_us: int) -> dict[str, object]:
    """Return what a writing mapping may use beside the record (``records.md``)."""
    moment = local_datetime(now_us)
    facts: dict[str, object] = {
        "created_at": moment.isoformat(timespec="milliseconds"),
        "created_date": moment.date().isoformat(),
        "created_utc": iso_utc(now_us),
        "tenant_id": tenant.id,
        "tenant_name": tenant.name,
        "office": tenant.cash.office,
        "street": tenant.address.street,
        "house_number": tenant.address.house_number,
        "postal_code": tenant.address.postal_code,
        "city": tenant.address.city,
        "phone": tenant.phone,
        "email": tenant.email,
    }
    if tenant.register:
        facts |= {"authority": tenant.register.authority, "dvdv": tenant.register.dvdv}
    return facts


def _order(
    message: Message, send: Send, route: OutRoute, promise_id: str, kept: Kept, mind: Mind
) -> Promise:
    return Promise(
        id=promise_id,
        tenant=message.tenant,
        message_id=message.id,
        kind="order",
        queue=f"order:{route.partner}",
        lane_key=message.case_key or f"~{message.id}",
        spec={
            "record_kind": send.record.kind,
            "ref": send.ref,
            "amount_cents": send.record.data["amount_cents"],
        },
        payload_sha256=kept.sha256,
        deadline_us=mind.deadline_us(),
    )


def _delivery(
    message: Message, send: Send, route: OutRoute, promise_id: str, kept: Kept, mind: Mind
) -> Promise:
    return Promise(
        id=promise_id,
        tenant=message.tenant,
        message_id=message.id,
        kind="deliver",
        queue=f"deliver:{route.partner}",
        lane_key=message.case_key or f"~{message.id}",
        spec={
            "record_kind": send.record.kind,
            "ref": send.ref,
            "door": route.door,
            "channel": route.channel,
            "name": file_name(route, {"case_id": message.case_key or "", "id": promise_id}),
            "case_key": message.case_key,
            **manner(route),
        },
        payload_sha256=kept.sha256,
        deadline_us=mind.deadline_us(route.deadline_h),
    )


def manner(route: OutRoute) -> dict[str, object]:
    """Return how a delivery is done, where the route wants it otherwise than usual."""
    said = {"sidecar": route.sidecar, "answers": route.answers}
    return {name: value for name, value in said.items() if value is not None}


def file_name(route: OutRoute, facts: Mapping[str, object]) -> str:
    """Return the name a delivery gets in an outbox folder."""
    if not route.file_name:
        return ""
    try:
        name = route.file_name.format(**facts)
    except (KeyError, ValueError, IndexError) as exc:
        raise Misconfigured(
            "route_file_name",
            "Der Dateiname der Route verwendet ein unbekanntes Feld.",
            place=route.file_name,
            remedy="file_name in mappings/routes.toml prüfen.",
        ) from exc
    return name.replace("__", "_")
