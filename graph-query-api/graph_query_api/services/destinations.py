"""Where loads of graphs and telemetry go, in the terms of who loads."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from graph_query_api.services.load_throughput import LoadThroughput, Say

Result = dict[str, Any]


class Destination(Protocol):
    def target(self, scenario: str, generation: str) -> dict[str, Any]:
        """What the loading process is told; ``kind`` says what the rest means."""

    def place(self, scenario: str, generation: str) -> dict[str, Any]:
        """Where the data goes, for the part's record: ``kind``, ``location`` in words, …"""

    def during(self, generation: str, say: Say) -> AbstractAsyncContextManager[None]:
        """What holds while the loading process works."""

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

    def during(self, generation: str, say: Say) -> AbstractAsyncContextManager[None]:  # noqa: ARG002
        return nullcontext()

    async def keep(self, generation: str, result: Result) -> None:
        """The engine's file has its catalog beside it."""


class Keeping(Protocol):
    async def save(self, generation: str, catalog: Mapping[str, Any]) -> None: ...


@dataclass(frozen=True)
class InCosmos:
    """Beside other loads. ``address`` is what the loading process needs to get there, the key
    among it: it must not be shown."""

    kind: str
    location: str
    address: Mapping[str, Any] = field(repr=False)
    catalogs: Keeping
    facts: Mapping[str, Any]
    throughput: LoadThroughput | None = None

    def target(self, scenario: str, generation: str) -> dict[str, Any]:  # noqa: ARG002
        return {"kind": self.kind, "address": dict(self.address)}

    def place(self, scenario: str, generation: str) -> dict[str, Any]:  # noqa: ARG002
        return {"kind": self.kind, "location": self.location, **self.facts}

    def during(self, generation: str, say: Say) -> AbstractAsyncContextManager[None]:
        return self.throughput.raised(generation, say) if self.throughput else nullcontext()

    async def keep(self, generation: str, result: Result) -> None:
        await self.catalogs.save(generation, result.pop("catalog"))
