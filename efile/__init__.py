"""The electronic case file (E-Akte): storage, proof, reading, search, recovery.

It knows nothing of its host: database, objects and clock are handed in (:mod:`efile.ports`).
Originals are immutable, storage is the truth, the index is a copy that can be made again.

Whatever belongs to a file is stored sealed with a key of that file (:mod:`efile.sealing`).
"""

from __future__ import annotations

from efile.access.room import GROUNDS, AccessRoom, Unseen
from efile.capture.words import type_name as format_name
from efile.comparing.forms import FieldDifference, compare_forms
from efile.comparing.room import ComparingRoom, Passage, WordDifference
from efile.contents.room import ContentsRoom, Outline
from efile.disposal.clearing import STEPS as DISPOSAL_STEPS
from efile.disposal.judging import Judgement
from efile.disposal.misfiling import GROUNDS as MISFILINGS
from efile.disposal.misfiling import Misfiled
from efile.disposal.room import DisposalRoom, RunView, Wanted
from efile.errors import (
    Conflict,
    FilingError,
    IntegrityBroken,
    InvalidRequest,
    NotDisplayable,
    NotFound,
    RulesMisconfigured,
    StorageMisconfigured,
    StorageUnavailable,
)
from efile.export.orders import ExportRow
from efile.export.whole import Order as ExportOrder
from efile.export.whole import Volume
from efile.filing import STEPS as FILING_STEPS
from efile.handover.answers import AnswerContradicts, Appraised, Objection, TakenIn
from efile.handover.choosing import Bounds
from efile.handover.hearing import Noted
from efile.handover.notes import Voice
from efile.handover.room import STEPS as HANDOVER_STEPS
from efile.handover.room import Delivery, HandoverRoom
from efile.index import index_migrations
from efile.index.access.guards import Admission, Block
from efile.index.log import Head
from efile.index.offers import Offer, Process
from efile.index.outline import DocumentHead, Matter, Portion, TypeSeen
from efile.inspection.plan import Asker, Inspection, Mark
from efile.inspection.release import STEPS as INSPECTION_STEPS
from efile.inspection.room import InspectionRoom
from efile.inspection.room import Wanted as WantedInspection
from efile.inspection.subjects import GROUNDS as INSPECTION_GROUNDS
from efile.inspection.subjects import KINDS as INSPECTION_KINDS
from efile.inspection.subjects import OFFICE as INSPECTING_OFFICE
from efile.inspection.subjects import ROLES as INSPECTION_ROLES
from efile.inspection.subjects import Particular, Term
from efile.integrity.chain import GENESIS, chain_hash, first_break
from efile.kinds.catalog import FIRST_KIND, FileKind, FileKinds
from efile.kinds.catalog import SHIPPED as SHIPPED_KINDS
from efile.kinds.rule import RetentionRule
from efile.kinds.statement import (
    ArchiveAnswer,
    BlockSet,
    Competence,
    HoldLifted,
    HoldSet,
    Statement,
)
from efile.kinds.subfiles import Subfile
from efile.legibility.formats import FormatSeen
from efile.legibility.room import LegibilityRoom
from efile.legibility.unseen import Found as FoundDocument
from efile.legibility.unseen import Shortfall
from efile.legibility.wording import SHORTFALLS
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
    Readable,
    RebuildReport,
    ReconcileReport,
    Role,
    Table,
    VerifyReport,
    Vorgang,
    Word,
)
from efile.objects.folder import FolderStore
from efile.pdfa.room import PdfaRoom, Rendition, Sheet
from efile.pdfa.room import Standing as RenditionStanding
from efile.ports import Host
from efile.preserving.room import Preserved, PreservingRoom
from efile.proof.heads import STEPS as HEAD_STEPS
from efile.proof.naming import plain as plain_file_name
from efile.proof.package import PackageReceipt
from efile.proof.room import ProofRoom
from efile.recovery.comparing import differences as index_differences
from efile.recovery.looking import LookedAt
from efile.retention.decision import Decision
from efile.retention.notes import Author
from efile.retention.room import DayNote, Outlook, RetentionRoom
from efile.retention.standing import Hold, Standing
from efile.sealing.shares import NEEDED as NEEDED_SHARES
from efile.sealing.shares import Share, read_share
from efile.sealing.shares import join as join_shares
from efile.sealing.shares import split as split_key
from efile.sealing.wrapping import KeyWrap, Secrets
from efile.service import EFile
from efile.xdomea import names as archive_messages
from efile.xdomea.heads import Parties

__all__ = [
    "DISPOSAL_STEPS",
    "FILING_STEPS",
    "FIRST_KIND",
    "GENESIS",
    "GROUNDS",
    "HANDOVER_STEPS",
    "HEAD_STEPS",
    "HELD_BYTES",
    "INSPECTING_OFFICE",
    "INSPECTION_GROUNDS",
    "INSPECTION_KINDS",
    "INSPECTION_ROLES",
    "INSPECTION_STEPS",
    "MISFILINGS",
    "NEEDED_SHARES",
    "SHIPPED_KINDS",
    "SHORTFALLS",
    "AccessRoom",
    "Admission",
    "Akte",
    "AkteView",
    "AnswerContradicts",
    "Appraised",
    "ArchiveAnswer",
    "Asker",
    "Author",
    "Block",
    "BlockSet",
    "Bounds",
    "Capability",
    "ComparingRoom",
    "Competence",
    "Conflict",
    "ContentsRoom",
    "DayNote",
    "Decision",
    "Delivery",
    "Direction",
    "DisposalRoom",
    "Document",
    "DocumentHead",
    "DocumentPart",
    "EFile",
    "ExportOrder",
    "ExportRow",
    "Fault",
    "FieldDifference",
    "FileKind",
    "FileKinds",
    "FiledDocument",
    "FilingError",
    "FilingRequest",
    "FolderStore",
    "FormNode",
    "FormatSeen",
    "FoundDocument",
    "HandoverRoom",
    "Head",
    "Hit",
    "Hold",
    "HoldLifted",
    "HoldSet",
    "Host",
    "Inspection",
    "InspectionRoom",
    "IntegrityBroken",
    "InvalidRequest",
    "Judgement",
    "KeyWrap",
    "LargeFile",
    "LegibilityRoom",
    "LookedAt",
    "Mark",
    "Matter",
    "Misfiled",
    "NotDisplayable",
    "NotFound",
    "Noted",
    "Objection",
    "Offer",
    "Outline",
    "Outlook",
    "PackageReceipt",
    "PageImage",
    "PageText",
    "Part",
    "Particular",
    "Parties",
    "Passage",
    "PdfaRoom",
    "Portion",
    "Preserved",
    "PreservingRoom",
    "Process",
    "ProofRoom",
    "Readable",
    "RebuildReport",
    "ReconcileReport",
    "Rendition",
    "RenditionStanding",
    "RetentionRoom",
    "RetentionRule",
    "Role",
    "RulesMisconfigured",
    "RunView",
    "Secrets",
    "Share",
    "Sheet",
    "Shortfall",
    "Standing",
    "Statement",
    "StorageMisconfigured",
    "StorageUnavailable",
    "Subfile",
    "Table",
    "TakenIn",
    "Term",
    "TypeSeen",
    "Unseen",
    "VerifyReport",
    "Voice",
    "Volume",
    "Vorgang",
    "Wanted",
    "WantedInspection",
    "Word",
    "WordDifference",
    "archive_messages",
    "chain_hash",
    "compare_forms",
    "first_break",
    "format_name",
    "index_differences",
    "index_migrations",
    "join_shares",
    "plain_file_name",
    "read_share",
    "split_key",
]
