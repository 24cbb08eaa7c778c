"""What stands on Cosmos DB. Imported only where the settings name it: its SDK takes as long to
import as all the rest."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from graph_query_api.clients.cosmos import CosmosAccount
from graph_query_api.graphs.gremlin.client import GremlinAddress
from graph_query_api.graphs.gremlin.layout import GremlinTarget, LoadedGraph
from graph_query_api.graphs.gremlin.store import GremlinGraphs
from graph_query_api.graphs.gremlin.throughput import GraphThroughput, nosql_endpoint
from graph_query_api.services.catalogs import Catalogs
from graph_query_api.services.destinations import InCosmos
from graph_query_api.services.load_throughput import LoadThroughput
from graph_query_api.settings import Settings
from graph_query_api.stores.cosmos.stores import CosmosStores
from graph_query_api.stores.protocol import DocumentStore
from graph_query_api.telemetry.catalog import TelemetryCatalog
from graph_query_api.telemetry.cosmos.store import CosmosTelemetry


def account_of(settings: Settings) -> CosmosAccount:
    """For documents and telemetry."""
    return CosmosAccount(settings.cosmos_nosql_endpoint, _secret(settings.cosmos_nosql_key))


def documents(account: CosmosAccount) -> CosmosStores:
    return CosmosStores(account)


def graphs(
    settings: Settings,
    spools: Path,
    catalogs_in: DocumentStore,
    throughput: LoadThroughput | None,
) -> tuple[GremlinGraphs, InCosmos]:
    """Where graphs are read, and where their loads go."""
    target = _target(settings)
    catalogs = Catalogs(catalogs_in, "graph", LoadedGraph.from_dict)
    store = GremlinGraphs(
        target,
        catalogs,
        spools,
        timeout=settings.query_timeout,
        max_rows=settings.query_max_rows,
    )
    address = target.address
    place = f"{_host(address.endpoint)}, {address.database}/{address.graph}"
    destination = InCosmos(
        "gremlin",
        f"Cosmos DB for Gremlin, {place}",
        asdict(target),
        catalogs,
        {"language": store.language},
        throughput,
    )
    return store, destination


def telemetry(
    settings: Settings, account: CosmosAccount, catalogs_in: DocumentStore
) -> tuple[CosmosTelemetry, InCosmos]:
    """Where telemetry is read, and where its loads go."""
    catalogs = Catalogs(catalogs_in, "telemetry", TelemetryCatalog.from_dict)
    store = CosmosTelemetry(
        account, catalogs, timeout=settings.query_timeout, max_rows=settings.query_max_rows
    )
    address: Mapping[str, Any] = {
        "endpoint": account.endpoint,
        "key": _secret(settings.cosmos_nosql_key) or "",
    }
    location = f"Cosmos DB for NoSQL, {_host(account.endpoint)}"
    return store, InCosmos("cosmos", location, address, catalogs, {})


def throughput_account(settings: Settings) -> CosmosAccount | None:
    """That of the graphs, by its endpoint for NoSQL; None for what is not in Azure."""
    endpoint = nosql_endpoint(settings.cosmos_gremlin_endpoint)
    return CosmosAccount(endpoint, _secret(settings.cosmos_gremlin_key)) if endpoint else None


def throughput(
    settings: Settings, account: CosmosAccount, noted_in: DocumentStore, ru: int
) -> LoadThroughput:
    """For loads of graphs."""
    graph = GraphThroughput(
        account,
        settings.cosmos_gremlin_database,
        settings.cosmos_gremlin_graph,
        settings.cosmos_gremlin_partition_key,
    )
    return LoadThroughput(noted_in, graph, ru)


def _target(settings: Settings) -> GremlinTarget:
    address = GremlinAddress(
        endpoint=settings.cosmos_gremlin_endpoint,
        database=settings.cosmos_gremlin_database,
        graph=settings.cosmos_gremlin_graph,
        key=_secret(settings.cosmos_gremlin_key) or "",
    )
    return GremlinTarget(
        address, settings.cosmos_gremlin_dialect, settings.cosmos_gremlin_partition_key
    )


def _host(endpoint: str) -> str:
    return urlsplit(endpoint).hostname or endpoint


def _secret(key: SecretStr | None) -> str | None:
    return key.get_secret_value() if key else None
