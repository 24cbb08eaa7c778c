"""Values of a query: literals of its text and the caller's parameters, all of them bound."""

import math
import re
from collections.abc import Mapping
from typing import Any, TypeAlias

from graph_query_api.errors import QueryRefused
from graph_query_api.graphs.gremlin.layout import element_id
from graph_query_api.graphs.gremlin.query.syntax import Argument, Listing, Literal, Parameter
from graph_query_api.graphs.gremlin.query.tokens import refused, shown

MOST_VALUES = 2_000
MOST_EXACT = 2**53
"""Integers beyond are kept as text in the graph."""

_HALF_SIGNS = re.compile(r"[\ud800-\udfff]")
_FORMULA = re.compile(r"[\w\s.+\-*/%^()]{1,1000}")

Known: TypeAlias = Literal | Listing


class Values:
    """``bound``: name of ours → value, for the script that is being written; ``load``: that
    of the generation."""

    def __init__(self, parameters: Mapping[str, Any], generation: str) -> None:
        self._parameters = parameters
        self._generation = generation
        self.bound: dict[str, Any] = {}
        self.load = self.bind(generation)

    def bind(self, value: str | float) -> str:
        name = f"b{len(self.bound)}"
        if len(self.bound) >= MOST_VALUES:
            raise QueryRefused(f"A query has {MOST_VALUES} values at most. Ask for fewer at once.")
        self.bound[name] = value
        return name

    def written(self, argument: Argument) -> str:
        """As it stands in the script: a name that is bound, true, false, or a list of these."""
        known = self._known(argument)
        if isinstance(known, Listing):
            return f"[{', '.join(self.written(self.one(each)) for each in known.items)}]"
        value = known.value
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int) and abs(value) > MOST_EXACT:
            value = str(value)
        return self.bind(value)

    def items(self, argument: Argument) -> list[Literal]:
        """Those of a list, or the value itself."""
        known = self._known(argument)
        return [self.one(each) for each in known.items] if isinstance(known, Listing) else [known]

    def one(self, argument: Argument) -> Literal:
        known = self._known(argument)
        if isinstance(known, Listing):
            raise refused(known.place, "one value is taken here. For several write within(…).")
        return known

    def text(self, argument: Argument, wanted: str) -> str:
        value = self.one(argument).value
        if not isinstance(value, str):
            raise refused(argument.place, f"{wanted} is text. Write it in single quotes.")
        return value

    def count(self, argument: Argument, least: int = -1, most: int = MOST_EXACT) -> int:
        """-1 is Gremlin's word for all."""
        value = self.one(argument).value
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        wanted = f"a whole number up to {most}" if most < MOST_EXACT else "a whole number"
        raise refused(argument.place, f"{wanted} is taken here.")

    def share(self, argument: Argument) -> float:
        value = self.one(argument).value
        if isinstance(value, int | float) and 0 <= value <= 1:
            return float(value)
        raise refused(argument.place, "a number from 0 to 1 is taken here.")

    def formula(self, argument: Argument) -> str:
        text = self.text(argument, "A formula")
        if not _FORMULA.fullmatch(text):
            raise refused(argument.place, "a formula has names, numbers and + - * / % ^ ( ) only.")
        return text

    def ids(self, argument: Argument) -> list[str]:
        """Those of the graph, bound, for the public ones of the caller."""
        found = [self.text(each, "An id") for each in self.items(argument)]
        wrong = next((each for each in found if ":" not in each), None if found else "")
        if wrong is not None:
            raise refused(
                argument.place,
                f"'{shown(wrong)}' is no id. Ids are label:key, as the results show them.",
            )
        return [self.bind(element_id(self._generation, each)) for each in found]

    def _known(self, argument: Argument) -> Known:
        if isinstance(argument, Literal | Listing):
            return argument
        if not isinstance(argument, Parameter):
            raise refused(argument.place, "a value is taken here.")
        if argument.name not in self._parameters:
            raise refused(
                argument.place,
                f"there is no parameter {shown(argument.name)}. "
                "Send it with the query, or write text in quotes.",
            )
        return _from(argument, self._parameters[argument.name])


def _from(parameter: Parameter, value: Any) -> Known:
    if not isinstance(value, list | tuple):
        return _scalar(parameter, value)
    return Listing(tuple(_scalar(parameter, each) for each in value), parameter.place)


def _scalar(parameter: Parameter, value: Any) -> Literal:
    match value:
        case bool():
            fits = True
        case str():
            fits = not _HALF_SIGNS.search(value)
        case int():
            fits = value.bit_length() < 64
        case float():
            fits = math.isfinite(value)
        case _:
            fits = False
    if fits:
        return Literal(value, parameter.place)
    raise refused(
        parameter.place,
        f"parameter {shown(parameter.name)} must be text, a number of 64 bits at most, "
        "true, false, or a list of those.",
    )
