"""Functions of values. Names are those of Fabric's GQL, in capitals."""

import json
import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from peers.fabric.gql.problems import GqlProblem
from peers.fabric.gql.values import Path, integer, kind
from peers.fabric.graph import Edge, Node


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def to_json_string(value: Any) -> str:
    return json.dumps(_json(value), ensure_ascii=False, separators=(",", ":"))


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, list):
        return [_json(each) for each in value]
    if isinstance(value, Path):
        return [_json(each) for each in value.elements]
    if not isinstance(value, Node | Edge):
        return value
    filled = {name: _json(each) for name, each in value.values.items() if each is not None}
    shown: dict[str, Any] = {
        "labels": list(value.type.labels),
        "oid": str(value.oid),
        "properties": filled,
    }
    if isinstance(value, Edge):
        shown["ends"] = [{"oid": str(value.source.oid)}, {"oid": str(value.target.oid)}]
    return shown


def zoned_datetime(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise GqlProblem(f"{text!r} is no datetime", "22007") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def cast(value: Any, type_: str) -> Any:
    if value is None:
        return None
    try:
        return _CASTS[type_](value)
    except KeyError:
        raise GqlProblem(f"There is no cast to {type_}", "42000") from None
    except (TypeError, ValueError):
        raise GqlProblem(f"This value cannot be cast to {type_}", "22018") from None


def _string(value: Any) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return iso(value) if isinstance(value, datetime) else str(value)


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}[str(value).lower()]


_CASTS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("STRING", "VARCHAR"), _string),
    **dict.fromkeys(("INT", "INTEGER", "INT64", "BIGINT"), lambda value: integer(int(value))),
    **dict.fromkeys(("FLOAT", "DOUBLE", "FLOAT64", "REAL"), float),
    **dict.fromkeys(("BOOL", "BOOLEAN"), _boolean),
    "ZONED DATETIME": lambda value: zoned_datetime(_string(value)),
}


def _size(value: Any) -> int:
    return len(value.elements) if isinstance(value, Path) else len(value)


def _substring(text: str, start: int, length: int | None = None) -> str:
    return text[start - 1 :] if length is None else text[start - 1 : start - 1 + length]


def _labels(element: Any) -> list[str]:
    return list(element.type.labels)


def _elements(wanted: type) -> Callable[[Any], list[Any]]:
    return lambda path: [each for each in path.elements if isinstance(each, wanted)]


FUNCTIONS: dict[str, tuple[Callable[..., Any], str | None]] = {
    "UPPER": (str.upper, "STRING"),
    "LOWER": (str.lower, "STRING"),
    "TRIM": (str.strip, "STRING"),
    "LTRIM": (str.lstrip, "STRING"),
    "RTRIM": (str.rstrip, "STRING"),
    "CHAR_LENGTH": (len, "INT64"),
    "CHARACTER_LENGTH": (len, "INT64"),
    "SUBSTRING": (_substring, "STRING"),
    "LEFT": (lambda text, length: text[:length], "STRING"),
    "RIGHT": (lambda text, length: text[-length:] if length else "", "STRING"),
    "STRING_JOIN": (lambda texts, between="": between.join(texts), "STRING"),
    "SIZE": (_size, "INT64"),
    "ABS": (abs, None),
    "FLOOR": (lambda value: float(math.floor(value)), "FLOAT64"),
    "CEIL": (lambda value: float(math.ceil(value)), "FLOAT64"),
    "CEILING": (lambda value: float(math.ceil(value)), "FLOAT64"),
    "SQRT": (math.sqrt, "FLOAT64"),
    "TO_JSON_STRING": (to_json_string, "STRING"),
    "LABELS": (_labels, "LIST<STRING>"),
    "NODES": (_elements(Node), "LIST<NODE>"),
    "EDGES": (_elements(Edge), "LIST<EDGE>"),
    "PATH_LENGTH": (lambda path: len(path.elements) // 2, "INT64"),
    "ELEMENT_ID": (lambda element: str(element.oid), "STRING"),
    "ZONED_DATETIME": (zoned_datetime, "ZONED DATETIME"),
}


def call(name: str, arguments: Sequence[Any]) -> Any:
    """Null where an argument is."""
    if any(each is None for each in arguments):
        return None
    try:
        return FUNCTIONS[name][0](*arguments)
    except (TypeError, ValueError, AttributeError):
        kinds = ", ".join(kind(each) for each in arguments)
        raise GqlProblem(f"{name} does not take {kinds}", "22G03") from None
