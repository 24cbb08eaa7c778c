"""graph-query-api in this process, before a Fabric that answers by script."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from fabric_client import FABRIC_SCOPE
from fabric_client.credentials import TokenSource
from graph_query_api.clients import fabric
from graph_query_api.clients.fabric import Fabric
from graph_query_api.settings import Settings
from support.graph_query_app import RunningApp, running
from support.scripted_fabric import ScriptedFabric, ok

WORKSPACE = "cfafbeb1-8037-4d0c-896e-a46fb27ff229"
CAPACITY = "0f0f0f0f-0000-4000-8000-000000000001"


@asynccontextmanager
async def running_before(
    script: ScriptedFabric, data_dir: Path, monkeypatch: pytest.MonkeyPatch, **settings: Any
) -> AsyncIterator[RunningApp]:
    @asynccontextmanager
    async def opened(settings: Settings) -> AsyncIterator[Fabric | None]:
        assert settings.fabric != "off"
        tokens = TokenSource(script.credential, FABRIC_SCOPE, script.time.clock)
        async with script.client() as client:
            yield Fabric(settings.fabric, client, tokens)

    monkeypatch.setattr(fabric, "opened", opened)
    async with running(data_dir, **{"fabric": "on", **settings}) as app:
        yield app


def a_workspace(script: ScriptedFabric, workspace: str = WORKSPACE, name: str = "Demo") -> None:
    """One with everything in order."""
    document = {"id": workspace, "displayName": name, "type": "Workspace", "capacityId": CAPACITY}
    script.on("GET", f"/workspaces/{workspace}", ok(document))
    for collection in ("lakehouses", "graphModels", "ontologies"):
        script.on("GET", f"/workspaces/{workspace}/{collection}", ok({"value": []}))


def a_tenant(script: ScriptedFabric, *workspaces: tuple[str, str], state: str = "Active") -> None:
    """These workspaces and a capacity."""
    listed = [
        {"id": id_, "displayName": name, "type": "Workspace", "capacityId": CAPACITY}
        for id_, name in workspaces
    ]
    script.on("GET", "/workspaces", ok({"value": listed}))
    capacity = {"id": CAPACITY, "displayName": "Cap", "sku": "F2", "region": "x", "state": state}
    script.on("GET", "/capacities", ok({"value": [capacity]}))
    for id_, name in workspaces:
        a_workspace(script, id_, name)
