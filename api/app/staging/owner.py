"""Who a replica is: an id in a file, its own for as long as it holds the file's lock.

A process that gets the lock after another let go of it, or died, is the same owner
again, and so finds its own jobs. Beside a live owner the next file is taken.
"""

import fcntl
import os
import uuid
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import IO

OWNER = ".owner"


@dataclass(frozen=True, slots=True)
class Owner:
    id: str
    lock: IO[str]

    def release(self) -> None:
        self.lock.close()


def take_owner(root: Path) -> tuple[Owner, list[Owner]]:
    """Our own id, and those of owners that are not alive now, held until released."""
    mine: Owner | None = None
    dead: list[Owner] = []
    for number in count(1):
        path = root / (OWNER if number == 1 else f"{OWNER}-{number}")
        if mine and not path.exists():
            return mine, dead
        owner = _try_lock(path)
        if owner and mine:
            dead.append(owner)
        elif owner:
            mine = owner
    raise AssertionError("count() does not end")


def known_owners(root: Path) -> set[str]:
    return {owner for path in root.glob(f"{OWNER}*") if (owner := path.read_text().strip())}


def _try_lock(path: Path) -> Owner | None:
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    file.seek(0)
    owner = file.read().strip()
    if not owner:
        owner = str(uuid.uuid4())
        file.write(owner)
        file.flush()
        os.fsync(file.fileno())
    return Owner(owner, file)
