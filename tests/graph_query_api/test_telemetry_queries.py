"""Telemetry as DuckDB files."""

import math
from collections.abc import AsyncIterator
from pathlib import Path

import duckdb
import pytest

from graph_query_api.errors import QueryTooSlow
from graph_query_api.telemetry.duckdb.load import load_telemetry
from graph_query_api.telemetry.duckdb.store import DuckTelemetry, _opened, telemetry_path
from graph_query_api.telemetry.engine import json_value
from scenario_pack.telemetry import PreparedTelemetry
from support.telemetry_suite import ROWS, Load, TelemetrySuite, ask, made_up


def load_into(
    directory: Path, work: Path, source: PreparedTelemetry, generation: str = "g1"
) -> None:
    target = telemetry_path(directory, "s", generation)
    target.parent.mkdir(parents=True, exist_ok=True)
    load_telemetry(source, target, work, lambda *_: None)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory, work = tmp_path_factory.mktemp("telemetry"), tmp_path_factory.mktemp("work")
    source = made_up(work)
    with source.con:
        load_into(directory, work, source)
    return directory


@pytest.fixture
async def store(directory: Path) -> AsyncIterator[DuckTelemetry]:
    store = DuckTelemetry(directory, timeout=5, max_rows=10_000)
    yield store
    await store.aclose()


class TestDuckTelemetry(TelemetrySuite):
    @pytest.fixture
    def load(self, directory: Path, tmp_path: Path) -> Load:
        return lambda source, generation: load_into(directory, tmp_path, source, generation)


def test_numbers_that_are_none_are_null() -> None:
    shown = [json_value(value) for value in (math.nan, math.inf, -math.inf, 1.5)]
    assert shown == [None, None, None, 1.5]


async def test_a_slow_query_is_stopped(
    store: DuckTelemetry, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = store._engine
    monkeypatch.setattr(engine, "_timeout", 0.3)
    sql = "SELECT count(a.p3 + b.p3 * c.p4 + d.p4) FROM t0 a, t0 b, t0 c, t0 d"
    slow = {"sql": sql, "values": [], "columns": [("n", "integer")], "most": 1}
    monkeypatch.setattr(
        "graph_query_api.telemetry.duckdb.store.statement", lambda *_: type("S", (), slow)()
    )
    with pytest.raises(QueryTooSlow):
        await ask(store)
    monkeypatch.undo()
    while engine._waiting:
        await engine._stopping.copy().pop()
    assert len((await ask(store)).rows) == len(ROWS)


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


async def test_a_dropped_load_leaves_no_file(store: DuckTelemetry, tmp_path: Path) -> None:
    source = made_up(tmp_path)
    with source.con:
        load_into(tmp_path / "d", tmp_path, source)
    dropping = DuckTelemetry(tmp_path / "d", timeout=5, max_rows=10)
    assert (await ask(dropping)).truncated
    await dropping.drop("s", "g1")
    assert list((tmp_path / "d" / "s").iterdir()) == []
    await dropping.aclose()
