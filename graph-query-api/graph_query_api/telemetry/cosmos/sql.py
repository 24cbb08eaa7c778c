"""The rows that a telemetry query is about, asked for in the SQL of Cosmos DB.

Cosmos DB may give more rows than those that fulfil the conditions, never fewer: the very
statement that DuckDB files answer is run on what it gives.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from graph_query_api.telemetry.catalog import Column
from graph_query_api.telemetry.conditions import Condition
from graph_query_api.telemetry.cosmos.rows import EXACT, Partitions, stored
from graph_query_api.telemetry.request import Statement

FUNCTIONS = {"contains": "CONTAINS", "starts_with": "STARTSWITH"}
WEAKENED = {"<": "<=", ">": ">="}
MOST_LISTED = 256


@dataclass
class RowsQuery:
    """``exact``: the rows it gives are those that fulfil all conditions."""

    sql: str
    partition: str | None
    """the only logical partition with such rows, if that is known"""
    exact: bool
    parameters: list[dict[str, Any]] = field(default_factory=list)

    def bound(self, start: int, end: int) -> list[dict[str, Any]]:
        """The parameters, for the rows from number ``start`` to before ``end``."""
        return [*self.parameters, _parameter("@start", start), _parameter("@end", end)]


def rows_query(statement: Statement, generation: str) -> RowsQuery:
    builder = _Builder()
    generation_name = builder.bind(generation)
    wanted = [f"c.g = {generation_name}", "c.n >= @start", "c.n < @end"]
    wanted += filter(None, map(builder.condition, statement.conditions))
    sql = f"SELECT {_selected(statement.reads)} FROM c WHERE {' AND '.join(wanted)}"
    partition = _partition(statement, Partitions(generation, statement.table))
    return RowsQuery(sql, partition, builder.exact, builder.parameters)


def _selected(columns: Sequence[Column]) -> str:
    exact = ["c.x"] if any(column.type == "integer" for column in columns) else []
    return ", ".join(["c.n", *(f"c.{column.sql}" for column in columns), *exact])


def _partition(statement: Statement, partitions: Partitions) -> str | None:
    for each in statement.conditions:
        is_text = each.column.type == "text"  # other values may be written in several ways
        if each.op == "=" and is_text and each.column.sql == statement.table.partition_key:
            return partitions.of(each.values[0], 0)
    return None


def _parameter(name: str, value: Any) -> dict[str, Any]:
    return {"name": name, "value": value}


@dataclass
class _Builder:
    parameters: list[dict[str, Any]] = field(default_factory=list)
    exact: bool = True

    def bind(self, value: Any) -> str:
        name = f"@p{len(self.parameters)}"
        self.parameters.append(_parameter(name, stored(value)))
        return name

    def condition(self, condition: Condition) -> str | None:
        """None, and no longer exact, for what only DuckDB can judge."""
        column, values = f"c.{condition.column.sql}", condition.values
        match condition.op:
            case "is_null":
                return f"NOT IS_DEFINED({column})"
            case "not_null":
                return f"IS_DEFINED({column})"
            case "contains" | "starts_with":
                return f"{FUNCTIONS[condition.op]}({column}, {self.bind(values[0])})"
            case "in":
                return self._among(column, values)
        return self._comparison(column, condition)

    def _comparison(self, column: str, condition: Condition) -> str | None:
        (value,) = condition.values
        op = condition.op
        # in which order Cosmos DB has texts and truth values is not said
        ordered = condition.column.type not in {"text", "boolean"}
        if not _sendable(value) or (op not in {"=", "<>"} and not ordered):
            self.exact = False
            return None
        if not _is_double(value):
            self.exact = False
            if op == "<>":
                return None
            op = WEAKENED.get(op, op)
        return f"{column} {'!=' if op == '<>' else op} {self.bind(value)}"

    def _among(self, column: str, values: Sequence[Any]) -> str | None:
        if not values:
            return "false"
        if len(values) > MOST_LISTED or not all(map(_sendable, values)):
            self.exact = False
            return None
        self.exact &= all(map(_is_double, values))
        return f"{column} IN ({', '.join(map(self.bind, values))})"


def _sendable(value: Any) -> bool:
    """JSON has no infinity."""
    return not isinstance(value, float) or math.isfinite(value)


def _is_double(value: Any) -> bool:
    """Whether comparing with it is the same in doubles, as which integers are kept there."""
    return not isinstance(value, int) or abs(value) < EXACT
