"""File kinds are data, and data that contradict themselves are refused."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from efile import FIRST_KIND, FileKinds, InvalidRequest, RulesMisconfigured
from efile.kinds.catalog import SHIPPED

KINDS = FileKinds.load()


def folder_with(tmp_path: Path, **changes: str) -> Path:
    """Return the shipped kinds with words of one replaced."""
    folder = tmp_path / "kinds"
    shutil.copytree(SHIPPED, folder)
    place = folder / "vormundschaft.toml"
    text = place.read_text(encoding="utf-8")
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    place.write_text(text, encoding="utf-8")
    return folder


def test_the_kinds_of_an_office_are_there() -> None:
    assert {
        "uvg", "uvg-rueckgriff", "beistandschaft", "vormundschaft", "beurkundung",
        "wirtschaftliche-jugendhilfe", "asd", "jugendgerichtshilfe", "sozialhilfe", "wohngeld",
    } == set(KINDS.by_id)  # fmt: skip


def test_every_kind_has_its_own_wall_class_and_numbers() -> None:
    kinds = list(KINDS)

    assert len(kinds) == len({kind.wall for kind in kinds})
    assert len(kinds) == len({kind.aktenplan for kind in kinds})
    assert len(kinds) == len({kind.numbering.begin(2026) for kind in kinds})


def test_recourse_is_apart_from_the_benefit() -> None:
    benefit, recourse = KINDS.kind(FIRST_KIND), KINDS.kind("uvg-rueckgriff")

    assert "51.3 Unterhaltsvorschuss" == benefit.aktenplan
    assert benefit.wall != recourse.wall


def test_the_rule_of_the_day_and_those_that_follow() -> None:
    kind = KINDS.kind("vormundschaft")

    assert [(30,), (30, 70)] == [rule.years for rule in kind.rules_from(date(2025, 6, 30))]
    assert [(30, 70)] == [rule.years for rule in kind.rules_from(date(2025, 7, 1))]


def test_an_unknown_kind_is_named() -> None:
    with pytest.raises(InvalidRequest, match=r"\[unknown_file_kind\]"):
        KINDS.kind("adoption")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('id = "vormundschaft"', 'id = "other"', "id und Name"),
        ("until = 2025-06-30", "until = 2025-06-29", "schließt nicht lückenlos"),
        ("until = 2025-06-30", "until = 2025-07-01", "schließt nicht lückenlos"),
        ("from = 2025-07-01", "until = 2025-07-01", "schließt nicht lückenlos"),
        ("[30, 70]", "[30, 70]\nuntil = 2099-12-31", "die letzte Regel hat ein Ende"),
        ("until = 2025-06-30", "from = 2025-07-01\nuntil = 2025-06-30", "gilt an keinem Tag"),
        ('events = ["birth"]', 'events = ["death"]', "das Ereignis death"),
        ("{number:05}", "{count}", "das Muster"),
        ('"51.5-{year}', '"51.3-{year}', "dieselben Aktenzeichen"),
        ("wall =", "mauer =", "nicht lesbar"),
        ("years = [30]", "years = [0]", "nicht lesbar"),
        ("[events]", "[events", "nicht lesbar"),
        ('id = "property"', 'id = "person"', "zweimal genannt"),
        ('["Vermögenssorge",', '["Personensorge",', "zweimal genannt"),
    ],
    ids=lambda word: word[:20],
)
def test_what_contradicts_itself_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(RulesMisconfigured, match="file_kinds_invalid") as told:
        FileKinds.load(folder_with(tmp_path, **{old: new}))

    assert said in told.value.message
    assert told.value.place


def test_the_first_kind_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(RulesMisconfigured, match="„uvg“ fehlt"):
        FileKinds.load(tmp_path)
