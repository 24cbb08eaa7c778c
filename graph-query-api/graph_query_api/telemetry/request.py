"""A telemetry query as callers write it, and the SQL that answers it.

Names are looked up in the catalog and values are bound: nothing a caller says
becomes SQL.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from graph_query_api.errors import NotFound, QueryRefused
from graph_query_api.telemetry.catalog import Column, Table, TelemetryCatalog
from graph_query_api.telemetry.conditions import Condition, Filter, condition, timestamp


@dataclass(frozen=True)
class Aggregate:
    column: str | None
    fn: str


@dataclass(frozen=True)
class TelemetryRequest:
    """``start`` and ``end`` bound the first timestamp column: from included, to not."""

    table: str
    columns: Sequence[str] = ()
    filters: Sequence[Filter] = ()
    start: str | None = None
    end: str | None = None
    bucket: str | None = None
    group_by: Sequence[str] = ()
    aggregates: Sequence[Aggregate] = ()
    limit: int | None = None


@dataclass(frozen=True)
class Statement:
    """``columns`` are (name, type) of what it selects; it answers at most ``most`` rows and one.

    A store that has no SQL of DuckDB's own finds in ``reads`` the columns that it is about, in
    ``conditions`` which rows, and in ``grouped`` whether each of them is a row of the answer.
    """

    sql: str
    values: list[Any]
    columns: list[tuple[str, str]]
    most: int
    table: Table
    reads: tuple[Column, ...]
    conditions: tuple[Condition, ...]
    grouped: bool


NUMERIC = frozenset({"integer", "float"})
SIMPLE_FUNCTIONS = frozenset({"count", "min", "max"})
NUMERIC_FUNCTIONS = {
    "avg": "avg({0})",
    "sum": "sum({0})",
    "stddev": "stddev_samp({0})",
    "median": "quantile_cont({0}, 0.5)",
    "p50": "quantile_cont({0}, 0.5)",
    "p90": "quantile_cont({0}, 0.9)",
    "p95": "quantile_cont({0}, 0.95)",
    "p99": "quantile_cont({0}, 0.99)",
}
FUNCTIONS = ("count", "min", "max", "first", "last", *NUMERIC_FUNCTIONS)

_BUCKET = re.compile(r"([1-9][0-9]{0,5})(s|m|h|d)")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_MAX_BUCKET = dt.timedelta(days=3660)
_ORIGIN = "TIMESTAMP '1970-01-01'"


def statement(request: TelemetryRequest, catalog: TelemetryCatalog, most_rows: int) -> Statement:
    """The SQL for one row more than is wanted, to know whether there are more.

    Raises NotFound for an unknown table, QueryRefused for whatever else can't be answered.
    """
    if request.table not in catalog.by_name:
        known = ", ".join(catalog.by_name) or "none"
        raise NotFound(f"There is no telemetry table {request.table!r}. There are: {known}.")
    builder = _Builder(catalog.by_name[request.table])
    where = builder.where(request)
    grouped = bool(request.aggregates or request.group_by or request.bucket)
    if grouped and request.columns:
        raise QueryRefused("Ask for columns, or for aggregates with group_by; not for both.")
    tail = builder.grouped(request) if grouped else builder.plain(request)
    selected = ", ".join(builder.selected)
    sql = f"SELECT {selected} FROM {builder.table.sql}{where}{tail} LIMIT {most_rows + 1}"
    return Statement(
        sql,
        [value for each in builder.conditions for value in each.values],
        builder.columns,
        most_rows,
        builder.table,
        tuple(column for column in builder.table.columns if column in builder.reads),
        tuple(builder.conditions),
        grouped,
    )


@dataclass
class _Builder:
    table: Table
    selected: list[str] = field(default_factory=list)
    columns: list[tuple[str, str]] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    reads: set[Column] = field(default_factory=set)

    def plain(self, request: TelemetryRequest) -> str:
        names = request.columns or [each.name for each in self.table.columns]
        if len(set(names)) < len(names):
            raise QueryRefused("A column is named twice in columns.")
        for column in map(self.column, names):
            self._select(column.sql, column.name, column.type)
        return " ORDER BY rowid"

    def grouped(self, request: TelemetryRequest) -> str:
        if request.bucket:
            time = self.time("bucket")
            width = f"to_seconds({_seconds(request.bucket)})"
            self._select(f"time_bucket({width}, {time.sql}, {_ORIGIN})", time.name, "timestamp")
        for column in map(self.column, request.group_by):
            self._select(column.sql, column.name, column.type)
        keys = len(self.selected)
        for aggregate in request.aggregates:
            self._aggregate(aggregate)
        if not request.aggregates:
            self._select("count(*)", "count", "integer")
        positions = ", ".join(str(position + 1) for position in range(keys))
        return f" GROUP BY {positions} ORDER BY {positions}" if keys else ""

    def where(self, request: TelemetryRequest) -> str:
        self.conditions = [condition(self.column(each.column), each) for each in request.filters]
        for name, operator, bound in (("from", ">=", request.start), ("to", "<", request.end)):
            if bound is not None:
                time = Condition(self.time(name), operator, (timestamp(bound, name),))
                self.conditions.append(time)
        joined = " AND ".join(each.sql for each in self.conditions)
        return f" WHERE {joined}" if joined else ""

    def column(self, name: str) -> Column:
        if name not in self.table.by_name:
            known = ", ".join(self.table.by_name)
            raise QueryRefused(f"{self.table.name} has no column {name!r}. It has: {known}.")
        self.reads.add(self.table.by_name[name])
        return self.table.by_name[name]

    def time(self, wanted_by: str) -> Column:
        if self.table.time is None:
            raise QueryRefused(
                f"{self.table.name} has no timestamps, so {wanted_by!r} can't be used."
            )
        return self.column(self.table.time.name)

    def _select(self, sql: str, name: str, kind: str) -> None:
        if name in {each for each, _ in self.columns}:
            raise QueryRefused(f"The result would have two columns {name!r}.")
        self.selected.append(sql)
        self.columns.append((name, kind))

    def _aggregate(self, aggregate: Aggregate) -> None:
        if aggregate.fn not in FUNCTIONS:
            raise QueryRefused(
                f"There is no function {aggregate.fn!r}. There are: {', '.join(FUNCTIONS)}."
            )
        if aggregate.column in {None, "", "*"}:
            if aggregate.fn != "count":
                raise QueryRefused(f"Say of which column the {aggregate.fn} is wanted.")
            self._select("count(*)", "count", "integer")
            return
        column = self.column(str(aggregate.column))
        sql, kind = self._function(aggregate.fn, column)
        self._select(sql, f"{aggregate.fn}_{column.name}", kind)

    def _function(self, fn: str, column: Column) -> tuple[str, str]:
        if fn in SIMPLE_FUNCTIONS:
            return f"{fn}({column.sql})", "integer" if fn == "count" else column.type
        if fn in {"first", "last"}:
            # of the values that are there, by time; rows of one instant in the file's order
            order = f"{self.time(fn).sql}, rowid" if self.table.time else "rowid"
            direction = order if fn == "first" else order.replace(",", " DESC,") + " DESC"
            present = f"FILTER ({column.sql} IS NOT NULL)"
            return f"first({column.sql} ORDER BY {direction}) {present}", column.type
        if column.type not in NUMERIC:
            raise QueryRefused(
                f"{fn} needs numbers, but {column.name} of {self.table.name} holds {column.type}."
            )
        kind = "integer" if fn == "sum" and column.type == "integer" else "float"
        return NUMERIC_FUNCTIONS[fn].format(column.sql), kind


def _seconds(bucket: str) -> int:
    match = _BUCKET.fullmatch(bucket)
    seconds = int(match[1]) * _UNITS[match[2]] if match else 0
    if not match or dt.timedelta(seconds=seconds) > _MAX_BUCKET:
        raise QueryRefused(
            f"{bucket!r} is no size for a bucket. Sizes are such as 30s, 5m, 1h and 1d."
        )
    return seconds
