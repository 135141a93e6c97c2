"""Opens the watched folders as ``hub.toml`` declares them."""

from __future__ import annotations

import pwd
import re
from pathlib import Path

from hub.channels.inbound.folder import DropFolder
from hub.channels.inbound.rules import Rules
from hub.core.errors import Misconfigured
from hub.core.settings import Channel, Settings


def open_inboxes(settings: Settings, base: Path) -> dict[tuple[str, str], DropFolder]:
    """Create and return the watched folders of every office."""
    inboxes = {}
    for tenant in settings.tenants:
        for channel in tenant.channels:
            path = base / settings.folders.inbox / tenant.id / channel.name
            folder = DropFolder(path, _rules(settings, channel))
            folder.prepare()
            inboxes[tenant.id, channel.name] = folder
    return inboxes


def _rules(settings: Settings, channel: Channel) -> Rules:
    pickup = settings.pickup
    settle_s = pickup.settle_s if channel.settle_s is None else channel.settle_s
    return Rules(
        ready=channel.ready,
        settle_s=settle_s,
        max_bytes=pickup.max_bytes,
        batch=pickup.batch,
        keep_done_days=pickup.keep_done_days,
        scan_s=pickup.scan_s,
        settle_max_s=pickup.settle_max_s,
        max_attachment_bytes=pickup.max_attachment_bytes,
        order=channel.order,
        number=re.compile(channel.number) if channel.number else None,
        gap_wait_s=channel.gap_wait_s,
        owner=_uid(channel),
        must_be_mount=channel.must_be_mount,
    )


def _uid(channel: Channel) -> int | None:
    if not channel.owner:
        return None
    try:
        return pwd.getpwnam(channel.owner).pw_uid
    except KeyError as exc:
        raise Misconfigured(
            "owner_unknown",
            f"Den Benutzer „{channel.owner}“ gibt es auf diesem Rechner nicht.",
            place=f"tenants.channels, Kanal {channel.name}",
            remedy="owner berichtigen oder weglassen.",
        ) from exc
