"""The recipe of the README: ``make run`` beside the two servers that stand for Cosmos DB."""

import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

from peers.cosmos.running import Cosmos
from peers.gremlin.server.running import GremlinServer
from peers.ports import free_port

from support.cosmos_settings import cosmos_settings
from support.stack import wait_until

ROOT = Path(__file__).resolve().parents[2]


def test_the_sample_lands_in_cosmos(
    cosmos: Cosmos, gremlin_server: GremlinServer, tmp_path: Path
) -> None:
    """The pack, the job and the questions are the same; only the settings are others."""
    settings = {
        **{name: str(free_port()) for name in ("PORT", "API_PORT", "GRAPH_QUERY_API_PORT")},
        "DATA_DIR": str(tmp_path / "data"),
        **cosmos_settings(cosmos, gremlin_server),
    }
    output = tmp_path / "output"
    with output.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "local"],
            cwd=ROOT,
            env={**os.environ, **settings},
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until(
            lambda: "Ctrl-C stops" in output.read_text() or process.poll() is not None,
            seconds=120,
            what="the sample to be loaded",
        )
        said = output.read_text()
        assert "Sample metro-fibre-cosmos: job" in said, said
        lines = [line for line in said.splitlines() if line.startswith("  curl")]
        listed, topology, graph, telemetry, found = map(answer, lines)
        backends = {each["name"]: each["backend"] for each in listed["scenarios"]}
        assert backends["metro-fibre-cosmos"] == "cosmosdb-gremlin", "beside those of other tests"
        assert len(topology["nodes"]) > 1
        spans = [int(str(row["spans"])) for row in graph["data"]]
        assert spans == sorted(spans, reverse=True)
        assert len(graph["data"]) == len(telemetry["data"]) == 3
        assert found["results"]
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
    for secret in (cosmos.key, gremlin_server.password):
        assert not [log for log in (tmp_path / "data").rglob("*.log") if secret in log.read_text()]


def answer(curl: str) -> dict[str, list[dict[str, object]]]:
    said = subprocess.run(shlex.split(curl), capture_output=True, check=True, timeout=60)
    found: dict[str, list[dict[str, object]]] = json.loads(said.stdout)
    return found
