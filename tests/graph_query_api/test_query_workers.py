"""The sandbox itself: queries go straight to the workers, past the filter."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from graph_query_api.errors import (
    QueryBusy,
    QueryRefused,
    QueryTooLarge,
    QueryTooSlow,
    StoreUnavailable,
)
from graph_query_api.graphs.ladybug.pool import Limits, WorkerPool
from support.graph_files import graph_file, vertices

TIMEOUT = 1.5
VERTICES = 3_000


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = "".join(f"v{i}\n" for i in range(VERTICES))
    return graph_file(tmp_path_factory.mktemp("workers"), vertices({"A": f"id\n{rows}"}))[0]


@pytest.fixture
async def pool(tmp_path: Path) -> AsyncIterator[WorkerPool]:
    pool = WorkerPool(2, Limits(TIMEOUT, 512 << 20, 8 << 20), tmp_path)
    yield pool
    await pool.aclose()


async def ask(pool: WorkerPool, path: Path, query: str, max_rows: int = 1000) -> Any:
    request = {"kind": "query", "query": query, "parameters": {}, "max_rows": max_rows}
    spool = await pool.ask(path, request)
    return json.loads(b"".join([chunk async for chunk in spool.chunks()]))["data"]


async def count(pool: WorkerPool, path: Path) -> None:
    assert await ask(pool, path, "MATCH (a:A) RETURN count(*) AS n") == [{"n": VERTICES}]


def pids(pool: WorkerPool) -> list[int]:
    return [worker._process.pid for worker in pool._idle]


FILE_QUERIES = [
    "COPY (MATCH (a:A) RETURN a.id) TO '{out}'",
    "COPY (RETURN 1) TO '{out}.parquet'",
    "LOAD FROM '{secret}' RETURN *",
    "MATCH (a:A) LOAD FROM '{secret}' RETURN *",
    "LOAD FROM request RETURN *",
    "LOAD FROM PRELOADED RETURN *",
    "ATTACH '{out}' AS x (dbtype duckdb)",
    "INSTALL httpfs",
    "LOAD EXTENSION httpfs",
    "EXPORT DATABASE '{out}'",
    "IMPORT DATABASE '{out}'",
    "CHECKPOINT",
    "CALL READ_CSV_SERIAL('{secret}') RETURN *",
    "CALL READ_PARQUET('{secret}') RETURN *",
    "PROFILE COPY (RETURN 1) TO '{out}'",
    "CREATE (:A {{id: 'new', `_key`: 'new'}})",
    "MATCH (a:A) DELETE a",
    "MATCH (a:A) RETURN 1; COPY (RETURN 1) TO '{out}'",
    "/* x */ COPY (RETURN 1) TO '{out}'",
]


@pytest.mark.parametrize("query", FILE_QUERIES)
async def test_no_file_is_read_or_written(
    pool: WorkerPool, graph: Path, tmp_path: Path, query: str
) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\nhidden,2\n")
    before = sorted(each.name for each in graph.parent.iterdir()), graph.read_bytes()
    with pytest.raises(QueryRefused) as refused:
        await ask(pool, graph, query.format(out=tmp_path / "out", secret=secret))
    assert "hidden" not in str(refused.value)
    assert str(graph.parent) not in str(refused.value)
    assert [each.name for each in tmp_path.iterdir()] == ["secret.csv"]
    assert (sorted(each.name for each in graph.parent.iterdir()), graph.read_bytes()) == before
    await count(pool, graph)


HEAVY = [
    "MATCH (a:A),(b:A),(c:A) RETURN count(a.id + b.id + c.id)",
    "MATCH (a:A),(b:A) RETURN collect(a.id + b.id)",
    "UNWIND range(1, 1000000000) AS x RETURN count(x)",
    "UNWIND range(1, 1000000000) AS x RETURN x",
    "RETURN size(lpad('x', 2000000000, 'y'))",
    "RETURN size(repeat('x', 2000000000))",
    "RETURN size(range(1, 100000000))",
    "RETURN repeat('x', 20000000)",
]


@pytest.mark.parametrize("query", HEAVY)
async def test_limits_hold_and_the_next_query_is_right(
    pool: WorkerPool, graph: Path, query: str
) -> None:
    await count(pool, graph)
    started = asyncio.get_running_loop().time()
    with pytest.raises((QueryTooSlow, QueryTooLarge)):
        await ask(pool, graph, query)
    assert asyncio.get_running_loop().time() - started < TIMEOUT + 2.5
    await count(pool, graph)


async def test_a_query_cannot_take_the_limit_from_the_next(pool: WorkerPool, graph: Path) -> None:
    for setting in ("CALL timeout=0", "CALL threads=64"):
        assert await ask(pool, graph, setting) == []
    with pytest.raises(QueryTooSlow):
        await ask(pool, graph, HEAVY[0])
    await count(pool, graph)


async def test_rows_that_never_end(pool: WorkerPool, graph: Path) -> None:
    rows = await ask(pool, graph, "MATCH (a:A),(b:A) RETURN a.id AS a, b.id AS b", 500)
    assert len(rows) == 500


async def test_a_crash_is_told_and_the_next_query_gets_a_fresh_worker(
    pool: WorkerPool, graph: Path
) -> None:
    with pytest.raises(QueryRefused, match="stopped at this query"):
        await ask(pool, graph, "RETURN date('12024-01-01')")
    await count(pool, graph)


async def test_a_worker_that_died_idle_is_replaced(pool: WorkerPool, graph: Path) -> None:
    await count(pool, graph)
    (pid,) = pids(pool)
    os.kill(pid, signal.SIGKILL)
    await pool._idle[0].ended()
    await count(pool, graph)
    assert pids(pool) != [pid]


async def test_workers_are_reused_by_file_and_replaced_oldest_first(
    pool: WorkerPool, graph: Path, tmp_path: Path
) -> None:
    others = [
        graph_file(tmp_path / name, vertices({"B": f"id\n{name}\n"}))[0] for name in ("x", "y")
    ]
    query = "MATCH (n) RETURN n.id AS id LIMIT 1"
    await count(pool, graph)
    first = pids(pool)
    await count(pool, graph)
    assert pids(pool) == first
    for path, name in zip(others, ("x", "y"), strict=True):
        assert await ask(pool, path, query) == [{"id": name}]
    assert [worker.path for worker in pool._idle] == others
    await count(pool, graph)
    assert [worker.path for worker in pool._idle] == [others[1], graph]
    pool.forget(graph)
    assert [worker.path for worker in pool._idle] == [others[1]]
    others[1].unlink()
    assert await ask(pool, others[1], query) == [{"id": "y"}]  # still open
    assert pool._idle == []
    with pytest.raises(FileNotFoundError):
        await ask(pool, others[1], query)


async def test_whoever_goes_away_takes_the_worker_along(pool: WorkerPool, graph: Path) -> None:
    query = asyncio.create_task(ask(pool, graph, HEAVY[0]))
    while not pool._busy:
        await asyncio.sleep(0.01)
    (worker,) = pool._busy
    query.cancel()
    with pytest.raises(asyncio.CancelledError):
        await query
    await asyncio.wait_for(asyncio.gather(*pool._ending), 5)
    assert not worker.is_alive
    assert pool._idle == []
    await count(pool, graph)


async def test_a_file_that_is_no_graph(pool: WorkerPool, graph: Path, tmp_path: Path) -> None:
    broken = tmp_path / "graph-2.lbug"
    broken.write_bytes(b"no graph")
    with pytest.raises(StoreUnavailable, match="can't be opened"):
        await ask(pool, broken, "RETURN 1")
    await count(pool, graph)


async def test_waiting_for_a_worker_has_an_end(graph: Path, tmp_path: Path) -> None:
    pool = WorkerPool(1, Limits(0.3, 512 << 20, 1 << 20), tmp_path)
    await pool._free.acquire()
    with pytest.raises(QueryBusy) as busy:
        await ask(pool, graph, "RETURN 1")
    assert int(busy.value.headers["Retry-After"]) > 0
    await pool.aclose()


async def test_many_at_once(pool: WorkerPool, graph: Path) -> None:
    await asyncio.gather(*(count(pool, graph) for _ in range(20)))
    assert len(pool._idle) == 2


async def test_large_answers_go_through_a_file(pool: WorkerPool, graph: Path) -> None:
    rows = await ask(pool, graph, "UNWIND range(1, 40) AS x RETURN repeat('é', 50000) AS t")
    assert len(rows) == 40
    assert {row["t"] for row in rows} == {"é" * 50_000}
