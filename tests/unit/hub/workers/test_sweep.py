"""Cleared files do not stay in clear for ever; refused ones stay until somebody looked."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from hub.channels.inbound.folder import DropFolder
from hub.channels.inbound.rules import Rules
from hub.core.clock import FixedClock
from hub.core.ids import uuid7
from hub.workers.sweep import DAY_US, Sweep


class Inbox:
    """One channel whose files were claimed on a known day."""

    def __init__(self, path: Path, keep_done_days: int) -> None:
        self.folder = DropFolder(path, Rules("rename", keep_done_days=keep_done_days))
        self.folder.prepare()
        self.clock = FixedClock()
        inboxes = {("musterstadt", "fachverfahren"): self.folder}
        self.sweep = Sweep(SimpleNamespace(clock=self.clock, inboxes=inboxes))

    def claim(self, name: str) -> list[str]:
        (self.folder.path / name).write_bytes(name.encode())
        claimed = self.folder.claim([name], lambda: uuid7(self.clock.now_us()))
        assert claimed
        return claimed

    def left(self) -> list[str]:
        """Return what lies in the channel, by the sender's name."""
        files = (p for p in self.folder.path.rglob("*") if p.is_file())
        return sorted(f"{p.parent.name}/{p.name.partition('__')[2] or p.name}" for p in files)


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    inbox = Inbox(tmp_path, keep_done_days=7)
    inbox.folder.remove(inbox.claim("a.xml"), ".done")
    inbox.folder.remove(inbox.claim("b.xml"), ".duplicate")
    return inbox


async def test_cleared_files_stay_for_their_days(inbox: Inbox) -> None:
    inbox.clock.advance(6 * DAY_US / 1e6)

    assert 0 == await inbox.sweep.round()
    assert [".done/a.xml", ".duplicate/b.xml"] == inbox.left()


async def test_cleared_files_are_removed_when_their_days_are_over(inbox: Inbox) -> None:
    inbox.clock.advance(7 * DAY_US / 1e6)

    assert 2 == await inbox.sweep.round()
    assert [] == inbox.left()


async def test_what_waits_is_in_work_or_was_refused_is_never_swept(inbox: Inbox) -> None:
    inbox.claim("working.xml")
    inbox.folder.quarantine("2026-11-22", f"{uuid7(0)}__bad.xml", b"bad", {"code": "x"})
    (inbox.folder.path / "new.xml").write_bytes(b"new")
    inbox.clock.advance(4000 * DAY_US / 1e6)

    await inbox.sweep.round()

    assert [
        ".claimed/working.xml", "2026-11-22/bad.xml", "2026-11-22/bad.xml.grund.json",
        f"{inbox.folder.path.name}/new.xml",
    ] == inbox.left()  # fmt: skip


async def test_what_others_put_on_the_shelf_is_left_alone(inbox: Inbox) -> None:
    (inbox.folder.path / ".done" / "merkzettel.txt").write_bytes(b"theirs")
    inbox.clock.advance(100 * DAY_US / 1e6)

    await inbox.sweep.round()

    assert [".done/merkzettel.txt"] == inbox.left()


async def test_a_day_is_swept_once(inbox: Inbox) -> None:
    inbox.clock.advance(7 * DAY_US / 1e6)
    await inbox.sweep.round()
    inbox.folder.remove(inbox.claim("late.xml"), ".done")
    old = next((inbox.folder.path / ".done").iterdir())
    old.rename(old.with_name(f"{uuid7(0)}__old.xml"))

    assert 0 == await inbox.sweep.round()
    inbox.clock.advance(DAY_US / 1e6)
    assert 1 == await inbox.sweep.round()


async def test_with_no_days_cleared_files_are_removed_at_once(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path, keep_done_days=0)

    inbox.folder.remove(inbox.claim("a.xml"), ".done")

    assert [] == inbox.left()


async def test_files_kept_before_the_setting_became_zero_are_swept(inbox: Inbox) -> None:
    stricter = DropFolder(inbox.folder.path, Rules("rename", keep_done_days=0))

    assert 2 == stricter.sweep(inbox.clock.now_us())
    assert [] == inbox.left()


async def test_a_folder_without_shelves_has_nothing_to_sweep(tmp_path: Path) -> None:
    assert 0 == DropFolder(tmp_path).sweep(0)


class Stubborn(DropFolder):
    """A folder on a share that lets nobody remove anything."""

    def sweep(self, now_us: int) -> int:
        raise PermissionError(13, "Permission denied")


async def test_a_folder_that_cannot_be_swept_stops_no_other(
    inbox: Inbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    inboxes = {("a", "share"): Stubborn(tmp_path), ("b", "fachverfahren"): inbox.folder}
    inbox.clock.advance(7 * DAY_US / 1e6)

    assert 2 == await Sweep(SimpleNamespace(clock=inbox.clock, inboxes=inboxes)).round()
    assert "not_swept" in caplog.text
