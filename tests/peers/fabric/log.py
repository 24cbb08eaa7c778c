"""What was asked, in the order of arrival, for tests to judge clients by."""

import json
import re
from collections import deque
from dataclasses import asdict, dataclass
from itertools import count
from typing import Any

from starlette.responses import Response

KEEP = 200_000
_ID = re.compile(r"/(?:operations|instances)/([\w-]+)")


@dataclass
class Entry:
    id: int
    at: float
    """Of the stand-in's clock."""
    host: str
    method: str
    path: str
    query: str
    authorized: bool
    """Whether it carried a token: none may reach a foreign host."""
    status: int | str = "running"
    """Or "cut"."""
    seconds: float = 0.0
    faults: tuple[str, ...] = ()
    operation: str = ""
    """Or job, by id: the one that was started or asked after."""
    state: str = ""
    """Of it, as the answer says."""

    def answered(self, response: Response) -> None:
        self.status = response.status_code
        named = response.headers.get("x-ms-operation-id", "")
        found = _ID.search(response.headers.get("location", "")) or _ID.search(self.path)
        self.operation = named or (found[1] if found else "")
        if found and self.method == "GET":  # a file's answer is a stream
            body = bytes(response.body)
            self.state = str(json.loads(body).get("status", "")) if body[:1] == b"{" else ""


class Log:
    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEEP)
        self._ids = count(1)

    def add(self, **values: Any) -> Entry:
        entry = Entry(next(self._ids), **values)
        self._entries.append(entry)
        return entry

    def clear(self) -> None:
        self._entries.clear()

    def since(self, number: int) -> list[dict[str, Any]]:
        return [asdict(entry) for entry in self._entries if entry.id > number]
