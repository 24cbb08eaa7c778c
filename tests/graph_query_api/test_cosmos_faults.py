"""Documents in Cosmos DB while connections are cut, answers are lost and requests are refused."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator

import pytest
from peers.cosmos.faulty import faulty
from peers.cosmos.running import Cosmos
from peers.faults import Fault, Faulty, Kind

from graph_query_api.clients import cosmos_attempts, cosmos_errors
from graph_query_api.errors import DocumentExists, PreconditionFailed, StoreUnavailable
from graph_query_api.stores.protocol import DocumentStore
from graph_query_api.stores.query import Query, equals
from support.cosmos_stores import InDatabase, cosmos_stores
from support.store_suite import ids

WRITES = "^(POST|PUT|DELETE) docs"


@pytest.fixture(scope="module")
def proxy(cosmos: Cosmos) -> Iterator[Faulty]:
    with faulty(cosmos.endpoint) as way:
        yield way


@pytest.fixture
def way(proxy: Faulty) -> Iterator[Faulty]:
    yield proxy
    proxy.clear()
    proxy.requests.clear()


@pytest.fixture
async def stores(way: Faulty, cosmos: Cosmos) -> AsyncIterator[InDatabase]:
    async with cosmos_stores(way.endpoint, cosmos.key) as opened:
        yield opened


@pytest.fixture
async def store(stores: InDatabase) -> DocumentStore:
    return await stores.get_document_store("scenarios", "things", "/id")


@pytest.fixture
def short_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (cosmos_attempts, cosmos_errors):
        monkeypatch.setattr(module, "OPERATION_SECONDS", 1.5)


@pytest.mark.parametrize("kind", ["lose", "cut", "refuse"])
async def test_trouble_on_the_way_doubles_nothing_and_loses_nothing(
    way: Faulty, store: DocumentStore, kind: Kind
) -> None:
    """Each write says the truth, whatever happened to its requests."""
    fault = way.add(Fault(kind, WRITES, times=40))  # each of those that are sent at once
    assert await store.create_many({"id": f"{n:02}", "odd": n % 2 == 1} for n in range(40)) == 40
    assert fault.hits == 40
    way.clear()
    way.add(Fault(kind, WRITES, every=2))
    way.add(Fault(kind, "^(GET|QUERY) docs", every=2))
    document = await store.create({"id": "x", "v": 0})
    for v in range(1, 6):
        document = await store.replace({"id": "x", "v": v}, if_match=document.etag)
    assert await store.get("x") == document
    with pytest.raises(DocumentExists):
        await store.create({"id": "x"})
    assert [(await store.upsert({"id": "y", "v": v}))[1] for v in range(3)] == [True, False, False]
    await store.delete("x", if_match=document.etag)
    await store.delete("y")
    way.clear()
    way.add(Fault(kind, WRITES, times=20))
    assert await store.delete_many(equals("odd", True)) == 20
    assert await ids(store, Query()) == [f"{n:02}" for n in range(0, 40, 2)]


async def test_a_lost_write_that_another_overwrote_is_not_claimed(
    way: Faulty, store: DocumentStore, cosmos: Cosmos
) -> None:
    first = await store.create({"id": "x", "v": 1})
    gone = way.add(Fault("lose", "^PUT", times=1))
    held = way.add(Fault("stall", "^PUT", times=1, seconds=0.5))
    ours = asyncio.create_task(store.replace({"id": "x", "v": 2}, if_match=first.etag))
    while not held.hits:
        await asyncio.sleep(0.01)
    await store.replace({"id": "x", "v": 3})
    with pytest.raises(PreconditionFailed):
        await ours
    assert gone.hits == 1
    assert (await store.get("x")).body["v"] == 3


async def test_who_is_throttled_waits_as_long_as_told(way: Faulty, store: DocumentStore) -> None:
    await store.create({"id": "x"})
    fault = way.add(Fault("refuse", "docs", times=12, status=429, seconds=0.05))
    began = time.monotonic()
    await store.replace({"id": "x", "v": 1})
    assert fault.hits == 12
    assert time.monotonic() - began >= 12 * 0.05


@pytest.mark.usefixtures("short_limit")
async def test_throttling_without_end_is_told_with_the_time_to_wait(
    way: Faulty, store: DocumentStore
) -> None:
    await store.create({"id": "x"})
    way.add(Fault("refuse", "docs", status=429, seconds=0.1))
    with pytest.raises(StoreUnavailable, match="429") as caught:
        await store.get("x")
    assert caught.value.headers == {"Retry-After": "1"}


@pytest.mark.usefixtures("short_limit")
async def test_a_stall_ends_within_the_limit(way: Faulty, store: DocumentStore) -> None:
    await store.create({"id": "x"})
    way.add(Fault("stall", "docs", seconds=60))
    began = time.monotonic()
    asked = (store.get("x"), store.list(), store.replace({"id": "x"}), store.create({"id": "y"}))
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert time.monotonic() - began < 5
    for outcome in outcomes:
        assert isinstance(outcome, StoreUnavailable)
        assert "did not answer within" in str(outcome)
    way.clear()
    assert (await store.get("x")).id == "x"


@pytest.mark.usefixtures("short_limit")
async def test_nothing_is_asked_before_the_first_use_and_a_failure_is_forgotten(
    way: Faulty, stores: InDatabase
) -> None:
    way.add(Fault("cut"))
    store = await stores.get_document_store("scenarios", "things", "/id")
    assert way.requests == []
    for attempt in (store.get("x"), store.create({"id": "x"}), stores.ping()):
        with pytest.raises(StoreUnavailable, match="Cosmos DB at 127"):
            await attempt
    way.clear()
    await stores.ping()
    await store.create({"id": "x"})


async def test_a_container_that_we_may_not_make_comes_with_the_commands(
    way: Faulty, stores: InDatabase, store: DocumentStore, cosmos: Cosmos
) -> None:
    way.add(Fault("refuse", "^POST (dbs|colls)", status=403, substatus=5300))
    with pytest.raises(StoreUnavailable) as caught:
        await store.create({"id": "x"})
    text = str(caught.value)
    account = "--account-name 127 --resource-group <group>"
    assert f"az cosmosdb sql database create {account} --name {stores.database}" in text
    assert (
        f"az cosmosdb sql container create {account} --database-name {stores.database} "
        "--name things --partition-key-path /id --idx '{" in text
    )
    assert cosmos.key not in text
    await stores.get_document_store("scenarios", "others", "/id")
    with pytest.raises(StoreUnavailable) as caught:
        await stores.ping()
    assert str(caught.value).count("sql database create") == 1
    assert str(caught.value).count("sql container create") == 2
    way.clear()  # somebody ran them
    await store.create({"id": "x"})


async def test_a_container_too_many_comes_with_the_cure(way: Faulty, store: DocumentStore) -> None:
    way.add(Fault("refuse", "^POST colls", status=400))
    with pytest.raises(StoreUnavailable, match=r"things can't be made.*by a test\..*25 containers"):
        await store.create({"id": "x"})
    way.clear()
    await store.create({"id": "x"})


async def test_a_serverless_account_takes_a_database_without_throughput(
    way: Faulty, store: DocumentStore
) -> None:
    refusal = way.add(Fault("refuse", "^POST dbs", times=1, status=400))
    await store.create({"id": "x"})
    assert refusal.hits == 1
    assert (await store.get("x")).body == {"id": "x"}


@pytest.mark.parametrize(
    ("status", "substatus", "words"),
    [
        (401, 0, "COSMOS_NOSQL_KEY"),
        (403, 5301, "role assignment create"),
        (403, 1014, "full"),
        (403, 3, "region"),
        (404, 1003, "deleted"),
        (400, 0, "asked for by a test"),
    ],
)
async def test_a_refusal_is_told_with_its_cure_and_not_repeated(
    way: Faulty, store: DocumentStore, cosmos: Cosmos, status: int, substatus: int, words: str
) -> None:
    await store.create({"id": "x"})
    fault = way.add(Fault("refuse", "docs", status=status, substatus=substatus))
    with pytest.raises(StoreUnavailable, match=words) as caught:
        await store.create({"id": "y"})
    assert fault.hits == 1
    assert cosmos.key not in str(caught.value)
    way.clear()
    assert (await store.get("x")).id == "x"
