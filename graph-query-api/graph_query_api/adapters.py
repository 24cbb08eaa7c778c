"""What services stand on: stores and engines, picked by the settings. The only place that does.

What is for Cosmos DB alone is imported where it is picked: its SDKs take as long to import as
all the rest.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar
from urllib.parse import urlsplit

import structlog
from pydantic import SecretStr

from graph_query_api.clients import fabric
from graph_query_api.clients.fabric import Fabric
from graph_query_api.fabric_models import FabricGraph
from graph_query_api.graphs import sandbox
from graph_query_api.graphs.fabric import FabricGraphs
from graph_query_api.graphs.ladybug import LadybugGraphs, graph_path
from graph_query_api.graphs.protocol import GraphStore
from graph_query_api.loading.protocol import LOADER
from graph_query_api.search.indexes import SearchIndexes
from graph_query_api.services.catalogs import Catalogs
from graph_query_api.services.destinations import Destination, Files, InCosmos
from graph_query_api.services.fabric_graphs import CONTAINER as FABRIC_GRAPHS
from graph_query_api.services.fabric_graphs import FabricCatalogs
from graph_query_api.services.load_throughput import CONTAINER as THROUGHPUT
from graph_query_api.services.load_throughput import LoadThroughput
from graph_query_api.services.scenarios import DATABASE
from graph_query_api.services.upload_forms import EMBEDDED, FABRIC, GREMLIN
from graph_query_api.settings import Settings
from graph_query_api.stores.protocol import DocumentStore, DocumentStores
from graph_query_api.stores.sqlite import SqliteStores
from graph_query_api.telemetry.catalog import TelemetryCatalog
from graph_query_api.telemetry.duckdb_query import DuckTelemetry, telemetry_path
from graph_query_api.telemetry.protocol import TelemetryStore
from service_kit.child import ChildProcesses

if TYPE_CHECKING:
    from graph_query_api.clients.cosmos import CosmosAccount
    from graph_query_api.graphs.gremlin import GremlinGraphs
    from graph_query_api.graphs.gremlin_layout import GremlinTarget, LoadedGraph

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
        self._account = self._cosmos(settings.cosmos_nosql_endpoint, settings.cosmos_nosql_key)
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
        throughput = await self._throughput()
        if target := _gremlin_target(self._settings):
            from graph_query_api.graphs.gremlin_layout import LoadedGraph

            catalogs = Catalogs(await self._store("graphs"), "graph", LoadedGraph.from_dict)
            gremlin = self._closed(self._gremlin(target, catalogs))
            graphs[GREMLIN], checks["graphs"] = gremlin, gremlin.ping
            to_graphs[GREMLIN] = _in_gremlin(target, gremlin.language, catalogs, throughput)
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

    def _cosmos(self, endpoint: str, key: SecretStr | None) -> "CosmosAccount | None":
        if not endpoint:
            return None
        from graph_query_api.clients.cosmos import CosmosAccount

        return self._closed(CosmosAccount(endpoint, _secret(key)))

    def _documents(self) -> DocumentStores:
        if self._account:
            from graph_query_api.stores.cosmos import CosmosStores

            return self._closed(CosmosStores(self._account))
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

    def _gremlin(
        self, target: "GremlinTarget", catalogs: "Catalogs[LoadedGraph]"
    ) -> "GremlinGraphs":
        from graph_query_api.graphs.gremlin import GremlinGraphs

        return GremlinGraphs(
            target,
            catalogs,
            self._spools,
            timeout=self._settings.query_timeout,
            max_rows=self._settings.query_max_rows,
        )

    async def _throughput(self) -> LoadThroughput | None:
        """None where no load is to get more than the graph has."""
        settings, ru = self._settings, self._settings.cosmos_load_ru
        if not ru or not settings.cosmos_gremlin_endpoint:
            return None
        from graph_query_api.graphs.gremlin_throughput import GraphThroughput, nosql_endpoint

        endpoint = nosql_endpoint(settings.cosmos_gremlin_endpoint) or ""
        account = self._cosmos(endpoint, settings.cosmos_gremlin_key)
        if not account:
            return None
        graph = GraphThroughput(
            account,
            settings.cosmos_gremlin_database,
            settings.cosmos_gremlin_graph,
            settings.cosmos_gremlin_partition_key,
        )
        return LoadThroughput(await self._store(THROUGHPUT), graph, ru)

    async def _telemetry(self) -> tuple[dict[str, TelemetryStore], Destination]:
        timeout, max_rows = self._settings.query_timeout, self._settings.query_max_rows
        files = self._closed(DuckTelemetry(self._files, timeout=timeout, max_rows=max_rows))
        stores: dict[str, TelemetryStore] = {"duckdb": files}
        if not self._account:
            return stores, Files("duckdb", partial(telemetry_path, self._files), {})
        from graph_query_api.telemetry.cosmos_query import CosmosTelemetry

        catalogs = Catalogs(await self._store("tables"), "telemetry", TelemetryCatalog.from_dict)
        stores["cosmos"] = self._closed(
            CosmosTelemetry(self._account, catalogs, timeout=timeout, max_rows=max_rows)
        )
        address = {
            "endpoint": self._account.endpoint,
            "key": _secret(self._settings.cosmos_nosql_key) or "",
        }
        location = f"Cosmos DB for NoSQL, {_host(self._account.endpoint)}"
        return stores, InCosmos("cosmos", location, address, catalogs, {})


def _gremlin_target(settings: Settings) -> "GremlinTarget | None":
    if not settings.cosmos_gremlin_endpoint:
        return None
    from graph_query_api.graphs.gremlin_client import GremlinAddress
    from graph_query_api.graphs.gremlin_layout import GremlinTarget

    address = GremlinAddress(
        endpoint=settings.cosmos_gremlin_endpoint,
        database=settings.cosmos_gremlin_database,
        graph=settings.cosmos_gremlin_graph,
        key=_secret(settings.cosmos_gremlin_key) or "",
    )
    return GremlinTarget(
        address, settings.cosmos_gremlin_dialect, settings.cosmos_gremlin_partition_key
    )


def _in_gremlin(
    target: "GremlinTarget",
    language: str,
    catalogs: "Catalogs[LoadedGraph]",
    throughput: LoadThroughput | None,
) -> InCosmos:
    address = target.address
    location = (
        f"Cosmos DB for Gremlin, {_host(address.endpoint)}, {address.database}/{address.graph}"
    )
    facts = {"language": language}
    return InCosmos("gremlin", location, asdict(target), catalogs, facts, throughput)


def _host(endpoint: str) -> str:
    return urlsplit(endpoint).hostname or endpoint


def _secret(key: SecretStr | None) -> str | None:
    return key.get_secret_value() if key else None
