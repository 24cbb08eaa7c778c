"""Telemetry, tarball to queryable, against DuckDB's own read_csv with the whole file sampled
(with its default sample it changes values without a word)."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.direct import load_slot
from benchmarks.measure import Result, side_by_side
from support.packs import csv_bytes, tarball, yaml_bytes
from support.stack import running

ROWS = 1_000_000
COLUMNS = ["Timestamp", "Host", "Metric", *(f"m{i}" for i in range(8))]


def measure(folder: Path, repeats: int) -> list[Result]:
    content = csv_bytes(COLUMNS, rows())
    (folder / "t.csv").write_bytes(content)
    container: dict[str, Any] = {
        "name": "T",
        "csv_file": "t.csv",
        "id_field": None,
        "numeric_fields": [],
    }
    manifest = {
        "name": "bench",
        "version": "2.0",
        "data_sources": {"telemetry": {"config": {"containers": [container]}}},
    }
    files = {"scenario.yaml": yaml_bytes(manifest), "data/telemetry/t.csv": content}
    tar = tarball(folder / "bench-telemetry.tar.gz", files)
    with running(folder / "stack") as stack:
        return [
            side_by_side(
                "telemetry of 1,000,000 x 11 / read_csv(sample_size=-1)",
                lambda: load_slot(stack, "telemetry", tar),
                lambda: engine_load(folder),
                limit=1.5,
                repeats=repeats,
            )
        ]


def rows() -> list[list[str]]:
    rng = random.Random(1)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    return [
        [
            (start + timedelta(seconds=i)).isoformat().replace("+00:00", "Z"),
            f"host{i % 500}",
            "cpu",
            *(
                f"{rng.random() * 100:.4f}" if k % 2 else str(rng.randrange(100_000))
                for k in range(8)
            ),
        ]
        for i in range(ROWS)
    ]


def engine_load(folder: Path) -> None:
    path = folder / "engine.duckdb"
    with duckdb.connect(path) as con:
        con.execute(
            f"CREATE TABLE t AS SELECT * FROM read_csv('{folder / 't.csv'}', sample_size=-1)"
        )
        con.execute("CHECKPOINT")
    with duckdb.connect(path, read_only=True) as con:
        assert con.execute("SELECT count(*) FROM t").fetchall() == [(ROWS,)]
    path.unlink()
