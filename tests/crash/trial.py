"""One house, its senders, and who kills it; every other one files in a process of its own."""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import suppress
from pathlib import Path

from hub.demo.cast import BEISPIELHAUSEN, MUSTERSTADT
from tests.crash import checker
from tests.crash.ear import Ear
from tests.crash.house import PATIENCE_S, build_house
from tests.crash.judgement import Judgement
from tests.crash.senders import Dropper, Pen, Poster, open_door
from tests.s3_server import S3Server

QUIET_S = 0.5
"""A hub that says nothing for so long, and has nothing in its lanes, has nothing to do."""
FIRST_WORDS = 9
"""So much is said before the first message is read: start, recovery, inboxes, files taken."""
LAST_WORDS = 4
"""So much is said when all messages were read: files for the cash office, what was stopped."""


class Trial:
    """One house, its senders, and who kills it."""

    def __init__(self, folder: Path, server: S3Server, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311  a reproducible order, no secret
        self.house = build_house(folder, server)
        self.judgement = Judgement(seed)
        line = open_door(self.house)
        if seed % 2:
            self.house.file_apart()
        self.droppers = [
            Dropper(self.house, Pen(office, letter, self._own()))
            for office, letter in ((MUSTERSTADT, "a"), (BEISPIELHAUSEN, "b"), (MUSTERSTADT, "c"))
        ]
        self.posters = [
            Poster(self.house, Pen(MUSTERSTADT, letter, self._own()), line, self._own())
            for letter in ("x", "y")
        ]

    def _own(self) -> random.Random:
        return random.Random(self.chance.getrandbits(64))  # noqa: S311  see above

    def run(self, kills: int) -> Judgement:
        """Kill so many times, let it come to rest, judge."""
        begun = time.monotonic()
        while self.judgement.kills < kills and not self.judgement.faults:
            self._live_and_die()
        self._come_to_rest()
        found = self.judgement
        found.take_from(self.house, self.posters)
        found.seconds = round(time.monotonic() - begun, 1)
        return found

    def _live_and_die(self) -> None:
        files, words, early = self._begin()
        ear = Ear(self.house)
        hub = self.house.start("run")
        try:
            self._wait(ear, words, files[early:])
            time.sleep(self.chance.uniform(0.0, 0.15 if words else 0.6))
            annex = hub.annex()
            if annex and self.chance.random() < 0.3:
                self._kill_alone(annex)
            if hub.poll() is not None:
                self.judgement.faults.append(f"the hub ended by itself: {self.house.log[-500:]}")
        finally:
            annex = hub.annex()
            hub.kill()
            hub.wait(PATIENCE_S)
            if annex:
                self._end(annex)
        ear.listen()
        self.judgement.died_after(ear.heard)
        self.judgement.faults += checker.unsafe(self.house)

    def _begin(self) -> tuple[list[Dropper], int, int]:
        """Return who drops a file, after how many words comes the kill, and how many drop before.

        Those have dropped; posters were asked.
        """
        files = [self.chance.choice(self.droppers) for _ in range(self.chance.randrange(1, 8))]
        posts = [self.chance.randrange(3) for _ in self.posters]
        for poster, count in zip(self.posters, posts, strict=True):
            poster.ask_for(count)
        most = FIRST_WORDS + len(files) + sum(posts) + LAST_WORDS
        start_up = self.chance.random() < 0.4
        words = self.chance.randrange(*((0, FIRST_WORDS) if start_up else (FIRST_WORDS, most)))
        early = self.chance.randrange(len(files) + 1)
        for dropper in files[:early]:
            dropper.drop()
        return files, words, early

    def _kill_alone(self, annex: int) -> None:
        """Kill who files, and let the hub notice; some seconds later it starts another."""
        os.kill(annex, signal.SIGKILL)
        self.judgement.annexes += 1
        time.sleep(self.chance.uniform(0.0, 3.0))

    def _end(self, annex: int) -> None:
        """Whoever filed for a hub that is dead is killed as well, or ends by itself."""
        with suppress(ProcessLookupError):
            if self.chance.random() < 0.5:
                os.kill(annex, signal.SIGKILL)
        end = time.monotonic() + PATIENCE_S
        while Path(f"/proc/{annex}").exists():
            if time.monotonic() > end:
                self.judgement.faults.append("the annex of a dead hub goes on")
                os.kill(annex, signal.SIGKILL)
                return
            time.sleep(0.01)

    def _wait(self, ear: Ear, words: int, files: list[Dropper]) -> None:
        """Drop what is left meanwhile; until enough was said, or nothing for a while."""
        silent_since, end = time.monotonic(), time.monotonic() + PATIENCE_S
        while len(ear.heard) < words and time.monotonic() < end:
            if files and self.chance.random() < 0.3:
                files.pop(0).drop()
            time.sleep(0.01)
            now = time.monotonic()
            if ear.listen() or files or not ear.heard:
                silent_since = now
            if now - silent_since > QUIET_S:
                if not self._is_busy():
                    break
                silent_since = now
        for dropper in files:
            dropper.drop()

    def _is_busy(self) -> bool:
        with self.house.look() as rows:
            return bool(rows("SELECT 1 FROM lane WHERE state IN ('ready', 'leased') LIMIT 1"))

    def _come_to_rest(self) -> None:
        """Answer everybody, end as an operator would, finish, and change nothing any more."""
        ear = Ear(self.house)
        hub = self.house.start("run")
        for poster in self.posters:
            poster.finish(PATIENCE_S)
        end = time.monotonic() + PATIENCE_S
        while "serving" not in ear.heard and time.monotonic() < end:
            time.sleep(0.01)
            ear.listen()
        hub.send_signal(signal.SIGTERM)
        codes = [hub.wait(PATIENCE_S), self.house.run_once()]
        faults = checker.faults(self.house)
        before = checker.fingerprint(self.house)
        codes.append(self.house.run_once())
        if before != checker.fingerprint(self.house):
            faults.append("I9 a further start changed something")
        if any(codes):
            faults.append(f"the hub ended with {codes}: {self.house.log[-500:]}")
        self.judgement.faults += faults


def try_house(folder: Path, server: S3Server, seed: int, kills: int) -> Judgement:
    """Kill one house so many times and judge it."""
    return Trial(folder, server, seed).run(kills)
