"""What a topology is made of, alike on every backend. Imports little: query workers need it."""

import json
from collections.abc import Mapping
from typing import Any

from graph_query_api.graphs.ids import edge_id, vertex_id

End = tuple[str, str]
"""The label and the key of a vertex."""


def node(label: str, key: str, properties: Mapping[str, Any]) -> str:
    return compact({"id": vertex_id(label, key), "label": label, "properties": properties})


def edge(label: str, source: End, target: End, number: int, properties: Mapping[str, Any]) -> str:
    ends = vertex_id(*source), vertex_id(*target)
    return compact(
        {
            "id": edge_id(label, *ends, number),
            "source": ends[0],
            "target": ends[1],
            "label": label,
            "properties": properties,
        }
    )


def meta(
    vertices: Mapping[str, int],
    edges: Mapping[str, int],
    returned_vertices: Mapping[str, int],
    returned_edges: int,
) -> str:
    """All by label; ``returned_vertices`` has only the labels that were asked for."""
    return compact(
        {
            "vertices": vertices,
            "edges": edges,
            "returned": {"vertices": sum(returned_vertices.values()), "edges": returned_edges},
            "truncated": any(count < vertices[label] for label, count in returned_vertices.items()),
        }
    )


def compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
