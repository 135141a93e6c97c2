import pytest

from hub.pipeline.alarms.queues import in_words


@pytest.mark.parametrize(
    ("queue", "said"),
    [
        ("travel", "Verarbeitung"),
        ("deliver:azr", "Übermittlung an azr"),
        ("order:ihv", "Anordnungen an ihv"),
        ("letter", "Schreiben"),
        ("unknown:x", "unknown:x"),
        ("deliver:", "deliver:"),
    ],
)
def test_a_queue_is_named_by_what_it_does(queue: str, said: str) -> None:
    assert said == in_words(queue)
