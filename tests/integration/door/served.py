"""A door in a process of its own, so that it can be measured and killed.

Prints its port, then serves until its input ends. A failpoint comes from the environment.
"""

import asyncio
import sys
from pathlib import Path

from hub.core import failpoint
from hub.core.settings import armed_failpoint
from tests.door import open_door


async def main(folder: Path) -> None:
    async with open_door(folder) as step:
        await step.with_token()
        if point := armed_failpoint():
            failpoint.arm(point)
        sys.stdout.write(f"{step.listener.port}\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
