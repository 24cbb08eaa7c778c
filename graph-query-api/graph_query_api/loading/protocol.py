"""What the loading process is asked, and what it answers: a line of JSON each."""

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal

LoadedSlot = Literal["graph", "telemetry"]


@dataclass(frozen=True)
class LoadRequest:
    """``archive`` into ``target``, with ``work`` for what is needed on the way.

    With ``check_only`` everything is read and judged, and nothing written to ``target``.
    """

    slot: LoadedSlot
    archive: str
    work: str
    target: str
    scenario: str
    check_only: bool
    max_members: int
    max_unpacked_bytes: int
    max_compression_ratio: int

    def line(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def parse(cls, line: bytes) -> "LoadRequest":
        return cls(**json.loads(line))


def event_line(event: str, data: dict[str, Any]) -> bytes:
    text = json.dumps({"event": event, "data": data}, ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"
