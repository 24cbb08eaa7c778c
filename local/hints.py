"""What to try first, as lines that work when pasted."""

import json
import shlex
from collections.abc import Iterator
from typing import Any

from local import nginx, sample

CYPHER = (
    "MATCH (:FibreSpan)-[:runs_in]->(d:Duct) "
    "RETURN d.Street, count(*) AS spans ORDER BY spans DESC LIMIT 3"
)
GQL = (
    "MATCH (:FibreSpan)-[:runs_in]->(d:Duct) "
    "RETURN d.Street AS street, count(*) AS spans GROUP BY street ORDER BY spans DESC LIMIT 3"
)
GREMLIN = (
    "g.V().hasLabel('Duct').project('street', 'spans').by('Street')"
    ".by(__.in('runs_in').count()).order().by('spans', desc).limit(3)"
)
QUERIES = {
    sample.EMBEDDED.backend: CYPHER,
    sample.IN_COSMOS.backend: GREMLIN,
    sample.IN_FABRIC.backend: GQL,
}
TELEMETRY = {
    "table": "LinkTelemetry",
    "from": "2026-03-12T09:00:00Z",
    "to": "2026-03-12T10:00:00Z",
    "group_by": ["LinkId"],
    "aggregates": [{"column": "OpticalPowerDbm", "fn": "min"}],
    "limit": 3,
}


def curl_lines(url: str, loaded: sample.Sample | None) -> Iterator[str]:
    yield "Try:"
    yield f"  curl -s {url}/query/scenarios"
    if loaded:
        scenario = f"{url}/query/scenarios/{loaded.scenario}"
        yield f"  curl -s {shlex.quote(f'{scenario}/topology?labels=CoreRouter&limit=10')}"
        yield _post(f"{scenario}/graph", {"query": QUERIES[loaded.backend]})
        yield _post(f"{scenario}/telemetry/query", TELEMETRY)
        yield f"  curl -s {shlex.quote(f'{scenario}/search?in=tickets&q=duct+cut')}"


def fabric_lines(url: str) -> Iterator[str]:
    yield "Load a pack into Fabric, and watch it:"
    graph = nginx.HTML / "samples" / "metro-fibre-graph.tar.gz"
    fields = "-F scenario_name=my-metro -F backend=fabric-gql"
    yield f"  curl -s {url}/api/upload-jobs {fields} -F {shlex.quote(f'graph=@{graph}')}"
    yield f"  curl -sN {url}/api/upload-jobs/events"


def _post(url: str, body: dict[str, Any]) -> str:
    return f"  curl -s {url} -H 'Content-Type: application/json' -d {shlex.quote(json.dumps(body))}"
