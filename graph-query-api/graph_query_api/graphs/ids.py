"""Public ids of vertices and edges: opaque, stable between loads, equal on every backend."""

_IN_LABELS = str.maketrans({"%": "%25", ":": "%3A"})
_IN_ENDS = str.maketrans({"%": "%25", ">": "%3E", "#": "%23"})


def vertex_id(label: str, key: str) -> str:
    return f"{label.translate(_IN_LABELS)}:{key}"


def edge_id(label: str, source: str, target: str, number: int) -> str:
    """``number`` tells parallel edges of one label apart; 0 for the first, which needs none."""
    ends = f"{source.translate(_IN_ENDS)}->{target.translate(_IN_ENDS)}"
    suffix = f"#{number}" if number else ""
    return f"{label.translate(_IN_LABELS)}:{ends}{suffix}"
