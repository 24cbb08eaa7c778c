"""What rows of a telemetry query have to fulfil, checked against the column's type.

Names come from the catalog and values are bound: nothing a caller says becomes SQL.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graph_query_api.errors import QueryRefused
from graph_query_api.telemetry.catalog import Column


@dataclass(frozen=True)
class Filter:
    column: str
    op: str
    value: Any = None


OPERATORS = {
    "eq": "=",
    "ne": "<>",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
    "=": "=",
    "==": "=",
    "!=": "<>",
    "<>": "<>",
    "<": "<",
    "<=": "<=",
    ">": ">",
    ">=": ">=",
}
TEXT_OPERATORS = {"contains": "contains", "starts_with": "starts_with"}
NULL_OPERATORS = {"is_null": "IS NULL", "not_null": "IS NOT NULL"}
ALL_OPERATORS = (*OPERATORS, "in", *TEXT_OPERATORS, *NULL_OPERATORS)


@dataclass(frozen=True)
class Condition:
    """``op`` is a value of OPERATORS or a name of the others; values are the column's type."""

    column: Column
    op: str
    values: tuple[Any, ...] = ()

    @property
    def sql(self) -> str:
        """As DuckDB has it; the values are bound in their order."""
        column = self.column.sql
        if self.op in NULL_OPERATORS:
            return f"{column} {NULL_OPERATORS[self.op]}"
        if self.op in TEXT_OPERATORS:
            return f"{TEXT_OPERATORS[self.op]}({column}, ?)"
        if self.op == "in":
            listed = ", ".join("?" * len(self.values))
            return f"{column} IN ({listed})" if listed else "false"
        return f"{column} {self.op} ?"


def condition(column: Column, wanted: Filter) -> Condition:
    """Raises QueryRefused for a filter that makes no sense for the column."""
    op, value = wanted.op, wanted.value
    if op in NULL_OPERATORS:
        return Condition(column, op)
    if op == "in":
        if not isinstance(value, list):
            raise QueryRefused(f"in needs a list of values for {column.name}.")
        return Condition(column, op, tuple(typed(column, each) for each in value))
    if op in TEXT_OPERATORS:
        if column.type != "text":
            raise QueryRefused(f"{op} needs text, but {column.name} holds {column.type}.")
        return Condition(column, op, (typed(column, value),))
    if op not in OPERATORS:
        raise QueryRefused(f"There is no op {op!r}. There are: {', '.join(ALL_OPERATORS)}.")
    if value is None:
        raise QueryRefused("Nothing compares with null. Use is_null or not_null.")
    return Condition(column, OPERATORS[op], (typed(column, value),))


def typed(column: Column, value: Any) -> Any:
    """The value as the column's type, or raises QueryRefused."""
    kinds: dict[str, Callable[[Any], bool]] = {
        "text": _is_text,
        "boolean": lambda v: isinstance(v, bool),
        "integer": lambda v: isinstance(v, int | float) and not isinstance(v, bool),
        "float": lambda v: isinstance(v, int | float) and not isinstance(v, bool),
        "timestamp": lambda v: isinstance(v, str),
    }
    if not kinds[column.type](value):
        raise QueryRefused(
            f"{column.name} holds {column.type}, but the value compared with it is {value!r}."
        )
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**63) <= value < 2**63:
        return float(value)
    return timestamp(value, column.name) if column.type == "timestamp" else value


def _is_text(value: Any) -> bool:
    """A lone half of a surrogate pair is a Python text, but no other engine's."""
    return isinstance(value, str) and not any("\ud800" <= each <= "\udfff" for each in value)


def timestamp(text: str, name: str) -> dt.datetime:
    """A naive UTC time from ISO 8601; without an offset it is UTC already."""
    try:
        parsed = dt.datetime.fromisoformat(text)
        return parsed.astimezone(dt.UTC).replace(tzinfo=None) if parsed.tzinfo else parsed
    except (ValueError, OverflowError):
        raise QueryRefused(
            f"{name}: {text!r} is no time as ISO 8601 has it, such as 2026-01-31T12:00:00Z."
        ) from None
