"""Turns a prepared graph into one new Ladybug file. Runs in the loading process.

The engine rewrites a table with each COPY into it, so every vertex label and every
pair of an edge label is copied exactly once, from Parquet.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ladybug
import pyarrow.parquet as pq

from graph_query_api.graphs.catalog import (
    EdgeType,
    GraphCatalog,
    LoadNotVerified,
    Pair,
    Property,
    VertexType,
    catalog_path,
)
from graph_query_api.graphs.ladybug.names import (
    KEY,
    NUMBER,
    column_names,
    literal,
    quoted,
    table_names,
)
from scenario_pack.names import GRAPH_SCHEMA
from scenario_pack.problems import PackError, Problem
from scenario_pack.progress import OnProgress
from scenario_pack.value_types import Column

if TYPE_CHECKING:
    import duckdb

    from scenario_pack.graph_tables import EdgeTable, PreparedGraph

BUFFER_POOL_BYTES = 512 << 20
MAX_DATABASE_BYTES = 16 << 30
ROWS_A_BATCH = 100_000

ENGINE_TYPES = {
    "text": "STRING",
    "integer": "INT64",
    "float": "DOUBLE",
    "boolean": "BOOLEAN",
    "timestamp": "TIMESTAMP",
}


@dataclass(frozen=True)
class _Copy:
    """One COPY statement: where the rows are, and where they go."""

    what: str
    table: str
    options: str
    relation: str
    select: str
    rows: int


def load_graph(
    prepared: "PreparedGraph", target: Path, work: Path, on_progress: OnProgress
) -> GraphCatalog:
    """Writes the graph to ``target`` and its catalog beside it, complete or not at all.

    Raises LoadNotVerified if the rows read back from the file are not those prepared.
    """
    catalog = catalog_of(prepared)
    unfinished = work / "graph.lbug"
    with (
        ladybug.Database(
            str(unfinished), buffer_pool_size=BUFFER_POOL_BYTES, max_db_size=MAX_DATABASE_BYTES
        ) as database,
        ladybug.Connection(database) as connection,
        _memory_in_words(),
    ):
        for statement in _tables(catalog):
            _run(connection, statement)
        for copy in _copies(prepared, catalog):
            _copy(prepared.con, connection, copy, work, on_progress)
        _run(connection, "CHECKPOINT")
    verify(unfinished, catalog)
    catalog.save(catalog_path(target))
    unfinished.replace(target)
    return catalog


@contextmanager
def _memory_in_words() -> Iterator[None]:
    """A label of a thousand properties, say, is more than the engine can hold at once."""
    try:
        yield
    except RuntimeError as error:
        if "buffer pool is full" not in str(error):
            raise
        detail = (
            "the graph engine has not enough memory for so many labels and properties; "
            "name only the properties that are needed"
        )
        raise PackError(Problem(detail, GRAPH_SCHEMA)) from error


def catalog_of(prepared: "PreparedGraph") -> GraphCatalog:
    """Gives every label and property its name in the engine."""
    vertex_tables = table_names(each.label for each in prepared.vertices)
    edge_tables = table_names((e.label for e in prepared.edges), vertex_tables.values())
    of_vertices: dict[str, str] = {}
    of_edges: dict[str, str] = {}
    return GraphCatalog(
        tuple(
            VertexType(
                each.label, vertex_tables[each.label], _named(each.columns, of_vertices), each.rows
            )
            for each in prepared.vertices
        ),
        tuple(
            EdgeType(
                label,
                table,
                _named(_of(prepared, label)[0].columns, of_edges),
                tuple(
                    Pair(each.source_label, each.target_label, each.rows)
                    for each in _of(prepared, label)
                ),
            )
            for label, table in edge_tables.items()
        ),
    )


def _of(prepared: "PreparedGraph", label: str) -> "list[EdgeTable]":
    return [each for each in prepared.edges if each.label == label]


def _named(columns: Sequence[Column], settled: dict[str, str]) -> tuple[Property, ...]:
    names = column_names({each.name: each.type for each in columns}, settled)
    return tuple(Property(each.name, names[each.name], each.type) for each in columns)


def _tables(catalog: GraphCatalog) -> Iterator[str]:
    for vertex in catalog.vertices:
        columns = [f"{quoted(KEY)} STRING PRIMARY KEY", *_columns(vertex.properties)]
        yield f"CREATE NODE TABLE {quoted(vertex.table)}({', '.join(columns)})"
    for edge in catalog.edges:
        ends = [
            f"FROM {quoted(catalog.by_label[pair.source].table)} "
            f"TO {quoted(catalog.by_label[pair.target].table)}"
            for pair in edge.pairs
        ]
        columns = [*ends, f"{quoted(NUMBER)} INT64", *_columns(edge.properties)]
        yield f"CREATE REL TABLE {quoted(edge.table)}({', '.join(columns)})"


def _columns(properties: Sequence[Property]) -> list[str]:
    return [f"{quoted(each.column)} {ENGINE_TYPES[each.type]}" for each in properties]


def _copies(prepared: "PreparedGraph", catalog: GraphCatalog) -> Iterator[_Copy]:
    for vertex, source in zip(catalog.vertices, prepared.vertices, strict=True):
        select = ", ".join(["_key", *_selected(vertex.properties)])
        yield _Copy(vertex.label, vertex.table, "", source.relation, select, source.rows)
    for edge in catalog.edges:
        for table in _of(prepared, edge.label):
            start, end = (
                literal(catalog.by_label[label].table)
                for label in (table.source_label, table.target_label)
            )
            select = ", ".join(["_source", "_target", "_n", *_selected(edge.properties)])
            options = f" (FROM={start}, TO={end})"
            yield _Copy(edge.label, edge.table, options, table.relation, select, table.rows)


def _selected(properties: Sequence[Property]) -> list[str]:
    return [f"p{position}" for position in range(len(properties))]


def _copy(
    source: "duckdb.DuckDBPyConnection",
    connection: ladybug.Connection,
    copy: _Copy,
    work: Path,
    on_progress: OnProgress,
) -> None:
    if not copy.rows:
        return
    parquet = work / "rows.parquet"
    reader = source.sql(f"SELECT {copy.select} FROM {copy.relation}").to_arrow_reader(ROWS_A_BATCH)
    written = 0
    # written and read once: compression would cost more than it saves
    with pq.ParquetWriter(
        parquet, reader.schema, compression="none", use_dictionary=False
    ) as writer:
        for batch in reader:
            writer.write_batch(batch)
            written += batch.num_rows
            on_progress(f"Writing {copy.what}", written, copy.rows)
    _run(connection, f"COPY {quoted(copy.table)} FROM {literal(str(parquet))}{copy.options}")
    parquet.unlink()
    on_progress(f"Loading {copy.what}", copy.rows, copy.rows)


def verify(path: Path, catalog: GraphCatalog) -> None:
    """Counts every table of the closed file again, as a reader will see it."""
    with (
        ladybug.Database(
            str(path),
            read_only=True,
            buffer_pool_size=BUFFER_POOL_BYTES,
            max_db_size=MAX_DATABASE_BYTES,
        ) as database,
        ladybug.Connection(database) as connection,
    ):
        for vertex in catalog.vertices:
            _expect(connection, f"(:{quoted(vertex.table)})", vertex.label, vertex.rows)
        for edge in catalog.edges:
            for pair in edge.pairs:
                start, end = (
                    f"(:{quoted(catalog.by_label[label].table)})"
                    for label in (pair.source, pair.target)
                )
                pattern = f"{start}-[:{quoted(edge.table)}]->{end}"
                _expect(connection, pattern, edge.label, pair.rows)
    leftovers = [
        name for ending in (".wal", ".shadow") if (name := Path(f"{path}{ending}")).exists()
    ]
    if leftovers:
        raise LoadNotVerified("The engine did not finish writing the graph file. Load it again.")


def _expect(connection: ladybug.Connection, pattern: str, label: str, rows: int) -> None:
    found = _run(connection, f"MATCH {pattern} RETURN count(*)")
    if found != rows:
        raise LoadNotVerified(
            f"{label}: {rows:,} rows were prepared, but the graph holds {found:,}. Load it again."
        )


def _run(connection: ladybug.Connection, statement: str) -> Any:
    """Runs one statement and returns the first cell of its result, if any."""
    result = connection.execute(statement)
    assert not isinstance(result, list)  # noqa: S101 - one statement, one result
    try:
        row = result.get_next() if result.has_next() else [None]
        return row[0] if isinstance(row, list) else None
    finally:
        result.close()
