"""How a graph that was provisioned in Fabric becomes a scenario's, and what goes with it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from graph_query_api.services.journal import draft
from support.fabric_app import WORKSPACE, running_before
from support.graph_query_app import RunningApp, problem, running
from support.packs import base_pack, tarballs
from support.scripted_fabric import ScriptedFabric, ok

MODEL = "11111111-2222-4333-8444-555555555555"
PATH = "/query/scenarios/hello/parts/graph"
EXECUTE = f"/workspaces/{WORKSPACE}/graphModels/{MODEL}/executeQuery"
STORE = {
    "workspace_id": WORKSPACE,
    "workspace_name": "Demo",
    "lakehouse_id": MODEL,
    "lakehouse_name": "lakehouse",
    "graph_model_id": MODEL,
    "tables": ["hello_site"],
    "links": {"graph_model": "https://app.fabric.microsoft.com/x"},
}


def part(**more: Any) -> dict[str, Any]:
    return {
        "store": STORE,
        "counts": {"vertices": {"Site": 2}, "edges": {}, "dangling": 0},
        "warnings_count": 1,
        "catalog": {
            "node_types": [
                {
                    "label": "Site",
                    "node_type": "Site",
                    "key": "SiteId",
                    "properties": [{"name": "City Name", "property": "City_Name", "type": "text"}],
                    "rows": 2,
                }
            ]
        },
        **more,
    }


def gql(*rows: dict[str, Any], **types: str) -> httpx.Response:
    columns = [{"name": name, "gqlType": kind, "jsonType": "x"} for name, kind in types.items()]
    return ok(
        {
            "status": {"code": "00000", "description": "", "diagnostics": {}},
            "result": {"kind": "TABLE", "columns": columns, "data": list(rows)},
        }
    )


SITES = gql({"k": "S1", "p0": "Oslo"}, {"k": "S2", "p0": None}, k="STRING", p0="STRING")


@pytest.fixture
def script() -> ScriptedFabric:
    return ScriptedFabric()


@pytest.fixture
async def app(
    script: ScriptedFabric, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RunningApp]:
    async with running_before(script, tmp_path / "data", monkeypatch) as app:
        yield app


async def put(app: RunningApp, **more: Any) -> dict[str, Any]:
    response = await app.client.put(PATH, json=part(**more))
    assert response.status_code == 200, response.text
    record: dict[str, Any] = response.json()
    return record


async def upload(app: RunningApp, slot: str, folder: Path, backend: str = "embedded") -> str:
    archive = tarballs(folder, base_pack())[slot]
    response = await app.client.post(
        f"/query/upload/{slot}",
        data={"scenario_name": "hello", "backend": backend},
        files={"file": archive.read_bytes()},
    )
    return response.text if response.status_code == 200 else problem(response, 422)["detail"]


async def scenario(app: RunningApp) -> dict[str, Any]:
    found: dict[str, Any] = (await app.client.get("/query/scenarios/hello")).json()
    return found


async def settled(app: RunningApp) -> None:
    while tasks := app.services.uploads._background._tasks:
        await asyncio.wait(tasks)


async def catalogs(app: RunningApp) -> int:
    await settled(app)
    return len((await app.services.catalogs._store.list()).documents)


async def test_the_part_points_into_fabric(app: RunningApp) -> None:
    record = await put(app)
    assert record["backend"] == "fabric-gql"
    assert record["counts"]["vertices"] == {"Site": 2}
    assert record["warnings_count"] == 1
    store = record["store"]
    assert STORE.items() <= store.items()
    assert (store["kind"], store["language"], store["ontology_id"]) == ("fabric", "gql", None)
    assert store["location"] == "Demo/lakehouse"
    found = await scenario(app)
    assert found["parts"] == {"graph": record}
    assert "catalog" not in str(found)


async def test_the_graph_answers_under_the_names_of_the_pack(
    app: RunningApp, script: ScriptedFabric
) -> None:
    await put(app)
    script.on("POST", EXECUTE, SITES, gql({"n": "9007199254740993"}, n="INT64"))
    topology = (await app.client.get("/query/scenarios/hello/topology")).json()
    assert topology["nodes"] == [
        {"id": "Site:S1", "label": "Site", "properties": {"City Name": "Oslo"}},
        {"id": "Site:S2", "label": "Site", "properties": {}},
    ]
    assert topology["meta"]["vertices"] == {"Site": 2}
    assert topology["meta"]["truncated"] is False
    answer = await app.client.post(
        "/query/scenarios/hello/graph", json={"query": "MATCH (n) RETURN count(n) AS n"}
    )
    assert answer.json() == {
        "columns": [{"name": "n", "type": "integer"}],
        "data": [{"n": 9007199254740993}],
        "truncated": False,
        "language": "gql",
    }
    assert script.sent() == {"query": "MATCH (n) RETURN count(n) AS n\nLIMIT 10001"}


async def test_refusals_come_before_fabric_is_asked(
    app: RunningApp, script: ScriptedFabric
) -> None:
    await put(app)
    for body in ({"query": "MATCH (n) DELETE n"}, {"query": "RETURN 1", "parameters": {"x": 1}}):
        problem(await app.client.post("/query/scenarios/hello/graph", json=body), 400)
    assert script.seen == []


async def test_a_newer_graph_takes_the_place_of_the_older(app: RunningApp, tmp_path: Path) -> None:
    assert "event: complete" in await upload(app, "graph", tmp_path)
    folder = app.services.settings.data_dir / "scenarios" / "hello"
    assert [*folder.glob("graph-*")]
    first = await put(app)
    await settled(app)
    assert [*folder.glob("graph-*")] == []
    second = await put(app)
    assert second["generation"] != first["generation"]
    assert await catalogs(app) == 1
    assert "event: complete" in await upload(app, "graph", tmp_path)
    assert await catalogs(app) == 0
    answer = await app.client.post(
        "/query/scenarios/hello/graph", json={"query": "MATCH (n) RETURN count(*) AS n"}
    )
    assert answer.json()["language"] == "cypher"


async def job(app: RunningApp, status: str, owner: str) -> None:
    body = {"id": "j1", "status": status, "scenario_name": "hello", "lease": {"owner": owner}}
    await app.client.put("/query/docs/upload-jobs/j1", json=body)


@pytest.mark.parametrize(
    ("status", "holder", "job_id", "owner"),
    [
        ("running", "me", "j1", "other"),
        ("cancelled", "me", "j1", "me"),
        ("running", "me", "j2", "me"),
        ("running", "me", "j1", ""),
        ("running", "me", "", "me"),
    ],
)
async def test_only_the_jobs_owner_may_switch(
    app: RunningApp, status: str, holder: str, job_id: str, owner: str
) -> None:
    await job(app, status, holder)
    refused = await app.client.put(PATH, json=part(job_id=job_id, owner=owner))
    assert "Nothing was replaced" in problem(refused, 409)["detail"]
    problem(await app.client.get("/query/scenarios/hello"), 404)
    assert await catalogs(app) == 0


async def test_a_lease_lost_at_the_last_moment_is_noticed(
    app: RunningApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    await job(app, "running", "me")
    save = app.services.catalogs._store.create

    async def slow(body: dict[str, Any]) -> Any:
        await job(app, "running", "other")
        return await save(body)

    monkeypatch.setattr(app.services.catalogs._store, "create", slow)
    problem(await app.client.put(PATH, json=part(job_id="j1", owner="me")), 409)
    assert await catalogs(app) == 0
    monkeypatch.undo()
    await job(app, "running", "me")
    await put(app, job_id="j1", owner="me")


BROKEN: list[dict[str, Any]] = [
    {"backend": "embedded"},
    {"store": {**STORE, "workspace_id": "Demo"}},
    {"store": {**STORE, "kind": "ladybug"}},
    {"catalog": {"node_types": [{"label": "A", "node_type": "A", "key": "", "rows": 1}]}},
    {"catalog": {"node_types": [{"label": "A", "node_type": "A", "key": "k", "rows": 1}] * 2}},
    {
        "catalog": {
            "node_types": [],
            "edge_types": [
                {"label": "r", "edge_type": "r", "source": "A", "target": "A", "rows": 1}
            ],
        }
    },
    {"more": 1},
]


@pytest.mark.parametrize("more", BROKEN)
async def test_what_could_not_be_asked_is_not_taken(app: RunningApp, more: dict[str, Any]) -> None:
    problem(await app.client.put(PATH, json=part(**more)), 422)
    problem(await app.client.put("/query/scenarios/no--name/parts/graph", json=part()), 422)


async def test_only_services_may(
    script: ScriptedFabric, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running_before(script, tmp_path, monkeypatch, service_key="k") as app:
        problem(await app.client.put(PATH, json=part()), 401)
        answer = await app.client.put(PATH, json=part(), headers={"X-Service-Key": "k"})
        assert answer.status_code == 200


async def test_nothing_in_fabric_is_ever_deleted(
    app: RunningApp, script: ScriptedFabric, tmp_path: Path
) -> None:
    await put(app)
    assert "event: complete" in await upload(app, "telemetry", tmp_path, "fabric-gql")
    answer = await app.client.delete("/query/scenarios/hello?data=true")
    gone = answer.json()
    assert set(gone["dropped"]) == {"telemetry"}
    assert STORE.items() <= gone["kept"]["graph"].items()
    assert await catalogs(app) == 0
    assert script.seen == []


async def test_a_scenario_deleted_without_its_data_comes_back(
    app: RunningApp, script: ScriptedFabric
) -> None:
    record = await put(app)
    kept = (await app.client.delete("/query/scenarios/hello")).json()["kept"]
    assert kept["graph"] == record["store"]
    assert await catalogs(app) == 1
    await app.client.put("/query/scenarios/hello", json={})
    script.on("POST", EXECUTE, SITES)
    assert (await app.client.get("/query/scenarios/hello/topology")).status_code == 200


async def test_the_other_parts_stay_here_and_say_so(app: RunningApp, tmp_path: Path) -> None:
    for slot in ("telemetry", "runbooks", "tickets", "prompts"):
        assert "event: complete" in await upload(app, slot, tmp_path, "fabric-gql")
    found = (await scenario(app))["parts"]["telemetry"]
    assert found["backend"] == "embedded"
    assert "Only the graph is in Fabric" in found["store"]["note"]
    assert "provision/graph" in await upload(app, "graph", tmp_path, "fabric-gql")


async def test_after_a_restart_without_fabric_it_says_what_to_set(
    script: ScriptedFabric, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running_before(script, tmp_path, monkeypatch) as app:
        await put(app)
        graph = await app.services.catalogs.get("hello", await generation(app))
        entry = draft("left-by-a-crash", "fabric-gql", {})
        await app.services.prompts._journal.note("hello", "graph", entry)
        await app.services.catalogs.save("left-by-a-crash", graph.model_dump(mode="json"))
    monkeypatch.undo()
    async with running(tmp_path) as app:
        assert await catalogs(app) == 1
        off = problem(await app.client.get("/query/scenarios/hello/topology"), 503)
        assert "FABRIC=on" in off["detail"]
        assert "FABRIC=on" in await upload(app, "telemetry", tmp_path / "p", "fabric-gql")
        kept = (await app.client.delete("/query/scenarios/hello?data=true")).json()["kept"]
        assert kept["graph"]["tables"] == ["hello_site"]
        assert await catalogs(app) == 0


async def generation(app: RunningApp) -> str:
    return str((await scenario(app))["parts"]["graph"]["generation"])
