"""Messages of an archive are read as they are meant, and hostile bytes are told from them."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efile import Appraised, archive_messages
from hub.core.errors import Rejected
from hub.evidence.handover.reading import MOST_BYTES, read_message
from tests.archive_desk import SPACE, appraisal, import_report, receipt

PROCESS = "9fde4e7a-b41b-11ec-9225-005056871b7c"
UUIDS = st.uuids().map(str)
PLAIN = st.text("ABCÄÖÜabcäöüß0123456789 /.-", min_size=1, max_size=20).map(str.strip)


def zipped(*files: tuple[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in files:
            package.writestr(name, data)
    return stream.getvalue()


@given(UUIDS, st.dictionaries(UUIDS, st.sampled_from("ABV") | PLAIN.filter(str), min_size=1))
def test_an_appraisal_is_read_as_it_was_written(process: str, says: dict[str, str]) -> None:
    found = read_message(appraisal(process.upper(), says))

    assert (archive_messages.APPRAISAL, process, True) == (
        found.kind, found.process, found.wants_receipt,
    )  # fmt: skip
    assert list(says.items()) == [(one.id, one.says) for one in found.appraised]
    lines = [one.line or 0 for one in found.appraised]
    assert lines == list(range(lines[0], lines[0] + len(lines)))


@given(st.dictionaries(UUIDS, st.booleans(), min_size=1))
def test_an_import_report_is_read_as_it_was_written(done: dict[str, bool]) -> None:
    message = import_report(PROCESS, {n: "StA 1" if ok else "!voll" for n, ok in done.items()})

    found = read_message(zipped((f"{PROCESS}_0506.xml", message)))

    assert [
        (name, ok, "StA 1" if ok else "", () if ok else ("voll",)) for name, ok in done.items()
    ] == [(one.id, one.done, one.name, one.faults) for one in found.taken]


@pytest.mark.parametrize("code", ["0504", "0507"])
def test_receipts_are_known(code: str) -> None:
    assert code == read_message(receipt(PROCESS, code)).kind.code


def test_the_version_before_is_understood() -> None:
    old = appraisal(PROCESS, {PROCESS: "A"}).replace(b"3.1.0", b"3.0.0")

    assert "3.0.0" == read_message(old).version
    assert (Appraised(PROCESS, "A", 3),) == read_message(old).appraised


GOOD = appraisal(PROCESS, {PROCESS: "A"})


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"kein XML", "not_wellformed"),
        (b"<a/>", "archive_message_unexpected"),
        (GOOD.replace(SPACE.encode(), b"urn:xoev-de:xdomea:schema:2.4.0"), "archive_message_unexpected"),
        (GOOD.replace(b"Bewertungsverzeichnis.0502", b"Anbieteverzeichnis.0501"), "archive_message_unexpected"),
        (GOOD.replace(b"<code>0502<", b"<code>0506<"), "archive_message_incomplete"),
        (GOOD.replace(b"<xdomea:ID>9fde", b"<xdomea:ID>../x"), "archive_message_incomplete"),
        (GOOD.replace(b"ProzessID", b"ProzessId"), "archive_message_incomplete"),
        (GOOD.replace(b"xdomea:Kopf", b"xdomea:Fuss"), "archive_message_incomplete"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + GOOD[39:], "doctype_forbidden"),
        (b"<a>" * 31 + b"</a>" * 31, "too_deep"),
        (GOOD + b" " * MOST_BYTES, "oversize"),
        (b"PK\x03\x04kaputt", "archive_package_wrong"),
        (zipped(("a.txt", b"")), "archive_package_wrong"),
        (zipped(("a.xml", GOOD), ("b.xml", GOOD)), "archive_package_wrong"),
        (zipped(("a.xml", GOOD), *((f"{n}.txt", b"") for n in range(10))), "archive_package_wrong"),
        (zipped(("a.xml", b" " * (MOST_BYTES + 1))), "archive_package_wrong"),
        (zipped(("a.xml", GOOD))[:-30], "archive_package_wrong"),
    ],
)  # fmt: skip
def test_what_is_no_message_of_an_archive_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(Rejected) as refused:
        read_message(data)

    assert code == refused.value.code
