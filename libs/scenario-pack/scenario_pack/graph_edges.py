"""Edges: ends looked up among the vertices, dangling ones set aside, parallel ones numbered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from scenario_pack.graph_lookups import Lookups, condition
from scenario_pack.graph_tables import ColumnTypes, EdgeTable
from scenario_pack.names import shown
from scenario_pack.problems import PackWarning
from scenario_pack.progress import Progress
from scenario_pack.schema import EdgeEntry, EdgeProperty, GraphSchema
from scenario_pack.tables import CsvTable
from scenario_pack.value_types import Column, ValueType, cast, promote
from scenario_pack.yaml_nodes import ScalarValue

_EXAMPLES = 20


def join_edges(
    con: duckdb.DuckDBPyConnection,
    schema: GraphSchema,
    tables: Mapping[str, CsvTable],
    types: ColumnTypes,
    lookups: Lookups,
    progress: Progress,
) -> tuple[list[EdgeTable], list[PackWarning]]:
    """A view for each label and pair of labels; a warning for each entry with dangling edges."""
    columns = _columns_by_label(schema, types)
    groups: defaultdict[tuple[str, str, str], list[EdgeEntry]] = defaultdict(list)
    for entry in schema.edges:
        groups[entry.label, entry.source.label, entry.target.label].append(entry)
    edges: list[EdgeTable] = []
    warnings: list[PackWarning] = []
    for number, (names, entries) in enumerate(groups.items()):
        joined = _JoinedEdges(con, f"joined{number}", columns[names[0]])
        for part, entry in enumerate(entries):
            table = tables[entry.csv_file]
            progress.update(f'Joining edges "{shown(entry.label)}"', 0, table.rows)
            joined.add(part, entry, table, lookups)
            warnings += joined.dangling(part, entry, table)
            progress.update(f'Joining edges "{shown(entry.label)}"', table.rows, table.rows)
        joined.number_parallel()
        edges.append(EdgeTable(*names, *joined.view(f"edges{number}")))
    return edges, warnings


def _columns_by_label(schema: GraphSchema, types: ColumnTypes) -> dict[str, list[Column]]:
    """A label's properties have one type, whatever the entry and the labels of the ends."""
    found: defaultdict[str, dict[str, list[ValueType | None]]] = defaultdict(dict)
    for entry in schema.edges:
        label = found[entry.label]
        for p in entry.properties:
            kind = _constant(p.value)[1] if p.column is None else types[entry.csv_file][p.column]
            label.setdefault(p.name, []).append(kind)
    return {
        entry.label: [Column(name, promote(kinds)) for name, kinds in found[entry.label].items()]
        for entry in schema.edges
    }


