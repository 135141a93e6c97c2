"""What this machine could not prove on a server with versions is said where everybody reads it."""

import pytest

from tests import verapdf_peer
from tests.versioned_s3 import summary


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        (["passed", "passed"], "proven: versions, object lock and conditional writes"),
        (["passed", "skipped"], "NOT PROVEN: versions, object lock and conditional writes"),
        (["failed"], "(0 of 1 tests passed"),
    ],
)
def test_the_report_ends_with_what_is_proven(outcomes: list[str], said: str) -> None:
    assert said in summary(outcomes)


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [(["passed"], "proven: renditions"), (["skipped"], "NOT PROVEN: renditions")],
)
def test_the_second_opinion_on_pdf_a_is_reported_likewise(outcomes: list[str], said: str) -> None:
    assert verapdf_peer.summary(outcomes).startswith(said)
