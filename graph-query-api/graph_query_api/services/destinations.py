"""Where loads of graphs and telemetry go, in the terms of who loads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

Result = dict[str, Any]


class Destination(Protocol):
    def target(self, scenario: str, generation: str) -> dict[str, Any]:
        """What the loading process is told; ``kind`` says what the rest means."""

    def place(self, scenario: str, generation: str) -> dict[str, Any]:
        """Where the data goes, for the part's record: ``kind``, ``location`` in words, …"""

    async def keep(self, generation: str, result: Result) -> None:
        """Takes out of the loading process's result what readers will need, and keeps it."""


@dataclass(frozen=True)
class Files:
    """One new file a load, by an engine that runs within the service."""

    kind: str
    path: Callable[[str, str], Path]
    facts: Mapping[str, Any]

    def target(self, scenario: str, generation: str) -> dict[str, Any]:
        path = self.path(scenario, generation)
        path.parent.mkdir(parents=True, exist_ok=True)
        return {"kind": self.kind, "path": str(path)}

    def place(self, scenario: str, generation: str) -> dict[str, Any]:
        location = f"{scenario}/{self.path(scenario, generation).name}"
        return {"kind": self.kind, "location": location, **self.facts}

    async def keep(self, generation: str, result: Result) -> None:
        """The engine's file has its catalog beside it."""
