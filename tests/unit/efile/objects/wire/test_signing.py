"""Signatures are those the library makes for the same request."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from minio.credentials import Credentials
from minio.signer import sign_v4_s3

from efile.integrity.digest import sha256_hex
from efile.objects.wire.signing import Signer


@pytest.mark.parametrize(
    ("method", "fields"),
    [
        ("GET", {}),
        ("GET", {"range": "bytes=10-19"}),
        ("PUT", {"if-none-match": "*", "content-length": "4", "content-md5": "xx=="}),
    ],
)
def test_a_request_is_signed_as_the_library_signs_it(method: str, fields: dict[str, str]) -> None:
    signer = Signer("who", "what", "eu-central-1")
    digest = sha256_hex(b"body")

    head = signer.head(method, "s3.example:9000", "/bucket/v1/a/x.json", fields, digest)

    request, *lines = head.decode().removesuffix("\r\n\r\n").split("\r\n")
    said = dict(line.split(": ", 1) for line in lines)
    wanted = sign_v4_s3(
        method=method,
        url=urlsplit("http://s3.example:9000/bucket/v1/a/x.json"),
        region="eu-central-1",
        headers={
            **fields, "host": "s3.example:9000", "x-amz-content-sha256": digest,
            "x-amz-date": said["x-amz-date"],
        },
        credentials=Credentials("who", "what"),
        content_sha256=digest,
        date=datetime.strptime(said["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC),
    )  # fmt: skip
    assert f"{method} /bucket/v1/a/x.json HTTP/1.1" == request
    assert wanted["Authorization"] == said["authorization"].strip()


def test_a_signer_does_not_print_its_secret() -> None:
    assert "what" not in repr(Signer("who", "what", "eu"))
