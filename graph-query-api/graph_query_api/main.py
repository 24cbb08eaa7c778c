"""Composition: the only place that picks adapters."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import structlog
from fastapi import FastAPI

from graph_query_api import problems
from graph_query_api.clients import fabric
from graph_query_api.clients.fabric import Fabric
from graph_query_api.data_directory import owned
from graph_query_api.dependencies import FabricServices, Services
from graph_query_api.fabric_models import FabricGraph
from graph_query_api.graphs import sandbox
from graph_query_api.graphs.fabric import FabricGraphs
from graph_query_api.graphs.ladybug import LadybugGraphs, graph_path
from graph_query_api.graphs.protocol import GraphStore
from graph_query_api.loading.protocol import LOADER
from graph_query_api.routers import (
    docs,
    fabric_connections,
    health,
    knowledge,
    parts,
    queries,
    scenarios,
    uploads,
)
from graph_query_api.routers import fabric as fabric_items
from graph_query_api.search.indexes import SearchIndexes
from graph_query_api.services.background import Background
from graph_query_api.services.containers import SERVED, Containers
from graph_query_api.services.deletion import JOBS_CONTAINER, Deletion
from graph_query_api.services.destinations import Files
from graph_query_api.services.fabric_connections import CONTAINER as CONNECTIONS
from graph_query_api.services.fabric_connections import FabricConnections
from graph_query_api.services.fabric_discovery import FabricDiscovery
from graph_query_api.services.fabric_graphs import CONTAINER as FABRIC_GRAPHS
from graph_query_api.services.fabric_graphs import FabricCatalogs, ProvisionedGraphs
from graph_query_api.services.generations import Generations
from graph_query_api.services.janitor import Janitor
from graph_query_api.services.journal import CONTAINER as LOADS
from graph_query_api.services.journal import Drop, Journal
from graph_query_api.services.knowledge import KNOWLEDGE_SLOTS, Knowledge
from graph_query_api.services.leftovers import files_of_loads
from graph_query_api.services.loads import Loader
from graph_query_api.services.prompts import Prompts
from graph_query_api.services.queries import Queries
from graph_query_api.services.readiness import Readiness
from graph_query_api.services.scenarios import CONTAINER, DATABASE, Scenarios
from graph_query_api.services.upload_forms import EMBEDDED, FABRIC
from graph_query_api.services.uploads import Uploads
from graph_query_api.settings import Settings
from graph_query_api.stores.protocol import DocumentStore, DocumentStores
from graph_query_api.stores.sqlite import SqliteStores
from graph_query_api.telemetry.duckdb_query import DuckTelemetry, telemetry_path
from scenario_pack.archive import Limits
from scenario_pack.names import Slot
from service_kit.child import ChildProcesses
from service_kit.serving import new_app

log = structlog.get_logger()

DUCKDB = "duckdb"

FABRIC_QUERY_SECONDS = 100.0
"""An engine that slept takes a minute to start; nginx waits 120 s for an answer."""


def create_app(settings: Settings) -> FastAPI:
    """The service; its stores are opened when it starts and closed when it stops."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with opened(settings) as app.state.services:
            yield

    return new_app(
        "Scenario Loader: documents, ingest and queries",
        "/query",  # whose page is not at /query/docs: that is the documents' place
        settings,
        errors=problems.ERRORS,
        routers=(
            health.router,
            docs.router,
            scenarios.router,
            knowledge.router,
            queries.router,
            uploads.router,
            parts.router,
            fabric_connections.router,
            fabric_items.router,
        ),
        lifespan=lifespan,
    )


