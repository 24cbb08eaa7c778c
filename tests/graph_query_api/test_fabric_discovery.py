"""What is in Fabric, to choose from."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.fabric_app import WORKSPACE, a_tenant, running_before
from support.graph_query_app import RunningApp, problem
from support.scripted_fabric import ScriptedFabric, ok
from support.scripted_fabric import problem as refused

COLLECTIONS = {
    "lakehouses": "lakehouses",
    "eventhouses": "eventhouses",
    "kql-databases": "kqlDatabases",
    "ontologies": "ontologies",
    "graph-models": "graphModels",
}


@pytest.fixture
def script() -> ScriptedFabric:
    return ScriptedFabric()


@pytest.fixture
async def app(
    script: ScriptedFabric, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RunningApp]:
    async with running_before(script, tmp_path / "data", monkeypatch) as app:
        yield app


@pytest.mark.parametrize(("collection", "in_fabric"), COLLECTIONS.items())
async def test_items_are_paged_through(
    app: RunningApp, script: ScriptedFabric, collection: str, in_fabric: str
) -> None:
    items = [{"id": str(number), "displayName": f"i{9 - number}"} for number in range(3)]
    script.on(
        "GET",
        f"/workspaces/{WORKSPACE}/{in_fabric}",
        ok({"value": items[:2], "continuationToken": "a+/=="}),
        ok({"value": [{**items[2], "properties": {"generation": 2}}], "continuationToken": None}),
    )
    address = f"/query/fabric/{collection}?workspace_id={WORKSPACE}"
    answers = await asyncio.gather(*(app.client.get(address) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {200}
    found = answers[0].json()["items"]
    assert [each["name"] for each in found] == ["i7", "i8", "i9"]
    assert found[0]["properties"] == {"generation": 2}
    assert {each["workspace_id"] for each in found} == {WORKSPACE}
    assert (await app.client.get(address)).json()["items"] == found
    assert len(script.seen) == 2, "asked once for all, and again only when it is old"
    assert script.seen[1].url.params["continuationToken"] == "a+/=="


async def test_workspaces_are_shared_ones(app: RunningApp, script: ScriptedFabric) -> None:
    listed = [
        {"id": "1", "displayName": "b", "type": "Workspace", "capacityId": "c"},
        {"id": "2", "displayName": "Mine", "type": "Personal", "capacityId": "c"},
        {"id": "3", "displayName": "A", "type": "Workspace", "description": "plain"},
    ]
    script.on("GET", "/workspaces", ok({"value": listed}))
    found = (await app.client.get("/query/fabric/workspaces")).json()["workspaces"]
    assert [(each["name"], each["has_capacity"]) for each in found] == [("A", False), ("b", True)]


async def test_the_active_workspace_is_meant_if_none_is_named(
    app: RunningApp, script: ScriptedFabric
) -> None:
    found = problem(await app.client.get("/query/fabric/lakehouses"), 422)
    assert "connect a workspace" in found["detail"]
    a_tenant(script, (WORKSPACE, "Demo"))
    await app.client.post("/query/fabric/connections", json={"workspace_id": WORKSPACE})
    answer = await app.client.get("/query/fabric/lakehouses")
    assert answer.json() == {"items": []}


async def test_errors_are_not_kept(app: RunningApp, script: ScriptedFabric) -> None:
    script.on(
        "GET",
        f"/workspaces/{WORKSPACE}/lakehouses",
        refused(403, "InsufficientPrivileges"),
        refused(404, "WorkspaceNotFound"),
        ok({"value": []}),
    )
    address = f"/query/fabric/lakehouses?workspace_id={WORKSPACE}"
    assert "Contributor" in problem(await app.client.get(address), 502)["detail"]
    assert "Compare the GUID" in problem(await app.client.get(address), 404)["detail"]
    assert (await app.client.get(address)).json() == {"items": []}


async def test_throttling_says_when_to_come_again(app: RunningApp, script: ScriptedFabric) -> None:
    script.on(
        "GET", "/workspaces", refused(429, "TooManyRequests", headers={"Retry-After": "3600"})
    )
    answer = await app.client.get("/query/fabric/workspaces")
    assert "Wait a minute" in problem(answer, 503)["detail"]
    assert answer.headers["Retry-After"] == "3600"


@pytest.mark.parametrize("address", ["lakehouses?workspace_id=x", "things", "reports"])
async def test_what_nobody_can_list_is_refused(app: RunningApp, address: str) -> None:
    problem(await app.client.get(f"/query/fabric/{address}"), 422)


async def test_health_says_who_and_what_is_wrong(app: RunningApp, script: ScriptedFabric) -> None:
    script.on("GET", "/workspaces", refused(403, "PrincipalTypeNotSupported"), ok({"value": []}))
    failed = (await app.client.get("/query/fabric/health")).json()
    assert (failed["mode"], failed["status"]) == ("on", "failed")
    assert "tenant settings" in failed["detail"]
    well = (await app.client.get("/query/fabric/health")).json()
    assert (well["mode"], well["status"]) == ("on", "ok")
    assert well["detail"].startswith("Signed in as ")


async def test_practice_says_so(
    script: ScriptedFabric, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_tenant(script)
    practice = {"fabric": "stand-in", "fabric_api_url": "https://127.0.0.1:9443/v1"}
    async with running_before(script, tmp_path, monkeypatch, **practice) as app:
        health = (await app.client.get("/query/fabric/health")).json()
        assert (health["mode"], health["status"]) == ("stand-in", "ok")
        assert "stand-in" in health["detail"]
