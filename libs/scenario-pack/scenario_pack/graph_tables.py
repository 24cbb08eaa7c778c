"""What a prepared graph consists of, and the way from SQL's findings to problems."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import duckdb

from scenario_pack.problems import PackWarning, Problem
from scenario_pack.tables import CsvTable
from scenario_pack.value_types import Column, ValueType


@dataclass(frozen=True, slots=True)
class VertexTable:
    """All vertices of a label.

    `relation` has the columns `_key` (VARCHAR, the id) and `p0`, `p1`, … in the order of
    `columns`, which begin with the id column of the label's first entry.
    """

    label: str
    relation: str
    columns: list[Column]
    rows: int


@dataclass(frozen=True, slots=True)
class EdgeTable:
    """All edges of a label between two labels.

    `relation` has the columns `_source` and `_target` (VARCHAR, the ids), `_n` (BIGINT, 0, 1, …
    where several edges of the label go from one vertex to another, else 0) and `p0`, `p1`, … in
    the order of `columns`, which are the same for all tables of the label.
    """

    label: str
    source_label: str
    target_label: str
    relation: str
    columns: list[Column]
    rows: int


@dataclass(frozen=True, slots=True)
class PreparedGraph:
    """Checked and typed; the relations live as long as the connection `con`."""

    con: duckdb.DuckDBPyConnection
    vertices: list[VertexTable]
    edges: list[EdgeTable]
    dangling: int
    warnings: list[PackWarning]

    @property
    def rows(self) -> int:
        vertices = sum(table.rows for table in self.vertices)
        return vertices + sum(table.rows for table in self.edges)

    def counts(self) -> dict[str, Any]:
        """As the result of a load has them: vertices and edges by label, dangling edges."""
        edges: Counter[str] = Counter()
        for table in self.edges:
            edges[table.label] += table.rows
        vertices = {table.label: table.rows for table in self.vertices}
        return {"vertices": vertices, "edges": dict(edges), "dangling": self.dangling}


ColumnTypes = Mapping[str, Mapping[str, ValueType | None]]
"""By CSV file and column name; None for a column without any value."""


class Finding(NamedTuple):
    """A value that must not be where it is, perhaps because of where it is already.

    `detail` ends where the words for `other`, if there is one, go on.
    """

    table: CsvTable
    rowid: int
    column: str
    detail: str
    other: tuple[CsvTable, int] | None = None


def as_problems(findings: Sequence[Finding]) -> Iterator[Problem]:
    """The findings with their places; reads each file concerned once."""
    tables: dict[str, CsvTable] = {}
    rowids: defaultdict[str, set[int]] = defaultdict(set)
    for finding in findings:
        for table, rowid in [(finding.table, finding.rowid), *_others(finding)]:
            tables[table.file] = table
            rowids[table.file].add(rowid)
    places = {file: table.locate(rowids[file]) for file, table in tables.items()}
    for finding in findings:
        table = finding.table
        row, line = places[table.file][finding.rowid]
        where = ""
        for other, rowid in _others(finding):
            where = f" row {places[other.file][rowid][0]}"
            where += f" of {other.file}" if other.file != table.file else ""
        yield Problem(finding.detail + where, table.file, row, line, finding.column)


def _others(finding: Finding) -> Iterable[tuple[CsvTable, int]]:
    return [finding.other] if finding.other else []


class Values(NamedTuple):
    """A column of a table in the union of several."""

    table: CsvTable
    column: str

    @property
    def sql(self) -> str:
        return self.table.columns[self.column]


def repeated(
    con: duckdb.DuckDBPyConnection, parts: Sequence[Values], among: str, limit: int
) -> tuple[list[tuple[Values, int, str, Values, int]], int]:
    """Where values stand that stood before: (part, rowid, value, first part, first rowid).

    `parts` count as one column; `among` is a condition on `value`. With the first `limit`
    comes how many there are.
    """
    union = " UNION ALL ".join(
        f"SELECT {number} AS part, rowid AS place, {part.sql} AS value FROM {part.table.relation}"
        for number, part in enumerate(parts)
    )
    twice = f"SELECT value FROM ({union}) WHERE {among} GROUP BY value HAVING count(*) > 1"
    found = con.execute(
        f"SELECT part, place, value, first_part, first_place, count(*) OVER () FROM ("
        f" SELECT *, row_number() OVER w AS nth, first_value(part) OVER w AS first_part,"
        f" first_value(place) OVER w AS first_place"
        f" FROM ({union}) WHERE value IN ({twice})"
        f" WINDOW w AS (PARTITION BY value ORDER BY part, place)"
        f") WHERE nth > 1 ORDER BY part, place LIMIT {limit}"
    ).fetchall()
    rows = [(parts[p], rowid, value, parts[fp], fr) for p, rowid, value, fp, fr, _ in found]
    return rows, found[0][-1] if found else 0
