"""Graphs that were provisioned in Fabric, becoming scenarios' current ones."""

from datetime import UTC, datetime
from functools import partial

from graph_query_api.fabric_models import FabricGraph, FabricGraphPart
from graph_query_api.models import PartRecord
from graph_query_api.services.catalogs import Catalogs
from graph_query_api.services.journal import Journal, draft
from graph_query_api.services.leases import check_lease
from graph_query_api.services.scenarios import new_generation
from graph_query_api.services.upload_forms import Lease
from graph_query_api.stores.protocol import DocumentStore

CONTAINER = "fabric-graphs"


FabricCatalogs = Catalogs[FabricGraph]


class ProvisionedGraphs:
    def __init__(self, catalogs: FabricCatalogs, jobs: DocumentStore, journal: Journal) -> None:
        self._catalogs = catalogs
        self._jobs = jobs
        self._journal = journal

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
        new = draft(generation, part.backend, record.store)
        async with self._journal.load(scenario, "graph", new) as load:
            await self._catalogs.save(generation, graph.model_dump(mode="json"))
            await load.switch(record, partial(check_lease, self._jobs, lease))
        return record
