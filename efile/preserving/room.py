"""Evidence records of closed files: made, renewed, given a new algorithm; filed in the file.

A record is a document of its file: sealed with it, logged, verified, exported and destroyed like
any other. A renewal is a later document with everything the former held. Without a time stamp
authority there is nothing here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from efile import filing
from efile.errors import FilingError, IntegrityBroken, NotFound, StorageMisconfigured
from efile.filing import Archive
from efile.index import metadata
from efile.index.access.sight import Sight
from efile.index.keeping import EVIDENCE
from efile.integrity.record import (
    Algorithm,
    ArchiveStamp,
    EvidenceRecord,
    bound,
    decoded,
    group_of,
    grow,
    restamped,
    token_of,
)
from efile.model import Akte, Document, FilingRequest, Part
from efile.ports import Host, Stamping
from efile.preserving.covering import covered
from efile.proof.copying import copy_part
from efile.retention.notes import VORGANG, Author
from efile.retention.room import Outlook, RetentionRoom

_PAGE = 500
_AT_ONCE = 200
"""Files that share a time stamp at most: a reduced tree is then eight hashes."""
MIME = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Preserved:
    """A file and its record."""

    akte: Akte
    contents: int
    """Hashes the record covers."""


class _Digest:
    """Takes bytes and keeps their digest."""

    def __init__(self, algorithm: Algorithm) -> None:
        self.digest = hashlib.new(algorithm)

    def write(self, data: bytes, /) -> None:
        """Take these as well."""
        self.digest.update(data)


class PreservingRoom:
    """Evidence records, one office at a time."""

    def __init__(
        self, archive: Archive, retention: RetentionRoom, host: Host, seen: Sight | None = None
    ) -> None:
        """What is not ``seen`` behaves like missing; without a sight everything is seen."""
        self._archive = archive
        self._retention = retention
        self._stamping = host.stamping
        self._seen = seen

    @property
    def is_set_up(self) -> bool:
        """Whether there is a time stamp authority."""
        return self._stamping is not None

    async def closed(self, tenant: str, on: date) -> list[Akte]:
        """Return files that are closed and whose contents no record covers yet."""
        found: list[Akte] = []
        after: str | None = None
        while page := await self._retention.outlooks(tenant, on, after, _PAGE):
            ids = [one.akte.id for one in page if is_closed(one, on)]
            known = await self._archive.database.read(partial(covered, tenant=tenant, akten=ids))
            found += [
                one.akte for one in page
                if one.akte.id in known and not known[one.akte.id].is_whole
            ]  # fmt: skip
            after = page[-1].akte.aktenzeichen
        return found

    async def preserve(self, tenant: str, by: Author, on: date) -> list[Preserved]:
        """Make records for every closed file that has none for what is in it.

        Raises:
            StorageMisconfigured: no time stamp authority is set up.
            StorageUnavailable: it does not answer.
        """
        self._authority()
        made: list[Preserved] = []
        akten = await self.closed(tenant, on)
        for start in range(0, len(akten), _AT_ONCE):
            made += await self._make(akten[start : start + _AT_ONCE], by)
        return made

    async def _make(self, akten: Sequence[Akte], by: Author) -> list[Preserved]:
        groups = [group_of(await self._hashes(akte), _filler(akte), "sha256") for akte in akten]
        root, trees = grow(groups, "sha256")
        token = token_of(await self._authority().stamp(root))
        for akte, tree in zip(akten, trees, strict=True):
            record = EvidenceRecord(((ArchiveStamp("sha256", tree, token),),))
            await self._file(akte, record, by)
        return [Preserved(a, len(group)) for a, group in zip(akten, groups, strict=True)]

    async def renew(self, tenant: str, akte: str, by: Author) -> Preserved:
        """Have the latest stamp of a file's record covered by a new one.

        Raises:
            NotFound: there is no such file, or it has no record.
        """
        found, record = await self._record(tenant, akte)
        token = token_of(
            await self._authority().stamp(record.latest.token, record.latest.algorithm)
        )
        await self._file(found, restamped(record, token), by)
        return Preserved(found, len(_first(record)))

    async def strengthen(self, tenant: str, akte: str, by: Author) -> Preserved:
        """Bind the contents of a file to its record by a stronger algorithm, SHA-512.

        Every content is read again.

        Raises:
            NotFound: there is no such file, or it has no record.
            IntegrityBroken: storage holds other bytes than were filed.
        """
        found, record = await self._record(tenant, akte)
        view = await self._archive.database.read(
            lambda tx: metadata.akte_view(tx, tenant, found.id, self._seen)
        )
        wanted, hashes = set(_first(record)), []
        for each in view.documents:
            for part in each.parts:
                if bytes.fromhex(part.sha256) in wanted:
                    digest = _Digest("sha512")
                    await copy_part(digest, each, part, self._archive)
                    hashes.append(digest.digest.digest())
        group = group_of(bound(hashes, record, "sha512"), _filler(found), "sha512")
        root, (tree,) = grow([group], "sha512")
        token = token_of(await self._authority().stamp(root, "sha512"))
        stamp = ArchiveStamp("sha512", tree, token)
        await self._file(found, EvidenceRecord((*record.chains, (stamp,))), by)
        return Preserved(found, len(group))

    async def _record(self, tenant: str, akte: str) -> tuple[Akte, EvidenceRecord]:
        view = await self._archive.database.read(
            lambda tx: metadata.akte_view(tx, tenant, akte, self._seen)
        )
        records = [one for one in view.documents if one.doc_type == EVIDENCE]
        if not records:
            raise NotFound(
                "no_evidence_record",
                "Diese Akte hat kein Beweisdokument.",
                remedy="„aktenhub efile evidence“ erstellt es, sobald die Akte abgeschlossen ist.",
            )
        raw = await self._archive.stored(records[-1], records[-1].parts[0])
        if hashlib.sha256(raw).hexdigest() != records[-1].sha256:
            raise _broken(records[-1])
        return view.akte, decoded(raw)

    async def _hashes(self, akte: Akte) -> list[bytes]:
        view = await self._archive.database.read(
            lambda tx: metadata.akte_view(tx, akte.tenant, akte.id, self._seen)
        )
        return [
            bytes.fromhex(part.sha256)
            for one in view.documents if one.doc_type != EVIDENCE
            for part in one.parts
        ]  # fmt: skip

    async def _file(self, akte: Akte, record: EvidenceRecord, by: Author) -> None:
        raw = record.encoded()
        name = hashlib.sha256(raw).hexdigest()
        request = FilingRequest(
            tenant=akte.tenant, aktenzeichen=akte.aktenzeichen, akte_title=akte.title,
            aktenplan=akte.aktenplan, vorgang=VORGANG, title="Beweisdokument (RFC 4998)",
            doc_type=EVIDENCE, document_key=f"evidence|{akte.id}|{name}", source_id="",
            direction="internal", received_at_us=by.at_us, filed_at_us=by.at_us, actor=by.name,
            parts=(Part("original", "akte.ers", MIME, raw),), kind=akte.kind,
        )  # fmt: skip
        (outcome,) = await filing.file_all([request], self._archive)
        if isinstance(outcome, FilingError):
            raise outcome

    def _authority(self) -> Stamping:
        if self._stamping is None:
            raise StorageMisconfigured(
                "no_time_stamp_authority",
                "Es ist kein Zeitstempeldienst eingerichtet; ohne ihn gibt es keine"
                " Beweisdokumente.",
                remedy="evidence.tsa_url und evidence.tsa_roots in hub.toml setzen.",
            )
        return self._stamping


def is_closed(outlook: Outlook, on: date) -> bool:
    """Tell whether everything that begins the file's period has happened."""
    rule, days = outlook.decision.rule, outlook.standing.days
    return rule is not None and not rule.missing(days) and rule.last_event(days)[0] <= on


def _first(record: EvidenceRecord) -> tuple[bytes, ...]:
    return record.chains[0][0].tree[0]


def _filler(akte: Akte) -> bytes:
    """Return what stands beside a content that would be alone."""
    return f"aktenhub evidence {akte.id}".encode()


def _broken(document: Document) -> IntegrityBroken:
    return IntegrityBroken(
        "stored_bytes_differ",
        "Die gespeicherten Bytes sind nicht die abgelegten; sie werden nicht ausgeliefert.",
        remedy="Prüflauf der E-Akte starten und die vorherige Fassung wiederherstellen.",
        place=document.parts[0].place,
    )
