"""How far a provisioning has come: six phases, some of which run side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from app.errors import StepFailed
from fabric_client import FabricError
from fabric_client.cures import in_words

PhaseName = Literal["prepare", "lakehouse", "upload", "tables", "graph", "ontology"]
PhaseStatus = Literal["pending", "running", "done", "warning", "error", "skipped"]

NAMES: tuple[PhaseName, ...] = get_args(PhaseName)

_TITLES: Mapping[PhaseName, str] = {
    "prepare": "Reading the pack",
    "lakehouse": "Lakehouse",
    "upload": "Uploading files",
    "tables": "Loading tables",
    "graph": "Graph model",
    "ontology": "Ontology",
}
_SHARES: Mapping[PhaseName, int] = {
    "prepare": 10,
    "lakehouse": 5,
    "upload": 20,
    "tables": 30,
    "graph": 30,
    "ontology": 5,
}
_MOST = 99
"""Percent that progress may say; the rest is the end."""


@dataclass(frozen=True, slots=True)
class Phase:
    name: PhaseName
    status: PhaseStatus = "pending"
    detail: str = ""
    started_at: str | None = None
    finished_at: str | None = None


@dataclass(frozen=True, slots=True)
class PhaseProgress:
    """What one phase has to say, and what all of them together come to."""

    phase: PhaseName
    detail: str
    overall_detail: str
    pct: int
    phases: list[dict[str, Any]]


Observer = Callable[[PhaseProgress], None]


class Phases:
    """Tells ``observer`` of each change. Phases that are not ``wanted`` are skipped."""

    def __init__(self, observer: Observer, wanted: tuple[PhaseName, ...] = NAMES) -> None:
        self._observer = observer
        self._all = {
            name: Phase(name, "pending" if name in wanted else "skipped") for name in NAMES
        }
        self._done: dict[PhaseName, float] = dict.fromkeys(NAMES, 0.0)
        self._pct = 0
        self._failed = False

    @contextmanager
    def running(self, name: PhaseName) -> Iterator[None]:
        """From its beginning to its end. Raises StepFailed, in words, for what Fabric refused."""
        self.begin(name)
        with self.blaming(name):
            yield
        self.finish(name)

    def begin(self, name: PhaseName) -> None:
        self._change(name, status="running", started_at=_now())

    def finish(self, name: PhaseName, status: PhaseStatus = "done") -> None:
        """Unless it has ended otherwise."""
        if self._all[name].status == "running":
            self._change(name, status=status, finished_at=_now())

    @contextmanager
    def blaming(self, name: PhaseName) -> Iterator[None]:
        """What fails here is this phase's failure; others that run are only stopped by it."""
        try:
            yield
        except (FabricError, StepFailed) as error:
            words = in_words(error) if isinstance(error, FabricError) else error.detail
            if not self._failed:
                self._failed = True
                self._change(name, status="error", detail=words, finished_at=_now())
            if isinstance(error, StepFailed):
                raise
            raise StepFailed(words) from error

    def stop(self) -> None:
        """What still runs has come to no end."""
        for phase in self._all.values():
            if phase.status == "running":
                self._change(phase.name, status="pending", detail="Stopped")

    def tell(self, name: PhaseName, detail: str, done: float | None = None) -> None:
        """``done``: the share of the phase that is complete, up to 1."""
        if done is not None:
            self._done[name] = max(self._done[name], min(1.0, done))
        self._change(name, detail=detail)

    def as_dicts(self) -> list[dict[str, Any]]:
        return [asdict(phase) for phase in self._all.values()]

    def _change(self, name: PhaseName, **changes: Any) -> None:
        phase = self._all[name] = replace(self._all[name], **changes)
        self._pct = max(self._pct, min(_MOST, self._percent()))
        self._observer(
            PhaseProgress(name, phase.detail, self._overall(), self._pct, self.as_dicts())
        )

    def _percent(self) -> int:
        counted = {name: phase for name, phase in self._all.items() if phase.status != "skipped"}
        whole = sum(_SHARES[name] for name in counted) or 1
        ended = {"done", "warning"}
        done = sum(
            _SHARES[name] * (1.0 if phase.status in ended else self._done[name])
            for name, phase in counted.items()
        )
        return int(100 * done / whole)

    def _overall(self) -> str:
        running = [phase for phase in self._all.values() if phase.status == "running"]
        return "; ".join(
            f"{_TITLES[each.name]}: {each.detail}" if each.detail else _TITLES[each.name]
            for each in running
        )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
