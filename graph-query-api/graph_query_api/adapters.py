"""What services stand on: stores and engines, picked by the settings. The only place that does."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

import structlog

from graph_query_api.clients import fabric
from graph_query_api.clients.fabric import Fabric
from graph_query_api.fabric_models import FabricGraph
from graph_query_api.graphs.fabric.store import FabricGraphs
from graph_query_api.graphs.ladybug import sandbox
from graph_query_api.graphs.ladybug.store import LadybugGraphs, graph_path
from graph_query_api.graphs.protocol import GraphStore
from graph_query_api.loading.protocol import LOADER
from graph_query_api.search.indexes import SearchIndexes
from graph_query_api.services.destinations import Destination, Files
from graph_query_api.services.fabric_graphs import CONTAINER as FABRIC_GRAPHS
from graph_query_api.services.fabric_graphs import FabricCatalogs
from graph_query_api.services.load_throughput import CONTAINER as THROUGHPUT
from graph_query_api.services.load_throughput import LoadThroughput
from graph_query_api.services.scenarios import DATABASE
from graph_query_api.services.upload_forms import EMBEDDED, FABRIC, GREMLIN
from graph_query_api.settings import Settings
from graph_query_api.stores.protocol import DocumentStore, DocumentStores
from graph_query_api.stores.sqlite.stores import SqliteStores
from graph_query_api.telemetry.duckdb.store import DuckTelemetry, telemetry_path
from graph_query_api.telemetry.protocol import TelemetryStore
from service_kit.child import ChildProcesses

if TYPE_CHECKING:
    from graph_query_api.clients.cosmos import CosmosAccount

FABRIC_QUERY_SECONDS = 100.0
"""An engine that slept takes a minute to start; nginx waits 120 s for an answer."""

Check = Callable[[], Awaitable[None]]


class Closable(Protocol):
    async def aclose(self) -> None: ...


C = TypeVar("C", bound=Closable)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Adapters:
    """``graphs`` and ``to_graphs`` are by backend: where graphs are read, and where loads go;
    ``telemetry`` is by kind of store. ``checks`` tells by name what keeps a store from working."""

    stores: DocumentStores
    indexes: SearchIndexes
    graphs: Mapping[str, GraphStore]
    to_graphs: Mapping[str, Destination]
    telemetry: Mapping[str, TelemetryStore]
    to_telemetry: Destination
    throughput: LoadThroughput | None
    processes: ChildProcesses
    fabric: Fabric | None
    fabric_catalogs: FabricCatalogs
    checks: Mapping[str, Check]
    alone: bool
    """No other process uses the same stores."""


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Adapters]:
    """Closed in the end, the last one first. Nothing elsewhere is asked yet: it may be away."""
    if not sandbox.has_landlock():
        log.warning(
            "no Landlock: query workers are kept from files by their other limits alone. "
            "Use Linux 5.13 or newer, and a container engine that lets Landlock's calls through."
        )
    async with AsyncExitStack() as stack:
        yield await _Opening(settings, stack).adapters()


class _Opening:
    """One adapter after the other, each closed by the stack."""

    def __init__(self, settings: Settings, stack: AsyncExitStack) -> None:
        self._settings = settings
        self._stack = stack
        self._files = settings.data_dir / "scenarios"
        self._spools = settings.data_dir / "tmp"
        self._account: CosmosAccount | None = None
        self._stores = self._documents()

    async def adapters(self) -> Adapters:
        connected = await self._stack.enter_async_context(fabric.opened(self._settings))
        fabric_catalogs = FabricCatalogs(
            await self._store(FABRIC_GRAPHS), "graph", FabricGraph.model_validate
        )
        embedded = self._closed(self._ladybug())
        path, facts = partial(graph_path, self._files), {"language": embedded.language}
        graphs: dict[str, GraphStore] = {
            EMBEDDED: embedded,
            FABRIC: self._in_fabric(connected, fabric_catalogs),
        }
        to_graphs: dict[str, Destination] = {EMBEDDED: Files("ladybug", path, facts)}
        checks: dict[str, Check] = {"documents": self._stores.ping}
        throughput = None
        if self._settings.cosmos_gremlin_endpoint:
            from graph_query_api import cosmos_adapters

            throughput = await self._throughput()
            gremlin, to_graphs[GREMLIN] = cosmos_adapters.graphs(
                self._settings, self._spools, await self._store("graphs"), throughput
            )
            graphs[GREMLIN] = self._closed(gremlin)
            checks["graphs"] = gremlin.ping
        telemetry, to_telemetry = await self._telemetry()
        return Adapters(
            stores=self._stores,
            indexes=self._closed(SearchIndexes(self._files, self._settings.query_timeout)),
            graphs=graphs,
            to_graphs=to_graphs,
            telemetry=telemetry,
            to_telemetry=to_telemetry,
            throughput=throughput,
            processes=self._closed(ChildProcesses(LOADER)),
            fabric=connected,
            fabric_catalogs=fabric_catalogs,
            checks=checks,
            alone=self._account is None and GREMLIN not in graphs,
        )

    def _closed(self, adapter: C) -> C:
        self._stack.push_async_callback(adapter.aclose)
        return adapter

    def _documents(self) -> DocumentStores:
        if self._settings.cosmos_nosql_endpoint:
            from graph_query_api import cosmos_adapters

            self._account = self._closed(cosmos_adapters.account_of(self._settings))
            return self._closed(cosmos_adapters.documents(self._account))
        return self._closed(SqliteStores(self._settings.data_dir / "documents"))

    async def _store(self, container: str) -> DocumentStore:
        return await self._stores.get_document_store(DATABASE, container, "/id")

    def _ladybug(self) -> LadybugGraphs:
        return LadybugGraphs(
            self._files,
            self._spools,
            workers=self._settings.query_workers,
            timeout=self._settings.query_timeout,
            memory=int(self._settings.query_memory),
            max_rows=self._settings.query_max_rows,
        )

    def _in_fabric(self, connected: Fabric | None, catalogs: FabricCatalogs) -> FabricGraphs:
        return FabricGraphs(
            connected.client if connected else None,
            catalogs,
            self._spools,
            timeout=FABRIC_QUERY_SECONDS,
            max_rows=self._settings.query_max_rows,
        )

    async def _throughput(self) -> LoadThroughput | None:
        """None where no load is to get more than the graph has."""
        from graph_query_api import cosmos_adapters

        ru = self._settings.cosmos_load_ru
        account = cosmos_adapters.throughput_account(self._settings) if ru else None
        if not account or not ru:
            return None
        noted_in = await self._store(THROUGHPUT)
        return cosmos_adapters.throughput(self._settings, self._closed(account), noted_in, ru)

    async def _telemetry(self) -> tuple[dict[str, TelemetryStore], Destination]:
        files = DuckTelemetry(
            self._files,
            timeout=self._settings.query_timeout,
            max_rows=self._settings.query_max_rows,
        )
        stores: dict[str, TelemetryStore] = {"duckdb": self._closed(files)}
        if not self._account:
            return stores, Files("duckdb", partial(telemetry_path, self._files), {})
        from graph_query_api import cosmos_adapters

        in_cosmos, destination = cosmos_adapters.telemetry(
            self._settings, self._account, await self._store("tables")
        )
        return {**stores, "cosmos": self._closed(in_cosmos)}, destination
