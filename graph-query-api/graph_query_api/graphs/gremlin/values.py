"""Values on their way into a Gremlin server and back, as plain JSON.

Cosmos DB keeps numbers as JavaScript does: integers beyond 2^53 travel as text, and whether
a number is a float is known from the catalog alone.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from graph_query_api.graphs.catalog import Property
from graph_query_api.graphs.scalars import scalar

LARGEST_EXACT = 1 << 53


def stored(value: Any) -> Any:
    """A value of a prepared graph, as it is bound in a script."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > LARGEST_EXACT:
        return str(value)
    return scalar(value) if isinstance(value, dt.datetime) else value


def typed(value: Any, kind: str) -> Any:
    """What ``stored`` made of a value of this type, as topology shows it."""
    if isinstance(value, bool):
        return value
    if kind == "integer" and isinstance(value, str | float):
        return int(value)
    if kind == "float" and isinstance(value, int):
        return float(value)
    return value


def properties(known: Sequence[Property], found: Mapping[str, Any]) -> dict[str, Any]:
    """Those that are present, under the names of the pack and in its order."""
    return {
        each.name: typed(value, each.type)
        for each in known
        if (value := found.get(each.column)) is not None
    }


def flat(element: Mapping[str, Any]) -> dict[str, Any]:
    """The properties of a vertex or an edge as it comes, under the server's names.

    A vertex has lists of ``{"id", "value"}``, of which ours never have more than one.
    """
    found = element.get("properties") or {}
    if element.get("type") == "edge":
        return dict(found)
    return {name: several[0]["value"] for name, several in found.items() if several}
