"""The stand-in as a process: what it imports, how it starts, ends and goes on."""

import ast
import os
import signal
import time
from pathlib import Path
from typing import Any

from peers.fabric.running import Running, running

from support.fabric_definitions import fill, graph_parts
from support.fabric_rest import FabricRest

PRODUCT = {"app", "fabric_client", "graph_query_api", "local", "samples", "scenario_pack"} | {
    *("service_kit", "benchmarks"),
}
HERE = Path(__file__).parents[1]


def _imported(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {each.name.partition(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").partition(".")[0])
    return found


def test_it_imports_nothing_of_the_product() -> None:
    """What judges the product must not be built by it; nor lean on the tests' own helpers."""
    files = sorted((HERE / "peers" / "fabric").rglob("*.py"))
    assert len(files) > 30
    for file in files:
        assert not _imported(file) & (PRODUCT | {"support"}), file
    own = ["rest", "definitions", "breakages", "ontology_breakages", "delta_breakages"]
    for file in [HERE / "support" / f"fabric_{name}.py" for name in own]:
        assert not _imported(file) & PRODUCT, file


def test_it_starts_at_once_and_ends_when_told(tmp_path: Path) -> None:
    started = time.monotonic()
    with running(tmp_path) as here:
        assert time.monotonic() - started < 10  # two seconds on a quiet machine
        os.kill(here.process.pid, signal.SIGTERM)
        assert here.process.wait(10) == 0


def test_a_restart_goes_on_with_what_was_there(tmp_path: Path) -> None:
    quick: dict[str, Any] = {
        "retry_after": None,
        "refresh_seconds": 0,
        "continuations": 0,
        "table_lists": 0,
    }
    with running(tmp_path, **quick) as here:
        rest = FabricRest(here)
        lakehouse = rest.create("lakehouses", "lake")["id"]
        fill(rest, lakehouse)
        graph = rest.create("graphModels", "airports")["id"]
        rest.define("graphModels", graph, graph_parts(rest.workspace, lakehouse))
        assert rest.loaded(graph)["status"] == "Completed"
        bundle, workspace = Path(here.ca_bundle).read_bytes(), here.workspace
        rest.http.close()
    with running(tmp_path, **quick) as here:
        assert (Path(here.ca_bundle).read_bytes(), here.workspace) == (bundle, workspace)
        rest = FabricRest(here)
        assert {each["name"] for each in rest.pages(f"lakehouses/{lakehouse}/tables", "data")} == {
            "airport",
            "country",
            "route",
        }
        assert rest.rows(graph, "MATCH (n) RETURN count(*) AS n") == [{"n": 5}]
        rest.http.close()


def test_reset_brings_the_start_back(rest: FabricRest, stand_in: Running, lakehouse: str) -> None:
    rest.put(lakehouse, "Files/a.csv", b"a\n1\n")
    stand_in.set(page_size=1)
    stand_in.advance(7200)
    stand_in.fault("server-error")
    stand_in.reset()
    assert list(rest.pages("items")) == []
    assert not list((Path(stand_in.ca_bundle).parent / "onelake").glob("*/*/Files/*"))
    assert stand_in.requests()[0]["path"].endswith("/items")
