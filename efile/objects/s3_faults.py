"""What goes wrong with an S3 server, in our words: who must act."""

from __future__ import annotations

import re

from minio.error import S3Error, ServerError

from efile.errors import FilingError, StorageMisconfigured, StorageUnavailable
from efile.objects.faults import object_missing
from efile.objects.wire.whole import Refused

ABSENT = {"NoSuchKey", "NoSuchObject", "NoSuchVersion", "ResourceNotFound"}
"""How servers say that there is no such object."""
_CODE = re.compile(r"<Code>(\w+)</Code>")
PASSING = {"RequestTimeout", "SlowDown"}
"""Some servers answer these with 400 or 403 although they pass by themselves."""
UNSUPPORTED = {400, 405, 501}
"""How servers say that they do not know versions or locks."""
_REFUSALS = {400, 401, 403, 404, 405}
_OPERATOR = {
    "AccessDenied", "SignatureDoesNotMatch", "InvalidAccessKeyId", "NoSuchBucket",
    "AuthorizationHeaderMalformed", "InvalidBucketName", "PermanentRedirect",
    "RequestTimeTooSkewed", "AllAccessDisabled", "AccountProblem",
}  # fmt: skip


def status_of(exc: Exception) -> int:
    """Return the HTTP status behind an error of the client, 0 if none."""
    if isinstance(exc, Refused):
        return exc.status
    if isinstance(exc, S3Error):
        return int(exc.response.status)
    if isinstance(exc, ServerError):
        return int(exc.status_code)
    return int(getattr(exc, "_code", 0))


def code_of(exc: Exception) -> str:
    """Return the S3 error code; the client does not read it from ``text/xml`` answers."""
    if isinstance(exc, S3Error):
        return str(exc.code)
    found = _CODE.search(exc.body if isinstance(exc, Refused) else str(getattr(exc, "_body", "")))
    return found.group(1) if found else ""


def translated(exc: Exception, place: str) -> FilingError:
    """Return our error for one of the client's."""
    code = code_of(exc)
    if code in ABSENT:
        return object_missing(place)
    if code in _OPERATOR or (status_of(exc) in _REFUSALS and code not in PASSING):
        return StorageMisconfigured(
            "storage_refused",
            "Der Aktenspeicher weist den Zugriff ab.",
            remedy="Adresse, Schlüssel, Rechte und Uhrzeit prüfen: aktenhub check.",
            place=code or place,
        )
    return StorageUnavailable(
        "storage_unreachable",
        "Der Aktenspeicher ist vorübergehend nicht erreichbar.",
        remedy="Nichts zu tun: Es wird von selbst erneut versucht.",
        place=place,
    )
