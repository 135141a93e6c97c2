"""What the staff pages read: lists and details, always within a scope; never payloads."""

from hub.store.views.clearing import (
    blocked_lanes,
    clearing_case,
    clearing_groups,
    clearing_of_group,
)
from hub.store.views.operation import certificates, counts
from hub.store.views.scope import Scope
from hub.store.views.tracking import archives, begin_of_case, timeline, waiting
from hub.store.views.traffic import (
    MessageFilter,
    caused,
    events,
    kinds_and_partners,
    message,
    messages,
    promises,
)

__all__ = [
    "MessageFilter",
    "Scope",
    "archives",
    "begin_of_case",
    "blocked_lanes",
    "caused",
    "certificates",
    "clearing_case",
    "clearing_groups",
    "clearing_of_group",
    "counts",
    "events",
    "kinds_and_partners",
    "message",
    "messages",
    "promises",
    "timeline",
    "waiting",
]
