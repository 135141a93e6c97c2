"""A house whose data folder lies on a small file system: ``python -m`` this in a mount namespace.

``unshare --mount python -m tests.faults.small_disk FOLDER SERVER`` with the S3 server as JSON. The
disk is really full, and later really larger; what was seen is printed as one JSON line.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

from hub.demo import cast
from tests.crash import checker
from tests.crash.house import PATIENCE_S, House, build_house
from tests.crash.story import CORE, drop_story
from tests.s3_server import S3Server

FULL_MB, LARGE_MB = 12, 200
FILES = 80
"""Of 200 kB each: more than fits."""
ENDED = 4
"""Exit code of a service that must not go on."""


def mount(folder: Path) -> None:
    """Put a small file system over an empty folder."""
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={FULL_MB}m", "small", str(folder)], check=True
    )


def enlarge(folder: Path) -> None:
    subprocess.run(["mount", "-o", f"remount,size={LARGE_MB}m", "small", str(folder)], check=True)


def fill(house: House) -> dict[str, object]:
    """Drop more than the disk can keep, and return how the service took it."""
    drop_story(house)
    assert 0 == house.run_once(), house.log[-2000:]
    for number in range(FILES):
        content = b"<x>" + f"{number:06}".encode() * 33_000 + b"</x>"
        house.drop(cast.MUSTERSTADT.id, CORE, f"gross{number:02}.xml", content)
    hub = house.start("run")
    end = time.monotonic() + PATIENCE_S
    while hub.poll() is None and "payload_not_durable" not in house.log:
        if time.monotonic() > end:
            break
        time.sleep(0.05)
    ended = hub.poll()
    hub.kill()
    hub.wait(PATIENCE_S)
    with house.look() as rows:
        [[taken]] = [list(row.values()) for row in rows("SELECT count(*) FROM message")]
    return {
        "ended": ended,
        "said": [code for code in ("payload_not_durable", "database_not_durable")
                 if code in house.log],
        "free_kb": shutil.disk_usage(house.folder / "data").free // 1024,
        "dropped": len(house.dropped),
        "taken": taken,
    }  # fmt: skip


def main(folder: Path, server: S3Server) -> None:
    """Fill the disk, look, make room, look again."""
    house = build_house(folder, server)
    settings = house.folder / "hub.toml"
    text = settings.read_text(encoding="utf-8")
    # The back-pressure would not let it come so far.
    settings.write_text(f"limits.free_bytes = 1\n{text}", encoding="utf-8")
    mount(house.folder / "data")
    found = fill(house)
    found["unsafe"] = checker.unsafe(house)
    enlarge(house.folder / "data")
    found["codes"] = [house.run_once(), house.run_once()]
    found["faults"] = checker.faults(house)
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    told = json.loads(sys.argv[2])
    main(Path(sys.argv[1]), S3Server(**told | {"directory": Path(told["directory"])}))
