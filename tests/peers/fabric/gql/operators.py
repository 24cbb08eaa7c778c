"""Operators on values, in three-valued logic."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from peers.fabric.gql.problems import GqlProblem
from peers.fabric.gql.values import equal, integer, less, negated, truth


def conjunction(values: Iterable[Any]) -> bool | None:
    unknown = False
    for value in values:
        held = truth(value)
        if held is False:
            return False
        unknown = unknown or held is None
    return None if unknown else True


def disjunction(left: Any, right: Any) -> bool | None:
    if truth(left) or truth(right):
        return True
    return None if left is None or right is None else False


def exclusive(left: Any, right: Any) -> bool | None:
    return None if left is None or right is None else truth(left) is not truth(right)


def contained(value: Any, values: Any) -> bool | None:
    if values is None:
        return None
    if not isinstance(values, list):
        raise GqlProblem("IN looks into a list", "22G03")
    found: Sequence[bool | None] = [equal(value, each) for each in values]
    if True in found:
        return True
    return None if None in found else False


def on_texts(test: Callable[[str, str], bool]) -> Callable[[Any, Any], bool | None]:
    def run(left: Any, right: Any) -> bool | None:
        if not isinstance(left, str) or not isinstance(right, str):
            return None
        return test(left, right)

    return run


def concatenated(left: Any, right: Any) -> Any:
    if left is None or right is None:
        return None
    if type(left) is not type(right) or not isinstance(left, str | list):
        raise GqlProblem("|| joins texts or lists", "22G03")
    return left + right


def _arithmetic(compute: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def run(left: Any, right: Any) -> Any:
        if left is None or right is None:
            return None
        if not _is_number(left) or not _is_number(right):
            raise GqlProblem("Only numbers can be reckoned with", "22G03")
        try:
            found = compute(left, right)
        except ZeroDivisionError:
            raise GqlProblem("Division by zero", "22012") from None
        return integer(found) if isinstance(found, int) else found

    return run


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _divided(left: Any, right: Any) -> Any:
    if isinstance(left, int) and isinstance(right, int):
        whole = abs(left) // abs(right)
        return whole if (left < 0) == (right < 0) else -whole
    return left / right


ARITHMETIC = {
    "+": _arithmetic(lambda left, right: left + right),
    "-": _arithmetic(lambda left, right: left - right),
    "*": _arithmetic(lambda left, right: left * right),
    "/": _arithmetic(_divided),
    "%": _arithmetic(lambda left, right: left % right),
}
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "=": equal,
    "<>": lambda left, right: negated(equal(left, right)),
    "<": less,
    ">": lambda left, right: less(right, left),
    "<=": lambda left, right: negated(less(right, left)),
    ">=": lambda left, right: negated(less(left, right)),
}
