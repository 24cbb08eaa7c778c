"""Graphs that were provisioned in Fabric, becoming scenarios' current ones.

What is in a graph model is kept in a document of its own, named by the generation: it can be
large, and only questions to the graph need it.
"""

from collections.abc import Collection
from datetime import UTC, datetime

from graph_query_api.errors import DocumentNotFound, PartNotFound
from graph_query_api.fabric_models import FabricGraph, FabricGraphPart
from graph_query_api.models import PartRecord
from graph_query_api.services.background import Background
from graph_query_api.services.leases import check_lease
from graph_query_api.services.scenarios import Drop, Scenarios, new_generation
from graph_query_api.services.upload_forms import Lease
from graph_query_api.stores.protocol import DocumentStore
from graph_query_api.stores.query import In, IsDefined, Not, equals

CONTAINER = "fabric-graphs"


class FabricCatalogs:
    def __init__(self, store: DocumentStore) -> None:
        self._store = store

    async def get(self, scenario: str, generation: str) -> FabricGraph:
        """Or raises PartNotFound."""
        try:
            return FabricGraph.model_validate((await self._store.get(generation)).body)
        except DocumentNotFound:
            raise PartNotFound(scenario, "graph") from None

    async def save(self, generation: str, graph: FabricGraph) -> None:
        await self._store.create({"id": generation, **graph.model_dump(mode="json")})

    async def forget(self, generation: str) -> None:
        await self._store.delete_many(equals("id", generation))

    async def sweep(self, keep: Collection[str]) -> None:
        """At start-up: removes what belongs to no generation in ``keep``."""
        others = Not(In(("id",), tuple(keep))) if keep else IsDefined(("id",))
        await self._store.delete_many(others)


class ProvisionedGraphs:
    """``drop`` is what removes a graph that was replaced."""

    def __init__(
        self,
        scenarios: Scenarios,
        catalogs: FabricCatalogs,
        jobs: DocumentStore,
        drop: Drop,
        background: Background,
    ) -> None:
        self._scenarios = scenarios
        self._catalogs = catalogs
        self._jobs = jobs
        self._drop = drop
        self._background = background

    async def switch(self, scenario: str, part: FabricGraphPart) -> PartRecord:
        """Makes a graph model the scenario's graph.

        Raises LoadGivenUp where the job it was provisioned for is in other hands, and
        ScenarioChanged: then nothing has changed.
        """
        generation = new_generation()
        lease = Lease(part.job_id, part.owner) if part.job_id or part.owner else None
        await check_lease(self._jobs, lease)
        place = part.store
        record = PartRecord(
            generation=generation,
            backend=part.backend,
            loaded_at=datetime.now(UTC),
            store={
                **place.model_dump(mode="json"),
                "generation": generation,
                "location": f"{place.workspace_name}/{place.lakehouse_name}",
            },
            counts=part.counts,
            warnings_count=part.warnings_count,
        )
        graph = FabricGraph(
            workspace_id=place.workspace_id,
            graph_model_id=place.graph_model_id,
            catalog=part.catalog,
        )
        try:
            await self._catalogs.save(generation, graph)
            replaced = await self._scenarios.switch_part(
                scenario, "graph", record, guard=lambda: check_lease(self._jobs, lease)
            )
        except BaseException:
            self._background.start(self._forget_failed(generation), "forget a failed switch")
            raise
        if replaced:
            self._background.start(self._drop_replaced(scenario, replaced), "drop a graph")
        return record

    async def _drop_replaced(self, scenario: str, replaced: PartRecord) -> None:
        await self._drop(scenario, replaced)

    async def _forget_failed(self, generation: str) -> None:
        """A switch that was interrupted may have happened."""
        if generation not in await self._scenarios.generations("graph"):
            await self._catalogs.forget(generation)
