"""The shared suite on SQLite, and what only SQLite promises."""

import asyncio
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from graph_query_api.errors import StorageFull, StoreUnavailable
from graph_query_api.stores.protocol import DocumentStores
from graph_query_api.stores.query import NEWEST, In, Query, equals
from graph_query_api.stores.sqlite.engine import Writer
from graph_query_api.stores.sqlite.query import Sql, after, condition, order_by, quoted
from graph_query_api.stores.sqlite.stores import SqliteStores
from support.store_suite import DocumentStoreSuite, ids


@asynccontextmanager
async def opened(directory: Path) -> AsyncIterator[SqliteStores]:
    stores = SqliteStores(directory)
    try:
        yield stores
    finally:
        await stores.aclose()


class TestSqliteStore(DocumentStoreSuite):
    @asynccontextmanager
    async def open_stores(self) -> AsyncIterator[DocumentStores]:
        with tempfile.TemporaryDirectory() as directory:
            async with opened(Path(directory)) as stores:
                yield stores


async def test_documents_outlive_the_process(tmp_path: Path) -> None:
    async with opened(tmp_path) as stores:
        store = await stores.get_document_store("scenarios", "things", "/id")
        written = await store.create({"id": "x", "v": 1})
    async with opened(tmp_path) as stores:
        store = await stores.get_document_store("scenarios", "things", "/id")
        assert await store.get("x") == written
    assert [each.name for each in tmp_path.iterdir()] == ["scenarios.db"]


async def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "scenarios.db").write_bytes(b"no database at all" * 100)
    async with opened(tmp_path) as stores:
        with pytest.raises(StoreUnavailable, match="not a database"):
            await stores.get_document_store("scenarios", "things", "/id")


async def test_closing_finishes_what_was_accepted(tmp_path: Path) -> None:
    stores = SqliteStores(tmp_path)
    store = await stores.get_document_store("scenarios", "things", "/id")
    pending = [asyncio.create_task(store.create({"id": str(n)})) for n in range(200)]
    await asyncio.sleep(0)  # all are queued now
    await stores.aclose()
    await asyncio.gather(*pending)
    with pytest.raises(StoreUnavailable):
        await store.create({"id": "late"})
    with pytest.raises(StoreUnavailable):
        await store.get("1")
    async with opened(tmp_path) as again:
        store = await again.get_document_store("scenarios", "things", "/id")
        assert len(await ids(store, Query())) == 200


async def test_many_writes_share_a_commit_and_one_failure_stays_alone(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "x.db")
    await writer.run(lambda each: each.execute("CREATE TABLE t (n INTEGER)"))
    commits: list[str] = []
    await writer.run(
        lambda each: each.set_trace_callback(
            lambda sql: commits.append(sql) if sql == "COMMIT" else None
        )
    )
    commits.clear()

    def put(number: int, connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO t VALUES (?)", (number,))
        if number % 10 == 0:
            raise ValueError(number)

    outcomes = await asyncio.gather(
        *(writer.run(partial(put, n)) for n in range(100)), return_exceptions=True
    )
    rows = await writer.run(lambda each: each.execute("SELECT n FROM t ORDER BY n").fetchall())
    assert [n for (n,) in rows] == [n for n in range(100) if n % 10]
    assert [n for n, each in enumerate(outcomes) if isinstance(each, ValueError)] == [
        n for n in range(100) if n % 10 == 0
    ]
    assert len(commits) < 20
    await asyncio.to_thread(writer.close)


async def test_a_cancelled_write_harms_no_other(tmp_path: Path) -> None:
    async with opened(tmp_path) as stores:
        store = await stores.get_document_store("scenarios", "things", "/id")
        tasks = [asyncio.create_task(store.create({"id": str(n)})) for n in range(50)]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        found = set(await ids(store, Query()))
        assert {str(n) for n in range(1, 50, 2)} <= found


async def test_a_full_disk_is_told_and_leaves_the_rest(tmp_path: Path) -> None:
    async with opened(tmp_path) as stores:
        store = await stores.get_document_store("scenarios", "things", "/id")
        await store.create({"id": "before"})
        writer, _ = stores._databases["scenarios"]
        await writer.run(lambda each: each.execute("PRAGMA max_page_count = 20").fetchall())
        with pytest.raises(StorageFull):
            await store.create({"id": "big", "text": "x" * 1_000_000})
        assert await ids(store, Query()) == ["before"]
        await writer.run(lambda each: each.execute("PRAGMA max_page_count = 2000").fetchall())
        await store.create({"id": "big", "text": "x" * 1_000_000})
        assert await ids(store, Query()) == ["before", "big"]


@pytest.mark.parametrize("reopened", [False, True], ids=["as created", "reopened"])
async def test_job_lists_use_an_index_and_sort_nothing(tmp_path: Path, reopened: bool) -> None:
    def jobs() -> Iterator[dict[str, str]]:
        for n in range(3000):
            yield {
                "id": f"job-{n:05}",
                "created_at": f"2026-01-01T{n:06}Z",
                "status": ("done", "error", "running")[0 if n % 50 else n % 3],
                "scenario_name": f"scenario-{n % 40}",
            }

    async with opened(tmp_path) as stores:
        store = await stores.get_document_store("scenarios", "upload-jobs", "/id")
        await store.create_many(jobs())
    if reopened:
        async with opened(tmp_path) as stores:
            await stores.get_document_store("scenarios", "upload-jobs", "/id")
    connection = sqlite3.connect(tmp_path / "scenarios.db")
    position = after(NEWEST, [5, "2026-01-01T001500Z", "job-01500"])
    status, scenario = (
        condition(equals("status", "done")),
        condition(equals("scenario_name", "scenario-3")),
    )
    assert "SCAN upload-jobs USING INDEX" in _plan(connection)
    for terms in ([], [position], [status], [status, position], [scenario], [scenario, position]):
        plan = _plan(connection, *terms)
        assert "TEMP B-TREE" not in plan, plan
        if terms:
            assert "SEARCH" in plan, plan
            assert ("created_rank" in plan) is (position in terms), plan
    active = condition(In(("status",), ("pending", "running")))
    assert "SEARCH" in _plan(connection, scenario, active)
    connection.close()


def _plan(connection: sqlite3.Connection, *terms: Sql) -> str:
    where = " AND ".join(term.text for term in terms)
    rows = connection.execute(
        f"EXPLAIN QUERY PLAN SELECT etag, body FROM {quoted('upload-jobs')} "
        f"{'WHERE ' + where if where else ''} ORDER BY {order_by(NEWEST)} LIMIT 50",
        [value for term in terms for value in term.values],
    )
    return " | ".join(row[-1] for row in rows)
