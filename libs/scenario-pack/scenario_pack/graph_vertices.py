"""Vertices: ids checked within each label, entries of one label united."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

import duckdb

from scenario_pack.graph_tables import (
    ColumnTypes,
    Finding,
    Values,
    VertexTable,
    as_problems,
    repeated,
)
from scenario_pack.names import shown
from scenario_pack.problems import SHOWN_OF_A_KIND, Problem
from scenario_pack.schema import GraphSchema, VertexEntry
from scenario_pack.tables import CsvTable
from scenario_pack.value_types import Column, ValueType, cast, promote


def entries_by_label(schema: GraphSchema) -> dict[str, list[VertexEntry]]:
    entries: defaultdict[str, list[VertexEntry]] = defaultdict(list)
    for entry in schema.vertices:
        entries[entry.label].append(entry)
    return dict(entries)


def id_problems(
    con: duckdb.DuckDBPyConnection, schema: GraphSchema, tables: Mapping[str, CsvTable]
) -> list[Problem]:
    """Empty ids, and ids that stand twice within a label, in the files that could be read."""
    problems: list[Problem] = []
    for label, entries in entries_by_label(schema).items():
        ids = [
            Values(table, entry.id_column)
            for entry in entries
            if (table := tables.get(entry.csv_file)) and entry.id_column in table.columns
        ]
        for values in dict.fromkeys(ids):
            problems += _empty(con, label, values)
        if ids:
            problems += _duplicates(con, label, ids)
    return problems


def _empty(con: duckdb.DuckDBPyConnection, label: str, ids: Values) -> Iterator[Problem]:
    table = ids.table
    found = con.execute(
        f"SELECT rowid, count(*) OVER () FROM {table.relation} WHERE {ids.sql} IS NULL"
        f" ORDER BY rowid LIMIT {SHOWN_OF_A_KIND}"
    ).fetchall()
    detail = f"the id of a {shown(label)} is empty"
    yield from as_problems([Finding(table, rowid, ids.column, detail) for rowid, _ in found])
    if found and found[0][1] > SHOWN_OF_A_KIND:
        yield Problem(
            f"and {found[0][1] - SHOWN_OF_A_KIND:,} more empty ids",
            table.file,
            column=ids.column,
        )


def _duplicates(con: duckdb.DuckDBPyConnection, label: str, ids: list[Values]) -> Iterator[Problem]:
    found, count = repeated(con, ids, "value IS NOT NULL", SHOWN_OF_A_KIND)
    yield from as_problems(
        [
            Finding(
                here.table,
                rowid,
                here.column,
                f'the id "{shown(value)}" of {shown(label)} stands already in',
                (first.table, first_rowid),
            )
            for here, rowid, value, first, first_rowid in found
        ]
    )
    if count > SHOWN_OF_A_KIND:
        rest = f"and {count - SHOWN_OF_A_KIND:,} more duplicate ids of {shown(label)}"
        yield Problem(rest, ids[0].table.file, column=ids[0].column)


def unite_vertices(
    con: duckdb.DuckDBPyConnection,
    schema: GraphSchema,
    tables: Mapping[str, CsvTable],
    types: ColumnTypes,
) -> list[VertexTable]:
    """A view for each label; properties that an entry lacks are null there."""
    return [
        _unite(con, f"vertices{number}", label, entries, tables, types)
        for number, (label, entries) in enumerate(entries_by_label(schema).items())
    ]


def _unite(
    con: duckdb.DuckDBPyConnection,
    relation: str,
    label: str,
    entries: list[VertexEntry],
    tables: Mapping[str, CsvTable],
    types: ColumnTypes,
) -> VertexTable:
    names = dict.fromkeys(name for entry in entries for name in entry.properties)
    columns = [
        Column(name, promote(_type(e, name, types) for e in entries if name in e.properties))
        for name in names
    ]
    parts = []
    for entry in entries:
        table = tables[entry.csv_file]
        values = [
            cast(table.columns[column.name], column.type)
            if column.name in entry.properties
            else "NULL"
            for column in columns
        ]
        listed = ", ".join(f"{value} AS p{number}" for number, value in enumerate(values))
        key = table.columns[entry.id_column]
        parts.append(f"SELECT {key} AS _key, {listed} FROM {table.relation}")
    con.execute(f"CREATE VIEW {relation} AS {' UNION ALL '.join(parts)}")
    rows = sum(tables[entry.csv_file].rows for entry in entries)
    return VertexTable(label, relation, columns, rows)


def _type(entry: VertexEntry, name: str, types: ColumnTypes) -> ValueType | None:
    return "text" if name == entry.id_column else types[entry.csv_file][name]
