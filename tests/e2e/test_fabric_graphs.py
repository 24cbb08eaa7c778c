"""One pack in the embedded store and in Fabric: the same graph, whatever it consists of."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.fabric_services import FabricServices
from support.jobs import cypher, load, step, topology
from support.packs import random_pack, tarballs

HERE = Path(__file__).parents
PACKS = {
    "air-routes": HERE[1] / "packs" / "air-routes",
    "metro-fibre": HERE[2] / "samples" / "metro-fibre",
}
SEEDS = (3, 17, 31)
BACKENDS = ("embedded", "fabric-gql")


@dataclass(frozen=True)
class Loaded:
    """One pack under the name of each backend; ``steps`` are the graph steps of the jobs."""

    client: httpx.Client
    pack: str
    steps: Mapping[str, dict[str, Any]]

    def name(self, backend: str) -> str:
        return f"{self.pack}-{backend.removesuffix('-gql')}"

    def query(self, backend: str, query: str) -> list[dict[str, Any]]:
        return cypher(self.client, self.name(backend), query)


@pytest.fixture(scope="module", params=[*PACKS, *(f"random-{seed}" for seed in SEEDS)])
def loaded(
    request: pytest.FixtureRequest, fabric: FabricServices, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Loaded]:
    tarball = graph_tarball(request.param, tmp_path_factory.mktemp(request.param))
    with fabric.stack.client() as client:
        steps: dict[str, dict[str, Any]] = {}
        loaded = Loaded(client, request.param, steps)
        for backend in BACKENDS:
            job = load(client, loaded.name(backend), {"graph": tarball}, backend=backend)
            assert job["status"] == "done", job
            steps[backend] = step(job, "graph")
        yield loaded


def graph_tarball(pack: str, folder: Path) -> Path:
    if pack in PACKS:
        build = [sys.executable, "-m", "scenario_pack.cli", "build", str(PACKS[pack])]
        subprocess.run([*build, "--out", str(folder)], check=True, capture_output=True)
        return folder / f"{pack}-graph.tar.gz"
    files, _ = random_pack(int(pack.removeprefix("random-")), pack)
    return tarballs(folder, files)["graph"]


def test_both_count_the_same(loaded: Loaded) -> None:
    embedded, fabric = (loaded.steps[backend]["result"] for backend in BACKENDS)
    for part in ("vertices", "edges", "dangling"):
        assert fabric[part] == embedded[part]
    assert [phase["status"] for phase in fabric["phases"]] == ["done"] * 6
    node_types = {pack: name for name, pack in fabric["names"].get("vertices", {}).items()}
    for label, wanted in embedded["vertices"].items():
        query = "MATCH (n:`{}`) RETURN count(n) AS n"
        counted = loaded.query("fabric-gql", query.format(node_types.get(label, label)))
        assert counted == [{"n": wanted}]
    edge_types = {pack: name for name, pack in fabric["names"].get("edges", {}).items()}
    for label, wanted in embedded["edges"].items():
        query = "MATCH ()-[e:`{}`]->() RETURN count(e) AS n"
        counted = loaded.query("fabric-gql", query.format(edge_types.get(label, label)))
        assert counted == [{"n": wanted}]


def test_both_hold_the_same_graph(loaded: Loaded) -> None:
    embedded, fabric = (
        topology(loaded.client, loaded.name(backend), limit=100_000) for backend in BACKENDS
    )
    assert fabric["meta"]["vertices"] == embedded["meta"]["vertices"]
    assert fabric["meta"]["edges"] == embedded["meta"]["edges"]
    assert in_order(fabric["nodes"]) == in_order(embedded["nodes"])
    # Fabric keeps no order, by which parallel edges are numbered in the embedded store
    assert in_order(fabric["edges"], numbered=False) == in_order(embedded["edges"], numbered=False)
    assert {each["id"] for each in fabric["edges"]} == {each["id"] for each in embedded["edges"]}


def in_order(elements: list[dict[str, Any]], *, numbered: bool = True) -> list[str]:
    assert len({each["id"] for each in elements}) == len(elements)
    hidden = set() if numbered else {"id"}
    kept = [{k: v for k, v in each.items() if k not in hidden} for each in elements]
    return sorted(json.dumps(each, sort_keys=True) for each in kept)


@pytest.mark.parametrize("loaded", ["air-routes"], indirect=True)
def test_both_know_the_98_neighbours_of_austin(loaded: Loaded) -> None:
    query = (
        "MATCH (a:Airport)-[:route]->(b:Airport) WHERE a.`Code` = 'AUS' RETURN b.AirportId AS id"
    )
    embedded, fabric = ({row["id"] for row in loaded.query(each, query)} for each in BACKENDS)
    assert fabric == embedded
    assert len(fabric) == 98
