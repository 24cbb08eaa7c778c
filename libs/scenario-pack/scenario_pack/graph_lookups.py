"""How the ends of edges find their vertices, and which rows are edges at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import duckdb

from scenario_pack.graph_tables import Finding, Values, as_problems, repeated
from scenario_pack.graph_vertices import entries_by_label
from scenario_pack.names import shown
from scenario_pack.problems import SHOWN_OF_A_KIND, Problem
from scenario_pack.schema import EdgeEntry, End, Filter, GraphSchema
from scenario_pack.tables import CsvTable


class Lookup(NamedTuple):
    """Where the vertices of a label are found by a property."""

    values: list[Values]
    ids: list[Values]

    @property
    def sql(self) -> str:
        parts = [
            f"SELECT {value.sql} AS value, {key.sql} AS id FROM {value.table.relation}"
            for value, key in zip(self.values, self.ids, strict=True)
        ]
        return f"({' UNION ALL '.join(parts)})"


class Lookups:
    """How the ends of edges find their vertices, in the files that could be read."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        schema: GraphSchema,
        tables: Mapping[str, CsvTable],
    ) -> None:
        self._con = con
        self._schema = schema
        self._tables = tables
        self._entries = entries_by_label(schema)

    def of(self, end: End) -> Lookup:
        lookup = Lookup([], [])
        for entry in self._entries[end.label]:
            table = self._tables.get(entry.csv_file)
            if table and {end.property, entry.id_column} <= table.columns.keys():
                lookup.values.append(Values(table, end.property))
                lookup.ids.append(Values(table, entry.id_column))
        return lookup

    def problems(self) -> list[Problem]:
        """Values that edges refer to and that more than one vertex has."""
        users: defaultdict[tuple[str, str], list[tuple[EdgeEntry, End]]] = defaultdict(list)
        for edge in self._schema.edges:
            table = self._tables.get(edge.csv_file)
            for end in (edge.source, edge.target):
                if table and {end.column, *_filtered(edge)} <= table.columns.keys():
                    users[end.label, end.property].append((edge, end))
        return [problem for used in users.values() for problem in self._ambiguous(used)]

    def _ambiguous(self, users: list[tuple[EdgeEntry, End]]) -> Iterator[Problem]:
        lookup = self.of(users[0][1])
        if not lookup.values or lookup.values == lookup.ids:
            return  # ids have been checked
        self._con.execute("CREATE OR REPLACE TEMP TABLE referred (value VARCHAR)")
        for edge, end in users:
            table = self._tables[edge.csv_file]
            taken, parameters = condition(table, edge.filter)
            self._con.execute(
                f"INSERT INTO referred SELECT DISTINCT {table.columns[end.column]}"
                f" FROM {table.relation} WHERE {taken}",
                parameters,
            )
        found, count = repeated(
            self._con,
            lookup.values,
            "value IN (SELECT value FROM referred)",
            SHOWN_OF_A_KIND,
        )
        label = shown(users[0][1].label)
        yield from as_problems(
            [
                Finding(
                    here.table,
                    rowid,
                    here.column,
                    f'edges refer to the {label} "{shown(value)}", which stands already in',
                    (first.table, first_rowid),
                )
                for here, rowid, value, first, first_rowid in found
            ]
        )
        if count > SHOWN_OF_A_KIND:
            first = lookup.values[0]
            rest = f"and {count - SHOWN_OF_A_KIND:,} more that edges refer to and that stand twice"
            yield Problem(rest, first.table.file, column=first.column)


def _filtered(edge: EdgeEntry) -> list[str]:
    return [edge.filter.column] if edge.filter else []


def condition(table: CsvTable, only: Filter | None) -> tuple[str, list[str]]:
    """SQL and its parameters for the rows of `table` that the filter takes."""
    if only is None:
        return "true", []
    operator = "<>" if only.negate else "="
    return f"coalesce({table.columns[only.column]}, '') {operator} ?", [only.value]
