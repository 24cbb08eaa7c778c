"""GraphSON 2 into plain JSON values, in the shapes that Cosmos DB gives.

Cosmos DB sends them so; TinkerPop's server wraps them: ``{"@type": "g:Int64", "@value": 5}``.
"""

import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any


def plain(value: Any) -> Any:
    """Numbers that JSON does not know, such as NaN, become null; moments become ISO text."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        if "@type" in value:
            return _READERS.get(value["@type"], plain)(value.get("@value"))
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _number(value: Any) -> Any:
    """``NaN`` and ``Infinity`` come as text."""
    return None if isinstance(value, str) else plain(value)


def _moment(milliseconds: Any) -> str:
    text = datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _vertex(value: dict[str, Any]) -> dict[str, Any]:
    found = {"id": plain(value["id"]), "label": value["label"], "type": "vertex"}
    properties = {
        name: [_without_label(each) for each in several]
        for name, several in value.get("properties", {}).items()
    }
    return found | ({"properties": properties} if properties else {})


def _without_label(wrapped: Any) -> dict[str, Any]:
    found: dict[str, Any] = plain(wrapped)
    found.pop("label", None)
    return found


def _edge(value: dict[str, Any]) -> dict[str, Any]:
    found = {"id": plain(value["id"]), "label": value["label"], "type": "edge"}
    for end in ("inV", "inVLabel", "outV", "outVLabel"):
        if end in value:
            found[end] = plain(value[end])
    properties = {name: plain(each)["value"] for name, each in value.get("properties", {}).items()}
    return found | ({"properties": properties} if properties else {})


_READERS: dict[str, Callable[[Any], Any]] = {
    "g:Double": _number,
    "g:Float": _number,
    "g:Date": _moment,
    "g:Timestamp": _moment,
    "g:Vertex": _vertex,
    "g:Edge": _edge,
}
