"""Connections, discovery and graphs before the stand-in for Fabric, with real tokens and TLS."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from peers.fabric.running import Running, running

from graph_query_api.graphs.catalog import GraphCatalog
from support.fabric_stand_in import clients, service_before, use
from support.gql_by_form import as_in_fabric
from support.graph_in_fabric import InFabric, put_into_fabric
from support.graph_query_app import RunningApp, problem
from support.packs import Files, random_pack, tarballs, typed_pack

BASE = "/query/fabric/connections"
GRAPH = "/query/scenarios/hello/graph"


@pytest.fixture(scope="module")
def module_peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("fabric"), retry_after=None) as peer:
        yield peer


@pytest.fixture
def peer(module_peer: Running) -> Running:
    module_peer.reset()
    return module_peer


@pytest.fixture
async def app(
    peer: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RunningApp]:
    async with service_before(peer, tmp_path / "data", monkeypatch) as app:
        yield app


def marks(checked: dict[str, Any]) -> dict[str, str]:
    return {each["fact"]: each["mark"] for each in checked["facts"]}


async def check(app: RunningApp, workspace_id: str) -> dict[str, Any]:
    answer = await app.client.post(f"{BASE}/check", json={"workspace_id": workspace_id})
    checked: dict[str, Any] = answer.json()
    return checked


async def test_a_workspace_is_connected(app: RunningApp, peer: Running) -> None:
    answer = await app.client.post(BASE, json={"workspace_id": peer.workspaces["Practice"]})
    assert answer.status_code == 201, answer.text
    added = answer.json()
    assert added["workspace_name"] == "Practice"
    assert set(marks(added).values()) == {"ok"}
    identity = next(each["detail"] for each in added["facts"] if each["fact"] == "identity")
    assert peer.env["AZURE_TENANT_ID"] in identity
    health = (await app.client.get("/query/fabric/health")).json()
    assert (health["mode"], health["status"]) == ("stand-in", "ok")


async def test_each_workspace_has_its_own_trouble(app: RunningApp, peer: Running) -> None:
    none = await check(app, peer.workspaces["Practice without capacity"])
    assert (none["usable"], marks(none)["capacity"]) == (True, "failed")
    viewer = await check(app, peer.workspaces["Practice, viewers only"])
    assert (viewer["usable"], marks(viewer)["role"]) == (True, "failed")
    forbidden = await check(app, peer.workspaces["Someone else's"])
    assert (forbidden["usable"], marks(forbidden)["workspace"]) == (False, "failed")
    unknown = await check(app, "00000000-0000-4000-8000-000000000000")
    assert (unknown["usable"], marks(unknown)["workspace"]) == (False, "failed")
    peer.set(capacity_active=False)
    paused = await check(app, peer.workspaces["Practice"])
    assert marks(paused)["capacity"] == "failed"


async def test_items_are_found_page_by_page(app: RunningApp, peer: Running) -> None:
    workspace = peer.workspaces["Practice"]
    kinds = {
        "lakehouses": "Lakehouse",
        "eventhouses": "Eventhouse",
        "kql-databases": "KQLDatabase",
        "ontologies": "Ontology",
        "graph-models": "GraphModel",
    }
    for kind in kinds.values():
        for number in range(7):
            peer.add_item(kind, f"n{number}")
    for collection in kinds:
        address = f"/query/fabric/{collection}?workspace_id={workspace}"
        found = (await app.client.get(address)).json()["items"]
        assert [each["name"] for each in found] == [f"n{number}" for number in range(7)], collection
    listed = (await app.client.get("/query/fabric/workspaces")).json()["workspaces"]
    assert {each["name"]: each["has_capacity"] for each in listed} == {
        "Practice": True,
        "Practice without capacity": False,
        "Practice, viewers only": True,
    }


async def embedded(app: RunningApp, files: Files, folder: Path) -> dict[str, Any]:
    archive = tarballs(folder, files)["graph"]
    answer = await app.client.post(
        "/query/upload/graph",
        data={"scenario_name": "hello"},
        files={"file": archive.read_bytes()},
    )
    assert "event: complete" in answer.text, answer.text
    return await topology(app)


async def topology(app: RunningApp, **parameters: Any) -> dict[str, Any]:
    answer = await app.client.get(
        "/query/scenarios/hello/topology", params={"limit": 100_000, **parameters}
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def into_fabric(
    app: RunningApp, peer: Running, whole: dict[str, Any], work: Path
) -> InFabric:
    """The embedded graph, moved to Fabric."""
    kept = (app.services.settings.data_dir / "scenarios" / "hello").glob("graph-*.json")
    catalog, data = as_in_fabric(GraphCatalog.load(next(kept)), whole)
    workspace = peer.workspaces["Practice"]
    async with clients(peer) as (client, onelake):
        place = await put_into_fabric(client, onelake, workspace, "hello", catalog, data, work)
    answer = await app.client.put(
        "/query/scenarios/hello/parts/graph",
        json={
            "store": {
                "workspace_id": workspace,
                "workspace_name": "Practice",
                "lakehouse_id": place.lakehouse,
                "lakehouse_name": "hello",
                "graph_model_id": place.graph_model,
            },
            "counts": {},
            "catalog": catalog.model_dump(),
        },
    )
    assert answer.status_code == 200, answer.text
    return place


def without_order(found: dict[str, Any]) -> dict[str, Any]:
    """Edges by what they say: which of parallel ones is the first, nobody can know."""
    edges = [
        (e["label"], e["source"], e["target"], repr(sorted(e["properties"].items())))
        for e in found["edges"]
    ]
    ids = sorted(each["id"] for each in found["edges"])
    return {"nodes": repr(found["nodes"]), "edges": sorted(edges), "ids": ids, "m": found["meta"]}


@pytest.mark.parametrize(
    "files", [typed_pack(), *(random_pack(n, "hello")[0] for n in range(3))], ids="t012"
)
async def test_topologies_equal_the_embedded_ones(
    app: RunningApp, peer: Running, tmp_path: Path, files: Files
) -> None:
    whole = await embedded(app, files, tmp_path / "pack")
    label = next(iter(whole["meta"]["vertices"]))
    asked: list[dict[str, Any]] = [{"limit": 1}, {"limit": 7}, {"labels": [label], "limit": 3}]
    parts = [await topology(app, **each) for each in asked]
    await into_fabric(app, peer, whole, tmp_path)
    assert without_order(await topology(app)) == without_order(whole)
    for each, part in zip(asked, parts, strict=True):
        assert without_order(await topology(app, **each)) == without_order(part)


@pytest.fixture
async def moved(app: RunningApp, peer: Running, tmp_path: Path) -> InFabric:
    whole = await embedded(app, typed_pack(), tmp_path / "pack")
    return await into_fabric(app, peer, whole, tmp_path)


async def ask(app: RunningApp, query: str, status: int = 200) -> dict[str, Any]:
    answer = await app.client.post(GRAPH, json={"query": query})
    if status != 200:
        return problem(answer, status)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.usefixtures("moved")
async def test_queries_are_answered(app: RunningApp) -> None:
    found = await ask(app, "MATCH (n:N0) RETURN n.`the_key` AS id, n.`integer_1` AS n ORDER BY id")
    assert found["columns"] == [{"name": "id", "type": "text"}, {"name": "n", "type": "integer"}]
    assert [each["id"] for each in found["data"]] == ["0012", "S1", "S3", 'Süd\'s \\ "4"']
    assert found["data"][1]["n"] == 9007199254740993
    assert (found["truncated"], found["language"]) == (False, "gql")
    assert (await ask(app, "MATCH (n) RETURN count(*) AS n"))["data"] == [{"n": 8}]
    query = "MATCH (n:N0 {`the_key`: 'S1'}) RETURN n.`boolean_2` AS b, ZONED_DATETIME("
    times = await ask(app, f"{query}'2026-01-31T23:30:00.000001+02:00') AS t")
    assert [each["type"] for each in times["columns"]] == ["boolean", "timestamp"]
    assert times["data"] == [{"b": True, "t": "2026-01-31T21:30:00.000001Z"}]


@pytest.mark.usefixtures("moved")
async def test_wrong_queries_are_said_to_be(app: RunningApp) -> None:
    assert (await ask(app, "MATCH (n:N0) RETURN", 400))["detail"]
    assert (await ask(app, "MATCH (n:Nowhere) RETURN n.x AS x", 400))["detail"]
    assert "Only reading" in (await ask(app, "MATCH (n) DELETE n", 400))["detail"]


@pytest.mark.usefixtures("moved")
async def test_a_long_query_is_asked_for_again(app: RunningApp, peer: Running) -> None:
    peer.set(continuations=2)
    before = len(peer.requests("executeQuery"))
    assert (await ask(app, "MATCH (n) RETURN count(*) AS n"))["data"] == [{"n": 8}]
    assert len(peer.requests("executeQuery")) >= before + 1


@pytest.mark.usefixtures("moved")
async def test_what_fabric_cuts_is_truncated(app: RunningApp, peer: Running) -> None:
    peer.set(max_result_bytes=60)
    found = await ask(app, "MATCH (n:N0) RETURN n.`the_key` AS id")
    assert found["truncated"]
    assert len(found["data"]) < 4


async def test_a_topology_is_whole_though_fabric_cuts_its_answers(
    app: RunningApp, peer: Running, tmp_path: Path
) -> None:
    whole = await embedded(app, typed_pack(), tmp_path / "pack")
    await into_fabric(app, peer, whole, tmp_path)
    peer.set(max_result_bytes=200)
    assert without_order(await topology(app)) == without_order(whole)


async def test_a_paused_capacity_and_a_lost_graph_say_so(
    app: RunningApp, peer: Running, moved: InFabric, monkeypatch: pytest.MonkeyPatch
) -> None:
    peer.set(capacity_active=False)
    assert "Resume" in (await ask(app, "MATCH (n) RETURN count(*) AS n", 502))["detail"]
    peer.set(capacity_active=True)
    use(peer, monkeypatch)
    async with clients(peer) as (client, _):
        path = f"/workspaces/{moved.workspace}/items/{moved.graph_model}"
        await client.send("DELETE", path)
    found = await ask(app, "MATCH (n) RETURN count(*) AS n", 502)
    assert "Load the scenario again" in found["detail"]
    gone = (await app.client.delete("/query/scenarios/hello?data=true")).json()
    assert gone["kept"]["graph"]["graph_model_id"] == moved.graph_model
