"""What a YAML file consists of, with the line of each part.

A scalar keeps its text beside its value, because `NO`, `0001` or `12:30` in a filter or a
label mean exactly these characters.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

_INTEGER = re.compile(r"0|-?[1-9][0-9]*")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+([eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)")
_CONSTANTS: dict[str, bool | None] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
}

ScalarValue = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Scalar:
    text: str
    value: ScalarValue
    line: int


class Mapping(dict[str, "Node"]):
    """Keys are texts as written, in the order of the file."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line


class Sequence(list["Node"]):
    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line


Node = Scalar | Mapping | Sequence


def plain(node: Node) -> Any:
    """The node as strict JSON could hold it."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Mapping):
        return {key: plain(value) for key, value in node.items()}
    return [plain(item) for item in node]


def scalar_value(text: str) -> ScalarValue:
    """The value of a plain scalar in YAML's core: true, false, null, integers within 64 bits
    without leading zeros, finite floats. Everything else is text as written.
    """
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        is_short = len(text) <= 20  # int() refuses thousands of digits
        return number if is_short and -(2**63) <= (number := int(text)) < 2**63 else text
    if _FLOAT.fullmatch(text) and math.isfinite(value := float(text)):
        return value
    return text
