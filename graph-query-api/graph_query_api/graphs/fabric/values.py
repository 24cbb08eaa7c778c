"""Fabric's values as strict JSON, equal to those of the embedded backend."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from fabric_client import GqlResult
from graph_query_api.fabric_models import FabricProperty, ValueType
from graph_query_api.graphs.scalars import scalar

_TYPES = {
    "STRING": "text",
    "BOOL": "boolean",
    "ZONED DATETIME": "timestamp",
    "DATE": "date",
    "NODE": "reference",
    "EDGE": "reference",
    "PATH": "path",
}
_PREFIXES = {
    "INT": "integer",
    "UINT": "integer",
    "FLOAT": "float",
    "DOUBLE": "float",
    "LIST": "list",
}


def column_type(gql_type: str) -> str:
    """A vertex or an edge comes as a ``reference``, an opaque text without its properties."""
    plain = gql_type.upper().removesuffix(" NOT NULL")
    found = (ours for prefix, ours in _PREFIXES.items() if plain.startswith(prefix))
    return _TYPES.get(plain) or next(found, "any")


def answer(result: GqlResult, max_rows: int) -> dict[str, Any]:
    """The answer to a caller's query, cut at ``max_rows``."""
    rows = result.rows[:max_rows]
    return {
        "columns": [{"name": name, "type": column_type(kind)} for name, kind in result.columns],
        "data": [{name: plain(value) for name, value in row.items()} for row in rows],
        "truncated": result.truncated or len(result.rows) > len(rows),
        "language": "gql",
    }


def properties(
    known: Sequence[FabricProperty], row: Mapping[str, Any], columns: Sequence[str]
) -> dict[str, Any]:
    """Those that are present, under the names of the pack."""
    return {
        each.name: typed(row[column], each.type)
        for each, column in zip(known, columns, strict=True)
        if row.get(column) is not None
    }


def typed(value: Any, kind: ValueType) -> Any:
    """A value of a property whose type is known: JSON's numbers alone don't tell 3 from 3.0.

    A time that no datetime can hold stays the text that Fabric sent.
    """
    if kind == "float" and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if kind == "text" and not isinstance(value, str):
        return str(value)
    return plain(value)


def plain(value: Any) -> Any:
    """A value of any type; times are UTC."""
    if isinstance(value, dt.datetime) and value.tzinfo:
        return scalar(value.astimezone(dt.UTC))
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    return scalar(value)
