"""Reading the values of a graph query exactly.

Source: graph in Microsoft Fabric, GQL query API, value types and encoding. Integers beyond 53 bits
come as strings, even in one column with numbers; so do the floats that JSON lacks.
"""

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

Decoder = Callable[[Any], Any]

_INTEGER = re.compile(r"U?INT(EGER)?\d*")
_FLOAT = re.compile(r"FLOAT\d*|DOUBLE( PRECISION)?|REAL")
_LIST = re.compile(r"(?:LIST|ARRAY)\s*<(.*)>")
_FINER = re.compile(r"(\.\d{6})(\d+)")


@lru_cache(maxsize=256)
def decoder(gql_type: str) -> Decoder:
    """A function from JSON to Python for one type: int, float, str, bool, datetime, Decimal, list.

    References to nodes and edges stay opaque strings, paths lists of them; null is None.
    """
    name = " ".join(gql_type.upper().split()).removesuffix(" NOT NULL")
    if _INTEGER.fullmatch(name):
        return _nullable(int)
    if _FLOAT.fullmatch(name):
        return _nullable(float)
    if name.startswith("DECIMAL"):
        return _nullable(lambda value: Decimal(str(value)))
    if name in {"ZONED DATETIME", "LOCAL DATETIME", "DATETIME"}:
        return _nullable(_datetime)
    if name == "ANY" or name.startswith("ANY "):
        return _any
    if elements := _LIST.fullmatch(name):
        inner = decoder(elements[1])
        return _nullable(lambda values: [inner(value) for value in values])
    return _as_is


def _nullable(read: Decoder) -> Decoder:
    return lambda value: None if value is None else read(value)


def _any(value: Any) -> Any:
    """A value that brings its own type."""
    if isinstance(value, dict) and "gqlType" in value:
        return decoder(str(value["gqlType"]))(value.get("value"))
    return value


def _datetime(text: str) -> datetime | str:
    """The text itself where a datetime would lose something: nanoseconds, years beyond 9999."""
    finer = _FINER.search(text)
    if finer and finer[2].strip("0"):
        return text
    try:
        return datetime.fromisoformat(_FINER.sub(r"\1", text))
    except ValueError:
        return text


def _as_is(value: Any) -> Any:
    return value
