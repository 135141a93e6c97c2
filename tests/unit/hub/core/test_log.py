"""The log carries identifiers and stable words, never what a message says."""

import json
import logging
import sys

from hub.core.log import JsonLine, log_context

SECRET = "Lea Mustermann"


def _line(**extra: object) -> dict[str, object]:
    record = logging.LogRecord("hub.x", logging.INFO, __file__, 1, "picked_up", None, None)
    record.__dict__.update(extra)
    written: dict[str, object] = json.loads(JsonLine().format(record))
    return written


def test_a_line_names_action_level_and_logger() -> None:
    line = _line(count=3)

    assert ("picked_up", "info", "hub.x", 3) == (
        line["action"], line["level"], line["logger"], line["count"],
    )  # fmt: skip


def test_an_unknown_field_does_not_reach_the_log() -> None:
    assert "child" not in _line(child=SECRET)


def test_the_words_of_an_exception_do_not_reach_the_log() -> None:
    try:
        int(SECRET)
    except ValueError:
        line = _line(exc_info=sys.exc_info())

    assert "ValueError" == line["error"]
    assert SECRET not in json.dumps(line)


def test_a_context_adds_its_ids_and_takes_them_away_again() -> None:
    with log_context(message_id="m-1", child=SECRET):
        inside = _line()

    assert "m-1" == inside["message_id"]
    assert "child" not in inside
    assert "message_id" not in _line()
