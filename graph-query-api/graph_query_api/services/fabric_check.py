"""What a workspace is good for, fact by fact, each with its own mark and its own cure."""

import asyncio
from collections.abc import Awaitable

from fabric_client import Capacity, FabricError, Item, Workspace, default_schema
from fabric_client.cures import NO_CAPACITY, PAUSED, in_words
from graph_query_api.clients.fabric import Fabric
from graph_query_api.fabric_models import CheckedFact, ConnectionCheck, Fact, Mark

SECONDS = 25.0
"""For each fact."""

ROLES = ("Admin", "Member", "Contributor", "Viewer")
Found = tuple[Mark, str]


async def check_workspace(fabric: Fabric, workspace_id: str, lakehouse: str) -> ConnectionCheck:
    """Looks, and changes nothing. What can't be found out is a fact too, so nothing is raised."""
    identity = await _fact("identity", _identity(fabric))
    if identity.mark == "failed":
        return _result(workspace_id, None, identity)
    workspace: list[Workspace] = []
    reached = await _fact("workspace", _workspace(fabric, workspace_id, workspace))
    if reached.mark != "ok":
        return _result(workspace_id, None, identity, reached)
    others = await asyncio.gather(
        _fact("capacity", _capacity(fabric, workspace[0])),
        _fact("role", _role(fabric, workspace_id)),
        _fact("lakehouse", _lakehouse(fabric, workspace_id, lakehouse)),
        _fact("graph", _graph(fabric, workspace_id)),
        _fact("ontology", _ontology(fabric, workspace_id)),
    )
    return _result(workspace_id, workspace[0]["displayName"], identity, reached, *others)


def _result(workspace_id: str, name: str | None, *facts: CheckedFact) -> ConnectionCheck:
    return ConnectionCheck(
        usable=name is not None, workspace_id=workspace_id, workspace_name=name, facts=facts
    )


async def _fact(fact: Fact, look: Awaitable[Found]) -> CheckedFact:
    try:
        async with asyncio.timeout(SECONDS):
            mark, detail = await look
    except FabricError as error:
        mark, detail = ("warning" if fact == "ontology" else "failed"), in_words(error)
    except TimeoutError:
        mark, detail = "unknown", f"Fabric did not answer within {SECONDS:g} s. Try again."
    return CheckedFact(fact=fact, mark=mark, detail=detail)


async def _identity(fabric: Fabric) -> Found:
    return "ok", f"Signs in as {await fabric.identity()}."


async def _workspace(fabric: Fabric, workspace_id: str, into: list[Workspace]) -> Found:
    workspace = await fabric.client.workspace(workspace_id)
    if workspace.get("type") == "Personal":
        return (
            "failed",
            "This is somebody's own workspace. Take one that is shared, with a capacity.",
        )
    into.append(workspace)
    return "ok", f"{workspace['displayName']!r} can be read."


async def _capacity(fabric: Fabric, workspace: Workspace) -> Found:
    wanted = workspace.get("capacityId")
    if not wanted:
        return "failed", NO_CAPACITY
    found = [each for each in await fabric.client.capacities() if each["id"] == wanted]
    if not found:
        return "unknown", "It has a capacity; whether that is running, this identity can't see."
    return _state(found[0])


def _state(capacity: Capacity) -> Found:
    name = f"{capacity['displayName']} ({capacity['sku']})"
    if capacity["state"] == "Active":
        return "ok", f"{name} is running."
    return "failed", f"{name} is {capacity['state'].lower()}. {PAUSED}"


async def _role(fabric: Fabric, workspace_id: str) -> Found:
    """The strongest role: Fabric lists workspaces by role, and asks nothing more for it."""
    for role in ROLES:
        listed = fabric.client.pages("/workspaces", {"roles": role}, operation="Reading the role")
        async for workspace in listed:
            if str(workspace.get("id")).lower() == workspace_id:
                return _may(role)
    return "unknown", "The identity's role can't be seen. To load, it needs Contributor or more."


def _may(role: str) -> Found:
    if role == "Viewer":
        return "failed", (
            "The identity is a Viewer: it can query, but not load. An admin of the workspace gives "
            "it the role Contributor, under Manage access."
        )
    return "ok", f"The identity is {role}."


async def _lakehouse(fabric: Fabric, workspace_id: str, name: str) -> Found:
    item = await fabric.client.find_lakehouse(workspace_id, name)
    if item is None:
        return "ok", f"Lakehouse {name!r} is not there yet. The first load makes it."
    if schema := default_schema(await fabric.client.lakehouse(workspace_id, item["id"])):
        return "warning", (
            f"Lakehouse {name!r} has schemas (the default is {schema!r}), which Fabric's loading "
            "takes as a preview only. A name that is not there yet gets a lakehouse without."
        )
    return "ok", f"Lakehouse {name!r} is there."


async def _graph(fabric: Fabric, workspace_id: str) -> Found:
    models = await fabric.client.graph_models(workspace_id)
    return "ok", f"Graph models can be used. There: {_names(models)}."


async def _ontology(fabric: Fabric, workspace_id: str) -> Found:
    ontologies = await fabric.client.ontologies(workspace_id)
    return "ok", f"Ontologies can be used. There: {_names(ontologies)}."


def _names(items: list[Item]) -> str:
    names = sorted(each["displayName"] for each in items)
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more if names else "none"
