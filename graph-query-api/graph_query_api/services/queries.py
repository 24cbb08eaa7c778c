"""Questions to the graph and the telemetry of a scenario, at the load that is current."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Literal, TypeVar

from graph_query_api.errors import CosmosOff, PartNotFound
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
    """``graphs`` has a store for each backend that scenarios' graphs are in, ``telemetry`` one
    for each kind of store that their telemetry is in."""

    def __init__(
        self,
        scenarios: Scenarios,
        graphs: Mapping[str, GraphStore],
        telemetry: Mapping[str, TelemetryStore],
    ) -> None:
        self._scenarios = scenarios
        self._graphs = graphs
        self._telemetry = telemetry

    async def topology(self, scenario: str, labels: Sequence[str] | None, limit: int) -> Spool:
        def ask(load: PartRecord) -> Awaitable[Spool]:
            return self._graph_store(load).topology(scenario, load.generation, labels, limit)

        return await self._current(scenario, "graph", ask)

    async def graph(self, scenario: str, query: str, parameters: Mapping[str, Any]) -> Spool:
        def ask(load: PartRecord) -> Awaitable[Spool]:
            store = self._graph_store(load)
            return store.query(scenario, load.generation, query, parameters)

        return await self._current(scenario, "graph", ask)

    async def telemetry_catalog(self, scenario: str) -> TelemetryCatalog:
        return await self._current(
            scenario,
            "telemetry",
            lambda load: self._telemetry_store(load).catalog(scenario, load.generation),
        )

    async def telemetry(self, scenario: str, request: TelemetryRequest) -> TelemetryResult:
        return await self._current(
            scenario,
            "telemetry",
            lambda load: self._telemetry_store(load).query(scenario, load.generation, request),
        )

    async def drop_graph(self, scenario: str, record: PartRecord) -> bool:
        """What drops a graph, for the journal; False where its data stays."""
        return await self._graph_store(record).drop(scenario, record.generation)

    async def drop_telemetry(self, scenario: str, record: PartRecord) -> bool:
        await self._telemetry_store(record).drop(scenario, record.generation)
        return True

    def _graph_store(self, record: PartRecord) -> GraphStore:
        if record.backend not in self._graphs:
            raise CosmosOff("graph", "COSMOS_GREMLIN_ENDPOINT")
        return self._graphs[record.backend]

    def _telemetry_store(self, record: PartRecord) -> TelemetryStore:
        kind = str(record.store["kind"])
        if kind not in self._telemetry:
            raise CosmosOff("telemetry", "COSMOS_NOSQL_ENDPOINT")
        return self._telemetry[kind]

    async def _current(
        self,
        scenario: str,
        slot: Literal["graph", "telemetry"],
        ask: Callable[[PartRecord], Awaitable[T]],
    ) -> T:
        """Asks the current load, and the next one if it is replaced at this moment."""
        record = await self._scenarios.part(scenario, slot)
        for _ in range(ATTEMPTS):
            try:
                return await ask(record)
            except PartNotFound as error:
                missing = error
                newer = await self._scenarios.part(scenario, slot)
                if newer.generation == record.generation:
                    break
                record = newer
        raise missing
