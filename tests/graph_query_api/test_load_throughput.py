"""More throughput while a graph is loaded, and the former one afterwards."""

import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from graph_query_api.clients.cosmos import CosmosAccount
from graph_query_api.errors import StoreUnavailable
from graph_query_api.graphs.gremlin.throughput import GraphThroughput, nosql_endpoint
from graph_query_api.graphs.throughput import Throughput
from graph_query_api.services.load_throughput import LoadThroughput
from graph_query_api.stores.protocol import DocumentStore
from graph_query_api.stores.sqlite.stores import SqliteStores

LOW, HIGH = Throughput(1000, autoscale=True), Throughput(10_000, autoscale=True)


@dataclass
class Graph:
    now: Throughput | None = LOW
    forbidden: bool = False
    while_lowering: Callable[[], Awaitable[Any]] | None = None

    async def read(self) -> Throughput | None:
        return self.now

    async def set(self, wanted: Throughput) -> None:
        if self.forbidden:
            raise StoreUnavailable("Not ours to change.")
        if wanted == LOW and self.while_lowering:
            meanwhile, self.while_lowering = self.while_lowering, None
            await meanwhile()
        self.now = wanted


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[DocumentStore]:
    stores = SqliteStores(tmp_path)
    yield await stores.get_document_store("scenarios", "throughput", "/id")
    await stores.aclose()


async def test_it_is_raised_until_the_last_load_has_ended(store: DocumentStore) -> None:
    graph, said = Graph(), list[str]()
    one, other = (LoadThroughput(store, graph, 10_000) for _ in range(2))
    async with one.raised("a", said.append):
        assert graph.now == HIGH
        async with other.raised("b", said.append):
            pass
        assert graph.now == HIGH, "the first one still loads"
    assert graph.now == LOW
    assert "1,000 RU/s (autoscale) to 10,000 RU/s (autoscale)" in said[0]


async def test_a_load_that_begins_while_the_last_one_ends_has_more(store: DocumentStore) -> None:
    graph, said = Graph(), list[str]()
    async with AsyncExitStack() as second:
        other = LoadThroughput(store, graph, 10_000).raised("b", said.append)
        async with LoadThroughput(store, graph, 10_000).raised("a", said.append):
            graph.while_lowering = lambda: second.enter_async_context(other)
        assert graph.now == HIGH
    assert graph.now == LOW


async def test_what_a_dead_process_raised_is_lowered(store: DocumentStore) -> None:
    graph, said = Graph(), list[str]()
    async with AsyncExitStack() as never_closed:
        await never_closed.enter_async_context(
            LoadThroughput(store, graph, 10_000).raised("a", said.append)
        )
        alive = LoadThroughput(store, graph, 10_000)
        await alive.lower_unless_needed({"a"})
        assert graph.now == HIGH
        await alive.lower_unless_needed(set())
        assert graph.now == LOW


@pytest.mark.parametrize(
    ("graph", "words"),
    [(Graph(now=None), "no throughput of its own"), (Graph(forbidden=True), "Not ours")],
)
async def test_a_load_goes_on_where_it_cannot_be_raised(
    store: DocumentStore, graph: Graph, words: str
) -> None:
    before, said = graph.now, list[str]()
    async with LoadThroughput(store, graph, 10_000).raised("a", said.append):
        assert words in said[0]
    assert graph.now == before


async def test_what_is_high_enough_stays(store: DocumentStore) -> None:
    graph, said = Graph(now=Throughput(20_000, autoscale=False)), list[str]()
    async with LoadThroughput(store, graph, 10_000).raised("a", said.append):
        assert graph.now == Throughput(20_000, autoscale=False)
    assert said == []


def test_the_endpoint_beside_that_for_gremlin() -> None:
    found = nosql_endpoint("wss://plant.gremlin.cosmos.azure.com:443/")
    assert found == "https://plant.documents.azure.com:443/"
    found = nosql_endpoint("wss://plant.gremlin.cosmos.azure.cn/")
    assert found == "https://plant.documents.azure.cn:443/"
    assert nosql_endpoint("ws://127.0.0.1:8182/") is None


@dataclass
class Offers:
    """The part of an account that keeps throughput, as the SDK asks for it."""

    content: dict[str, Any] | None
    replaced: list[dict[str, Any]] = field(default_factory=list)

    @asynccontextmanager
    async def served(self) -> AsyncIterator[str]:
        app = web.Application()
        app.router.add_get("/", self._account)
        app.router.add_get("/dbs/scenarios/colls/graphs/", self._graph)
        app.router.add_get("/dbs/scenarios/colls/graphs", self._graph)
        app.router.add_post("/offers/", self._query)
        app.router.add_post("/offers", self._query)
        app.router.add_put("/offers/o1/", self._replace)
        app.router.add_put("/offers/o1", self._replace)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
        finally:
            await runner.cleanup()

    async def _account(self, _: web.Request) -> web.Response:
        return web.json_response({"id": "fake", "writableLocations": [], "readableLocations": []})

    async def _graph(self, _: web.Request) -> web.Response:
        partition_key = {"paths": ["/pk"], "kind": "Hash", "version": 2}
        graph = {"id": "graphs", "_self": "dbs/a/colls/b/", "_rid": "b", "_etag": "1"}
        return web.json_response({**graph, "partitionKey": partition_key})

    async def _query(self, request: web.Request) -> web.Response:
        asked = await request.json()
        assert asked["parameters"] == [{"name": "@link", "value": "dbs/a/colls/b/"}]
        found = [{"id": "o1", "_self": "offers/o1/", "content": self.content}]
        return web.json_response({"Offers": found if self.content else [], "_count": 1})

    async def _replace(self, request: web.Request) -> web.Response:
        offer = await request.json()
        self.replaced.append(offer["content"])
        return web.json_response(offer)


@pytest.mark.parametrize(
    ("content", "found", "wanted", "replaced"),
    [
        (
            {"offerThroughput": 400},
            Throughput(400, autoscale=False),
            Throughput(5000, autoscale=False),
            {"offerThroughput": 5000},
        ),
        (
            {"offerThroughput": 100, "offerAutopilotSettings": {"maxThroughput": 1000}},
            LOW,
            HIGH,
            {"offerThroughput": 100, "offerAutopilotSettings": {"maxThroughput": 10_000}},
        ),
        (None, None, None, None),
    ],
)
async def test_offers_are_read_and_replaced(
    content: dict[str, Any] | None,
    found: Throughput | None,
    wanted: Throughput | None,
    replaced: dict[str, Any] | None,
) -> None:
    offers = Offers(content)
    async with offers.served() as endpoint:
        account = CosmosAccount(endpoint, base64.b64encode(b"k" * 64).decode())
        try:
            graph = GraphThroughput(account, "scenarios", "graphs", "pk")
            assert await graph.read() == found
            if wanted:
                await graph.set(wanted)
        finally:
            await account.aclose()
    assert offers.replaced == ([replaced] if replaced else [])
