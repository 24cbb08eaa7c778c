"""Where trouble can strike: the requests of a provisioning, each in its phase."""

from dataclasses import dataclass
from typing import Literal

Phase = Literal["lakehouse", "upload", "tables", "graph", "ontology"]
PHASES: tuple[Phase, ...] = ("lakehouse", "upload", "tables", "graph", "ontology")


@dataclass(frozen=True, slots=True)
class Place:
    """``path`` is a regular expression, ``nth`` the first of its requests that is meant.

    ``traits`` say what the request is, and so what can be wrong with it. ``standing``: it is only
    made where graph model and ontology are there already; ``stale``: only after a refused token.
    """

    name: str
    phase: Phase
    method: str
    path: str
    traits: frozenset[str]
    nth: int = 1
    host: str = "fabric"
    standing: bool = False
    stale: bool = False


def _place(name: str, phase: Phase, request: str, *traits: str, **more: object) -> Place:
    method, path = request.split()
    return Place(name, phase, method, path, frozenset(traits), **more)  # type: ignore[arg-type]


TABLES = 5
"""Of the pack: three of vertices, two of edges. Each load is asked after once."""

PLACES = (
    _place("workspace", "lakehouse", r"GET /workspaces/[^/]+$"),
    _place("lakehouses", "lakehouse", r"GET /lakehouses$"),
    _place("creating the lakehouse", "lakehouse", r"POST /lakehouses$", "start", "body", "create"),
    _place("creation's progress", "lakehouse", r"GET /operations/[^/]+$", "poll"),
    _place("creation's result", "lakehouse", r"GET /operations/[^/]+/result$", "result"),
    _place("the lakehouse", "lakehouse", r"GET /lakehouses/[^/]+$"),
    _place("graph models", "lakehouse", r"GET /graphModels$"),
    _place("sign-in", "lakehouse", r"POST /token$", "sign-in", host="login", stale=True),
    _place("file", "upload", r"PUT \.parquet$", "file", host="onelake"),
    _place("bytes", "upload", r"PATCH DimSite\.csv$", "file", "body", host="onelake"),
    _place("flush", "upload", r"PATCH DimRoom\.csv$", "file", nth=2, host="onelake"),
    _place("load", "tables", r"POST /load$", "start", "body"),
    _place("load's progress", "tables", r"GET /operations/[^/]+$", "poll", nth=2),
    _place("tables", "tables", r"GET /tables$"),
    _place("creating the graph", "graph", r"POST /graphModels$",
           "start", "body", "create", "loads"),
    _place("jobs", "graph", r"GET /jobs/instances$"),
    _place("job", "graph", r"GET /jobs/instances/[^/]+$"),
    _place("graph type", "graph", r"GET /getQueryableGraphType$"),
    _place("query", "graph", r"POST /executeQuery$", "query"),
    _place("replacing the graph", "graph", r"POST /graphModels/[^/]+/updateDefinition$",
           "start", "body", "loads", standing=True),
    _place("ontologies", "ontology", r"GET /ontologies$", nth=2),
    _place("creating the ontology", "ontology", r"POST /ontologies$", "start", "body", "create"),
    _place("the ontology", "ontology", r"GET /ontologies/[^/]+$", standing=True),
    _place("reading back", "ontology", r"POST /ontologies/[^/]+/getDefinition$", "start", "body"),
    _place("replacing the ontology", "ontology", r"POST /ontologies/[^/]+/updateDefinition$",
           "start", "body", standing=True),
    _place("reading back's result", "ontology", r"GET /operations/[^/]+/result$", "result", nth=4),
    _place("reading back's progress", "ontology", r"GET /operations/[^/]+$", "poll",
           nth=TABLES + 4),
)  # fmt: skip
