"""What every telemetry store must answer: the same questions, answered row by row in Python.

A test class inherits it and says how to load and how to open a store.
"""

import asyncio
import datetime as dt
import math
import random
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from graph_query_api.errors import NotFound, PartNotFound, QueryRefused
from graph_query_api.telemetry.conditions import Filter
from graph_query_api.telemetry.protocol import TelemetryResult, TelemetryStore
from graph_query_api.telemetry.request import Aggregate, TelemetryRequest
from scenario_pack.manifest import parse_manifest
from scenario_pack.telemetry import PreparedTelemetry, prepare_telemetry
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
            "n": rng.choice([None, rng.randrange(-50, 50), 2**62, 2**62 + 1]),
            "x": rng.choice([None, rng.random(), 1e300]),
            "ok": rng.choice([True, False]),
            "at": f"t{i:04}",
        }
        for i in range(count)
    ]


ROWS = made_up_rows(2_500)


def text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return str(value).lower() if isinstance(value, bool) else str(value)


def prepared(
    work: Path, files: Mapping[str, bytes], containers: list[dict[str, Any]]
) -> PreparedTelemetry:
    """The telemetry of a pack made of these CSV files and containers."""
    manifest = {"data_sources": {"telemetry": {"config": {"containers": containers}}}}
    csvs = {f"data/telemetry/{name}": content for name, content in files.items()}
    pack = write_pack(
        work / "pack", {"scenario.yaml": yaml_bytes({"name": "x", **manifest}), **csvs}
    )
    manifest_read = parse_manifest(pack.text("scenario.yaml"))
    return prepare_telemetry(pack, manifest_read, work, lambda *_: None)


def made_up(work: Path) -> PreparedTelemetry:
    """ROWS, and a table whose name differs from theirs only in case."""
    rows = [[text(row[column]) for column in COLUMNS] for row in ROWS]
    files = {"m.csv": csv_bytes(COLUMNS, rows), "e.csv": b"note\nhello\n"}
    metrics = {"name": "Metrics", "csv_file": "m.csv", "id_field": None, "partition_key": "/host"}
    events = {"name": "metrics", "csv_file": "e.csv", "id_field": None, "partition_key": "/id"}
    return prepared(work, files, [{**metrics, "numeric_fields": ["n", "x"]}, events])


async def ask(store: TelemetryStore, **request: Any) -> TelemetryResult:
    return await store.query("s", "g1", TelemetryRequest(**{"table": "Metrics", **request}))


def as_rows(result: TelemetryResult) -> list[Row]:
    return [
        dict(zip((name for name, _ in result.columns), row, strict=True)) for row in result.rows
    ]


FILTERS: list[tuple[Filter, Any]] = [
    (Filter("host", "eq", "o'x"), lambda r: r["host"] == "o'x"),
    (Filter("host", "!=", "a"), lambda r: r["host"] != "a"),
    (Filter("Host", "is_null"), lambda r: r["Host"] is None),
    (Filter("Host", "not_null"), lambda r: r["Host"] is not None),
    (Filter("n", ">=", 2**62), lambda r: r["n"] is not None and r["n"] >= 2**62),
    # as doubles the next two are one number
    (Filter("n", "eq", 2**62 + 1), lambda r: r["n"] == 2**62 + 1),
    (Filter("n", "ne", 2**62), lambda r: r["n"] is not None and r["n"] != 2**62),
    (Filter("n", "gt", 2**62), lambda r: r["n"] == 2**62 + 1),
    (Filter("n", "<", 2**62 + 1), lambda r: r["n"] is not None and r["n"] <= 2**62),
    (Filter("n", "in", [2**62 + 1, 5]), lambda r: r["n"] in {2**62 + 1, 5}),
    (Filter("n", "ne", 5), lambda r: r["n"] not in {None, 5}),
    (Filter("n", "lt", -1.5), lambda r: r["n"] is not None and r["n"] < -1.5),
    (Filter("n", "in", [1, 2, 3]), lambda r: r["n"] in {1, 2, 3}),
    (Filter("n", "in", []), lambda _: False),
    (Filter("n", "le", 2**70), lambda r: r["n"] is not None),
    (Filter("x", ">", 0), lambda r: r["x"] is not None and r["x"] > 0),
    (Filter("x", "lt", math.inf), lambda r: r["x"] is not None),
    (Filter("ok", "eq", True), lambda r: r["ok"]),
    (Filter("ok", "lt", True), lambda r: not r["ok"]),
    (Filter("host", ">", "b"), lambda r: r["host"] > "b"),
    (Filter("host", "in", ["a", "o'x"]), lambda r: r["host"] in {"a", "o'x"}),
    (Filter("host", "contains", "be"), lambda r: "be" in r["host"]),
    (Filter("host", "starts_with", "ü"), lambda r: r["host"].startswith("ü")),
    (Filter("host", "contains", "%"), lambda _: False),
    (
        Filter("At", "ge", "2026-03-29T01:00:00+02:00"),
        lambda r: r["At"] >= at("2026-03-28T23:00"),
    ),
]


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


