"""What every document store must do. A test class inherits it and says how to open a store."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_query_api.errors import (
    ContainerNotFound,
    DocumentExists,
    DocumentNotFound,
    InvalidContinuation,
    InvalidDocument,
    PreconditionFailed,
)
from graph_query_api.stores.cosmos_sql import parse_query
from graph_query_api.stores.protocol import DocumentStore, DocumentStores
from graph_query_api.stores.query import (
    NEWEST_FIRST,
    And,
    Comparison,
    Condition,
    In,
    IsDefined,
    Not,
    Operator,
    Or,
    OrderBy,
    Query,
    equals,
)
from support.query_reference import answer

MEMBERS = ["a", "b", "odd name", "a.b", "it's", "é"]
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=4)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.integers(-(1 << 53), 1 << 53),
    st.floats(-4, 4, allow_nan=False, width=16),
    st.sampled_from(["", "1", "true", "null", "a", "A", "ä", "z" * 20]),
    TEXTS,
)
BODIES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=2)
    ),
    max_leaves=3,
)
DOCUMENTS = st.lists(
    st.dictionaries(st.sampled_from(MEMBERS), BODIES, max_size=4), min_size=1, max_size=12
)
PATHS = st.lists(st.sampled_from(MEMBERS), min_size=1, max_size=2).map(tuple)
OPERATORS: list[Operator] = ["=", "!=", "<", "<=", ">", ">="]
LEAVES: st.SearchStrategy[Condition] = st.one_of(
    st.builds(Comparison, PATHS, st.sampled_from(OPERATORS), SCALARS),
    st.builds(In, PATHS, st.lists(SCALARS, min_size=1, max_size=3).map(tuple)),
    st.builds(IsDefined, PATHS),
)
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(And, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, min_size=1, max_size=3).map(tuple)),
    ),
    max_leaves=5,
)
# lists and objects have no order that all stores share: sort by what holds none
ORDERS = st.none() | st.builds(OrderBy, st.just(("sort",)), st.booleans())
SORT_VALUES = st.one_of(st.just(...), SCALARS)


async def ids(store: DocumentStore, query: Query, limit: int = 100) -> list[str]:
    """Every id of a list, page by page."""
    found: list[str] = []
    continuation: str | None = None
    while True:
        page = await store.list(query, limit=limit, continuation=continuation)
        assert len(page.documents) <= limit
        found += [document.id for document in page.documents]
        continuation = page.continuation
        if continuation is None:
            return found
        assert page.documents, "a page with more to come makes progress"


class DocumentStoreSuite:
    examples = 100
    """How many a property is tried with, and how many documents a bulk has: for a store behind a
    network each takes its time."""
    many = 600

    def open_stores(self) -> AbstractAsyncContextManager[DocumentStores]:
        """Fresh, empty stores."""
        raise NotImplementedError

    async def with_store(self, use: Callable[[DocumentStore], Awaitable[None]]) -> None:
        async with self.open_stores() as stores:
            await use(await stores.get_document_store("scenarios", "things", "/id"))

    @pytest.fixture
    async def stores(self) -> Any:
        async with self.open_stores() as stores:
            yield stores

    @pytest.fixture
    async def store(self, stores: DocumentStores) -> DocumentStore:
        return await stores.get_document_store("scenarios", "things", "/id")

    async def test_what_was_created_is_read_back(self, store: DocumentStore) -> None:
        body = {"id": "x", "text": "é\n\"'\\\0", "n": None, "list": [1.5, True, {"": []}]}
        created = await store.create(body)
        assert await store.get("x") == created
        assert created.body == body

    async def test_integers_stay_exact(self, store: DocumentStore) -> None:
        numbers = [2**53 + 1, 2**63, -(2**80)]
        await store.create({"id": "x", "numbers": numbers})
        assert json.dumps((await store.get("x")).body["numbers"]) == json.dumps(numbers)

    async def test_create_refuses_an_id_that_exists(self, store: DocumentStore) -> None:
        await store.create({"id": "x", "v": 1})
        with pytest.raises(DocumentExists):
            await store.create({"id": "x", "v": 2})
        assert (await store.get("x")).body["v"] == 1

    async def test_a_missing_document_is_not_found(self, store: DocumentStore) -> None:
        for attempt in (
            store.get("x"),
            store.delete("x"),
            store.replace({"id": "x"}),
            store.replace({"id": "x"}, if_match="e"),
        ):
            with pytest.raises(DocumentNotFound):
                await attempt

    async def test_ids_are_compared_as_they_are(self, store: DocumentStore) -> None:
        names = ["a", "A", " a", "a ", "é", "e\u0301", "1", "01", "%2F", "x" * 255]
        for name in names:
            await store.create({"id": name, "name": name})
        for name in names:
            assert (await store.get(name)).body["name"] == name
        assert await ids(store, Query()) == sorted(names)

    async def test_upsert_says_whether_the_document_is_new(self, store: DocumentStore) -> None:
        first, created = await store.upsert({"id": "x", "v": 1})
        second, created_again = await store.upsert({"id": "x", "v": 2})
        assert (created, created_again) == (True, False)
        assert first.etag != second.etag
        assert await store.get("x") == second

    async def test_every_write_gives_another_etag(self, store: DocumentStore) -> None:
        etags = {(await store.create({"id": "x"})).etag}
        for _ in range(3):
            etags.add((await store.replace({"id": "x"})).etag)
        assert len(etags) == 4

    async def test_an_old_etag_changes_nothing(self, store: DocumentStore) -> None:
        old = await store.create({"id": "x", "v": 1})
        new = await store.replace({"id": "x", "v": 2}, if_match=old.etag)
        with pytest.raises(PreconditionFailed):
            await store.replace({"id": "x", "v": 3}, if_match=old.etag)
        with pytest.raises(PreconditionFailed):
            await store.delete("x", if_match=old.etag)
        assert await store.get("x") == new
        await store.delete("x", if_match=new.etag)
        with pytest.raises(DocumentNotFound):
            await store.get("x")

    async def test_of_many_replaces_of_one_version_exactly_one_wins(
        self, store: DocumentStore
    ) -> None:
        etag = (await store.create({"id": "x", "v": -1})).etag
        others = [store.create({"id": f"other-{n}"}) for n in range(8)]
        attempts = [store.replace({"id": "x", "v": n}, if_match=etag) for n in range(32)]
        outcomes = await asyncio.gather(*attempts, *others, return_exceptions=True)
        winners = [n for n, each in enumerate(outcomes[:32]) if not isinstance(each, Exception)]
        assert len(winners) == 1
        assert sum(isinstance(each, PreconditionFailed) for each in outcomes) == 31
        assert (await store.get("x")).body["v"] == winners[0]
        assert len(await ids(store, Query())) == 9

    async def test_of_many_creates_of_one_id_exactly_one_wins(self, store: DocumentStore) -> None:
        outcomes = await asyncio.gather(
            *(store.create({"id": "x", "v": n}) for n in range(16)), return_exceptions=True
        )
        assert sum(isinstance(each, DocumentExists) for each in outcomes) == 15

    async def test_system_fields_never_come_out(self, store: DocumentStore) -> None:
        created = await store.create({"id": "x", "_etag": "mine", "_ts": 1, "a": {"_b": 1}})
        (listed,) = (await store.list()).documents
        for document in (created, listed, await store.get("x")):
            assert document.body == {"id": "x", "a": {"_b": 1}}

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"id": ""},
            {"id": 5},
            {"id": "x", "v": float("nan")},
            {"id": "x", "v": float("inf")},
            {"id": "x", "v": "\ud800"},
            {"id": "x", "v": object()},
        ],
    )
    async def test_what_is_no_json_document_is_refused(
        self, store: DocumentStore, body: dict[str, Any]
    ) -> None:
        with pytest.raises(InvalidDocument):
            await store.upsert(body)
        assert await ids(store, Query()) == []

    async def test_a_deep_document_is_stored_or_refused_but_breaks_no_list(
        self, store: DocumentStore
    ) -> None:
        await store.create({"id": "good"})
        deep: Any = 1
        for _ in range(900):
            deep = [deep]
        for number in range(3):
            deep = [[[[[deep]]]]] if number else deep
            try:
                await store.create({"id": f"deep-{number}", "created_at": deep})
            except InvalidDocument:
                continue
        assert "good" in await ids(store, NEWEST_FIRST)

    async def test_documents_created_in_bulk_are_all_there(self, store: DocumentStore) -> None:
        assert await store.create_many({"id": f"{n:04}"} for n in range(self.many)) == self.many
        assert await ids(store, Query(), limit=250) == [f"{n:04}" for n in range(self.many)]
        with pytest.raises(DocumentExists):
            await store.create_many([{"id": "new"}, {"id": "0001"}])

    async def test_large_documents_make_short_pages(self, store: DocumentStore) -> None:
        await store.create_many({"id": f"{n:02}", "text": "x" * 1_500_000} for n in range(8))
        first = await store.list(Query())
        assert first.continuation is not None
        assert 1 <= len(first.documents) < 8
        assert await ids(store, Query()) == [f"{n:02}" for n in range(8)]

    async def test_delete_many_deletes_what_the_condition_selects(
        self, store: DocumentStore
    ) -> None:
        await store.create_many({"id": f"{n:03}", "odd": n % 2 == 1} for n in range(self.many))
        assert await store.delete_many(equals("odd", True)) == self.many // 2
        assert await store.delete_many(equals("odd", True)) == 0
        assert all(int(each) % 2 == 0 for each in await ids(store, Query()))

    async def test_the_newest_come_first(self, store: DocumentStore) -> None:
        for number, stamp in enumerate(["2026-01-02", "2026-01-03", "2026-01-01", "2026-01-03"]):
            await store.create({"id": str(number), "created_at": stamp})
        await store.create({"id": "none"})
        assert await ids(store, NEWEST_FIRST, limit=2) == ["3", "1", "0", "2", "none"]

    async def test_a_query_selects_and_sorts(self, store: DocumentStore) -> None:
        await store.create_many({"id": str(n), "n": n, "kind": "ab"[n % 2]} for n in range(6))
        query = parse_query(
            "SELECT * FROM c WHERE c.kind = @kind AND NOT (c.n IN (0, 4)) ORDER BY c.n DESC",
            {"kind": "a"},
        )
        assert await ids(store, query) == ["2"]

    async def test_true_is_not_one_and_null_is_not_missing(self, store: DocumentStore) -> None:
        values = {"true": True, "one": 1, "text": "1", "null": None, "list": [1], "real": 1.0}
        for name, value in values.items():
            await store.create({"id": name, "v": value})
        await store.create({"id": "missing"})

        async def where(operator: Operator, value: Any) -> set[str]:
            return set(await ids(store, Query(Comparison(("v",), operator, value))))

        assert await where("=", 1) == {"one", "real"}
        assert await where("=", True) == {"true"}
        assert await where("=", "1") == {"text"}
        assert await where("=", None) == {"null"}
        assert await where("!=", 2) == {"one", "real"}
        assert await where("=", "[1]") == set()

    @pytest.mark.parametrize(
        "token",
        ["", "x", "!!", "é", "bnVsbA", "W10", "WyJhIiwgMV0", "WyJ4IiwxLDIsMyw0LDUsNl0", "A" * 5000],
    )
    async def test_a_made_up_continuation_is_refused(
        self, store: DocumentStore, token: str
    ) -> None:
        await store.create({"id": "x"})
        with pytest.raises(InvalidContinuation):
            await store.list(continuation=token)

    async def test_a_continuation_of_another_query_is_refused(self, store: DocumentStore) -> None:
        await store.create_many({"id": str(n), "n": n} for n in range(4))
        page = await store.list(Query(order=OrderBy(("n",))), limit=2)
        with pytest.raises(InvalidContinuation):
            await store.list(Query(order=OrderBy(("m",))), limit=2, continuation=page.continuation)

    async def test_containers_are_apart(self, stores: DocumentStores) -> None:
        one = await stores.get_document_store("scenarios", "one", "/id")
        two = await stores.get_document_store("scenarios", "two", "/id")
        await one.create({"id": "x"})
        with pytest.raises(DocumentNotFound):
            await two.get("x")

    async def test_a_container_that_must_exist_is_missed(self, stores: DocumentStores) -> None:
        with pytest.raises(ContainerNotFound):
            await stores.get_document_store("scenarios", "none", "/id", ensure_created=False)
        await stores.get_document_store("scenarios", "none", "/id")
        await stores.get_document_store("scenarios", "none", "/id", ensure_created=False)

    async def test_ping(self, stores: DocumentStores) -> None:
        await stores.get_document_store("scenarios", "things", "/id")
        await stores.ping()

    def test_queries_mean_what_the_reference_says(self) -> None:
        @settings(max_examples=self.examples)
        @given(
            DOCUMENTS, st.lists(st.tuples(CONDITIONS, ORDERS), min_size=1, max_size=8), st.data()
        )
        def judged(
            contents: list[dict[str, Any]],
            queries: list[tuple[Condition, OrderBy | None]],
            data: st.DataObject,
        ) -> None:
            bodies = []
            for number, content in enumerate(contents):
                value = data.draw(SORT_VALUES)
                sort = {} if value is ... else {"sort": value}
                bodies.append({**content, **sort, "id": f"{number:02}"})

            async def compare(store: DocumentStore) -> None:
                await store.create_many(bodies)
                for where, order in queries:
                    query = Query(where, order)
                    assert await ids(store, query, limit=3) == answer(query, bodies), query

            asyncio.run(self.with_store(compare))

        judged()

    def test_paging_gives_what_stays_exactly_once(self) -> None:
        """Between pages documents come and go; those that stay are each given once, in order."""

        @settings(max_examples=self.examples * 2 // 5)
        @given(
            st.lists(SORT_VALUES, max_size=20),
            st.booleans(),
            st.integers(1, 5),
            st.lists(st.tuples(st.sampled_from(["create", "delete"]), st.integers(0, 40), SCALARS)),
        )
        def paged(
            values: list[Any],
            descending: bool,
            limit: int,
            changes: list[tuple[str, int, Any]],
        ) -> None:
            query = Query(order=OrderBy(("sort",), descending))
            original = [
                {"id": f"{n:02}"} if value is ... else {"id": f"{n:02}", "sort": value}
                for n, value in enumerate(values)
            ]
            asyncio.run(
                self.with_store(lambda store: page_through(store, query, original, limit, changes))
            )

        paged()


async def page_through(
    store: DocumentStore,
    query: Query,
    original: list[dict[str, Any]],
    limit: int,
    changes: list[tuple[str, int, Any]],
) -> None:
    await store.create_many(original)
    gone: set[str] = set()
    pending = list(changes)
    seen: list[str] = []
    continuation: str | None = None
    while True:
        page = await store.list(query, limit=limit, continuation=continuation)
        seen += [document.id for document in page.documents]
        continuation = page.continuation
        if continuation is None:
            break
        if pending:
            action, number, value = pending.pop()
            if action == "create":
                await store.upsert({"id": f"new-{number}", "sort": value})
            elif number < len(original) and f"{number:02}" not in gone:
                await store.delete(f"{number:02}")
                gone.add(f"{number:02}")
    assert len(seen) == len(set(seen)), "nothing twice"
    stayed = [body for body in original if body["id"] not in gone]
    kept = {body["id"] for body in stayed}
    assert [each for each in seen if each in kept] == answer(query, stayed)
