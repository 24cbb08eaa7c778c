"""The rows of a prepared graph as Parquet, a file a table, with types that leave no guess."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from app.provisioning.model import Column, FabricGraph
from app.provisioning.names import SOURCE_KEY, TARGET_KEY
from scenario_pack.progress import OnProgress
from scenario_pack.value_types import ValueType

if TYPE_CHECKING:
    import duckdb

    from scenario_pack.graph_tables import EdgeTable, PreparedGraph, VertexTable

ROWS_A_BATCH = 100_000

ARROW_TYPES: Mapping[ValueType, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "float": pa.float64(),
    "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us", tz="UTC"),
}

Selected = dict[str, tuple[str, ValueType]]
"""Column of the table → the relation's column and its type."""


@dataclass(frozen=True, slots=True)
class _Source:
    table: str
    what: str
    relation: str
    selected: Selected
    rows: int


def write_tables(
    graph: FabricGraph, prepared: PreparedGraph, directory: Path, on_progress: OnProgress
) -> dict[str, Path]:
    """Gives table → its file in `directory`. Memory does not grow with the number of rows."""
    files: dict[str, Path] = {}
    for source in (*_nodes(graph, prepared), *_edges(graph, prepared)):
        files[source.table] = directory / f"{source.table}.parquet"
        _write(prepared.con, source, files[source.table], on_progress)
    return files


def _nodes(graph: FabricGraph, prepared: PreparedGraph) -> Iterator[_Source]:
    for node, source in zip(graph.nodes, prepared.vertices, strict=True):
        key: Selected = {node.key.name: ("_key", "text")}
        selected = key | _properties(node.columns[1:], source)
        yield _Source(node.table, node.label, source.relation, selected, node.rows)


def _edges(graph: FabricGraph, prepared: PreparedGraph) -> Iterator[_Source]:
    for edge, source in zip(graph.edges, prepared.edges, strict=True):
        ends: Selected = {SOURCE_KEY: ("_source", "text"), TARGET_KEY: ("_target", "text")}
        selected = ends | _properties(edge.columns, source)
        what = f"{edge.source} {edge.label} {edge.target}"
        yield _Source(edge.table, what, source.relation, selected, edge.rows)


def _properties(columns: tuple[Column, ...], source: VertexTable | EdgeTable) -> Selected:
    places = {column.name: f"p{number}" for number, column in enumerate(source.columns)}
    return {column.name: (places[column.property], column.type) for column in columns}


def _write(
    con: duckdb.DuckDBPyConnection, source: _Source, file: Path, on_progress: OnProgress
) -> None:
    listed = ", ".join(place for place, _ in source.selected.values())
    rows = con.sql(f"SELECT {listed} FROM {source.relation}").to_arrow_reader(ROWS_A_BATCH)
    schema = pa.schema([(name, ARROW_TYPES[kind]) for name, (_, kind) in source.selected.items()])
    written = 0
    with pq.ParquetWriter(file, schema) as writer:
        for batch in rows:
            # naive timestamps are UTC; all else is of its type already
            values = [v.cast(f.type) for v, f in zip(batch.columns, schema, strict=True)]
            writer.write_batch(pa.record_batch(values, schema))
            written += batch.num_rows
            on_progress(f"Writing {source.what}", written, source.rows)
