"""Workspaces that are not as one would wish: each with its cause and its cure."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from support import provision
from support.fabric_services import FabricServices
from support.jobs import cypher, load, step, wait_for_end
from support.packs import base_pack, tarballs

COUNT = "MATCH (n) RETURN count(n) AS n"


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tarballs(tmp_path_factory.mktemp("pack"), base_pack())["graph"]


@pytest.fixture
def client(fabric: FabricServices) -> Iterator[httpx.Client]:
    with fabric.stack.client() as client:
        yield client


@pytest.mark.parametrize(
    ("workspace", "words"),
    [
        ("Practice without capacity", "Assign it a Fabric or trial capacity"),
        ("Practice, viewers only", "gives it the role Contributor"),
        ("Someone else's", "Manage access"),
    ],
)
def test_where_nothing_can_be_made(
    fabric: FabricServices, client: httpx.Client, graph: Path, workspace: str, words: str
) -> None:
    guid = fabric.peer.workspaces[workspace]
    name = {"scenario_name": "nowhere"}
    _, [*_, (event, data)] = provision.ask(client, "graph", graph, guid, **name)
    assert event == "error"
    assert words in data["detail"]

    job = load(client, "nowhere", {"graph": graph}, backend="fabric-gql", workspace_id=guid)
    failed = step(job, "graph")
    assert (job["status"], failed["status"]) == ("error", "error")
    assert words in failed["detail"]
    wrong = [each for each in failed["result"]["phases"] if each["status"] == "error"]
    assert [each["name"] for each in wrong] == ["lakehouse"]
    assert words in wrong[0]["detail"]


def test_a_lakehouse_with_schemas_is_used_with_a_warning(
    fabric: FabricServices, client: httpx.Client, graph: Path
) -> None:
    fabric.peer.add_item("Lakehouse", "with_schemas", schemas=True)
    names = {
        "scenario_name": "in-schemas",
        "lakehouse_name": "with_schemas",
        "ontology_name": "in_schemas",
    }
    data = provisioned(client, graph, fabric.peer.workspace, **names)
    assert [each["kind"] for each in data["warnings"]] == ["lakehouse_schemas"]
    assert cypher(client, "in-schemas", COUNT) == [{"n": 3}]


def test_an_ontology_of_the_first_generation_is_left_alone(
    fabric: FabricServices, client: httpx.Client, graph: Path
) -> None:
    """The graph stands; a warning says what is missing, and what helps."""
    fabric.peer.add_item("Ontology", "old_one", generation=1)
    names = {"scenario_name": "beside-old", "ontology_name": "old_one"}
    data = provisioned(client, graph, fabric.peer.workspace, **names)
    assert [each["kind"] for each in data["warnings"]] == ["ontology_missing"]
    assert "Rename or remove it" in data["warnings"][0]["detail"]
    assert "ontology_id" not in data["store"]
    assert [each["status"] for each in data["phases"]] == [*["done"] * 5, "warning"]
    assert cypher(client, "beside-old", COUNT) == [{"n": 3}]


def test_an_ontology_of_another_scenario_is_left_alone(
    fabric: FabricServices, client: httpx.Client, graph: Path
) -> None:
    workspace = fabric.peer.add_workspace("Shared")
    first = provisioned(client, graph, workspace, scenario_name="first-owner")
    again = provisioned(client, graph, workspace, scenario_name="first-owner")
    assert again["store"] == first["store"]
    other = provisioned(client, graph, workspace, scenario_name="late-comer")
    assert [each["kind"] for each in other["warnings"]] == ["ontology_missing"]
    assert "that of the scenario first-owner" in other["warnings"][0]["detail"]


def test_the_graph_of_an_ontology_of_the_same_name_is_used(
    fabric: FabricServices, client: httpx.Client, graph: Path
) -> None:
    """Found by lineage: an ontology brings a graph model along that is empty."""
    workspace = fabric.peer.workspace
    names = {"scenario_name": "adopted", "ontology_name": "adopted"}
    provisioned(client, graph, workspace, goal="lakehouse", **names)
    ontology = provisioned(client, graph, workspace, goal="ontology", **names)
    data = provisioned(client, graph, workspace, **names)
    assert data["store"]["ontology_id"] == ontology["store"]["ontology_id"]
    found = client.get("/query/fabric/graph-models", params={"workspace_id": workspace}).json()
    mine = [each for each in found["items"] if each["id"] == data["store"]["graph_model_id"]]
    assert [each["name"].startswith("adopted_graph_") for each in mine] == [True]
    assert cypher(client, "adopted", COUNT) == [{"n": 3}]


def provisioned(
    client: httpx.Client, graph: Path, workspace: str, *, goal: str = "graph", **fields: str
) -> dict[str, Any]:
    status, [*_, (event, data)] = provision.ask(client, goal, graph, workspace, **fields)
    assert (status, event) == (200, "complete"), data
    found: dict[str, Any] = data
    return found


def test_a_retry_tells_again_what_an_ontology_lacks(
    fabric: FabricServices, client: httpx.Client, graph: Path
) -> None:
    """Refused with bound relationships, it was made without them; then the graph failed."""
    refused = {"code": "RefusedForPractice", "message": "Refused for practice."}
    fabric.peer.fault("operation-fails", "/ontologies$", method="POST", **refused)
    fabric.peer.fault("job-fails", "/graphModels$", method="POST", **refused)
    job = load(client, "lacking", {"graph": graph}, backend="fabric-gql")
    assert job["status"] == "error", job
    before = fabric.peer.last_request()
    assert client.post(f"/api/upload-jobs/{job['id']}/retry").status_code == 202
    job = wait_for_end(client, job["id"])
    assert job["status"] == "done", job
    kinds = [each["kind"] for each in step(job, "graph")["warnings"]]
    assert kinds == ["ontology_incomplete"]
    sent = fabric.peer.requests("/ontologies$|/ontologies/.*/updateDefinition", since=before)
    assert [each for each in sent if each["method"] == "POST"] == []
