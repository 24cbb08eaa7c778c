"""What to try first, as lines that work when pasted."""

import json
import shlex
from collections.abc import Iterator
from typing import Any

from local import sample

CYPHER = (
    "MATCH (:FibreSpan)-[:runs_in]->(d:Duct) "
    "RETURN d.Street, count(*) AS spans ORDER BY spans DESC LIMIT 3"
)
TELEMETRY = {
    "table": "LinkTelemetry",
    "from": "2026-03-12T09:00:00Z",
    "to": "2026-03-12T10:00:00Z",
    "group_by": ["LinkId"],
    "aggregates": [{"column": "OpticalPowerDbm", "fn": "min"}],
    "limit": 3,
}


def curl_lines(url: str, *, with_sample: bool) -> Iterator[str]:
    yield "Try:"
    yield f"  curl -s {url}/query/scenarios"
    if with_sample:
        scenario = f"{url}/query/scenarios/{sample.NAME}"
        yield f"  curl -s {shlex.quote(f'{scenario}/topology?labels=CoreRouter&limit=10')}"
        yield _post(f"{scenario}/graph", {"query": CYPHER})
        yield _post(f"{scenario}/telemetry/query", TELEMETRY)
        yield f"  curl -s {shlex.quote(f'{scenario}/search?in=tickets&q=duct+cut')}"
    yield "Ctrl-C stops everything."


def _post(url: str, body: dict[str, Any]) -> str:
    return f"  curl -s {url} -H 'Content-Type: application/json' -d {shlex.quote(json.dumps(body))}"
