"""What a graph in Fabric does not take although a pack may have it.

Source: Fabric, graph limitations. Found here it costs seconds; Fabric's load fails after minutes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from scenario_pack.problems import PackError, Problem

if TYPE_CHECKING:
    import duckdb

    from scenario_pack.graph_tables import EdgeTable, PreparedGraph, VertexTable
    from scenario_pack.value_types import Column

MOST_BYTES = 65_535
"""Of a text, in UTF-8."""


def check_texts(prepared: PreparedGraph) -> None:
    """Raises PackError, with a problem for each column that has longer texts."""
    con = prepared.con
    problems = [problem for table in prepared.vertices for problem in _of_vertices(con, table)]
    problems += [problem for table in prepared.edges for problem in _of_edges(con, table)]
    if problems:
        raise PackError(problems)


def _of_vertices(con: duckdb.DuckDBPyConnection, table: VertexTable) -> Iterator[Problem]:
    places = ["_key", *(f"p{number}" for number in range(1, len(table.columns)))]
    row = ("? || left(_key, 100)", [f"{table.label} "])
    return _problems(con, table.relation, list(zip(places, table.columns, strict=True)), row)


def _of_edges(con: duckdb.DuckDBPyConnection, table: EdgeTable) -> Iterator[Problem]:
    places = [f"p{number}" for number in range(len(table.columns))]
    labels = [f"{table.source_label} ", f" {table.label} {table.target_label} "]
    row = ("? || left(_source, 100) || ? || left(_target, 100)", labels)
    return _problems(con, table.relation, list(zip(places, table.columns, strict=True)), row)


def _problems(
    con: duckdb.DuckDBPyConnection,
    relation: str,
    columns: Sequence[tuple[str, Column]],
    row: tuple[str, list[str]],
) -> Iterator[Problem]:
    """``row`` is SQL that names a row, and its parameters."""
    texts = [(place, column) for place, column in columns if column.type == "text"]
    if not texts:
        return
    longest = ", ".join(f"max(strlen({place}))" for place, _ in texts)
    sizes = con.execute(f"SELECT {longest} FROM {relation}").fetchall()[0]
    name, parameters = row
    for (place, column), size in zip(texts, sizes, strict=True):
        if size is None or size <= MOST_BYTES:
            continue
        query = f"SELECT min({name}), count(*) FROM {relation} WHERE strlen({place}) > ?"
        first, rows = con.execute(query, [*parameters, MOST_BYTES]).fetchall()[0]
        what = f"{first} and {rows - 1:,} more" if rows > 1 else first
        detail = f"{what}: a text of {size:,} bytes; a graph in Fabric takes {MOST_BYTES:,}"
        yield Problem(detail, column=column.name)
