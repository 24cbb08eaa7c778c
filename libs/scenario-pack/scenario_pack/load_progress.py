"""How far a load has come, in percent of work that was really done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scenario_pack.names import Slot
from scenario_pack.progress import without_remark

Emit = Callable[[str, dict[str, Any]], None]

UNPACKED = 15
READ = 50
LOADED = 99


class LoadProgress:
    """Turns what the stages report into ``progress`` events whose percentage never falls.

    The whole number of rows is known once all files have been read; until then the
    percentage comes ever closer to the end of reading.
    """

    def __init__(self, slot: Slot, archive_bytes: int, emit: Emit) -> None:
        self._slot = slot
        self._archive_bytes = max(1, archive_bytes)
        self._emit = emit
        self._pct = 0
        self._last: tuple[str, int] = ("", -1)
        self._read: dict[str, int] = {}
        self._loaded: dict[str, int] = {}
        self._rows = 1

    def unpacking(self, done: int) -> None:
        share = min(1.0, done / self._archive_bytes)
        self._tell(f"Unpacking: {round(100 * share)} %", UNPACKED * share)

    def reading(self, what: str, done: int, _: int | None) -> None:
        self._read[what] = max(done, self._read.get(what, 0))
        rows = sum(self._read.values())
        share = rows / (rows + self._archive_bytes / 20)  # about 20 bytes a row, packed
        self._tell(f"{what}: {done:,} rows", UNPACKED + (READ - UNPACKED) * share)

    def expect(self, rows: int) -> None:
        """Says how many rows will be reported by ``loading``, over all stages."""
        self._rows = max(1, rows)

    def loading(self, what: str, done: int, total: int | None) -> None:
        what, remark = without_remark(what)
        self._loaded[what] = max(done, self._loaded.get(what, 0))
        share = min(1.0, sum(self._loaded.values()) / self._rows)
        detail = f"{what}: {done:,} of {total:,} rows" if total else f"{what}: {done:,} rows"
        detail += f", {remark}" if remark else ""
        self._tell(detail, READ + (LOADED - READ) * share)

    def _tell(self, detail: str, pct: float) -> None:
        self._pct = max(self._pct, int(pct))
        if (detail, self._pct) != self._last:
            self._last = (detail, self._pct)
            self._emit("progress", {"step": self._slot, "detail": detail, "pct": self._pct})
