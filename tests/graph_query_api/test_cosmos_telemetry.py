"""Telemetry in a server that stands for Cosmos DB for NoSQL."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from azure.cosmos.aio import CosmosClient
from peers.cosmos.faulty import faulty
from peers.cosmos.running import Cosmos
from peers.faults import Fault

from graph_query_api.clients.cosmos import CosmosAccount
from graph_query_api.errors import PartNotFound, QueryBusy, QueryTooLarge, QueryTooSlow
from graph_query_api.telemetry.catalog import TelemetryCatalog
from graph_query_api.telemetry.conditions import Filter
from graph_query_api.telemetry.cosmos import pages as cosmos_pages
from graph_query_api.telemetry.cosmos import store as cosmos_query
from graph_query_api.telemetry.cosmos.load import CosmosTarget, load_telemetry
from graph_query_api.telemetry.cosmos.store import CosmosTelemetry
from graph_query_api.telemetry.request import Aggregate, TelemetryRequest
from scenario_pack.telemetry import PreparedTelemetry
from support.telemetry_suite import ROWS, Load, TelemetrySuite, ask, made_up


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
    def __init__(self, server: Cosmos, scenario: str = "s") -> None:
        self.scenario = scenario
        self.target = CosmosTarget(server.endpoint, server.key)
        self.catalogs = KeptCatalogs()
        self.told: list[tuple[str, int, int | None]] = []

    def load(self, source: PreparedTelemetry, generation: str) -> None:
        def told(*progress: Any) -> None:
            self.told.append(progress)

        catalog = load_telemetry(source, self.target, self.scenario, generation, told)
        self.catalogs.keep(generation, catalog)


@pytest.fixture(scope="module")
def loader(cosmos: Cosmos, tmp_path_factory: pytest.TempPathFactory) -> Loader:
    loader = Loader(cosmos)
    source = made_up(tmp_path_factory.mktemp("work"))
    with source.con:
        loader.load(source, "g1")
    return loader


@asynccontextmanager
async def opened(loader: Loader) -> AsyncIterator[CosmosTelemetry]:
    account = CosmosAccount(loader.target.endpoint, loader.target.key)
    store = CosmosTelemetry(account, loader.catalogs, timeout=30, max_rows=10_000)
    try:
        yield store
    finally:
        await store.aclose()
        await account.aclose()


@pytest.fixture
async def store(loader: Loader) -> AsyncIterator[CosmosTelemetry]:
    async with opened(loader) as store:
        yield store


class TestCosmosTelemetry(TelemetrySuite):
    @pytest.fixture
    def load(self, loader: Loader) -> Load:
        return loader.load


async def test_no_more_is_read_than_the_answer_needs(
    store: CosmosTelemetry, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[tuple[int, int]] = []
    reader = cosmos_query._Reader
    given = reader._read

    async def noted(self: cosmos_query._Reader, start: int, end: int) -> None:
        read.append((start, end))
        await given(self, start, end)

    monkeypatch.setattr(reader, "_read", noted)
    await ask(store, limit=5)
    assert read == [(0, 6)]
    read.clear()
    # about every fourth row, so the first range does not do; but not all rows are read
    await ask(store, limit=100, filters=[Filter("host", "eq", "a")])
    assert read == [(0, 101), (101, 505)]
    read.clear()
    # in which order Cosmos DB has texts is not said, so the rows are judged here
    await ask(store, limit=100, filters=[Filter("host", "gt", "a")])
    assert read[-1][1] == len(ROWS)
    read.clear()
    await ask(store, aggregates=[Aggregate("x", "avg")])
    assert read == [(0, len(ROWS))]


async def test_questions_are_bounded(
    store: CosmosTelemetry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cosmos_query, "READ_BYTES", 1_000)
    with pytest.raises(QueryTooLarge):
        await ask(store)
    monkeypatch.setattr(cosmos_query, "WAITING", 0)
    with pytest.raises(QueryBusy):
        await ask(store)
    monkeypatch.undo()
    monkeypatch.setattr(store, "_timeout", 0.01)
    with pytest.raises(QueryTooSlow, match=r"longer than 0\.01 s"):
        await ask(store)
    monkeypatch.undo()
    assert len((await ask(store)).rows) == len(ROWS)


async def test_half_of_a_load_is_never_an_answer(loader: Loader, store: CosmosTelemetry) -> None:
    kept = loader.catalogs.kept["g1"]

    class DroppedMeanwhile(KeptCatalogs):
        async def get(self, scenario: str, generation: str) -> TelemetryCatalog:
            catalog = await super().get(scenario, generation)
            await self.forget(generation)
            return catalog

    dropped = DroppedMeanwhile()
    dropped.kept["g1"] = kept
    store._catalogs = dropped
    with pytest.raises(PartNotFound):
        await ask(store)


async def test_a_load_without_a_catalog_is_dropped_too(
    loader: Loader, store: CosmosTelemetry, tmp_path: Path
) -> None:
    source = made_up(tmp_path)
    with source.con:
        await asyncio.to_thread(loader.load, source, "g7")
    assert loader.told[-1] == ("Loading metrics", 1, 1)
    catalog = loader.catalogs.kept["g7"]
    del loader.catalogs.kept["g7"]
    await store.drop("s", "g7")
    loader.catalogs.kept["g7"] = catalog
    assert (await store.query("s", "g7", TelemetryRequest("Metrics"))).rows == []
    assert len((await ask(store)).rows) == len(ROWS)


async def test_what_somebody_else_has_deleted_is_not_there(cosmos: Cosmos, tmp_path: Path) -> None:
    loader = Loader(cosmos, "gone")
    source = made_up(tmp_path)
    with source.con:
        await asyncio.to_thread(loader.load, source, "g1")
    async with opened(loader) as store:
        wanted = TelemetryRequest("metrics")
        assert len((await store.query("gone", "g1", wanted)).rows) == 1
        async with CosmosClient(
            cosmos.endpoint, cosmos.key, enable_endpoint_discovery=False
        ) as client:
            await client.get_database_client("telemetry").delete_container("gone.metrics")
        for _ in range(2):
            with pytest.raises(PartNotFound):
                await store.query("gone", "g1", wanted)
        await store.drop("gone", "g1")


async def test_a_page_that_comes_twice_counts_once(
    store: CosmosTelemetry, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = cosmos_query._Reader
    take = reader._fresh

    def twice(self: cosmos_query._Reader, page: list[dict[str, Any]]) -> pa.RecordBatch:
        self._take(take(self, page))
        return take(self, page)

    monkeypatch.setattr(reader, "_fresh", twice)
    assert [row[-1] for row in (await ask(store)).rows] == [row["at"] for row in ROWS]


async def test_lost_answers_and_cut_connections_change_nothing(
    loader: Loader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cosmos_pages, "ROWS_A_PAGE", 250)
    source = made_up(tmp_path)
    with faulty(loader.target.endpoint) as way, source.con:
        for kind, every in (("lose", 5), ("cut", 7)):
            way.add(Fault(kind, "docs", every=every))  # type: ignore[arg-type]
        for status, every in ((429, 8), (503, 9)):
            way.add(Fault("refuse", "docs", every=every, status=status, seconds=0.01))
        troubled = Loader(Cosmos(way.endpoint, loader.target.key))
        await asyncio.to_thread(troubled.load, source, "g8")
        async with opened(troubled) as store:
            asked = TelemetryRequest("Metrics", columns=["at"])
            result = await store.query("s", "g8", asked)
            assert [at for (at,) in result.rows] == [row["at"] for row in ROWS]
            catalog = await store.catalog("s", "g8")
            await store.drop("s", "g8")
            troubled.catalogs.keep("g8", catalog)
            assert (await store.query("s", "g8", asked)).rows == []
        assert all(fault.hits for fault in way.faults)
