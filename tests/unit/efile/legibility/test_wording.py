"""Every reason has a sentence and something that helps."""

from __future__ import annotations

import pytest

from efile.capture import words
from efile.legibility import wording

CODES = (
    "document_locked", "document_unreadable", "document_too_slow", "document_reader_died",
    "package_bomb", "package_hostile", "picture_too_large",
)  # fmt: skip


@pytest.mark.parametrize(
    "code", [*CODES, "no_pages", wording.TRIED_TOO_OFTEN, "", "never_heard_of"]
)
def test_every_reason_has_a_sentence_and_a_remedy(code: str) -> None:
    assert wording.reason_of(code).endswith(".")
    assert wording.remedy_of(code).endswith(".")


@pytest.mark.parametrize("code", CODES)
def test_what_hindered_is_known_from_the_remark(code: str) -> None:
    remark = words.remark(("macros", code), "application/pdf", "image/png")

    assert code == wording.code_of(remark)
    assert "" == wording.code_of(words.remark(("macros",)))
