"""Connected workspaces: checked, listed, selected, forgotten."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from azure.identity import CredentialUnavailableError
from pydantic import ValidationError

from graph_query_api.clients.fabric import in_words
from graph_query_api.errors import WorkspaceNotUsable
from graph_query_api.services.fabric_connections import ACTIVE, CONTAINER, workspace_guid
from graph_query_api.services.scenarios import DATABASE
from graph_query_api.settings import Settings
from support.fabric_app import WORKSPACE, a_tenant, a_workspace, running_before
from support.graph_query_app import RunningApp, problem, running
from support.scripted_fabric import ScriptedFabric, ok
from support.scripted_fabric import problem as refused

OTHER = "11111111-2222-4333-8444-555555555555"
BASE = "/query/fabric/connections"


@pytest.fixture
def script() -> ScriptedFabric:
    return ScriptedFabric()


@pytest.fixture
async def app(
    script: ScriptedFabric, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RunningApp]:
    async with running_before(script, tmp_path / "data", monkeypatch) as app:
        yield app


async def add(app: RunningApp, workspace: str = WORKSPACE, **more: str) -> dict[str, Any]:
    response = await app.client.post(BASE, json={"workspace_id": workspace, **more})
    assert response.status_code == 201, response.text
    added: dict[str, Any] = response.json()
    return added


async def check(app: RunningApp, workspace: str = WORKSPACE) -> dict[str, Any]:
    response = await app.client.post(f"{BASE}/check", json={"workspace_id": workspace})
    assert response.status_code == 200, response.text
    checked: dict[str, Any] = response.json()
    return checked


def marks(checked: dict[str, Any]) -> dict[str, str]:
    return {each["fact"]: each["mark"] for each in checked["facts"]}


def said(checked: dict[str, Any], fact: str) -> str:
    return next(str(each["detail"]) for each in checked["facts"] if each["fact"] == fact)


async def listed(app: RunningApp) -> list[dict[str, Any]]:
    response = await app.client.get(BASE)
    assert response.status_code == 200
    connections: list[dict[str, Any]] = response.json()["connections"]
    return connections


async def active(app: RunningApp) -> list[str]:
    return [each["workspace_name"] for each in await listed(app) if each["active"]]


async def test_a_connection_has_the_workspaces_real_name(
    app: RunningApp, script: ScriptedFabric
) -> None:
    a_tenant(script, (WORKSPACE, "Demo"))
    added = await add(app, workspace=WORKSPACE.upper())
    assert added["name"] == added["workspace_name"] == "Demo"
    assert added["workspace_id"] == WORKSPACE
    assert added["lakehouse_name"] == "lakehouse"
    assert added["active"]
    assert set(marks(added).values()) == {"ok"}
    assert await listed(app) == [added]


async def test_names_are_by_choice(app: RunningApp, script: ScriptedFabric) -> None:
    a_tenant(script, (WORKSPACE, "Demo"))
    added = await add(app, name=" For the fair ", lakehouse_name="fair")
    assert (added["name"], added["lakehouse_name"]) == ("For the fair", "fair")


async def test_the_same_place_is_connected_once(app: RunningApp, script: ScriptedFabric) -> None:
    a_tenant(script, (WORKSPACE, "Demo"))
    added = await add(app)
    again = {"workspace_id": WORKSPACE, "lakehouse_name": "Lakehouse"}
    answers = await asyncio.gather(*(app.client.post(BASE, json=again) for _ in range(3)))
    for answer in answers:
        assert problem(answer, 409)["connection_id"] == added["id"]
    assert (await add(app, lakehouse_name="another"))["active"] is False
    assert len(await listed(app)) == 2


async def test_one_is_active_whoever_selects(app: RunningApp, script: ScriptedFabric) -> None:
    a_tenant(script, (WORKSPACE, "Demo"), (OTHER, "Other"))
    ids = [(await add(app))["id"], (await add(app, OTHER))["id"]]
    for _ in range(5):
        answers = await asyncio.gather(
            *(app.client.post(f"{BASE}/{each}/select") for each in ids * 4)
        )
        assert {answer.status_code for answer in answers} == {200}
        assert len(await active(app)) == 1
    answer = await app.client.post(f"{BASE}/{ids[1]}/select")
    assert answer.json()["active"]
    assert await active(app) == ["Other"]


async def test_the_active_one_is_kept_in_its_own_document(
    app: RunningApp, script: ScriptedFabric
) -> None:
    a_tenant(script, (WORKSPACE, "Demo"))
    added = await add(app)
    assert app.services.fabric
    store = app.services.fabric.connections._store
    body = (await store.get(ACTIVE)).body
    assert body["connection_id"] == added["id"]
    assert body["workspace_id"] == WORKSPACE
    assert body["lakehouse_name"] == "lakehouse"
    assert (DATABASE, CONTAINER) == ("scenarios", "fabric-connections")
    answer = await app.client.get(f"/query/docs/{CONTAINER}/{ACTIVE}")
    problem(answer, 403)


async def test_after_the_active_one_none_is(app: RunningApp, script: ScriptedFabric) -> None:
    a_tenant(script, (WORKSPACE, "Demo"), (OTHER, "Other"))
    first, second = await add(app), await add(app, OTHER)
    assert (await app.client.delete(f"{BASE}/{first['id']}")).status_code == 204
    assert await active(app) == []
    problem(await app.client.delete(f"{BASE}/{first['id']}"), 404)
    problem(await app.client.post(f"{BASE}/{first['id']}/select"), 404)
    await app.client.post(f"{BASE}/{second['id']}/select")
    assert await active(app) == ["Other"]


async def test_selecting_and_deleting_at_once_leaves_nothing_dangling(
    app: RunningApp, script: ScriptedFabric
) -> None:
    a_tenant(script, (WORKSPACE, "Demo"), (OTHER, "Other"))
    await add(app)
    for _ in range(10):
        other = (await add(app, OTHER))["id"]
        await asyncio.gather(
            app.client.post(f"{BASE}/{other}/select"), app.client.delete(f"{BASE}/{other}")
        )
        assert app.services.fabric
        present = await app.services.fabric.connections._find(ACTIVE)
        assert present is None or present.body["connection_id"] != other


async def test_a_connection_is_checked_again(app: RunningApp, script: ScriptedFabric) -> None:
    path = f"/workspaces/{WORKSPACE}"
    renamed = {"id": WORKSPACE, "displayName": "Renamed", "type": "Workspace"}
    a_tenant(script, (WORKSPACE, "Demo"))
    script.on("GET", path, ok(renamed), refused(404, "WorkspaceNotFound"))
    added = await add(app)
    again = (await app.client.post(f"{BASE}/{added['id']}/check")).json()
    assert again["workspace_name"] == "Renamed"
    assert marks(again)["capacity"] == "failed"
    assert "has no capacity" in said(again, "capacity")
    gone = (await app.client.post(f"{BASE}/{added['id']}/check")).json()
    assert gone["workspace_name"] == "Renamed"
    assert marks(gone)["workspace"] == "failed"
    assert await listed(app) == [gone]
    problem(await app.client.post(f"{BASE}/{uuid4()}/check"), 404)


@pytest.mark.parametrize(
    ("status", "code", "helps"),
    [
        (404, "WorkspaceNotFound", "Compare the GUID"),
        (404, "EntityNotFound", "Compare the GUID"),
        (403, "InsufficientPrivileges", "role Contributor"),
        (403, "FeatureNotAvailable", "tenant settings"),
        (403, "TenantSwitchDisabled", "tenant settings"),
        (401, "Unauthorized", "AZURE_CLIENT_SECRET"),
    ],
)
async def test_a_workspace_that_cannot_be_read_is_not_connected(
    app: RunningApp, script: ScriptedFabric, status: int, code: str, helps: str
) -> None:
    script.on("GET", f"/workspaces/{WORKSPACE}", refused(status, code))
    found = problem(await app.client.post(BASE, json={"workspace_id": WORKSPACE}), 422)
    assert helps in found["detail"]
    assert marks(found) == {"identity": "ok", "workspace": "failed"}
    checked = await check(app)
    assert (checked["usable"], checked["workspace_name"]) == (False, None)
    assert await listed(app) == []


async def test_without_an_identity_that_is_all_there_is_to_say(
    app: RunningApp, script: ScriptedFabric
) -> None:
    script.credential.failure = CredentialUnavailableError("nothing configured")
    checked = await check(app)
    assert marks(checked) == {"identity": "failed"}
    assert "AZURE_TENANT_ID" in said(checked, "identity")
    assert script.seen == []


async def test_each_fact_has_its_own_mark_and_cure(app: RunningApp, script: ScriptedFabric) -> None:
    a_tenant(script, state="Inactive")
    script.on("GET", "/workspaces", ok({"value": []}))
    script.on("GET", f"/workspaces/{WORKSPACE}/graphModels", refused(403, "FeatureNotAvailable"))
    script.on("GET", f"/workspaces/{WORKSPACE}/ontologies", refused(403, "FeatureNotAvailable"))
    house = {"id": OTHER, "displayName": "LakeHouse", "type": "Lakehouse"}
    script.on("GET", f"/workspaces/{WORKSPACE}/lakehouses", ok({"value": [house]}))
    script.on(
        "GET",
        f"/workspaces/{WORKSPACE}/lakehouses/{OTHER}",
        ok({**house, "properties": {"defaultSchema": "dbo"}}),
    )
    a_workspace(script)
    checked = await check(app)
    assert checked["usable"]
    assert marks(checked) == {
        "identity": "ok",
        "workspace": "ok",
        "capacity": "failed",
        "role": "unknown",
        "lakehouse": "warning",
        "graph": "failed",
        "ontology": "warning",
    }
    assert "Resume it" in said(checked, "capacity")
    assert "Contributor" in said(checked, "role")
    assert "schemas" in said(checked, "lakehouse")
    assert "tenant settings" in said(checked, "graph")
    assert await listed(app) == []


@pytest.mark.parametrize(("role", "mark"), [("Viewer", "failed"), ("Contributor", "ok")])
async def test_the_role_is_the_list_that_names_the_workspace(
    app: RunningApp, script: ScriptedFabric, role: str, mark: str
) -> None:
    mine = {"id": WORKSPACE.upper(), "displayName": "Demo", "type": "Workspace"}
    a_tenant(script)
    a_workspace(script)
    script._answers["GET", "/v1/workspaces"] = [
        lambda request: ok({"value": [mine] if request.url.params["roles"] == role else []})
    ]
    checked = await check(app)
    assert marks(checked)["role"] == mark
    assert role in said(checked, "role")


@pytest.mark.parametrize(
    "text",
    [
        WORKSPACE,
        f"  {WORKSPACE.upper()}\n",
        f"https://app.fabric.microsoft.com/groups/{WORKSPACE}/list?experience=power-bi",
        f"https://app.fabric.microsoft.com/groups/{WORKSPACE}/lakehouses/{OTHER}",
        f"https://app.powerbi.com/groups/{WORKSPACE}",
        f"https://api.fabric.microsoft.com/v1/workspaces/{WORKSPACE}/items",
    ],
)
def test_a_workspace_is_found_in_its_address(text: str) -> None:
    assert workspace_guid(text) == WORKSPACE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Demo",
        WORKSPACE[:-1],
        f"{WORKSPACE}0",
        f"{WORKSPACE}/../x",
        "https://app.fabric.microsoft.com/home",
        "https://app.fabric.microsoft.com/groups/me/list",
        f"https://app.fabric.microsoft.com/x?y={WORKSPACE}",
        "https://[",
    ],
)
async def test_what_names_no_workspace_is_refused_in_words(app: RunningApp, text: str) -> None:
    with pytest.raises(WorkspaceNotUsable):
        workspace_guid(text)
    for path in (BASE, f"{BASE}/check"):
        assert problem(await app.client.post(path, json={"workspace_id": text}), 422)["detail"]


@pytest.mark.parametrize("name", ["my house", "", "1st", "a-b", "x" * 124, "ü"])
async def test_a_lakehouses_name_is_judged_before_fabric_is(
    app: RunningApp, script: ScriptedFabric, name: str
) -> None:
    body = {"workspace_id": WORKSPACE, "lakehouse_name": name}
    problem(await app.client.post(BASE, json=body), 422)
    assert script.seen == []


def test_an_identity_is_named_by_its_token() -> None:
    def token(**claims: str) -> str:
        body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
        return f"x.{body}.y"

    assert in_words(token(upn="a@b.c", tid="t")) == "a@b.c of tenant t"
    assert in_words(token(appid="1-2", app_displayname="Loader")) == "application Loader (1-2)"
    assert in_words(token(azp="1-2", tid="t")) == "application 1-2 of tenant t"
    assert in_words(token(oid="o")) == "identity o"
    for other in ("", "a.b.c", "x.W10.y", "x.ä.y"):
        assert in_words(other) == "an identity that has no name"


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "api.fabric.microsoft.com", "ftp://x"])
def test_tokens_travel_by_tls_only(tmp_path: Path, url: str) -> None:
    with pytest.raises(ValidationError, match="https://"):
        Settings(_env_file=None, data_dir=tmp_path, fabric_api_url=url)
    with pytest.raises(ValidationError, match="no file"):
        Settings(_env_file=None, data_dir=tmp_path, fabric_ca_bundle=tmp_path / "ca.pem")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", BASE),
        ("POST", BASE),
        ("POST", f"{BASE}/check"),
        ("POST", f"{BASE}/{OTHER}/select"),
        ("DELETE", f"{BASE}/{OTHER}"),
        ("GET", "/query/fabric/workspaces"),
        ("GET", "/query/fabric/lakehouses"),
        ("PUT", "/query/scenarios/hello/parts/graph"),
    ],
)
async def test_where_fabric_is_off_it_says_what_to_set(
    tmp_path: Path, method: str, path: str
) -> None:
    async with running(tmp_path / "data") as app:
        body = {"workspace_id": WORKSPACE}
        found = problem(await app.client.request(method, path, json=body), 404)
        assert found["title"] == "Fabric is off"
        assert "FABRIC=on" in found["detail"]
        health = (await app.client.get("/query/fabric/health")).json()
        assert (health["mode"], health["status"]) == ("off", "off")
        assert "FABRIC=on" in health["detail"]
