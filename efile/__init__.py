"""The electronic case file (E-Akte): storage, proof, reading, search, recovery.

It knows nothing of its host: database, objects and clock are handed in (:mod:`efile.ports`).
Originals are immutable, storage is the truth, the index is a copy that can be made again.

Not claimed: stored bytes are not encrypted by the e-file itself; use encrypted storage.
"""

from __future__ import annotations

from efile.errors import (
    Conflict,
    FilingError,
    IntegrityBroken,
    InvalidRequest,
    NotDisplayable,
    NotFound,
    StorageMisconfigured,
    StorageUnavailable,
)
from efile.filing import STEPS as FILING_STEPS
from efile.index import index_migrations
from efile.integrity.chain import GENESIS, chain_hash, first_break
from efile.model import (
    HELD_BYTES,
    Akte,
    AkteView,
    Capability,
    Direction,
    Document,
    DocumentPart,
    Fault,
    FiledDocument,
    FilingRequest,
    FormNode,
    Hit,
    LargeFile,
    PageImage,
    PageText,
    Part,
    RebuildReport,
    ReconcileReport,
    Role,
    VerifyReport,
    Vorgang,
    Word,
)
from efile.objects.folder import FolderStore
from efile.objects.s3 import S3Access, S3Store
from efile.service import EFile

__all__ = [
    "FILING_STEPS",
    "GENESIS",
    "HELD_BYTES",
    "Akte",
    "AkteView",
    "Capability",
    "Conflict",
    "Direction",
    "Document",
    "DocumentPart",
    "EFile",
    "Fault",
    "FiledDocument",
    "FilingError",
    "FilingRequest",
    "FolderStore",
    "FormNode",
    "Hit",
    "IntegrityBroken",
    "InvalidRequest",
    "LargeFile",
    "NotDisplayable",
    "NotFound",
    "PageImage",
    "PageText",
    "Part",
    "RebuildReport",
    "ReconcileReport",
    "Role",
    "S3Access",
    "S3Store",
    "StorageMisconfigured",
    "StorageUnavailable",
    "VerifyReport",
    "Vorgang",
    "Word",
    "chain_hash",
    "first_break",
    "index_migrations",
]
