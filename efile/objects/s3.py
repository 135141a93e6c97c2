"""The only module that speaks S3.

The client library retries PUTs by itself and hides conditional writes; it gets its own
connection pool without retries and with short time-outs. Whole objects, which are fetched and
stored most, go over lines of our own (:mod:`efile.objects.wire`). Calls block, so they run in
threads of our own, never in the event loop.

An object is never believed to be stored because the server said so: it is read back and
compared. Residual risk: on servers that ignore ``If-None-Match`` two writers of *different*
bytes under one key can both see their own; the index then refuses the second.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, BinaryIO, TypeVar, cast

import urllib3
from minio import Minio
from minio.error import MinioException

from efile.errors import FilingError, StorageMisconfigured
from efile.integrity.digest import sha256_of_stream
from efile.integrity.proven import PIECE_BYTES, proven
from efile.model import LargeFile
from efile.objects import s3_bucket, s3_trials
from efile.objects.faults import object_differs, object_missing, readback_differs
from efile.objects.layout import PROBE_ROOT, checked_key, checked_tenant
from efile.objects.s3_bucket import Protection
from efile.objects.s3_faults import ABSENT, code_of, translated
from efile.objects.wire.lines import Lines
from efile.objects.wire.signing import Signer
from efile.objects.wire.turns import Turns
from efile.objects.wire.whole import Refused, WholeObjects
from efile.ports import ObjectInfo, ObjectVersion

T = TypeVar("T")
_PAGE = 1000
_THREADS = 16
_PART_BYTES = 16 * 1024 * 1024
"""Larger objects travel in parts of this size."""
_FILE_PART_BYTES = 8 * 1024 * 1024
"""The same for files: so much of one is held at a time."""
_CONNECT_S = 3.0
_READ_S = 30.0
"""A part of 16 MiB must get through a slow link within this time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Access:
    """Where the server is and who we are."""

    endpoint: str
    """``host:port`` without scheme."""
    access_key: str
    secret_key: str
    secure: bool = True
    region: str = "eu-central-1"
    prefix: str = "aktenhub"
    """Buckets are named ``<prefix>-<tenant>-akte``."""

    def __repr__(self) -> str:
        return f"S3Access({self.endpoint})"


