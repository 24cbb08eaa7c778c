"""One provisioning a workspace at a time: seen live, waited for, stopped, taken up again."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from peers.ports import free_port

from support import provision
from support.fabric_services import FabricServices
from support.jobs import cypher, get_job, load, step, submit, wait_for_end
from support.packs import base_pack, tarballs
from support.stack import Service, wait_until

PHASES = ["prepare", "lakehouse", "upload", "tables", "graph", "ontology"]
COUNT = "MATCH (n) RETURN count(n) AS n"


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tarballs(tmp_path_factory.mktemp("pack"), base_pack())["graph"]


@pytest.fixture
def client(fabric: FabricServices) -> Iterator[httpx.Client]:
    with fabric.stack.client() as client:
        yield client


@pytest.fixture
def slow(fabric: FabricServices) -> Iterator[None]:
    """Each table takes until somebody moves the stand-in's clock on."""
    fabric.peer.set(load_seconds=3600, retry_after=1)
    yield
    fabric.peer.set(load_seconds=0, retry_after=None)
    fabric.peer.advance(3600)


@pytest.fixture
def running_processes() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def other_replica(fabric: FabricServices, tmp_path: Path) -> Iterator[str]:
    """A second api on the same documents, with a folder of its own; its address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {
        **fabric.settings,
        "API_PORT": str(port),
        "DATA_DIR": str(tmp_path / "other"),
        "GRAPH_QUERY_API": fabric.stack.graph_query_api_url,
    }
    command = [sys.executable, "-m", "app"]
    service = Service("api-2", command, f"{url}/api/ready", tmp_path / "api-2.log", environment)
    service.start()
    yield url
    service.stop()


def holders(client: httpx.Client) -> list[str]:
    answer = client.get("/api/fabric/status").json()
    return [each["scenario"] for each in answer["provisioning"]]


@pytest.mark.usefixtures("slow")
def test_phases_are_seen_live_and_a_second_one_is_refused_on_every_replica(
    fabric: FabricServices,
    client: httpx.Client,
    graph: Path,
    other_replica: str,
    running_processes: ExitStack,
) -> None:
    peer, workspace = fabric.peer, fabric.peer.workspace
    command = [
        *("curl", "-sSN", f"{fabric.stack.url}/api/fabric/provision/graph"),
        *("-F", f"workspace_id={workspace}", "-F", "scenario_name=by-curl"),
        *("-F", "ontology_name=by_curl"),
        *("-F", f"file=@{graph}"),
    ]
    curl = running_processes.enter_context(
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    )
    assert curl.stdout
    lines = iter(curl.stdout)
    seen = next(line for line in lines if '"step":"tables"' in line)
    assert json.loads(seen.removeprefix("data: "))["pct"] < 100

    assert holders(client) == ["by-curl"]
    with httpx.Client(base_url=other_replica, timeout=30) as other:
        for each in (client, other):
            status, problem = provision.ask(each, "graph", graph, workspace)
            assert (status, problem["scenario"]) == (409, "by-curl")
            assert "by-curl in workspace" in problem["detail"]

    job_id = submit(client, "waits", {"graph": graph}, backend="fabric-gql").json()["job_id"]
    wait_until(lambda: get_job(client, job_id)["waiting_for"], what="the job to wait")
    job = get_job(client, job_id)
    assert job["waiting_for"] == f"by-curl in workspace {workspace}"
    assert step(job, "graph")["detail"].startswith("Waiting for by-curl")

    peer.set(load_seconds=0)
    peer.advance(3600)
    [*_, event, data] = [line for line in lines if line.strip() and not line.startswith(":")]
    assert event.strip() == "event: complete", data
    result = json.loads(data.removeprefix("data: "))
    assert [phase["name"] for phase in result["phases"]] == PHASES
    assert {phase["status"] for phase in result["phases"]} == {"done"}
    assert result["scenario_metadata"]["display_name"] == "Hello"
    assert cypher(client, "by-curl", COUNT) == [{"n": 3}]
    assert curl.wait(10) == 0

    job = wait_for_end(client, job_id)
    assert (job["status"], job["waiting_for"]) == ("done", None)
    assert holders(client) == []


@pytest.mark.usefixtures("slow")
def test_whoever_goes_away_or_cancels_frees_the_workspace(
    fabric: FabricServices, client: httpx.Client, graph: Path
) -> None:
    workspace = fabric.peer.workspace
    with provision.streaming(fabric.stack.url, "lakehouse", graph, workspace) as seen:
        seen.wait_for("tables")
    wait_until(lambda: holders(client) == [], what="the workspace to be free")

    jobs = [
        submit(client, name, {"graph": graph}, backend="fabric-gql").json()["job_id"]
        for name in ("first", "second")
    ]
    wait_until(
        lambda: any(get_job(client, each)["waiting_for"] for each in jobs), what="one to wait"
    )
    for each in sorted(jobs, key=lambda each: not get_job(client, each)["waiting_for"]):
        assert client.post(f"/api/upload-jobs/{each}/cancel").status_code == 202
        assert wait_for_end(client, each, seconds=10)["status"] == "cancelled"
    wait_until(lambda: holders(client) == [], what="the workspace to be free")


def test_a_retry_goes_on_where_a_killed_service_was(
    fabric: FabricServices, client: httpx.Client, graph: Path
) -> None:
    """Killed while one table of three is not loaded: of the others nothing is sent again."""
    peer, api = fabric.peer, fabric.stack.api
    peer.fault("operation-takes", "ends_at", method="POST", seconds=3600)
    job_id = submit(client, "killed", {"graph": graph}, backend="fabric-gql").json()["job_id"]

    def two_landed() -> bool:
        result = step(get_job(client, job_id), "graph")["result"] or {"phases": []}
        said = {str(each["detail"]) for each in result["phases"] if each["name"] == "tables"}
        return any(detail.startswith("2 of 3") for detail in said)

    wait_until(two_landed, what="two tables to be loaded")
    api.kill()
    before = peer.last_request()
    api.start()
    job = wait_for_end(client, job_id)
    assert (job["status"], job["error"]) == ("error", "Server restarted")

    assert client.post(f"/api/upload-jobs/{job_id}/retry").status_code == 202
    job = wait_for_end(client, job_id)
    assert job["status"] == "done", job
    again = peer.requests(since=before)
    loads = [each["path"] for each in again if each["path"].endswith("/load")]
    assert [path.rpartition("__")[2] for path in loads] == ["Link_ends_at_Site/load"]
    assert not [each for each in again if each["host"] == "onelake" and each["method"] == "PUT"]
    made = [each for each in again if each["method"] == "POST" and "/lakehouses" in each["path"]]
    assert len(made) == len(loads)
    assert cypher(client, "killed", COUNT) == [{"n": 3}]


def test_parts_of_the_way(fabric: FabricServices, client: httpx.Client, graph: Path) -> None:
    workspace = fabric.peer.add_workspace("Parts")
    name = {"scenario_name": "parts", "ontology_name": "parts_ontology"}
    status, [*_, (event, data)] = provision.ask(client, "ontology", graph, workspace, **name)
    assert (status, event) == (200, "error")
    assert "provision/lakehouse" in data["detail"]

    status, [*_, (event, data)] = provision.ask(client, "lakehouse", graph, workspace, **name)
    assert event == "complete", data
    assert len(data["store"]["tables"]) == 3
    assert "graph_model_id" not in data["store"]
    assert client.get("/query/scenarios/parts").status_code == 404

    status, [*_, (event, data)] = provision.ask(client, "ontology", graph, workspace, **name)
    assert event == "complete", data
    assert data["store"]["ontology_id"]


def test_only_checking_makes_nothing(
    fabric: FabricServices, client: httpx.Client, graph: Path
) -> None:
    before = fabric.peer.last_request()
    job = load(client, "checked", {"graph": graph}, backend="fabric-gql", check_only="true")
    assert job["status"] == "done", job
    assert step(job, "graph")["result"]["vertices"] == {"Site": 2, "Link": 1}
    sent = [each for each in fabric.peer.requests(since=before) if each["host"] != "login"]
    assert sent
    assert [each for each in sent if each["method"] != "GET"] == []


def test_forms_that_can_not_be_taken(
    fabric: FabricServices, client: httpx.Client, graph: Path, tmp_path: Path
) -> None:
    no_tar = tmp_path / "x.tar.gz"
    no_tar.write_bytes(b"no")
    fields = {"lakehouse_name": "a b", "ontology_name": "1", "scenario_name": "Not OK"}
    status, problem = provision.ask(client, "graph", no_tar, "no-guid", **fields)
    assert status == 422
    assert {each["slot"] for each in problem["problems"]} == {*fields, "workspace_id", "file"}
    answer = client.post(
        "/api/fabric/provision/graph", data={"workspace_id": fabric.peer.workspace}
    )
    assert answer.status_code in {400, 422}
    staging = fabric.stack.data / "staging"
    wait_until(lambda: not [*staging.glob(".incoming-*")], seconds=5, what="nothing to be left")


def test_another_load_replaces_what_is_there(
    fabric: FabricServices, client: httpx.Client, tmp_path: Path
) -> None:
    """By update: no item is made twice, and the graph holds the new data."""
    files = base_pack()
    first = load(client, "again", tarballs(tmp_path / "1", files), backend="fabric-gql")
    files["data/entities/DimSite.csv"] += b"S3,Third,Bonn\n"
    second = load(client, "again", tarballs(tmp_path / "2", files), backend="fabric-gql")
    stores = [step(job, "graph")["result"]["store"] for job in (first, second)]
    assert stores[0] == stores[1]
    assert cypher(client, "again", COUNT) == [{"n": 4}]
    telemetry = step(second, "telemetry")
    assert telemetry["status"] == "done"
