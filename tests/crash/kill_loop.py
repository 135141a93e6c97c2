"""kill -9 at random moments of real work, again and again, with senders at every door.

Every other house files in a process of its own, which is killed now and then, too, alone or with
the hub.

    python -m tests.crash.kill_loop --cycles 1000 --seed 20261122 --json kills.json

One house is killed some dozens of times, comes to rest, and is judged; then comes the next,
under the next seed. Each kill waits until the hub has said a random number of things, so that
it falls into work however fast the machine is. A seed gives the same messages and the same
numbers again; when exactly a kill falls is up to the machine. A house with a fault is kept.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import ssl
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

import trustme

from hub.demo.cast import BEISPIELHAUSEN, MUSTERSTADT
from hub.demo.stage import Ports
from tests.crash import checker
from tests.crash.house import PATIENCE_S, House, build_house
from tests.crash.senders import Dropper, Line, Pen, Poster
from tests.crash.state import State
from tests.crash.story import CORE
from tests.s3_server import S3Server, start_rclone

SEED = 20261122
PER_HOUSE = 25
"""Kills before a house is judged: enough that kills fall on the traces of earlier ones."""
QUIET_S = 0.5
"""A hub that says nothing for so long, and has nothing in its lanes, has nothing to do."""
FIRST_WORDS = 9
"""So much is said before the first message is read: start, recovery, inboxes, files taken."""
LAST_WORDS = 4
"""So much is said when all messages were read: files for the cash office, what was stopped."""
KINDS = {"I1": "lost", "I2": "doubled", "I3": "phantom", "I7": "out_of_order"}


@dataclass
class Judgement:
    """What became of one house."""

    seed: int
    kills: int = 0
    dropped: int = 0
    posted: int = 0
    annexes: int = 0
    """Processes that filed and were killed alone."""
    enclosed: int = 0
    """Of these, how many came with an attachment."""
    retried: int = 0
    repeated: int = 0
    seconds: float = 0.0
    states: dict[str, int] = field(default_factory=dict)
    killed_after: dict[str, int] = field(default_factory=dict)
    """What the hub had said last, and how often."""
    faults: list[str] = field(default_factory=list)
    kept: str = ""
    """The folder of a house with a fault."""

    def count(self, letter: str) -> int:
        return sum(fault.startswith(f"{letter} ") for fault in self.faults)


class Ear:
    """Listens to what the hub says."""

    def __init__(self, house: House) -> None:
        self._path = house.folder / "hub.log"
        self._read = self._path.stat().st_size if self._path.exists() else 0
        self.heard: list[str] = []

    def listen(self) -> bool:
        """Take in what was said since, and tell whether anything was."""
        with self._path.open("rb") as log:
            log.seek(self._read)
            whole = log.read().rpartition(b"\n")[0]
        lines = [line for line in whole.split(b"\n") if line.startswith(b"{")]
        if whole:
            self._read += len(whole) + 1
        self.heard += [str(json.loads(line).get("action", "?")) for line in lines]
        return bool(lines)


class Trial:
    """One house, its senders, and who kills it."""

    def __init__(self, folder: Path, server: S3Server, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311  a reproducible order, no secret
        self.house = build_house(folder, server)
        self.judgement = Judgement(seed)
        line = _open_door(self.house)
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
        found.faults += [fault for poster in self.posters for fault in poster.faults]
        found.dropped, found.posted = len(self.house.dropped), len(self.house.posted)
        found.enclosed = sum(bool(post.attachment) for post in self.house.posted)
        found.retried = sum(poster.retried for poster in self.posters)
        found.repeated = sum(poster.repeated for poster in self.posters)
        found.states = dict(Counter(m["state"] for m in State.read(self.house).messages))
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
        self.judgement.kills += 1
        after = self.judgement.killed_after
        last = ear.heard[-1] if ear.heard else "nothing"
        after[last] = after.get(last, 0) + 1
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


def _open_door(house: House) -> Line:
    """Let the house take messages over HTTPS, and give its sender a token."""
    authority, port = trustme.CA(), Ports.free(0).web
    own = authority.issue_cert("localhost")
    own.private_key_pem.write_to_path(house.folder / "secrets" / "door.key")
    (house.folder / "secrets" / "door.key").chmod(0o600)
    own.cert_chain_pems[0].write_to_path(house.folder / "secrets" / "door.pem")
    settings = house.folder / "hub.toml"
    door = (
        f'[intake]\nenabled = true\nport = {port}\ncertificate = "secrets/door.pem"\n'
        'key = "secrets/door.key"\n'
    )
    settings.write_text(door + settings.read_text(encoding="utf-8"), encoding="utf-8")
    place = ("--tenant", MUSTERSTADT.id, "--channel", CORE, "--sender", "portal")
    assert 0 == house.start("tokens", "create", *place).wait(PATIENCE_S), house.log
    [token] = [line.split()[-1] for line in house.log.splitlines() if line.startswith("Token:")]
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    return Line(port, token, trust)


def try_house(folder: Path, server: S3Server, seed: int, kills: int) -> Judgement:
    """Kill one house so many times and judge it."""
    return Trial(folder, server, seed).run(kills)


def report(judgements: Sequence[Judgement], seed: int) -> dict[str, object]:
    """Return the result of a run for programs."""
    faults = [fault for one in judgements for fault in one.faults]
    numbers = {
        name: sum(getattr(one, name) for one in judgements)
        for name in ("kills", "annexes", "dropped", "posted", "enclosed", "retried", "repeated")
    }
    found = {word: sum(one.count(letter) for one in judgements) for letter, word in KINDS.items()}
    killed_after: Counter[str] = Counter()
    for one in judgements:
        killed_after.update(one.killed_after)
    return {
        "ok": not faults, "seed": seed, **numbers, **found,
        "other_faults": len(faults) - sum(found.values()),
        "seconds": round(sum(one.seconds for one in judgements), 1),
        "killed_after": dict(killed_after.most_common()),
        "houses": [asdict(one) for one in judgements],
    }  # fmt: skip


def _show(one: Judgement) -> None:
    states = " ".join(f"{state}={count}" for state, count in sorted(one.states.items()))
    say(
        f"{one.seed:>10} {one.kills:>5} {one.dropped:>7} {one.posted:>6} {one.enclosed:>8} "
        f"{one.retried:>7} {one.repeated:>8} {len(one.faults):>6} {one.seconds:>7}  {states}"
    )
    for line in (*one.faults[:20], *([f"kept: {one.kept}"] if one.kept else [])):
        say(f"{'':>11}{line}")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(arguments: Sequence[str]) -> int:
    """Run the loop; exit code 1 when anything was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash.kill_loop", description=__doc__)
    parser.add_argument("--cycles", type=int, default=100, help="kills in total")
    parser.add_argument("--seed", type=int, default=SEED, help="of the first house")
    parser.add_argument("--per-house", type=int, default=PER_HOUSE, help="kills per house")
    parser.add_argument("--json", type=Path, help="file for the result")
    options = parser.parse_args(arguments)
    say(f"{'seed':>10} kills dropped posted enclosed retried repeated faults seconds  messages")
    judgements: list[Judgement] = []
    root = Path(tempfile.mkdtemp(prefix="kills-"))
    with start_rclone(root / "buckets") as server:
        left = options.cycles
        while left > 0:
            seed = options.seed + len(judgements)
            folder = root / str(seed)
            one = try_house(folder, server, seed, min(left, options.per_house))
            left -= min(left, options.per_house)
            one.kept = str(folder) if one.faults else ""
            judgements.append(one)
            _show(one)
            if not one.faults:
                shutil.rmtree(folder)
    result = report(judgements, options.seed)
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    say(json.dumps({k: v for k, v in result.items() if k != "houses"}))
    if result["ok"]:
        shutil.rmtree(root)
    return 0 if result["ok"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
