"""Loads of telemetry into a Cosmos DB where all goes wrong that can."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from graph_query_api.errors import StoreUnavailable
from graph_query_api.telemetry.catalog import Column, Table, TelemetryCatalog
from graph_query_api.telemetry.conditions import Filter
from graph_query_api.telemetry.cosmos import load as cosmos_load
from graph_query_api.telemetry.cosmos.batches import OPERATIONS, Batch, upserts
from graph_query_api.telemetry.cosmos.load import CosmosTarget, load_telemetry
from graph_query_api.telemetry.cosmos.rows import Partitions, as_batch, container_name, item
from graph_query_api.telemetry.cosmos.sql import RowsQuery, rows_query
from graph_query_api.telemetry.protocol import LoadNotVerified
from graph_query_api.telemetry.request import TelemetryRequest, statement
from scenario_pack.problems import PackError
from support.packs import csv_bytes
from support.small_cosmos import TROUBLES, SmallCosmos, seeded
from support.telemetry_suite import prepared

KEY = "bm90IGEgc2VjcmV0"
HEADER = ["Link id", "Load", "Note"]
CONTAINER = {"name": "Load", "csv_file": "t.csv", "partition_key": '/"Link id"'}


async def load(server: SmallCosmos, work: Path, rows: list[list[str]]) -> TelemetryCatalog:
    """As the loading process does, with an event loop of its own."""
    source = prepared(work, {"t.csv": csv_bytes(HEADER, rows)}, [CONTAINER])

    def run(endpoint: str) -> TelemetryCatalog:
        target = CosmosTarget(endpoint, KEY)
        return load_telemetry(source, target, "s", "g1", lambda *_: None)

    with source.con:
        async with server.running() as endpoint:
            return await asyncio.to_thread(run, endpoint)


@pytest.mark.parametrize("seed", range(3))
async def test_no_row_is_lost_or_there_twice(tmp_path: Path, seed: int) -> None:
    rows = [[f"L{i % 700}", str(i), "-"] for i in range(5_000)]
    server = SmallCosmos(trouble=seeded(seed, 0.4))
    catalog = await load(server, tmp_path, rows)
    (table,) = catalog.tables
    assert (table.rows, table.partition_key) == (5_000, "p0")
    items = server.items["s.Load"].values()
    found = {each["n"]: [each["p0"], str(each["p1"]), each["p2"]] for each in items}
    assert found == dict(enumerate(rows))
    assert len(items) == len(rows)
    assert server.writes.keys() == {"", *TROUBLES}


async def test_what_stays_refused_ends_the_load(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cosmos_load, "PATIENCE", 0.3)
    for trouble, words in (("403", "role assignment"), ("503", r"Nothing has succeeded for .*503")):
        server = SmallCosmos(trouble=lambda trouble=trouble: trouble)  # type: ignore[misc]
        with pytest.raises(StoreUnavailable, match=words) as refused:
            await load(server, tmp_path, [["a", "1", ""]])
        assert KEY not in str(refused.value)


async def test_rows_that_are_not_there_are_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cosmos_load, "COUNT_WAIT", 0)
    with pytest.raises(LoadNotVerified, match="Load: 2 rows were prepared, but 0 are there"):
        await load(
            SmallCosmos(trouble=lambda: "forgotten"), tmp_path, [["a", "1", ""], ["b", "2", ""]]
        )


@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
async def test_a_row_over_the_limit_is_named(tmp_path: Path) -> None:
    rows = [["a", "1", ""], ["日" * 349_000, "2", "日" * 349_000], ["c", "3", ""]]
    server = SmallCosmos()
    with pytest.raises(PackError, match=r'row 2 of "Load".* takes 2,09\d,\d+ bytes.* up to 2,08'):
        await load(server, tmp_path, rows)
    (tmp_path / "w").mkdir()
    rows[1][0] = "日" * 340_000
    await load(server, tmp_path / "w", rows)
    assert len(server.items["s.Load"]) == len(rows)


def test_batches_are_full_and_within_the_limits() -> None:
    def sizes(items: list[dict[str, Any]]) -> list[int]:
        batches: list[Batch] = list(upserts(items))
        for batch in batches:
            assert {args[0]["pk"] for _, args in batch.operations} == {batch.partition}
        sent = [args[0]["id"] for batch in batches for _, args in batch.operations]
        assert sorted(sent) == sorted(each["id"] for each in items)
        return [len(batch.operations) for batch in batches]

    spread = [{"id": str(i), "pk": f"k{i % 3}"} for i in range(3 * OPERATIONS + 3)]
    assert sizes(spread) == [OPERATIONS] * 3 + [1] * 3
    wide = [{"id": str(i), "pk": "k", "p0": "w" * 300_000} for i in range(7)]
    assert sizes(wide) == [3, 3, 1]


def test_what_is_held_back_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph_query_api.telemetry.cosmos.batches.HELD_BYTES", 1_000)
    pending = upserts({"id": str(i), "pk": f"k{i}", "p0": "w" * 90} for i in range(100))
    for _ in pending:
        break
    assert len(list(pending)) == 99


TABLE = Table(
    "T",
    "t0",
    5_000,
    (
        Column("at", "p0", "timestamp"),
        Column("host", "p1", "text"),
        Column("n", "p2", "integer"),
        Column("x", "p3", "float"),
    ),
    "p1",
)


def asked(*filters: Filter, **request: Any) -> RowsQuery:
    wanted = TelemetryRequest("T", filters=filters, **request)
    return rows_query(statement(wanted, TelemetryCatalog((TABLE,)), 10), "g1")


def test_only_what_is_needed_is_asked_for() -> None:
    query = asked(Filter("host", "eq", "h' OR 1"), columns=["x"], start="2026-01-01T01:00+01:00")
    assert query.sql == (
        "SELECT c.n, c.p0, c.p1, c.p3 FROM c "
        "WHERE c.g = @p0 AND c.n >= @start AND c.n < @end AND c.p1 = @p1 AND c.p0 >= @p2"
    )
    values = {each["name"]: each["value"] for each in query.bound(7, 9)}
    time = "2026-01-01T00:00:00.000000"
    assert values == {"@p0": "g1", "@p1": "h' OR 1", "@p2": time, "@start": 7, "@end": 9}
    assert query.partition == Partitions("g1", TABLE).of("h' OR 1", 4_321)
    assert query.exact
    assert "c.x" in asked(columns=["n"]).sql
    assert not asked(Filter("n", "gt", 2**53)).exact
    assert asked(Filter("n", "gt", 2**53 - 1)).exact
    assert asked(Filter("n", "eq", 1)).partition is None


def test_values_come_back_as_they_were() -> None:
    rows: list[dict[str, Any]] = [
        {"p0": None, "p1": "", "p2": 2**63 - 1, "p3": 5e-324},
        {"p0": "0001-01-01T00:00:00", "p1": "\0é", "p2": -(2**53) - 1, "p3": -0.0},
        {"p0": "9999-12-31T23:59:59.999999", "p1": None, "p2": 2**53, "p3": None},
    ]
    times = pa.array([row["p0"] for row in rows]).cast(pa.timestamp("us")).to_pylist()
    rows = [{**row, "p0": time} for row, time in zip(rows, times, strict=True)]
    kept = json.loads(json.dumps([item(row, i, TABLE.columns) for i, row in enumerate(rows)]))
    assert as_batch(kept, TABLE.columns).to_pylist() == [
        {"n": i, **row} for i, row in enumerate(rows)
    ]


def test_two_tables_never_share_a_container() -> None:
    names = ["Metrics", "metrics", "a b", "a/b", "a-b", "日本", "x" * 300, "x" * 301, "a.b", ""]
    given = [container_name(scenario, name) for scenario in ("s", "s-a") for name in names]
    given.append(container_name("s", given[2].removeprefix("s.")))
    assert len(set(given)) == len(given)
    assert all(len(name.encode()) <= 255 and not set(name) & set("/\\?# ") for name in given)
    assert given[0] == "s.Metrics"
