"""Questions to the graph and the telemetry of a scenario, at the load that is current."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Literal, TypeVar

from graph_query_api.errors import PartNotFound
from graph_query_api.graphs.protocol import GraphStore
from graph_query_api.models import PartRecord
from graph_query_api.services.scenarios import Scenarios
from graph_query_api.spool import Spool
from graph_query_api.telemetry.catalog import TelemetryCatalog
from graph_query_api.telemetry.protocol import TelemetryResult, TelemetryStore
from graph_query_api.telemetry.request import TelemetryRequest

ATTEMPTS = 3

T = TypeVar("T")


class Queries:
    def __init__(self, scenarios: Scenarios, graphs: GraphStore, telemetry: TelemetryStore) -> None:
        self._scenarios = scenarios
        self._graphs = graphs
        self._telemetry = telemetry

    async def topology(self, scenario: str, labels: Sequence[str] | None, limit: int) -> Spool:
        return await self._current(
            scenario, "graph", lambda load: self._graphs.topology(scenario, load, labels, limit)
        )

    async def graph(self, scenario: str, query: str, parameters: Mapping[str, Any]) -> Spool:
        return await self._current(
            scenario, "graph", lambda load: self._graphs.query(scenario, load, query, parameters)
        )

    async def telemetry_catalog(self, scenario: str) -> TelemetryCatalog:
        return await self._current(
            scenario, "telemetry", lambda load: self._telemetry.catalog(scenario, load)
        )

    async def telemetry(self, scenario: str, request: TelemetryRequest) -> TelemetryResult:
        return await self._current(
            scenario, "telemetry", lambda load: self._telemetry.query(scenario, load, request)
        )

    def drop(
        self, slot: Literal["graph", "telemetry"]
    ) -> Callable[[str, PartRecord], Awaitable[bool]]:
        """What drops a part of this slot, for Scenarios."""
        store = self._graphs if slot == "graph" else self._telemetry

        async def drop_part(scenario: str, record: PartRecord) -> bool:
            await store.drop(scenario, record.generation)
            return True

        return drop_part

    async def _current(
        self,
        scenario: str,
        slot: Literal["graph", "telemetry"],
        ask: Callable[[str], Awaitable[T]],
    ) -> T:
        """Asks the current load, and the next one if it is replaced at this moment."""
        record = await self._scenarios.part(scenario, slot)
        for _ in range(ATTEMPTS):
            try:
                return await ask(record.generation)
            except PartNotFound as error:
                missing = error
                newer = await self._scenarios.part(scenario, slot)
                if newer.generation == record.generation:
                    break
                record = newer
        raise missing
