"""The log carries identifiers and stable words, never what a message says."""

import asyncio
import json
import logging
import sys
from pathlib import PurePosixPath

from hub.core.errors import Rejected
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


def test_an_error_of_ours_is_logged_by_its_code() -> None:
    error = Rejected("date_wrong", f"Das Datum von {SECRET} fehlt.", place=SECRET)

    line = _line(exc_info=(Rejected, error, None))

    assert ("Rejected", "date_wrong") == (line["error"], line["code"])
    assert SECRET not in json.dumps(line, ensure_ascii=False)


def test_the_place_of_an_error_is_a_line_of_code() -> None:
    try:
        int(SECRET)
    except ValueError:
        line = _line(exc_info=sys.exc_info())

    assert f"{__name__}:" == str(line["place"]).rstrip("0123456789")


def test_a_value_json_does_not_know_is_written_all_the_same() -> None:
    assert "out/box" == _line(place=PurePosixPath("out/box"))["place"]


def test_a_line_stays_one_line() -> None:
    assert "\n" not in JsonLine().format(
        logging.LogRecord("hub.x", logging.INFO, __file__, 1, "a\nb", None, None)
    )


async def test_contexts_of_two_tasks_do_not_mix() -> None:
    async def task(name: str) -> object:
        with log_context(message_id=name):
            await asyncio.sleep(0)
            return _line()["message_id"]

    assert ["m-1", "m-2"] == await asyncio.gather(task("m-1"), task("m-2"))
