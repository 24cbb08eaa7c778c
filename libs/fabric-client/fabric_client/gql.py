"""Writing names and values into GQL, which takes no parameters.

Source: graph in Microsoft Fabric, GQL values and value types; ISO/IEC 39075, delimited identifiers.
In quotes of every kind, backslash escapes *and* doubled quotes are read, and control characters and
unassigned ones are refused; so the backslash goes first, and those characters as escapes.
"""

import math
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime

_SHORT = {"\t": "\\t", "\b": "\\b", "\n": "\\n", "\r": "\\r", "\f": "\\f", "\\": "\\\\"}

Value = str | bool | int | float | datetime | None | Sequence["Value"]


def quote_identifier(name: str) -> str:
    """A label, property, variable or column in back-quotes: reserved words are common names.

    Raises ValueError for an empty name and for half a surrogate pair.
    """
    if not name:
        raise ValueError("A name in GQL cannot be empty")
    return f"`{_escaped(name, '`', '``')}`"


def literal(value: Value) -> str:
    """A value. Datetimes without a zone are UTC. Raises ValueError for what GQL has no words for:
    infinities, NaN, integers beyond 64 bits, half a surrogate pair; TypeError for other types.
    """
    match value:
        case None:
            return "NULL"
        case bool():
            return "TRUE" if value else "FALSE"
        case str():
            return f"'{_escaped(value, chr(39), chr(92) + chr(39))}'"
        case int():
            return _integer(value)
        case float():
            return _float(value)
        case datetime():
            zoned = value if value.tzinfo else value.replace(tzinfo=UTC)
            return f"ZONED_DATETIME('{zoned.astimezone(UTC).isoformat()[:-6]}Z')"
        case list() | tuple():
            return f"[{', '.join(literal(element) for element in value)}]"
        case _:
            raise TypeError(f"GQL has no literal for {type(value).__name__}")


def _escaped(text: str, quote: str, instead: str) -> str:
    return "".join(instead if sign == quote else _sign(sign) for sign in text)


def _sign(sign: str) -> str:
    if sign in _SHORT:
        return _SHORT[sign]
    category = unicodedata.category(sign)
    if category == "Cs":
        raise ValueError("Half a surrogate pair is no character")
    if category in {"Cc", "Cn"}:
        point = ord(sign)
        return f"\\u{point:04x}" if point <= 0xFFFF else f"\\U{point:08x}"
    return sign


def _integer(value: int) -> str:
    if not -(2**63) <= value < 2**64:
        raise ValueError("GQL's integers have 64 bits")
    return str(value)


def _float(value: float) -> str:
    if not math.isfinite(value):
        raise ValueError("GQL has no literal for infinities and NaN")
    text = repr(value)
    return text if "." in text or "e" not in text else text.replace("e", ".0e")
