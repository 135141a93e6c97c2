"""Who sends while the hub is killed: some drop files, some post and believe only a 202."""

from __future__ import annotations

import hashlib
import http.client
import json
import random
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import trustme

from hub.demo import drops
from hub.demo.cast import MUSTERSTADT, Family, Office
from hub.demo.stage import Ports
from tests.crash.house import House, Posted
from tests.crash.story import CORE
from tests.forms import Field, headers, message, written

OPEN_CASES = 3
"""So many cases of a sender go on side by side."""
LARGE = b"<!-- " + b"x" * 150_000 + b" -->\n"
"""Makes a message too large for the database and for a pack."""
PAUSE_S = 0.05
"""Between two attempts while nobody answers."""
PATIENCE_S = 60.0


class Pen:
    """Writes what one sender sends: cases with their orders, and some of what goes wrong."""

    def __init__(self, office: Office, letter: str, chance: random.Random) -> None:
        self.office = office
        self._letter = letter
        self._chance = chance
        self._number = 0

    def messages(self) -> Iterator[tuple[str, bytes]]:
        """Yield names and bytes; what belongs to one case in its order."""
        going: list[Iterator[bytes]] = []
        before = b""
        for number in range(1_000_000):
            if len(going) < OPEN_CASES:
                going.append(self._case())
            lucky = self._chance.random()
            if before and lucky < 0.05:
                data = before
            elif lucky < 0.08:
                data = drops.entity_bomb() + b" " * number
            else:
                data = self._next(going)
                before = data
            yield f"{self._letter}{number:05d}.xml", data

    def _next(self, going: list[Iterator[bytes]]) -> bytes:
        line = self._chance.choice(going)
        data = next(line, None)
        if data is None:
            going[going.index(line)] = line = self._case()
            data = next(line)
        return data

    def _case(self) -> Iterator[bytes]:
        self._number += 1
        case_id = f"KILL-{self._letter.upper()}{self._number:06d}"
        family = replace(self.office.xml[1], case_id=case_id, account=self._number)
        data = drops.case_data(family, self.office)
        if self._chance.random() < 0.1:
            data = data.replace(b"?>\n", b"?>\n" + LARGE)
        yield data
        if self._chance.random() < 0.2:
            yield drops.notice(family)
        for number in range(1, self._chance.randrange(2, 8)):
            yield self._order(family, number)

    def _order(self, family: Family, number: int) -> bytes:
        data = drops.payment_order(family, number)
        wrong = self._chance.random() < 0.05
        return data.replace(b"<betrag>", b"<betrag>zuviel ") if wrong else data


def enclosed(data: bytes) -> bytes:
    """Return what comes with a message: with one of six something, the same for the same bytes."""
    digest = hashlib.sha256(data).digest()
    if digest[0] >= 43:
        return b""
    return b"%PDF-1.7 " + digest * (8_000 if digest[1] < 64 else 4)


class Dropper:
    """A sender that writes elsewhere and renames."""

    def __init__(self, house: House, pen: Pen) -> None:
        self._house = house
        self._tenant = pen.office.id
        self._messages = pen.messages()

    def drop(self) -> None:
        """Drop the next file."""
        name, data = next(self._messages)
        self._house.drop(self._tenant, CORE, name, data)


@dataclass
class Line:
    """Where the door is and what opens it."""

    port: int
    token: str
    trust: ssl.SSLContext

    def post(self, post: Posted) -> tuple[int, bool, str]:
        """Post once; return status, whether it was known, and the message's id.

        Raises:
            OSError, http.client.HTTPException: no whole answer came.
        """
        body, said = post.data, {
            "Content-Type": "application/xml",
            "Content-Disposition": f'attachment; filename="{post.name}"',
        }  # fmt: skip
        if post.attachment:
            scan = Field(post.attachment, file="Nachweis.pdf")
            body, said = written(message(post.data, post.name), scan), headers()
        wire = http.client.HTTPSConnection(
            "localhost", self.port, timeout=PATIENCE_S, context=self.trust
        )
        try:
            identity = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": post.name}
            wire.request("POST", "/api/v1/messages", body, identity | said)
            answer = wire.getresponse()
            told = json.loads(answer.read() or b"{}")
        finally:
            wire.close()
        return answer.status, "Idempotent-Replayed" in answer.headers, told.get("message_id", "")


def open_door(house: House, sender: str = "portal") -> Line:
    """Let a house or node take messages over HTTPS, and give a sender a token."""
    authority, port = trustme.CA(), Ports.free(0).web
    own = authority.issue_cert("localhost")
    own.private_key_pem.write_to_path(house.folder / "door.key")
    (house.folder / "door.key").chmod(0o600)
    own.cert_chain_pems[0].write_to_path(house.folder / "door.pem")
    settings = house.folder / "hub.toml"
    with settings.open("a", encoding="utf-8") as file:
        file.write(
            f'\n[intake]\nenabled = true\nport = {port}\ncertificate = "door.pem"\n'
            'key = "door.key"\n'
        )
    place = ("--tenant", MUSTERSTADT.id, "--channel", CORE, "--sender", sender)
    assert 0 == house.start("tokens", "create", *place).wait(PATIENCE_S), house.log
    [token] = [line.split()[-1] for line in house.log.splitlines() if line.startswith("Token:")]
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    return Line(port, token, trust)


@dataclass
class Poster:
    """A sender over HTTPS: repeats until there is a 202, and some posts even then."""

    house: House
    pen: Pen
    line: Line
    chance: random.Random
    repeated: int = 0
    """Posts that were sent again after their 202."""
    retried: int = 0
    """Attempts without an answer."""
    faults: list[str] = field(default_factory=list)
    _wanted: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    _left: int = 0

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def ask_for(self, count: int) -> None:
        """Let it send so many more."""
        self._left += count
        for _ in range(count):
            self._wanted.release()

    def finish(self, timeout_s: float) -> None:
        """Wait until everything was answered, and end."""
        self._wanted.release()
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            self.faults.append(f"I1 {self.pen.office.id}: a post is not answered")

    def _work(self) -> None:
        for name, data in self.pen.messages():
            self._wanted.acquire()
            if self._left == 0:
                return
            self._left -= 1
            post = Posted(self.pen.office.id, CORE, name, data, attachment=enclosed(data))
            self.house.posted.append(post)
            post.message_id = self._until_answered(post)
            if self.chance.random() < 0.3:
                self._send_again(post)

    def _until_answered(self, post: Posted) -> str:
        while True:
            try:
                status, _, message_id = self.line.post(post)
            except (OSError, http.client.HTTPException, ValueError):
                self.retried += 1
                time.sleep(PAUSE_S)
                continue
            if status == http.HTTPStatus.ACCEPTED:
                return message_id
            if status != http.HTTPStatus.SERVICE_UNAVAILABLE:
                self.faults.append(f"I10 {post.name}: was answered with {status}")
                return ""
            time.sleep(PAUSE_S)

    def _send_again(self, post: Posted) -> None:
        """Who sends again gets the first message; while nobody answers, it is left."""
        try:
            status, known, message_id = self.line.post(post)
        except (OSError, http.client.HTTPException, ValueError):
            return
        if status == http.HTTPStatus.ACCEPTED:
            self.repeated += 1
            if (known, message_id) != (True, post.message_id):
                self.faults.append(f"I2 {post.name}: sent again it became another message")
