"""The workspace, looked at before anything is made, and the lakehouse in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.errors import StepFailed
from app.provisioning.run import Run
from fabric_client import NAME_IN_USE, FabricError, Item, Workspace, default_schema
from fabric_client.cures import NO_CAPACITY
from scenario_pack.problems import PackWarning

DESCRIPTION = "Tables of scenarios, made by Scenario Loader"


@dataclass(frozen=True, slots=True)
class Found:
    """``lakehouse`` is None where it has to be made."""

    workspace: Workspace
    lakehouse: Item | None


@dataclass(frozen=True, slots=True)
class Lakehouse:
    """``schema`` is that of its tables, if it has schemas."""

    workspace_id: str
    workspace_name: str
    id: str
    name: str
    schema: str | None

    def warnings(self) -> list[dict[str, Any]]:
        if not self.schema:
            return []
        detail = (
            f"lakehouse {self.name} has schemas, which Fabric's loading takes as a preview only; "
            f"the tables are in the schema {self.schema}. A connection with the name of a "
            "lakehouse that is not there yet gets one without"
        )
        return [PackWarning("lakehouse_schemas", detail, count=1, examples=[]).as_dict()]


async def look(run: Run) -> Found:
    """Changes nothing. Raises StepFailed for a workspace where nothing could be made."""
    run.phases.tell("lakehouse", "looking at the workspace")
    workspace = await run.fabric.workspace(run.workspace)
    if workspace.get("type") == "Personal":
        raise StepFailed(
            "This is somebody's own workspace, where graphs can't be made. Take one that is "
            "shared, with a capacity."
        )
    if not workspace.get("capacityId"):
        raise StepFailed(NO_CAPACITY)
    return Found(workspace, await _known(run) or await _named(run))


async def provide(run: Run, found: Found) -> Lakehouse:
    """Makes it if it is missing."""
    item = found.lakehouse or await _create(run)
    await run.journal.save(lakehouse_id=item["id"])
    detailed = await run.fabric.lakehouse(run.workspace, item["id"])
    run.phases.tell("lakehouse", f"{item['displayName']}{'' if found.lakehouse else ', new'}")
    return Lakehouse(
        workspace_id=run.workspace,
        workspace_name=found.workspace["displayName"],
        id=item["id"],
        name=item["displayName"],
        schema=default_schema(detailed),
    )


async def _known(run: Run) -> Item | None:
    """That of the attempt before. If it is gone, so is all that landed in it."""
    if not (known := run.journal.landed.lakehouse_id):
        return None
    try:
        return await run.fabric.lakehouse(run.workspace, known)
    except FabricError as error:
        if error.status != 404:
            raise
    await run.journal.save(lakehouse_id="", files=(), tables=(), graph_answers=False)
    return None


async def _named(run: Run) -> Item | None:
    return await run.fabric.find_lakehouse(run.workspace, run.target.lakehouse_name)


async def _create(run: Run) -> Item:
    run.phases.tell("lakehouse", f"making {run.target.lakehouse_name}")
    try:
        return await run.fabric.create_lakehouse(
            run.workspace,
            run.target.lakehouse_name,
            DESCRIPTION,
            on_wait=run.waiting("lakehouse", f"making {run.target.lakehouse_name}: "),
        )
    except FabricError as error:
        if error.code == NAME_IN_USE and (meanwhile := await _named(run)):
            return meanwhile
        raise