class S3Store:
    """The object store port on any S3."""

    def __init__(self, access: S3Access) -> None:
        self.access = access
        self._http = urllib3.PoolManager(
            maxsize=_THREADS,
            retries=urllib3.Retry(0),
            timeout=urllib3.Timeout(connect=_CONNECT_S, read=_READ_S),
        )
        self.client = Minio(
            access.endpoint,
            access_key=access.access_key or None,
            secret_key=access.secret_key or None,
            secure=access.secure,
            region=access.region,
            http_client=self._http,
        )
        self.whole = WholeObjects(
            Lines(secure=access.secure, connect_s=_CONNECT_S, read_s=_READ_S),
            Signer(access.access_key, access.secret_key, access.region),
            self._address,
        )
        """One object at a time, from its first to its last byte."""
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="efile-s3")
        self._protection: dict[str, Protection] = {}
        self._turns = Turns()

    async def prepare(self, tenant: str) -> None:
        """Create the tenant's bucket if it is missing; once per process see to its protection."""
        bucket = self.bucket(tenant)
        await self.run(lambda: s3_bucket.make(self.client, bucket), bucket)
        if self._protection.get(tenant, Protection.REFUSED) is Protection.REFUSED:
            found = await self.run(lambda: s3_bucket.protect(self.client, bucket), bucket)
            self._protection[tenant] = found

    def unversioned(self) -> tuple[str, ...]:
        """Return the tenants whose bucket keeps no versions, although the server knows them."""
        lacking = (t for t, found in self._protection.items() if found is Protection.REFUSED)
        return tuple(sorted(lacking))

    async def put_once(
        self, tenant: str, key: str, data: bytes | LargeFile, *, by_content: bool = False
    ) -> None:
        """Write the object and read it back; the same bytes again change nothing.

        Where the key follows from the bytes, nobody looks first: a server that knows
        conditions keeps what lies there, any other writes the same bytes again. Only what
        travels in parts is looked for, since it is dear to send and has no condition.
        """
        bucket = self.bucket(tenant)
        place = checked_key(key)
        async with self._turns.of(f"{bucket}/{place}"):
            if isinstance(data, LargeFile):
                await self.run(lambda: _put_file(self.client, bucket, place, data), key)
                return
            look = not by_content or len(data) > _PART_BYTES
            await self.run(lambda: self._put_once(bucket, place, data, look=look), key)

    async def get(self, tenant: str, key: str) -> bytes:
        """Return all bytes."""
        bucket = self.bucket(tenant)
        return await self.run(lambda: self.whole.get(bucket, key), key)

    async def get_all(self, tenant: str, keys: Sequence[str]) -> list[bytes | FilingError]:
        """Return for each key, in their order, all bytes or why there are none."""
        bucket = self.bucket(tenant)
        place = keys[0] if keys else ""
        return await self.run(lambda: [_found(self.whole, bucket, key) for key in keys], place)

    async def get_range(self, tenant: str, key: str, start: int, length: int) -> bytes:
        """Return ``length`` bytes from ``start``."""
        if length <= 0:
            return b""
        bucket = self.bucket(tenant)
        return await self.run(lambda: _get_range(self.whole, bucket, key, start, length), key)

    async def head(self, tenant: str, key: str) -> ObjectInfo:
        """Return key and size."""
        bucket = self.bucket(tenant)
        stat = await self.run(lambda: self.client.stat_object(bucket, key), key)
        return ObjectInfo(key, stat.size or 0)

    async def pages(self, tenant: str, prefix: str) -> AsyncIterator[list[ObjectInfo]]:
        """Yield every object whose key starts with ``prefix``, page by page, by key."""
        bucket = self.bucket(tenant)
        listing: Iterator[Any] = iter(
            self.client.list_objects(bucket, prefix=prefix, recursive=True)
        )
        while items := await self.run(lambda: list(islice(listing, _PAGE)), prefix):
            yield [ObjectInfo(item.object_name, item.size or 0) for item in items]

    async def versions(self, tenant: str, prefix: str) -> list[ObjectVersion]:
        """Return every version and delete marker."""
        bucket = self.bucket(tenant)
        return await self.run(lambda: s3_bucket.versions(self.client, bucket, prefix), prefix)

    async def delete(self, tenant: str, key: str) -> None:
        """Remove the object; an absent one is fine."""
        bucket = self.bucket(tenant)
        await self.run(lambda: self.client.remove_object(bucket, key), key)

    async def destroy(self, tenant: str, key: str) -> int:
        """Remove the object with every version and marker; return how many remain."""
        bucket = self.bucket(tenant)
        return await self.run(lambda: s3_bucket.destroy(self.client, bucket, checked_key(key)), key)

    async def close(self) -> None:
        """End the threads and the connections."""
        await asyncio.to_thread(self._threads.shutdown)
        self._http.clear()
        self.whole.close()

    def bucket(self, tenant: str) -> str:
        """Return the name of the tenant's bucket."""
        return f"{self.access.prefix}-{checked_tenant(tenant)}-akte"

    async def run(self, work: Callable[[], T], place: str) -> T:
        """Run a blocking call in our threads and translate what goes wrong."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, work)
        except (MinioException, Refused, urllib3.exceptions.HTTPError, OSError) as exc:
            raise translated(exc, place) from exc

    async def refuses_wrong_secret(self, tenant: str) -> bool:
        """Whether a wrong secret and no secret at all are both refused."""
        wrong = replace(self.access, secret_key="x" * 40)
        anonymous = replace(self.access, access_key="", secret_key="")
        return await self._is_refused(wrong, tenant) and await self._is_refused(anonymous, tenant)

    async def keeps_first_on_condition(self, tenant: str, key: str) -> bool:
        """Whether ``If-None-Match: *`` is answered 412 and the first bytes stay."""
        bucket = self.bucket(tenant)
        return await self.run(lambda: s3_trials.condition_holds(self.whole, bucket, key), key)

    async def keeps_versions(self, tenant: str, key: str) -> bool:
        """Whether two writes leave two versions, the older readable."""
        return await self._tried(s3_trials.versions_kept, tenant, key)

    async def shows_deletions(self, tenant: str, key: str) -> bool:
        """Whether a deletion leaves a marker that is listed, and the bytes beneath it."""
        return await self._tried(s3_trials.deletion_shown, tenant, key)

    async def refuses_locked_delete(self, tenant: str, key: str) -> bool:
        """Whether a version under GOVERNANCE retention cannot be deleted."""
        return await self._tried(s3_trials.lock_holds, tenant, key)

    async def refuses_held_delete(self, tenant: str, key: str) -> bool:
        """Whether a version under legal hold cannot be deleted, and can be afterwards."""
        return await self._tried(s3_trials.hold_holds, tenant, key)

    def _put_once(self, bucket: str, key: str, data: bytes, *, look: bool) -> None:
        present = _present(self.whole, bucket, key) if look else None
        written = False
        if present is None:
            written = self._put(bucket, key, data)
            present = self.whole.get(bucket, key) if written else _present(self.whole, bucket, key)
            if present is None:
                # Nothing to be seen and yet a refusal: some servers count a delete marker as an
                # object.
                self.whole.put(bucket, key, data)
                written, present = True, self.whole.get(bucket, key)
        if present != data:
            raise readback_differs(key) if written else object_differs(key)

    def _put(self, bucket: str, key: str, data: bytes) -> bool:
        """Write; return whether the server took the bytes."""
        if len(data) > _PART_BYTES:
            stream = io.BytesIO(data)
            self.client.put_object(bucket, key, stream, len(data), part_size=_PART_BYTES)
            return True
        try:
            self.whole.put_if_absent(bucket, key, data)
        except Refused as exc:
            # 412: something lies there; 409: somebody writes at this moment. Reading back decides.
            if exc.status not in {409, 412}:
                raise
            return False
        return True

    def _address(self, bucket: str) -> str:
        """Return where the objects of a bucket lie, as the library has it."""
        return self.client.get_presigned_url("GET", bucket, "x").partition("?")[0][:-1]

    async def _tried(self, trial: Callable[[Minio, str, str], bool], tenant: str, key: str) -> bool:
        bucket = self.bucket(tenant)
        return await self.run(lambda: trial(self.client, bucket, key), key)

    async def _is_refused(self, access: S3Access, tenant: str) -> bool:
        stranger = S3Store(access)
        try:
            async for _ in stranger.pages(tenant, PROBE_ROOT):
                pass
        except StorageMisconfigured:
            return True
        finally:
            await stranger.close()
        return False


def _put_file(client: Minio, bucket: str, key: str, file: LargeFile) -> None:
    """Send a file in parts, one at a time; what is not as promised is never completed."""
    present = _digest(client, bucket, key)
    written = present is None
    if present is None:
        with proven(file) as source:
            client.put_object(
                bucket,
                key,
                cast("BinaryIO", source),
                file.size,
                part_size=_FILE_PART_BYTES,
                num_parallel_uploads=1,
            )
        present = _digest(client, bucket, key)
    if present != (file.sha256, file.size):
        raise readback_differs(key) if written else object_differs(key)


def _digest(client: Minio, bucket: str, key: str) -> tuple[str, int] | None:
    """Return digest and size of an object, read in pieces; ``None`` when there is none."""
    try:
        response = client.get_object(bucket, key)
    except MinioException as exc:
        if code_of(exc) in ABSENT:
            return None
        raise
    try:
        return sha256_of_stream(response.stream(PIECE_BYTES))
    finally:
        response.close()
        response.release_conn()


def _present(objects: WholeObjects, bucket: str, key: str) -> bytes | None:
    try:
        return objects.get(bucket, key)
    except Refused as exc:
        if code_of(exc) in ABSENT:
            return None
        raise


def _found(objects: WholeObjects, bucket: str, key: str) -> bytes | FilingError:
    found = _present(objects, bucket, key)
    return object_missing(key) if found is None else found


def _get_range(objects: WholeObjects, bucket: str, key: str, start: int, length: int) -> bytes:
    try:
        return objects.get(bucket, key, start, length)
    except Refused as exc:
        # 416: the object ends before the range begins.
        if exc.status != 416:  # noqa: PLR2004  HTTP "range not satisfiable"
            raise
        return b""