@dataclass(frozen=True, slots=True)
class Adapters:
    """What services stand on, opened."""

    stores: DocumentStores
    indexes: SearchIndexes
    graphs: LadybugGraphs
    telemetry: DuckTelemetry
    processes: ChildProcesses
    background: Background
    fabric: Fabric | None


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Services]:
    """Everything that is alive while the service runs.

    The data directory first, since nothing may be opened that another process owns, and
    last to go. Clean-up tasks end before the stores that they use. What a crash left
    behind is removed before the first request can start a load.
    """
    if not sandbox.has_landlock():
        log.warning(
            "no Landlock: query workers are kept from files by their other limits alone. "
            "Use Linux 5.13 or newer, and a container engine that lets Landlock's calls through."
        )
    async with AsyncExitStack() as stack:
        stack.enter_context(owned(settings.data_dir))
        stores = SqliteStores(settings.data_dir / "documents")
        stack.push_async_callback(stores.aclose)
        indexes = SearchIndexes(settings.data_dir / "scenarios", settings.query_timeout)
        stack.push_async_callback(indexes.aclose)
        graphs = LadybugGraphs(
            settings.data_dir / "scenarios",
            settings.data_dir / "tmp",
            workers=settings.query_workers,
            timeout=settings.query_timeout,
            memory=int(settings.query_memory),
            max_rows=settings.query_max_rows,
        )
        stack.push_async_callback(graphs.aclose)
        telemetry = DuckTelemetry(
            settings.data_dir / "scenarios",
            timeout=settings.query_timeout,
            max_rows=settings.query_max_rows,
        )
        stack.push_async_callback(telemetry.aclose)
        processes = ChildProcesses(LOADER)
        stack.push_async_callback(processes.aclose)
        connected = await stack.enter_async_context(fabric.opened(settings))
        background = Background()
        stack.push_async_callback(background.aclose)
        adapters = Adapters(stores, indexes, graphs, telemetry, processes, background, connected)
        leftovers = await asyncio.to_thread(files_of_loads, settings.data_dir / "scenarios")
        services, janitor = await _compose(settings, adapters, leftovers)
        if services.fabric:
            stack.push_async_callback(services.fabric.discovery.aclose)
        await services.uploads.sweep()
        await janitor.at_start()
        processes.keep_ready()
        yield services


async def _compose(
    settings: Settings, adapters: Adapters, leftovers: Sequence[Path]
) -> tuple[Services, Janitor]:
    stores, background = adapters.stores, adapters.background

    async def store(container: str) -> DocumentStore:
        return await stores.get_document_store(DATABASE, container, "/id")

    served = {container: await store(container) for container in SERVED}
    documents = {slot: Generations(await store(slot)) for slot in KNOWLEDGE_SLOTS}
    drops: dict[Slot, Drop] = {}
    all_scenarios = Scenarios(await store(CONTAINER))
    journal = Journal(await store(LOADS), all_scenarios, drops, background, readers_elsewhere=False)
    texts = Knowledge(all_scenarios, documents, adapters.indexes, journal)
    prompts = Prompts(all_scenarios, Generations(await store("prompts")), journal)
    drops["prompts"] = prompts.drop
    for slot in KNOWLEDGE_SLOTS:
        drops[slot] = texts.drop(slot)
    catalogs = FabricCatalogs(await store(FABRIC_GRAPHS), "graph", FabricGraph.model_validate)
    in_fabric = FabricGraphs(
        adapters.fabric.client if adapters.fabric else None,
        catalogs,
        settings.data_dir / "tmp",
        timeout=FABRIC_QUERY_SECONDS,
        max_rows=settings.query_max_rows,
    )
    backends: dict[str, GraphStore] = {EMBEDDED: adapters.graphs, FABRIC: in_fabric}
    asked = Queries(all_scenarios, backends, {DUCKDB: adapters.telemetry})
    drops["graph"], drops["telemetry"] = asked.drop_graph, asked.drop_telemetry
    files = settings.data_dir / "scenarios"
    loader = Loader(
        processes=adapters.processes,
        journal=journal,
        graphs={
            EMBEDDED: Files(
                "ladybug", partial(graph_path, files), {"language": adapters.graphs.language}
            )
        },
        telemetry=Files(DUCKDB, partial(telemetry_path, files), {}),
        knowledge=texts,
        prompts=prompts,
        jobs=served[JOBS_CONTAINER],
        limits=Limits(
            settings.max_archive_members,
            int(settings.max_unpacked_bytes),
            settings.max_compression_ratio,
        ),
    )
    on: FabricServices | None = None
    if adapters.fabric:
        connections = FabricConnections(adapters.fabric, await store(CONNECTIONS))
        on = FabricServices(
            connections=connections,
            discovery=FabricDiscovery(adapters.fabric, connections),
            graphs=ProvisionedGraphs(catalogs, served[JOBS_CONTAINER], journal),
        )
    available = {EMBEDDED, *([FABRIC] if on else [])}
    services = Services(
        settings=settings,
        containers=Containers(served),
        scenarios=all_scenarios,
        deletion=Deletion(all_scenarios, served[JOBS_CONTAINER], journal, background),
        knowledge=texts,
        prompts=prompts,
        queries=asked,
        uploads=Uploads(loader, settings.data_dir / "tmp", background, backends=available),
        readiness=Readiness({"documents": stores.ping}),
        catalogs=catalogs,
        fabric=on,
    )
    return services, Janitor(journal, all_scenarios, leftovers)
