"""A tenant's bucket: made when it is missing, protected at each start; its versions and bytes.

Whoever made it may have died before versions were switched on, or somebody may have switched
them off since. So each process looks once and switches on what is missing. What a server does
not know is not asked for again: the probe tells the operator. What it knows but does not let
us switch on is a lack, and stays one until somebody mends it.

Residual risk: what is switched off while a process runs is noticed at its next start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum
from xml.etree import ElementTree as ET  # noqa: TID251  only what our own server says

from minio import Minio
from minio.commonconfig import ENABLED
from minio.error import MinioException
from minio.objectlockconfig import ObjectLockConfig
from minio.versioningconfig import VersioningConfig
from minio.xml import findall, findtext
from urllib3 import BaseHTTPResponse

from efile.objects.s3_faults import PASSING, UNSUPPORTED, code_of, status_of
from efile.ports import ObjectVersion

_BUCKET_THERE = {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}
_NOT_LOCKED = "ObjectLockConfigurationNotFoundError"
_SERVER_FAULT = 500
NAMELESS = "null"
"""Version of what was written while versions were off."""


class Protection(Enum):
    """What a bucket's versions stand at."""

    ON = "on"
    UNKNOWN_TO_SERVER = "unknown"
    REFUSED = "refused"
    """The server knows versions, but they are off, or nobody lets us look."""


def make(client: Minio, bucket: str) -> None:
    """Create a bucket if it is missing; with object lock, where the server knows it."""
    if client.bucket_exists(bucket):
        return
    try:
        client.make_bucket(bucket, object_lock=True)
    except MinioException as exc:
        if code_of(exc) in _BUCKET_THERE:
            return
        if status_of(exc) not in UNSUPPORTED:
            raise
        client.make_bucket(bucket)


def protect(client: Minio, bucket: str) -> Protection:
    """Switch on versions and object lock where they are off; return how versions stand.

    A bucket somebody made without object lock may have to stay without: not every server
    gives it later. What it then is worth, the probe tries out.
    """
    versions = _switch_on(
        lambda: client.get_bucket_versioning(bucket).status == ENABLED,
        lambda: client.set_bucket_versioning(bucket, VersioningConfig(ENABLED)),
    )
    if versions is Protection.ON:
        _switch_on(
            lambda: _knows_locks(client, bucket),
            lambda: client.set_object_lock_config(bucket, ObjectLockConfig(None, None, None)),
        )
    return versions


def _switch_on(is_on: Callable[[], bool], switch: Callable[[], None]) -> Protection:
    """Look, switch, look again: what a server says it did is not believed."""
    try:
        if is_on():
            return Protection.ON
        switch()
        return Protection.ON if is_on() else Protection.UNKNOWN_TO_SERVER
    except MinioException as exc:
        if status_of(exc) in UNSUPPORTED and code_of(exc) not in PASSING:
            return Protection.UNKNOWN_TO_SERVER
        if _passes(exc):
            raise
        return Protection.REFUSED
    except (SyntaxError, ValueError):
        # No such document came back (the client's parser raises these): the server took the
        # question for another one.
        return Protection.UNKNOWN_TO_SERVER


def _passes(exc: MinioException) -> bool:
    """Tell whether nobody is to blame; then the next attempt looks again."""
    return not 400 <= status_of(exc) < _SERVER_FAULT or code_of(exc) in PASSING  # noqa: PLR2004  HTTP: a client's fault


def _knows_locks(client: Minio, bucket: str) -> bool:
    """Look at what the server says itself: the library wants a default period, and we set none."""
    try:
        answer = client._execute("GET", bucket, query_params={"object-lock": ""})  # noqa: SLF001  no public way
    except MinioException as exc:
        if code_of(exc) == _NOT_LOCKED:
            return False
        raise
    return findtext(_document(answer), "ObjectLockEnabled") == "Enabled"


def versions(client: Minio, bucket: str, prefix: str) -> list[ObjectVersion]:
    """Return every version and delete marker of objects whose key starts with ``prefix``."""
    try:
        return list(_listed(client, bucket, prefix))
    except MinioException as exc:
        # A server without versions says so in several ways; its objects are the versions.
        if status_of(exc) not in UNSUPPORTED:
            raise
    except _NoVersions:
        pass
    found = client.list_objects(bucket, prefix=prefix, recursive=True)
    return [
        ObjectVersion(str(item.object_name), NAMELESS, item.size or 0, True, False)  # noqa: FBT003  fields of a plain record
        for item in found
    ]


class _NoVersions(Exception):
    """The server took the question for another one and listed its objects."""


def _listed(client: Minio, bucket: str, prefix: str) -> Iterator[ObjectVersion]:
    """Yield what the server lists.

    The library would read times, too, and fails where a server writes them with more digits
    than it expects; nobody here asks for them.
    """
    question = {"versions": "", "delimiter": "", "max-keys": "1000", "prefix": prefix}
    while True:
        answer = client._execute("GET", bucket, query_params=dict(question))  # noqa: SLF001  see above
        page = _document(answer)
        if not page.tag.endswith("ListVersionsResult"):
            raise _NoVersions
        for kind in ("Version", "DeleteMarker"):
            yield from (_version(each, kind) for each in findall(page, kind))
        if findtext(page, "IsTruncated") != "true":
            return
        question["key-marker"] = findtext(page, "NextKeyMarker") or ""
        question["version-id-marker"] = findtext(page, "NextVersionIdMarker") or ""


def _version(element: ET.Element, kind: str) -> ObjectVersion:
    return ObjectVersion(
        findtext(element, "Key") or "",
        findtext(element, "VersionId") or NAMELESS,
        int(findtext(element, "Size") or 0),
        findtext(element, "IsLatest") == "true",
        kind == "DeleteMarker",
    )


def _document(answer: BaseHTTPResponse) -> ET.Element:
    return ET.fromstring(answer.data)  # noqa: S314  our own server's, as the library reads it


def destroy(client: Minio, bucket: str, key: str) -> int:
    """Remove each version by its name: removing the object alone would only hide it.

    A bucket that got versions later has one without a name, which leaves a marker: two rounds.
    """
    for _ in range(2):
        found = _of_object(client, bucket, key)
        named = any(each.version_id != NAMELESS for each in found)
        for each in found:
            try:
                client.remove_object(bucket, key, version_id=each.version_id if named else None)
            except MinioException as exc:
                # A locked version stays; what remains is counted.
                if not 400 <= status_of(exc) < 500:  # noqa: PLR2004  HTTP: the server refused
                    raise
    return len(_of_object(client, bucket, key))


def _of_object(client: Minio, bucket: str, key: str) -> list[ObjectVersion]:
    return [each for each in versions(client, bucket, key) if each.key == key]


def read(response: BaseHTTPResponse) -> bytes:
    """Return what an answer carries, and give its connection back."""
    try:
        return bytes(response.read())
    finally:
        response.close()
        response.release_conn()
