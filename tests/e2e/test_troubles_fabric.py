"""Troubles that real users had with Fabric, replayed by jobs through the whole product."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from peers.fabric.running import Running

from support.fabric_rest import FabricRest
from support.fabric_services import FabricServices
from support.jobs import ENDED, cypher, get_job, load, step, submit, wait_for_end
from support.packs import Files, base_pack, tarballs, yaml_bytes
from support.stack import wait_until

POLL = "/operations/[^/]+$"
FORM = {"backend": "fabric-gql"}


@pytest.fixture
def peer(fabric: FabricServices) -> Iterator[Running]:
    """The stand-in, well again afterwards. Tokens outlast a clock that is hurried."""
    fabric.peer.set(token_lifetime=10_000_000)
    yield fabric.peer
    fabric.peer.no_faults()
    fabric.peer.speed(1)
    fabric.peer.set(token_lifetime=3600)


@pytest.fixture
def client(fabric: FabricServices) -> Iterator[httpx.Client]:
    with fabric.stack.client() as client:
        yield client


@pytest.fixture
def rest(peer: Running) -> Iterator[FabricRest]:
    rest = FabricRest(peer)
    yield rest
    rest.http.close()


def graph(tmp_path: Path, files: Files) -> dict[str, Path]:
    return {"graph": tarballs(tmp_path, files)["graph"]}


def detail(client: httpx.Client, job: str) -> str:
    text: str = step(get_job(client, job), "graph")["detail"] or ""
    return text


def watched(client: httpx.Client, job: str) -> tuple[dict[str, Any], list[str]]:
    """The job at its end, and what its step said on the way, each once."""
    said: list[str] = []

    def ended() -> dict[str, Any] | None:
        found = get_job(client, job)
        words = step(found, "graph")["detail"] or ""
        if words not in said:
            said.append(words)
        return found if found["status"] in ENDED else None

    found = wait_until(ended, seconds=90, what="the job to end")
    assert found
    return found, said


# a name for every trouble: files, columns, labels

SITE = "Dim+Site (1)%20ü.csv"
LONG = "Backbone " + "x" * 191
COLUMNS = ["Max Speed (km/h)", "a,b", "x=y", " lead", "Name", "name"]


def awkward_pack() -> Files:
    files = base_pack("awkward")
    schema = yaml.safe_load(files["graph_schema.yaml"])
    site, link = schema["vertices"]
    site |= {"csv_file": SITE, "properties": ["SiteId", *COLUMNS]}
    link |= {"label": LONG}
    (ends,) = schema["edges"]
    ends["source"]["label"] = LONG
    near = {"label": "Site", "property": "SiteId"}
    schema["edges"].append(
        {
            "label": "near to",
            "csv_file": "Empty.csv",
            "source": near | {"column": "a"},
            "target": near | {"column": "b"},
            "properties": [{"name": "km/h", "column": "c"}],
        }
    )
    entities = "data/entities/"
    del files[f"{entities}DimSite.csv"]
    header = ",".join(["SiteId", COLUMNS[0], '"a,b"', *COLUMNS[2:]])
    rows = ["0012,99,p,q,r,Austin,austin", "S2,,,,,,"]
    return files | {
        "graph_schema.yaml": yaml_bytes(schema),
        f"{entities}{SITE}": "\n".join([header, *rows, ""]).encode(),
        f"{entities}Empty.csv": b"a,b,c\n",
        f"{entities}FactEnds.csv": b"LinkId,SiteId\nL1,0012\nL1,S2\n",
    }


def test_awkward_names(
    peer: Running, client: httpx.Client, rest: FabricRest, tmp_path: Path
) -> None:
    job = load(client, "awkward", graph(tmp_path, awkward_pack()), **FORM)
    assert job["status"] == "done", job
    result = step(job, "graph")["result"]
    assert {each["status"] for each in result["phases"]} <= {"done", "warning"}
    assert result["vertices"] == {"Site": 2, LONG: 1}
    assert result["edges"] == {"ends_at": 2, "near to": 0}

    lakehouse = result["store"]["lakehouse_id"]
    home = Path(peer.ca_bundle).parent / "onelake" / rest.workspace / lakehouse
    stored = {path.name for path in (home / "Files/scenarios/awkward").rglob("*.csv")}
    assert stored == {SITE, "DimLink.csv", "FactEnds.csv", "Empty.csv"}

    tables = {each["name"] for each in rest.pages(f"lakehouses/{lakehouse}/tables", "data")}
    assert len(result["store"]["tables"]) == 4
    assert set(result["store"]["tables"]) <= tables
    assert "awkward" in [each["displayName"] for each in rest.pages("ontologies")]

    names = result["names"]
    (long,) = names["vertices"]
    assert names["vertices"] == {long: LONG}
    assert names["edges"] == {"near_to": "near to"}
    renamed = names["properties"]["Site"]
    assert set(renamed.values()) == {*COLUMNS} - {"Name"}
    assert len({name.lower() for name in [*renamed, "Name", "SiteId"]}) == 7

    speed = next(name for name, original in renamed.items() if original == COLUMNS[0])
    query = f"MATCH (n:`Site`) WHERE n.`SiteId` = '0012' RETURN n.`Name` AS a, n.`{speed}` AS b"
    assert cypher(client, "awkward", query) == [{"a": "Austin", "b": 99}]
    ends = f"MATCH (:`{long}`)-[e:`ends_at`]->(:`Site`) RETURN count(e) AS n"
    assert cypher(client, "awkward", ends) == [{"n": 2}]
    none = "MATCH (:`Site`)-[e:`near_to`]->(:`Site`) RETURN count(e) AS n"
    assert cypher(client, "awkward", none) == [{"n": 0}]


# long operations


def test_forty_minutes_with_little_to_go_by(
    peer: Running, client: httpx.Client, tmp_path: Path
) -> None:
    """A second here. No Location, no percentage, Retry-After 0, results that are late."""
    before = peer.last_request()
    slow = peer.fault("operation-takes", "/tables/.*Site/load", seconds=2400)
    late = peer.fault("result-late", "/operations/.+/result")
    busy = peer.fault("throttled", "/graphModels$", method="POST", retry_after="0")
    peer.fault("no-location", "/load$|/lakehouses$|/graphModels$|/ontologies$", times=None)
    peer.fault("percent-null", POLL, times=None)
    peer.fault("retry-after", POLL, times=None, value="0")
    peer.speed(3000)
    accepted = submit(client, "slow", graph(tmp_path, base_pack("slow")), **FORM)
    assert accepted.status_code == 201, accepted.text
    job, said = watched(client, accepted.json()["job_id"])
    assert job["status"] == "done", job
    assert [peer.hits(fault) for fault in (slow, late, busy)] == [1, 1, 1]
    asked = [each["path"] for each in peer.requests(POLL, since=before)]
    assert max(asked.count(path) for path in set(asked)) <= 8
    assert len(said) > 5
    assert any("running" in words for words in said)


def test_an_hour_of_429_is_reported_and_a_retry_goes_on(
    peer: Running, client: httpx.Client, tmp_path: Path
) -> None:
    peer.fault("throttled", "/graphModels$", method="POST", times=None, retry_after="3600")
    job = load(client, "blocked", graph(tmp_path, base_pack("blocked")), **FORM)
    assert job["status"] == "error", job
    assert "60 min" in step(job, "graph")["detail"]
    peer.no_faults()
    before = peer.last_request()
    answer = client.post(f"/api/upload-jobs/{job['id']}/retry")
    assert answer.is_success, answer.text
    assert wait_for_end(client, job["id"])["status"] == "done"
    assert peer.requests("/load$", since=before) == []


def test_an_operation_without_end_can_be_stopped(
    peer: Running, client: httpx.Client, tmp_path: Path
) -> None:
    peer.fault("operation-takes", "/load$", times=None, seconds=100_000)
    accepted = submit(client, "endless", graph(tmp_path, base_pack("endless")), **FORM)
    job = accepted.json()["job_id"]
    wait_until(lambda: "running" in detail(client, job), what="the load to run")
    answer = client.post(f"/api/upload-jobs/{job}/cancel")
    assert answer.is_success, answer.text
    assert wait_for_end(client, job, seconds=10)["status"] == "cancelled"
    asked = peer.last_request()
    status = client.get("/api/fabric/status").json()
    assert status["provisioning"] == []
    assert peer.requests(POLL, since=asked) == []
