"""The composition root: the only place that builds rooms and connects them.

The service with its pages is entered apart (:mod:`hub.app.serving`): a process that only files
does not load them.
"""

from hub.app.backup import back_up
from hub.app.efile_kek import keep_efile_kek, read_efile_kek, rotate_kek
from hub.app.evidence import (
    VERIFIER,
    open_archive_desk,
    open_archivist,
    open_heads,
    open_notary,
    open_packages,
    open_retention,
)
from hub.app.kek import change_kek, efile_secrets
from hub.app.place import CLOCK, SHIPPED, Place
from hub.app.restore import check_backup, restore
from hub.app.rooms import (
    all_migrations,
    alone,
    open_center,
    open_database,
    open_desk,
    open_efile,
    open_house,
    open_routes,
    open_signing,
    pending_migrations,
    recollection,
    start_isolation,
)
from hub.app.shapes import record_shapes
from hub.app.upkeep.probing import probe_now
from hub.app.upkeep.working import Performer

__all__ = [
    "CLOCK",
    "SHIPPED",
    "VERIFIER",
    "Performer",
    "Place",
    "all_migrations",
    "alone",
    "back_up",
    "change_kek",
    "check_backup",
    "efile_secrets",
    "keep_efile_kek",
    "open_archive_desk",
    "open_archivist",
    "open_center",
    "open_database",
    "open_desk",
    "open_efile",
    "open_heads",
    "open_house",
    "open_notary",
    "open_packages",
    "open_retention",
    "open_routes",
    "open_signing",
    "pending_migrations",
    "probe_now",
    "read_efile_kek",
    "recollection",
    "record_shapes",
    "restore",
    "rotate_kek",
    "start_isolation",
]
