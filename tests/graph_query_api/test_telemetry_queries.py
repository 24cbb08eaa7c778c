"""Telemetry queries against the same questions answered row by row in Python."""

import datetime as dt
import math
import random
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from graph_query_api.errors import NotFound, PartNotFound, QueryRefused, QueryTooSlow
from graph_query_api.telemetry.duckdb_load import load_telemetry
from graph_query_api.telemetry.duckdb_query import DuckTelemetry, _opened, telemetry_path
from graph_query_api.telemetry.engine import json_value as _json
from graph_query_api.telemetry.protocol import TelemetryResult
from graph_query_api.telemetry.conditions import Filter
from graph_query_api.telemetry.request import Aggregate, TelemetryRequest
from scenario_pack.manifest import parse_manifest
from scenario_pack.telemetry import prepare_telemetry
from support.graph_files import write_pack
from support.packs import csv_bytes, yaml_bytes

Row = dict[str, Any]
COLUMNS = ["At", "host", "Host", "n", "x", "ok", "at"]


at = dt.datetime.fromisoformat


def made_up_rows(count: int) -> list[Row]:
    rng = random.Random(7)
    start = at("2026-03-28T22:00")
    return [
        {
            "At": start + dt.timedelta(seconds=rng.randrange(7200)),
            "host": rng.choice(["a", "b", "über", "o'x"]),
            "Host": rng.choice(["up", None]),
            "n": rng.choice([None, rng.randrange(-50, 50), 2**62]),
            "x": rng.choice([None, rng.random(), 1e300]),
            "ok": rng.choice([True, False]),
            "at": f"t{i:04}",
        }
        for i in range(count)
    ]


ROWS = made_up_rows(3_000)


def text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return str(value).lower() if isinstance(value, bool) else str(value)


def load(directory: Path, scenario: str, generation: str, work: Path) -> None:
    containers = [
        {"name": "Metrics", "csv_file": "m.csv", "id_field": None, "numeric_fields": ["n", "x"]},
        {"name": "metrics", "csv_file": "e.csv", "id_field": None, "numeric_fields": []},
    ]
    manifest = {"data_sources": {"telemetry": {"config": {"containers": containers}}}}
    rows = [[text(row[column]) for column in COLUMNS] for row in ROWS]
    pack = write_pack(
        work / "pack",
        {
            "scenario.yaml": yaml_bytes({"name": "x", **manifest}),
            "data/telemetry/m.csv": csv_bytes(COLUMNS, rows),
            "data/telemetry/e.csv": b"note\nhello\n",
        },
    )
    prepared = prepare_telemetry(
        pack, parse_manifest(pack.text("scenario.yaml")), work, lambda *_: None
    )
    target = telemetry_path(directory, scenario, generation)
    target.parent.mkdir(parents=True, exist_ok=True)
    with prepared.con:
        load_telemetry(prepared, target, work, lambda *_: None)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("telemetry")
    load(directory, "s", "g1", tmp_path_factory.mktemp("work"))
    return directory


@pytest.fixture
async def store(directory: Path) -> AsyncIterator[DuckTelemetry]:
    store = DuckTelemetry(directory, timeout=5, max_rows=10_000)
    yield store
    await store.aclose()


async def ask(store: DuckTelemetry, **request: Any) -> TelemetryResult:
    return await store.query("s", "g1", TelemetryRequest(**{"table": "Metrics", **request}))


def as_rows(result: TelemetryResult) -> list[Row]:
    return [
        dict(zip((name for name, _ in result.columns), row, strict=True)) for row in result.rows
    ]


async def test_the_catalog_has_the_names_of_the_pack(store: DuckTelemetry) -> None:
    catalog = await store.catalog("s", "g1")
    assert [(each.name, each.rows) for each in catalog.tables] == [
        ("Metrics", 3_000),
        ("metrics", 1),
    ]
    assert [(each.name, each.type) for each in catalog.by_name["Metrics"].columns] == [
        ("At", "timestamp"),
        ("host", "text"),
        ("Host", "text"),
        ("n", "integer"),
        ("x", "float"),
        ("ok", "boolean"),
        ("at", "text"),
    ]


async def test_rows_come_as_they_were_and_in_order(store: DuckTelemetry) -> None:
    result = await ask(store)
    expected = [{**row, "At": row["At"].isoformat() + "Z"} for row in ROWS]
    assert as_rows(result) == expected
    assert result.truncated is False
    some = await ask(store, columns=["at", "Host"], limit=5)
    assert as_rows(some) == [{"at": r["at"], "Host": r["Host"]} for r in ROWS[:5]]
    assert some.truncated is True
    assert as_rows(await ask(store, table="metrics")) == [{"note": "hello"}]


