"""Filters of node and edge tables. (Graph model definition, filter.)"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "Equal": lambda found, value: bool(found == value),
    "NotEqual": lambda found, value: bool(found != value),
    "GreaterThan": lambda found, value: bool(found > value),
    "GreaterThanOrEqual": lambda found, value: bool(found >= value),
    "LessThan": lambda found, value: bool(found < value),
    "LessThanOrEqual": lambda found, value: bool(found <= value),
    "Contains": lambda found, value: str(value) in str(found),
    "In": lambda found, value: found in value,
}
OPERATORS = frozenset(_COMPARE)
"""Equal, GreaterThan, Contains and In were seen; the others are guesses."""


def keeps(filter_: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    if (all_ := _all_of(filter_)) is not None:
        return all(keeps(each, row) for each in all_)
    if "or" in filter_:
        return any(keeps(each, row) for each in filter_["or"])
    found = row.get(filter_["columnName"])
    if found is None:
        return False
    try:
        return _COMPARE[filter_["operator"]](found, filter_["value"])
    except TypeError:
        return False


def columns_of(filter_: Mapping[str, Any]) -> Iterator[str]:
    for leaf in _leaves(filter_):
        yield str(leaf.get("columnName"))


def operators_of(filter_: Mapping[str, Any]) -> Iterator[str]:
    for leaf in _leaves(filter_):
        yield str(leaf.get("operator"))


def _leaves(filter_: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    below = _all_of(filter_)
    if below is None:
        below = filter_.get("or")
    if below is None:
        yield filter_
        return
    for each in below:
        yield from _leaves(each)


def _all_of(filter_: Mapping[str, Any]) -> Any:
    if filter_.get("operator") == "AND":
        return filter_.get("filters") or []
    return filter_.get("and")
