"""The services, made of what the adapters are."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from graph_query_api import adapters as picked
from graph_query_api.adapters import Adapters
from graph_query_api.data_directory import owned
from graph_query_api.dependencies import FabricServices, Services
from graph_query_api.services.background import Background
from graph_query_api.services.containers import SERVED, Containers
from graph_query_api.services.deletion import JOBS_CONTAINER, Deletion
from graph_query_api.services.fabric_connections import CONTAINER as CONNECTIONS
from graph_query_api.services.fabric_connections import FabricConnections
from graph_query_api.services.fabric_discovery import FabricDiscovery
from graph_query_api.services.fabric_graphs import ProvisionedGraphs
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
from graph_query_api.services.upload_forms import FABRIC
from graph_query_api.services.uploads import Uploads
from graph_query_api.settings import Settings
from graph_query_api.stores.protocol import DocumentStore
from scenario_pack.archive import Limits
from scenario_pack.names import Slot


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Services]:
    """Everything that is alive while the service runs.

    The data directory first, since nothing may be opened that another process owns, and
    last to go. Clean-up tasks end before the stores that they use. What a crash left behind is
    removed before the first request can start a load, or, where others may load, in time.
    """
    async with AsyncExitStack() as stack:
        stack.enter_context(owned(settings.data_dir))
        leftovers = await asyncio.to_thread(files_of_loads, settings.data_dir / "scenarios")
        adapters = await stack.enter_async_context(picked.opened(settings))
        background = Background()
        stack.push_async_callback(background.aclose)
        services, janitor = await _compose(settings, adapters, background, leftovers)
        if services.fabric:
            stack.push_async_callback(services.fabric.discovery.aclose)
        await services.uploads.sweep()
        if adapters.alone:
            await janitor.at_start()
        await stack.enter_async_context(_at_work(janitor))
        adapters.processes.keep_ready()
        yield services


@asynccontextmanager
async def _at_work(janitor: Janitor) -> AsyncIterator[None]:
    task = asyncio.create_task(janitor.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _compose(
    settings: Settings, adapters: Adapters, background: Background, leftovers: Sequence[Path]
) -> tuple[Services, Janitor]:
    async def store(container: str) -> DocumentStore:
        return await adapters.stores.get_document_store(DATABASE, container, "/id")

    served = {container: await store(container) for container in SERVED}
    jobs = served[JOBS_CONTAINER]
    drops: dict[Slot, Drop] = {}
    scenarios = Scenarios(await store(CONTAINER))
    renew_seconds = settings.load_renew_seconds
    journal = Journal(
        await store(LOADS),
        scenarios,
        drops,
        background,
        readers_elsewhere=not adapters.alone,
        renew_seconds=renew_seconds,
    )
    texts = {slot: Generations(await store(slot)) for slot in KNOWLEDGE_SLOTS}
    knowledge = Knowledge(scenarios, texts, adapters.indexes, journal)
    prompts = Prompts(scenarios, Generations(await store("prompts")), journal)
    queries = Queries(scenarios, adapters.graphs, adapters.telemetry)
    drops["graph"], drops["telemetry"] = queries.drop_graph, queries.drop_telemetry
    drops["prompts"] = prompts.drop
    for slot in KNOWLEDGE_SLOTS:
        drops[slot] = knowledge.drop(slot)
    loader = Loader(
        processes=adapters.processes,
        journal=journal,
        graphs=adapters.to_graphs,
        telemetry=adapters.to_telemetry,
        knowledge=knowledge,
        prompts=prompts,
        jobs=jobs,
        limits=_limits(settings),
    )
    fabric: FabricServices | None = None
    if adapters.fabric:
        connections = FabricConnections(adapters.fabric, await store(CONNECTIONS))
        fabric = FabricServices(
            connections=connections,
            discovery=FabricDiscovery(adapters.fabric, connections),
            graphs=ProvisionedGraphs(adapters.fabric_catalogs, jobs, journal),
        )
    backends = {*adapters.to_graphs, *([FABRIC] if fabric else [])}
    services = Services(
        settings=settings,
        containers=Containers(served),
        scenarios=scenarios,
        deletion=Deletion(scenarios, jobs, journal, background),
        knowledge=knowledge,
        prompts=prompts,
        queries=queries,
        uploads=Uploads(loader, settings.data_dir / "tmp", background, backends=backends),
        readiness=Readiness(adapters.checks),
        catalogs=adapters.fabric_catalogs,
        fabric=fabric,
    )
    janitor = Janitor(
        journal, scenarios, leftovers, adapters.throughput, renew_seconds=renew_seconds
    )
    return services, janitor


def _limits(settings: Settings) -> Limits:
    return Limits(
        settings.max_archive_members,
        int(settings.max_unpacked_bytes),
        settings.max_compression_ratio,
    )
