"""A query's answer as Fabric writes it. (Graph in Microsoft Fabric: GQL query API.)"""

import json
import math
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from peers.fabric.gql.functions import iso
from peers.fabric.gql.problems import GqlProblem
from peers.fabric.gql.statements import Parser, Query
from peers.fabric.gql.values import Path, Row, kind
from peers.fabric.graph import Edge, Graph, Node

_EXACT = 2**53 - 1
_JSON = {
    "STRING": "string",
    "INT64": "number|string",
    "FLOAT64": "number|string",
    "BOOL": "boolean",
    "ZONED DATETIME": "string",
    "NODE": "string",
    "EDGE": "string",
    "PATH": "array",
}


def answer(
    graph: Graph, text: str, *, seconds: float, most_bytes: int, most_rows: int | None = None
) -> dict[str, Any]:
    """Always an answer for what the caller did wrong; raises QueryTimeout."""
    try:
        parser = Parser(text, graph)
        query = parser.query()
        parser.deadline.moment = time.monotonic() + seconds
        rows = list(query.run())
    except GqlProblem as problem:
        return _refused(problem)
    except RecursionError:
        return _refused(GqlProblem("The query is nested too deeply", "54000"))
    return _table(query, rows, most_bytes, most_rows)


def waiting(token: str) -> dict[str, Any]:
    """Not done yet: ask again."""
    result = {"kind": "TABLE", "columns": [], "data": [], "nextPage": token}
    return {"status": status("02000", "note: no data"), "additionalStatuses": [], "result": result}


def _table(
    query: Query, rows: Sequence[Row], most_bytes: int, most_rows: int | None
) -> dict[str, Any]:
    types = {name: _type([row[name] for row in rows], known) for name, known in query.columns}
    data: list[dict[str, Any]] = []
    size = 0
    for row in rows:
        written = {name: _encoded(row[name], types[name]) for name in types}
        size += len(json.dumps(written, ensure_ascii=False))
        if size > most_bytes or len(data) == most_rows:
            break
        data.append(written)
    more = []
    if len(data) < len(rows):
        more = [status("01000", "warn: the result was truncated", "01M11")]
    first = status("00000", "note: successful completion")
    return {
        "status": first if data else status("02000", "note: no data"),
        "additionalStatuses": more,
        "result": {
            "kind": "TABLE",
            "columns": [
                {"name": name, "gqlType": type_, "jsonType": _json_type(type_)}
                for name, type_ in types.items()
            ],
            "isOrdered": query.ordered,
            "isDistinct": query.distinct,
            "data": data,
        },
    }


def _refused(problem: GqlProblem) -> dict[str, Any]:
    found = status("42000", f"error: {problem.message}", problem.canonical)
    found["diagnostics"] |= {
        "_graphaneIsUserError": {"gqlType": "BOOL", "value": True},
        "_graphaneIsTransientError": {"gqlType": "BOOL", "value": False},
    }
    if problem.at is not None:
        place = f"character {problem.at + 1}"
        found["diagnostics"]["_errorLocation"] = {"gqlType": "STRING", "value": place}
    return {"status": found, "additionalStatuses": [], "result": {"kind": "NOTHING"}}


def status(code: str, description: str, canonical: str | None = None) -> dict[str, Any]:
    return {
        "code": code,
        "description": description,
        "diagnostics": {
            "OPERATION": "query",
            "OPERATION_CODE": "0",
            "CURRENT_SCHEMA": "/",
            "_graphaneGqlStatus": {"gqlType": "STRING", "value": canonical or code},
        },
        "cause": None,
    }


def _type(values: Sequence[Any], known: str | None) -> str:
    """Of all values of a column; where there are none, what the query's text says."""
    kinds = {_detailed(value) for value in values if value is not None}
    if kinds == {"INT64", "FLOAT64"}:
        return "FLOAT64"
    if len(kinds) == 1:
        return kinds.pop()
    return "ANY" if kinds else known or "ANY"


def _detailed(value: Any) -> str:
    if not isinstance(value, list):
        return kind(value)
    inner = {kind(each) for each in value if each is not None}
    return f"LIST<{inner.pop() if len(inner) == 1 else 'ANY'}>"


def _json_type(type_: str) -> str:
    return "array" if type_.startswith("LIST") else _JSON.get(type_, "any")


def _encoded(value: Any, type_: str) -> Any:
    if value is None:
        return None
    if type_ == "ANY":
        own = _detailed(value)
        return {"gqlType": own, "value": _encoded(value, own)}
    if isinstance(value, list):
        inner = type_[5:-1] if type_.startswith("LIST<") else "ANY"
        return [_encoded(each, inner) for each in value]
    if isinstance(value, Path):
        return [_reference(each) for each in value.elements]
    if isinstance(value, Node | Edge):
        return _reference(value)
    if isinstance(value, datetime):
        return iso(value)
    return _number(float(value) if type_ == "FLOAT64" else value)


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    if isinstance(value, int):
        return value if abs(value) <= _EXACT else str(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Inf" if value > 0 else "-Inf"
    return "-0" if value == 0 and math.copysign(1, value) < 0 else value


def _reference(element: Node | Edge) -> str:
    return f"{'n' if isinstance(element, Node) else 'e'}:{element.oid:x}"
