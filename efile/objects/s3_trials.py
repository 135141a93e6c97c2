"""Trials of what a server says it can; every answer is an observed effect.

What a trial locks it sets free again, so that nothing of it stays in the bucket. A server that
does not let us do that keeps a few bytes under the probe's prefix.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta

from minio import Minio
from minio.commonconfig import GOVERNANCE
from minio.deleteobjects import DeleteObject
from minio.error import MinioException
from minio.retention import Retention

from efile.objects import s3_bucket
from efile.objects.s3_bucket import read
from efile.objects.s3_faults import ABSENT, code_of, status_of
from efile.objects.wire.whole import Refused, WholeObjects

_LOCK_S = 120
"""Long enough to try a deletion on a busy server, short enough where nobody may lift it."""


def condition_holds(objects: WholeObjects, bucket: str, key: str) -> bool:
    """Tell whether a second write under a condition is refused and the first bytes stay."""
    objects.put_if_absent(bucket, key, b"first")
    try:
        objects.put_if_absent(bucket, key, b"other")
    except Refused as exc:
        return exc.status == 412 and objects.get(bucket, key) == b"first"  # noqa: PLR2004  HTTP "precondition failed"
    return False


def versions_kept(client: Minio, bucket: str, key: str) -> bool:
    """Tell whether two writes leave two versions, the older readable."""
    for data in (b"older", b"newer"):
        _put(client, bucket, key, data)
    older = [each for each in s3_bucket.versions(client, bucket, key) if not each.is_latest]
    return len(older) == 1 and _version(client, bucket, key, older[0].version_id) == b"older"


def deletion_shown(client: Minio, bucket: str, key: str) -> bool:
    """Tell whether a deleted object is hidden by a marker that is listed, and stays readable."""
    version = _put(client, bucket, key, b"hidden")
    client.remove_object(bucket, key)
    found = s3_bucket.versions(client, bucket, key)
    if version is None or not any(each.is_delete_marker and each.is_latest for each in found):
        return False
    return _hidden(client, bucket, key) and _version(client, bucket, key, version) == b"hidden"


def lock_holds(client: Minio, bucket: str, key: str) -> bool:
    """Lock a version for a while and try to delete it; the server's clock sets the date."""
    version = _put(client, bucket, key, b"locked")
    made = client.stat_object(bucket, key).last_modified
    if version is None or made is None:
        return False
    lock = Retention(GOVERNANCE, made + timedelta(seconds=_LOCK_S))
    if not _accepted(lambda: client.set_object_retention(bucket, key, lock, version_id=version)):
        return False
    try:
        return _refuses_deletion(client, bucket, key, version)
    finally:
        # Whoever may not lift the lock leaves the version where it is.
        locked = [DeleteObject(key, version)]
        _accepted(lambda: list(client.remove_objects(bucket, locked, bypass_governance_mode=True)))


def hold_holds(client: Minio, bucket: str, key: str) -> bool:
    """Hold a version, try to delete it, lift the hold, delete it."""
    version = _put(client, bucket, key, b"held")
    if version is None or not _accepted(
        lambda: client.enable_object_legal_hold(bucket, key, version_id=version)
    ):
        return False
    kept = _refuses_deletion(client, bucket, key, version)
    lifted = _accepted(lambda: client.disable_object_legal_hold(bucket, key, version_id=version))
    return kept and lifted and not _refuses_deletion(client, bucket, key, version)


def _put(client: Minio, bucket: str, key: str, data: bytes) -> str | None:
    """Write and return the name of the version, where there are versions."""
    return client.put_object(bucket, key, io.BytesIO(data), len(data)).version_id


def _version(client: Minio, bucket: str, key: str, version: str) -> bytes:
    return read(client.get_object(bucket, key, version_id=version))


def _accepted(call: Callable[[], object]) -> bool:
    """Tell whether the server took a call; that it answered at all is not proof of anything."""
    try:
        call()
    except MinioException as exc:
        if 400 <= status_of(exc) < 600:  # noqa: PLR2004  the server answered, so it refused
            return False
        raise
    return True


def _refuses_deletion(client: Minio, bucket: str, key: str, version: str) -> bool:
    """Tell whether a version is still there after somebody tried to delete it."""
    _accepted(lambda: client.remove_object(bucket, key, version_id=version))
    try:
        _version(client, bucket, key, version)
    except MinioException as exc:
        if code_of(exc) in ABSENT:
            return False
        raise
    return True


def _hidden(client: Minio, bucket: str, key: str) -> bool:
    try:
        client.stat_object(bucket, key)
    except MinioException as exc:
        if code_of(exc) in ABSENT:
            return True
        raise
    return False
