"""Telemetry into Cosmos DB for NoSQL, against upserting one row after the other by its SDK.

The server is a stand-in that takes 10 ms for each request, whatever it asks, and has no limit of
request units: what is measured is how well the client uses its requests. Nobody waits for 20,000
upserts: their rate is taken on some."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from azure.cosmos import CosmosClient

from benchmarks.measure import Result, side_by_side
from graph_query_api.telemetry.cosmos.load import CosmosTarget, load_telemetry
from scenario_pack.telemetry import PreparedTelemetry
from support.packs import csv_bytes
from support.telemetry_suite import prepared

LATENCY = 0.01
ROWS = 20_000
UPSERTS = 200
KEY = "bm90IGEgc2VjcmV0"  # of nothing; the stand-in looks at no signature
KEYS = {"one partition key": (1, 50), "a partition key a row": (ROWS, 6)}


def measure(folder: Path, repeats: int) -> list[Result]:
    results = []
    with server() as endpoint:
        for what, (keys, times) in KEYS.items():
            work = folder / str(keys)
            work.mkdir()
            source = telemetry(work, keys)
            with source.con:
                results.append(compared(what, source, endpoint, times, repeats))
    return results


def compared(
    what: str, source: PreparedTelemetry, endpoint: str, times: int, repeats: int
) -> Result:
    def ours() -> None:
        generation = uuid4().hex
        load_telemetry(source, CosmosTarget(endpoint, KEY), "s", generation, lambda *_: None)

    with CosmosClient(endpoint, KEY, enable_endpoint_discovery=False) as client:
        container = client.get_database_client("d").get_container_client("c")
        few = [{**item(number), "pk": f"k{number}"} for number in range(UPSERTS)]
        return scaled(
            side_by_side(
                f"20,000 rows, {what} / serial upserts",
                ours,
                lambda: [container.upsert_item(each) for each in few],
                limit=1 / times,
                repeats=repeats,
            )
        )


def scaled(result: Result) -> Result:
    assert result.reference
    return Result(result.what, result.ours, result.limit, result.reference * ROWS / UPSERTS)


def item(number: int) -> dict[str, Any]:
    return {"id": str(number), "At": "2026-01-01T00:00:00Z", "Host": "h", "Load": number / 7}


def telemetry(work: Path, keys: int) -> PreparedTelemetry:
    rows = [
        [f"2026-01-01T{i // 3600:02}:{i // 60 % 60:02}:{i % 60:02}Z", f"h{i % keys}", str(i / 7)]
        for i in range(ROWS)
    ]
    container = {"name": "T", "csv_file": "t.csv", "partition_key": "/Host", "id_field": None}
    return prepared(work, {"t.csv": csv_bytes(["At", "Host", "Load"], rows)}, [container])


@contextmanager
def server() -> Iterator[str]:
    command = [sys.executable, "-m", "support.small_cosmos", str(LATENCY)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin
        assert process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()
