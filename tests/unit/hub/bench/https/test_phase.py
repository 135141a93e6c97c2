"""Times are counted from when a message was due to the first receipt at the partner."""

from hub.bench.https.phase import Phase
from hub.bench.https.receiver import Received
from hub.bench.https.sender import Sent
from hub.bench.load import Load

MS = 1_000_000


def _phase(received: list[Received], sent: list[Sent]) -> Phase:
    return Phase(Load(3), sent, received, cpu_s=1.0, filed_ns=900 * MS, commits=2.0)


NUMBERS = [one.business_id for one in Load(3).planned]


def test_waiting_ends_with_the_first_receipt() -> None:
    sent = [Sent(number, n * 10 * MS, n * 10 * MS + 5 * MS, 202, 1)
            for n, number in enumerate(NUMBERS)]  # fmt: skip
    received = [
        Received(40 * MS, "k-0", repeated=False, number=NUMBERS[0], result="angenommen"),
        Received(60 * MS, "k-0", repeated=True, number=NUMBERS[0], result="angenommen"),
        Received(70 * MS, "k-2", repeated=False, number=NUMBERS[2], result="angenommen"),
        Received(80 * MS, "k-1", repeated=False, number=NUMBERS[1], result="abgelehnt"),
        Received(99 * MS, "k-9", repeated=False, number="AZ-of-another-phase", result="angenommen"),
    ]
    phase = _phase(received, sent)

    assert [40.0, 50.0] == phase.waits_ms
    assert [5.0, 5.0, 5.0] == phase.accepts_ms
    assert (0.07, 0.9) == (phase.seconds, phase.filed_s)


def test_a_refusal_is_no_acceptance_and_repeating_is_counted() -> None:
    sent = [Sent(NUMBERS[0], 0, 5 * MS, 422, 1), Sent(NUMBERS[1], 0, 7 * MS, 202, 3)]
    phase = _phase([], sent)

    assert [7.0] == phase.accepts_ms
    assert 2 == phase.sent_again


def test_where_nothing_was_sent_nothing_was_fast() -> None:
    phase = _phase([], [])

    assert ([], []) == (phase.waits_ms, phase.accepts_ms)
    assert phase.seconds > 0
