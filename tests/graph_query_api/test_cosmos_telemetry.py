"""Telemetry in a server that stands for Cosmos DB for NoSQL."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from peers.cosmos.running import Cosmos

from graph_query_api.clients.cosmos import CosmosAccount
from graph_query_api.errors import PartNotFound
from graph_query_api.telemetry.catalog import TelemetryCatalog
from graph_query_api.telemetry.cosmos_load import CosmosTarget, load_telemetry
from graph_query_api.telemetry.cosmos_query import CosmosTelemetry
from scenario_pack.telemetry import PreparedTelemetry
from support.telemetry_suite import Load, TelemetrySuite, made_up


class KeptCatalogs:
    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def keep(self, generation: str, catalog: TelemetryCatalog) -> None:
        self.kept[generation] = json.dumps(catalog.as_dict())

    async def get(self, scenario: str, generation: str) -> TelemetryCatalog:
        if generation not in self.kept:
            raise PartNotFound(scenario, "telemetry")
        return TelemetryCatalog.from_dict(json.loads(self.kept[generation]))

    async def forget(self, generation: str) -> None:
        self.kept.pop(generation, None)


class Loader:
    def __init__(self, server: Cosmos) -> None:
        self.target = CosmosTarget(server.endpoint, server.key)
        self.catalogs = KeptCatalogs()
        self.told: list[tuple[str, int, int | None]] = []

    def load(self, source: PreparedTelemetry, generation: str) -> None:
        def told(*progress: Any) -> None:
            self.told.append(progress)

        catalog = load_telemetry(source, self.target, "s", generation, told)
        self.catalogs.keep(generation, catalog)


@pytest.fixture(scope="module")
def loader(cosmos: Cosmos, tmp_path_factory: pytest.TempPathFactory) -> Loader:
    loader = Loader(cosmos)
    source = made_up(tmp_path_factory.mktemp("work"))
    with source.con:
        loader.load(source, "g1")
    return loader


@pytest.fixture
async def store(loader: Loader) -> AsyncIterator[CosmosTelemetry]:
    account = CosmosAccount(loader.target.endpoint, loader.target.key)
    store = CosmosTelemetry(account, loader.catalogs, timeout=30, max_rows=10_000)
    yield store
    await store.aclose()
    await account.aclose()


class TestCosmosTelemetry(TelemetrySuite):
    @pytest.fixture
    def load(self, loader: Loader) -> Load:
        return loader.load