Load = Callable[[PreparedTelemetry, str], object]
"""Loads a generation of scenario ``s``, as the loading process does: not on an event loop."""

# what stores take for signs of their own, the same twice, and rows of more than 2 MB together
ODD_TEXTS = ["a/b", "a\\b", "INC#42?", "it's", '"', "", "日本語" * 27, "a/b", "${1+1}", "x\ny"]
WIDE_ROWS = [[text, str(2**63 - 1 - i), "w" * 120_000] for i, text in enumerate(2 * ODD_TEXTS)]


class TelemetrySuite:
    """``store`` must have ROWS as load ``g1`` of scenario ``s``; ``load`` loads another."""

    async def test_the_catalog_has_the_names_of_the_pack(self, store: TelemetryStore) -> None:
        catalog = await store.catalog("s", "g1")
        assert [(each.name, each.rows) for each in catalog.tables] == [
            ("Metrics", len(ROWS)),
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

    async def test_rows_come_as_they_were_and_in_order(self, store: TelemetryStore) -> None:
        result = await ask(store)
        expected = [{**row, "At": row["At"].isoformat() + "Z"} for row in ROWS]
        assert as_rows(result) == expected
        assert result.truncated is False
        some = await ask(store, columns=["at", "Host"], limit=5)
        assert as_rows(some) == [{"at": r["at"], "Host": r["Host"]} for r in ROWS[:5]]
        assert some.truncated is True
        assert as_rows(await ask(store, table="metrics")) == [{"note": "hello"}]

    async def test_filters(self, store: TelemetryStore) -> None:
        for wanted, holds in FILTERS:
            result = await ask(store, columns=["at"], filters=[wanted])
            expected = [r["at"] for r in ROWS if holds(r)]
            assert [row[0] for row in result.rows] == expected, wanted

    async def test_filters_together_and_the_first_rows_of_many(self, store: TelemetryStore) -> None:
        filters = [Filter("host", "eq", "a"), Filter("n", "gt", 2**62), Filter("Host", "not_null")]
        expected = [
            r["at"] for r in ROWS if (r["host"], r["n"], r["Host"]) == ("a", 2**62 + 1, "up")
        ]
        for limit in (1, 7, len(expected), len(expected) + 1):
            result = await ask(store, columns=["at"], filters=filters, limit=limit)
            assert [row[0] for row in result.rows] == expected[:limit]
            assert result.truncated is (limit < len(expected))

    async def test_groups_in_time(self, store: TelemetryStore) -> None:
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

    async def test_statistics(self, store: TelemetryStore) -> None:
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

    async def test_what_cannot_be_answered(self, store: TelemetryStore) -> None:
        for request, words in REFUSED:
            with pytest.raises(QueryRefused) as refused:
                await ask(store, **request)
            assert words in str(refused.value)

    async def test_unknown_tables_and_loads(self, store: TelemetryStore) -> None:
        with pytest.raises(NotFound, match="There are: Metrics, metrics"):
            await ask(store, table="Nope")
        with pytest.raises(PartNotFound):
            await store.query("s", "g2", TelemetryRequest(table="Metrics"))

    async def test_odd_and_wide_rows_are_replaced_and_dropped(
        self, store: TelemetryStore, load: Load, tmp_path: Path
    ) -> None:
        container = {"name": "Odd / \\ ? # name", "csv_file": "o.csv", "partition_key": "/id"}
        expected = [[text or None, int(number), wide] for text, number, wide in WIDE_ROWS]
        for generation, rows in (("g3", WIDE_ROWS), ("g4", WIDE_ROWS[::2])):
            work = tmp_path / generation
            work.mkdir()
            content = csv_bytes(["id", "number", "wide"], rows)
            source = prepared(work, {"o.csv": content}, [container])
            with source.con:
                await asyncio.to_thread(load, source, generation)

        async def rows_of(generation: str, *filters: Filter) -> list[list[Any]]:
            asked = TelemetryRequest(container["name"], filters=filters)
            return (await store.query("s", generation, asked)).rows

        assert await rows_of("g3") == expected
        for text in ODD_TEXTS:
            assert await rows_of("g3", Filter("id", "eq", text)) == [
                row for row in expected if row[0] == text
            ]
        await store.drop("s", "g3")
        with pytest.raises(PartNotFound):
            await rows_of("g3")
        await store.drop("s", "g3")
        assert await rows_of("g4") == expected[::2]
        await store.drop("s", "g4")
        assert len((await ask(store)).rows) == len(ROWS)
