"""Whether a value is what a step asks for."""

from typing import Any

from peers.gremlin.fake.refusals import CANNOT_RUN, Refusal
from peers.gremlin.fake.script import Predicate


def equal(left: Any, right: Any) -> bool:
    """True is not 1, as in JSON."""
    if isinstance(left, bool) is not isinstance(right, bool):
        return False
    return bool(left == right)


def passes(value: Any, wanted: Any) -> bool:
    """``wanted``: a predicate, or a value that it has to be equal to."""
    if not isinstance(wanted, Predicate):
        return equal(value, wanted)
    name, arguments = wanted.name, wanted.arguments
    if name in {"within", "without"}:
        several = [
            one for each in arguments for one in (each if isinstance(each, list) else [each])
        ]
        return any(equal(value, each) for each in several) is (name == "within")
    if name in {"eq", "neq"}:
        return equal(value, arguments[0]) is (name == "eq")
    if isinstance(value, str) is not isinstance(arguments[0], str) or isinstance(value, bool):
        return False
    return _compared(name, value, *arguments)


def _compared(name: str, value: Any, first: Any, second: Any = None) -> bool:
    match name:
        case "gt":
            return bool(value > first)
        case "gte":
            return bool(value >= first)
        case "lt":
            return bool(value < first)
        case "lte":
            return bool(value <= first)
        case "between":
            return bool(first <= value < second)
        case "inside":
            return bool(first < value < second)
        case "outside":
            return bool(value < first or value > second)
        case "startingWith" | "notStartingWith":
            return value.startswith(first) is (name == "startingWith")
        case "endingWith" | "notEndingWith":
            return value.endswith(first) is (name == "endingWith")
        case "containing" | "notContaining":
            return (first in value) is (name == "containing")
    raise Refusal(CANNOT_RUN, f"There is no predicate {name!r}")