FILTERS: list[tuple[Filter, Any]] = [
    (Filter("host", "eq", "o'x"), lambda r: r["host"] == "o'x"),
    (Filter("host", "!=", "a"), lambda r: r["host"] != "a"),
    (Filter("Host", "is_null"), lambda r: r["Host"] is None),
    (Filter("Host", "not_null"), lambda r: r["Host"] is not None),
    (Filter("n", ">=", 2**62), lambda r: r["n"] is not None and r["n"] >= 2**62),
    (Filter("n", "lt", -1.5), lambda r: r["n"] is not None and r["n"] < -1.5),
    (Filter("n", "in", [1, 2, 3]), lambda r: r["n"] in {1, 2, 3}),
    (Filter("n", "in", []), lambda _: False),
    (Filter("n", "le", 2**70), lambda r: r["n"] is not None),
    (Filter("x", ">", 0), lambda r: r["x"] is not None and r["x"] > 0),
    (Filter("ok", "eq", True), lambda r: r["ok"]),
    (Filter("host", "contains", "be"), lambda r: "be" in r["host"]),
    (Filter("host", "starts_with", "ü"), lambda r: r["host"].startswith("ü")),
    (Filter("host", "contains", "%"), lambda _: False),
    (
        Filter("At", "ge", "2026-03-29T01:00:00+02:00"),
        lambda r: r["At"] >= at("2026-03-28T23:00"),
    ),
]


@pytest.mark.parametrize(("wanted", "holds"), FILTERS)
async def test_filters(store: DuckTelemetry, wanted: Filter, holds: Any) -> None:
    result = await ask(store, columns=["at"], filters=[wanted])
    assert [row[0] for row in result.rows] == [r["at"] for r in ROWS if holds(r)]


async def test_groups_in_time(store: DuckTelemetry) -> None:
    result = await ask(
        store,
        start="2026-03-28T22:10:00",
        end="2026-03-29T00:50:00+01:00",
        bucket="15m",
        group_by=["host"],
        aggregates=[
            Aggregate(None, "count"),
            Aggregate("n", "count"),
            Aggregate("n", "sum"),
            Aggregate("x", "min"),
            Aggregate("x", "max"),
            Aggregate("n", "first"),
            Aggregate("n", "last"),
        ],
    )
    groups: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in ROWS:
        if at("2026-03-28T22:10") <= row["At"] < at("2026-03-28T23:50"):
            start = row["At"].replace(minute=row["At"].minute // 15 * 15, second=0)
            groups[start.isoformat() + "Z", row["host"]].append(row)
    expected = []
    for (start_text, host), rows in sorted(groups.items()):
        ns = [r for r in rows if r["n"] is not None]
        xs = [r["x"] for r in rows if r["x"] is not None]
        in_order = sorted(ns, key=lambda r: (r["At"], r["at"]))
        expected.append(
            {
                "At": start_text,
                "host": host,
                "count": len(rows),
                "count_n": len(ns),
                "sum_n": sum(r["n"] for r in ns),
                "min_x": min(xs),
                "max_x": max(xs),
                "first_n": in_order[0]["n"],
                "last_n": in_order[-1]["n"],
            }
        )
    assert as_rows(result) == expected


async def test_statistics(store: DuckTelemetry) -> None:
    filters = [Filter("n", "lt", 1000), Filter("x", "lt", 2)]
    names = ("avg", "stddev", "median", "p50", "p95")
    (row,) = as_rows(
        await ask(store, filters=filters, aggregates=[Aggregate("n", fn) for fn in names])
    )
    values = sorted(
        r["n"] for r in ROWS if r["n"] is not None and r["n"] < 1000 and r["x"] and r["x"] < 2
    )
    mean = sum(values) / len(values)
    variance = sum((value - mean) ** 2 for value in values) / (len(values) - 1)
    assert row["avg_n"] == pytest.approx(mean)
    assert row["stddev_n"] == pytest.approx(variance**0.5)
    assert row["median_n"] == row["p50_n"] == pytest.approx(values[len(values) // 2], abs=1)
    assert row["p95_n"] == pytest.approx(values[int(len(values) * 0.95)], abs=1)


def test_numbers_that_are_none_are_null() -> None:
    assert [_json(value) for value in (math.nan, math.inf, -math.inf, 1.5)] == [None] * 3 + [1.5]


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"columns": ["nope"]}, "It has: At, host, Host"),
    ({"columns": ["at", "at"]}, "twice"),
    (
        {"filters": [Filter("n", "eq", "5")]},
        "n holds integer, but the value compared with it is '5'",
    ),
    ({"filters": [Filter("ok", "eq", 1)]}, "ok holds boolean"),
    ({"filters": [Filter("n", "eq", True)]}, "n holds integer"),
    ({"filters": [Filter("n", "eq", None)]}, "is_null"),
    ({"filters": [Filter("n", "like", 1)]}, "There are: eq, ne"),
    ({"filters": [Filter("n", "contains", "1")]}, "contains needs text"),
    ({"filters": [Filter("n", "in", 1)]}, "list"),
    ({"filters": [Filter("host", "eq", "\ud800")]}, "host holds text"),
    ({"filters": [Filter("At", "eq", "25:10:00")]}, "ISO 8601"),
    ({"start": "yesterday"}, "ISO 8601"),
    ({"bucket": "0m"}, "30s, 5m, 1h"),
    ({"bucket": "5 minutes"}, "30s, 5m, 1h"),
    ({"table": "metrics", "bucket": "5m"}, "no timestamps"),
    ({"table": "metrics", "end": "2026-01-01"}, "no timestamps"),
    (
        {"aggregates": [Aggregate("host", "avg")]},
        "avg needs numbers, but host of Metrics holds text",
    ),
    ({"aggregates": [Aggregate("n", "mode")]}, "There are: count"),
    ({"aggregates": [Aggregate(None, "max")]}, "of which column"),
    ({"aggregates": [Aggregate("n", "max"), Aggregate("n", "max")]}, "two columns"),
    ({"columns": ["n"], "aggregates": [Aggregate("n", "max")]}, "not for both"),
]


