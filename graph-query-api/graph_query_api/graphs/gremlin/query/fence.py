"""Steps that a query may not have, and why: what writes, what reaches beyond the graph.

Only what ``steps`` lists is ever taken; the lists here are for the words of a refusal.
"""

from difflib import get_close_matches

from graph_query_api.graphs.gremlin.query.steps import STEPS
from graph_query_api.graphs.gremlin.query.tokens import Place, refused, shown

_WRITING = frozenset(
    {
        *("addV", "addE", "addVertex", "addEdge", "addInE", "addOutE", "property", "drop"),
        *("mergeV", "mergeE", "onCreate", "onMatch", "write", "tx", "commit", "rollback"),
    }
)
_REACHING = frozenset(
    {
        *("sideEffect", "program", "call", "io", "read", "subgraph", "script", "lambda", "sack"),
        *("pageRank", "peerPressure", "connectedComponent", "shortestPath", "fail"),
    }
)
_OTHERS = {
    "match": "Write it with where() and select().",
    **dict.fromkeys(("profile", "explain", "executionProfile"), "Send the query without it."),
    "iterate": "It throws the results away; leave it out.",
    **dict.fromkeys(
        ("toSet", "toBulkSet", "toStream", "tryNext", "hasNext", "fill", "forEachRemaining"),
        "Leave it out; the results come as rows.",
    ),
}


def check_name(name: str, place: Place) -> None:
    """Raises QueryRefused unless there is such a step, and it only reads."""
    if name in STEPS:
        return
    if name in _WRITING:
        raise refused(
            place, f"queries only read, so there is no {name} here. Load the graph to change it."
        )
    if name in _REACHING or name.startswith("with"):
        raise refused(
            place, f"queries only read the graph, and {name} may do more. Write it without."
        )
    if name in _OTHERS:
        raise refused(place, f"{name} is not taken here. {_OTHERS[name]}")
    raise refused(place, f"there is no step {shown(name)} here. {_near(shown(name))}")


def _near(name: str) -> str:
    by_folded = {each.casefold(): each for each in STEPS}
    near = get_close_matches(name.casefold(), by_folded, n=3)
    if near:
        return f"Did you mean {' or '.join(by_folded[each] for each in near)}?"
    return f"There are: {', '.join(sorted(STEPS))}."