@dataclass(frozen=True, slots=True)
class _JoinedEdges:
    """The edges of some entries in one table, the dangling ones too, properties still as text."""

    con: duckdb.DuckDBPyConnection
    relation: str
    columns: list[Column]

    def __post_init__(self) -> None:
        properties = "".join(f", p{number} VARCHAR" for number in range(len(self.columns)))
        self.con.execute(
            f"CREATE TABLE {self.relation} (_source VARCHAR, _target VARCHAR, _n BIGINT,"
            f" part INTEGER, place BIGINT{properties})"
        )

    def add(self, part: int, entry: EdgeEntry, table: CsvTable, lookups: Lookups) -> None:
        given = {p.name: p for p in entry.properties}
        values = [_value(table, given.get(column.name)) for column in self.columns]
        taken, parameters = condition(table, entry.filter)
        self.con.execute(
            f"INSERT INTO {self.relation}"
            f" SELECT source.id, target.id, 0, {part}, edge.rowid"
            f"{''.join(f', {sql}' for sql, _ in values)}"
            f" FROM {table.relation} AS edge"
            f" LEFT JOIN {lookups.of(entry.source).sql} AS source"
            f" ON edge.{table.columns[entry.source.column]} = source.value"
            f" LEFT JOIN {lookups.of(entry.target).sql} AS target"
            f" ON edge.{table.columns[entry.target.column]} = target.value"
            f" WHERE {taken}",
            [*(p for _, bound in values for p in bound), *parameters],
        )

    def dangling(self, part: int, entry: EdgeEntry, table: CsvTable) -> Iterator[PackWarning]:
        source, target = (table.columns[end.column] for end in (entry.source, entry.target))
        found = self.con.execute(
            f"SELECT place, _source IS NULL, _target IS NULL, coalesce({source}, ''),"
            f" coalesce({target}, ''), (SELECT count(*) {self._dangling(part)})"
            f" FROM (SELECT * {self._dangling(part)} ORDER BY place LIMIT {_EXAMPLES}) AS joined"
            f" JOIN {table.relation} AS edge ON edge.rowid = place ORDER BY place"
        ).fetchall()
        if not found:
            return
        places = table.locate([rowid for rowid, *_ in found])
        yield PackWarning(
            kind="dangling",
            detail=f"{shown(entry.label)} edges whose {shown(entry.source.label)} or"
            f" {shown(entry.target.label)} does not exist are left out",
            file=table.file,
            count=found[0][-1],
            examples=[
                {
                    "row": places[rowid][0],
                    "line": places[rowid][1],
                    "source": source,
                    "target": target,
                    "missing": _missing(no_source, no_target),
                }
                for rowid, no_source, no_target, source, target, _ in found
            ],
        )

    def number_parallel(self) -> None:
        """Sets `_n` by entry and row where there is more than one edge between two vertices."""
        both_ends = "_source IS NOT NULL AND _target IS NOT NULL"
        self.con.execute(
            f"CREATE OR REPLACE TEMP TABLE parallel AS SELECT _source, _target"
            f" FROM {self.relation} WHERE {both_ends} GROUP BY ALL HAVING count(*) > 1"
        )
        self.con.execute(
            f"UPDATE {self.relation} SET _n = numbered.n FROM ("
            f" SELECT edge.rowid AS id, row_number() OVER"
            f" (PARTITION BY _source, _target ORDER BY part, place) - 1 AS n"
            f" FROM {self.relation} AS edge SEMI JOIN parallel USING (_source, _target)"
            f") AS numbered WHERE {self.relation}.rowid = numbered.id AND numbered.n > 0"
        )

    def view(self, relation: str) -> tuple[str, list[Column], int]:
        """The relation without dangling edges, its columns, and how many edges it has."""
        values = "".join(
            f", {cast(f'p{number}', column.type)} AS p{number}"
            for number, column in enumerate(self.columns)
        )
        self.con.execute(
            f"CREATE VIEW {relation} AS SELECT _source, _target, _n{values} FROM {self.relation}"
            f" WHERE _source IS NOT NULL AND _target IS NOT NULL"
        )
        ((rows,),) = self.con.execute(f"SELECT count(*) FROM {relation}").fetchall()
        return relation, self.columns, rows

    def _dangling(self, part: int) -> str:
        missing = "(_source IS NULL OR _target IS NULL)"
        return f"FROM {self.relation} WHERE part = {part} AND {missing}"


def _missing(source: bool, target: bool) -> str:
    if source and target:
        return "both"
    return "source" if source else "target"


def _value(table: CsvTable, given: EdgeProperty | None) -> tuple[str, Sequence[Any]]:
    """SQL and its parameters for the text of a property."""
    if given is None:
        return "NULL", []
    if given.column is not None:
        return f"edge.{table.columns[given.column]}", []
    return "?", [_constant(given.value)[0]]


def _constant(value: ScalarValue) -> tuple[str | None, ValueType | None]:
    """A constant as text, until all values of its property are cast, and its own type."""
    match value:
        case None:
            return None, None
        case bool():
            return str(value).lower(), "boolean"
        case int():
            return str(value), "integer"
        case float():
            return repr(value), "float"
        case _:
            return value, "text"