@pytest.mark.parametrize(("request_", "words"), REFUSED, ids=lambda v: str(v)[:60])
async def test_what_cannot_be_answered(
    store: DuckTelemetry, request_: dict[str, Any], words: str
) -> None:
    with pytest.raises(QueryRefused) as refused:
        await ask(store, **request_)
    assert words in str(refused.value)


async def test_unknown_tables_and_loads(store: DuckTelemetry) -> None:
    with pytest.raises(NotFound, match="There are: Metrics, metrics"):
        await ask(store, table="Nope")
    with pytest.raises(PartNotFound):
        await store.query("s", "g2", TelemetryRequest(table="Metrics"))


async def test_a_slow_query_is_stopped(
    store: DuckTelemetry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store._engine, "_timeout", 0.3)
    product = "t0 a, t0 b, t0 c, t0 d"
    monkeypatch.setattr(
        "graph_query_api.telemetry.duckdb_query.statement",
        lambda *_: type(
            "S",
            (),
            {
                "sql": f"SELECT count(a.p3 + b.p3 * c.p4 + d.p4) FROM {product}",
                "values": [],
                "columns": [("n", "integer")], "most": 1,
            },
        )(),
    )
    with pytest.raises(QueryTooSlow):
        await ask(store)
    monkeypatch.undo()
    while store._engine._waiting:
        await store._engine._stopping.copy().pop()
    assert len((await ask(store)).rows) == 3_000


def test_a_serving_connection_reaches_nothing_else(directory: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\nhidden\n")
    connection = _opened(telemetry_path(directory, "s", "g1"))
    for statement in (
        f"SELECT * FROM read_csv('{secret}')",
        f"COPY t0 TO '{tmp_path / 'out'}'",
        f"ATTACH '{tmp_path / 'x.db'}'",
        "SET enable_external_access = true",
        "DELETE FROM t0",
        "SELECT * FROM secret",
    ):
        with pytest.raises(duckdb.Error):
            connection.execute(statement)
    connection.close()
    assert [each.name for each in tmp_path.iterdir()] == ["secret.csv"]


async def test_a_dropped_load_is_gone(tmp_path: Path) -> None:
    load(tmp_path / "d", "s", "g9", tmp_path / "w")
    store = DuckTelemetry(tmp_path / "d", timeout=5, max_rows=10)
    assert (await store.query("s", "g9", TelemetryRequest(table="Metrics"))).truncated
    await store.drop("s", "g9")
    assert list((tmp_path / "d" / "s").iterdir()) == []
    with pytest.raises(PartNotFound):
        await store.query("s", "g9", TelemetryRequest(table="Metrics"))
    await store.aclose()
