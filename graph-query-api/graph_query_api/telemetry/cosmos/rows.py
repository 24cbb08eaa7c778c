"""How rows of telemetry lie in Cosmos DB for NoSQL.

A container a table and scenario, in it the rows of every load, told apart by their generation:

    {"id": "17", "pk": "{generation}|3", "g": generation, "n": 17, "p0": …, "p2": …}

``n`` is the row's number in the file and ``p0``, ``p1``, … its values, null left out. Packs' own
ids don't become ids here: they repeat, and hold signs that Cosmos DB does not take. Timestamps
are texts of one width, so that their order is that of time. Numbers are doubles in Cosmos DB:
an integer that is none of them exactly is given again as text, as ``x.p0``.

``pk`` spreads the rows over so many logical partitions that a batch, which can't reach beyond
one, is mostly full: rows with the same value in the column by which the pack partitions its
container lie together, and where values are many, several of them do.
"""

import datetime as dt
import hashlib
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from graph_query_api.telemetry.catalog import Column, Table

DATABASE = "telemetry"
PARTITION_KEY = "/pk"
# Filters may be about any column, and a query without an index reads whole loads: all of them
# are indexed, for about a quarter more request units a write. Nobody asks for the exact texts.
INDEXING: Mapping[str, Any] = {
    "indexingMode": "consistent",
    "automatic": True,
    "includedPaths": [{"path": "/*"}],
    "excludedPaths": [{"path": "/x/*"}, {"path": '/"_etag"/?'}],
}

ROWS_A_PARTITION = 1_000
MOST_PARTITIONS = 256
ROWS_TOGETHER = 100
EXACT = 1 << 53
"""From here on not every integer is a double."""

_LEGAL = re.compile(r"[A-Za-z0-9_-]{1,150}")
_TYPES = {
    "text": pa.string(),
    "integer": pa.int64(),
    "float": pa.float64(),
    "boolean": pa.bool_(),
    "timestamp": pa.string(),
}


def container_prefix(scenario: str) -> str:
    """What the names of a scenario's containers begin with, and no other scenario's do."""
    return f"{scenario}."


def container_name(scenario: str, table: str) -> str:
    """``telco.Metrics``; a name that Cosmos DB might not take is told apart by a hash."""
    if _LEGAL.fullmatch(table):
        return container_prefix(scenario) + table
    cleaned = re.sub(r"[^A-Za-z0-9_-]+", "-", table)[:100]
    return (
        f"{container_prefix(scenario)}{cleaned}.{hashlib.sha256(table.encode()).hexdigest()[:16]}"
    )


@dataclass(frozen=True)
class Partitions:
    """The logical partitions of one table of a load."""

    generation: str
    table: Table

    @property
    def count(self) -> int:
        return max(1, min(MOST_PARTITIONS, -(-self.table.rows // ROWS_A_PARTITION)))

    def of(self, value: Any, number: int) -> str:
        """Where the row of this number and this value of the partition key column lies."""
        spread = str(number // ROWS_TOGETHER) if value is None else str(value)
        return f"{self.generation}|{zlib.crc32(spread.encode()) % self.count}"


def item(row: Mapping[str, Any], number: int, columns: Sequence[Column]) -> dict[str, Any]:
    """The row as Cosmos DB keeps it, but for ``pk`` and ``g``."""
    kept: dict[str, Any] = {"id": str(number), "n": number}
    exact = {}
    for column in columns:
        value = row[column.sql]
        if value is not None:
            kept[column.sql] = stored(value)
            if isinstance(value, int) and abs(value) > EXACT:
                exact[column.sql] = str(value)
    return {**kept, "x": exact} if exact else kept


def stored(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="microseconds")
    if isinstance(value, int) and abs(value) > EXACT:
        return float(value)
    return value


def as_batch(items: Sequence[Mapping[str, Any]], columns: Sequence[Column]) -> pa.RecordBatch:
    """Rows as they were before they were stored; ``n`` with them."""
    arrays = [pa.array([each["n"] for each in items], pa.int64())]
    for column in columns:
        values = pa.array([_value(each, column) for each in items], _TYPES[column.type])
        arrays.append(values.cast(pa.timestamp("us")) if column.type == "timestamp" else values)
    return pa.record_batch(arrays, names=["n", *(column.sql for column in columns)])


def _value(kept: Mapping[str, Any], column: Column) -> Any:
    value = kept.get(column.sql)
    if value is None:
        return None
    if column.type == "integer":
        return int(kept.get("x", {}).get(column.sql, value))
    return float(value) if column.type == "float" else value
