"""The shared suite on Cosmos DB, and what only Cosmos DB promises."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from peers.cosmos.running import Cosmos

from graph_query_api.errors import (
    DocumentTooLarge,
    InvalidContinuation,
    InvalidDocument,
    QueryNotSupported,
)
from graph_query_api.stores.cosmos.shape import document_of, item_id, item_of
from graph_query_api.stores.protocol import DocumentStores
from graph_query_api.stores.query import NEWEST, Comparison, OrderBy, Query
from support.cosmos_stores import InDatabase, cosmos_stores
from support.store_suite import DocumentStoreSuite, ids

# the SDK hands a document to its transport in one piece, which for 2 MB takes no time worth a word
pytestmark = pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")

SORTED_BY_THE_SUITE = [NEWEST, OrderBy(("sort",)), OrderBy(("n",)), OrderBy(("m",))]


class TestCosmosStore(DocumentStoreSuite):
    examples = 20
    many = 300

    @pytest.fixture(autouse=True)
    def _server(self, cosmos: Cosmos) -> None:
        self.server = cosmos

    def open_stores(self) -> AbstractAsyncContextManager[DocumentStores]:
        return cosmos_stores(self.server.endpoint, self.server.key, SORTED_BY_THE_SUITE)


@pytest.fixture
async def stores(cosmos: Cosmos) -> AsyncIterator[InDatabase]:
    async with cosmos_stores(cosmos.endpoint, cosmos.key) as opened:
        yield opened


async def test_a_container_is_made_so_that_the_newest_come_first(stores: InDatabase) -> None:
    store = await stores.get_document_store("scenarios", "things", "/id")
    await store.create_many({"id": str(n), "created_at": f"2026-01-0{n}"} for n in range(1, 4))
    assert await ids(store, Query(order=NEWEST), limit=1) == ["3", "2", "1"]
    assert await ids(store, Query(order=OrderBy(("created_at",)))) == ["1", "2", "3"]
    with pytest.raises(QueryNotSupported, match="composite index"):
        await store.list(Query(order=OrderBy(("other",))))
    again = Query(order=OrderBy(("id",), descending=True))
    assert await ids(store, again, limit=2) == ["3", "2", "1"]


async def test_ids_that_cosmos_does_not_take_are_kept(stores: InDatabase) -> None:
    names = ["a/b", "..", "x ", "~", "~7e", "a\n", "\0", "ö" * 400, "x" * 2000, "x" * 2001]
    store = await stores.get_document_store("scenarios", "things", "/id")
    await store.create_many({"id": name} for name in names)
    assert await ids(store, Query(), limit=3) == sorted(names)
    for name in names:
        assert (await store.get(name)).id == name
        assert await ids(store, Query(Comparison(("id",), "=", name))) == [name]
        await store.delete(name)
    assert await ids(store, Query()) == []


async def test_hidden_members_can_not_be_asked_for(stores: InDatabase) -> None:
    store = await stores.get_document_store("scenarios", "things", "/id")
    await store.create({"id": "x"})
    assert await ids(store, Query(Comparison(("_bytes",), ">", 0))) == []


async def test_what_cosmos_does_not_hold_is_refused_by_name(stores: InDatabase) -> None:
    store = await stores.get_document_store("scenarios", "things", "/id")
    await store.create({"id": "full", "text": "é" * 1_040_000})
    with pytest.raises(DocumentTooLarge, match=r"'big' is larger than the 2 MB"):
        await store.create({"id": "big", "text": "x" * 2_097_000})
    deep: Any = 1
    for _ in range(127):
        deep = [deep]
    await store.create({"id": "deep", "v": deep})
    with pytest.raises(InvalidDocument, match="128 levels"):
        await store.create({"id": "deeper", "v": [deep]})
    assert await ids(store, Query()) == ["deep", "full"]


async def test_a_place_of_another_shape_is_no_continuation(stores: InDatabase) -> None:
    store = await stores.get_document_store("scenarios", "things", "/id")
    await store.create_many({"id": str(n)} for n in range(3))
    other = await stores.get_document_store("scenarios", "others", "/id")
    page = await store.list(Query(), limit=1)
    with pytest.raises(InvalidContinuation):
        await other.list(Query(), continuation=page.continuation)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["_int", "a", "b"]), inner, max_size=2)
    ),
    max_leaves=8,
)


@given(JSON)
def test_every_value_comes_out_as_it_went_in(value: Any) -> None:
    stored = json.loads(json.dumps(item_of({"id": "x", "v": value}).stored))
    assert all(abs(number) <= 1 << 53 for number in _integers(stored))
    assert document_of({**stored, "_etag": '"e"'}).body == {"id": "x", "v": value}


@given(st.lists(st.text(max_size=8) | st.sampled_from(["~2f", "/", "~", ".", "~2e"]), unique=True))
def test_different_ids_stay_different(names: list[str]) -> None:
    escaped = [item_id(name) for name in names]
    assert len(set(escaped)) == len(names)
    assert all(not set(each) & set("/\\?# \n%") for each in escaped)


def _integers(value: Any) -> Iterator[int]:
    match value:
        case dict():
            for each in value.values():
                yield from _integers(each)
        case list():
            for each in value:
                yield from _integers(each)
        case int():
            yield value
