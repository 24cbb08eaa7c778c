"""What is in Fabric, to choose from."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from graph_query_api.dependencies import DiscoveryDep, MaybeDiscoveryDep
from graph_query_api.errors import FabricOff
from graph_query_api.fabric_models import (
    FabricHealth,
    FabricItems,
    FabricWorkspaces,
    Guid,
)
from graph_query_api.services.fabric_discovery import Collection
from service_kit.problems import PROBLEM_RESPONSES

router = APIRouter(prefix="/query/fabric", tags=["fabric"])


@router.get("/health", summary="Does Fabric answer?")
async def fabric_health(discovery: MaybeDiscoveryDep) -> FabricHealth:
    """Also where Fabric is off: then `detail` says what to set."""
    if discovery is None:
        return FabricHealth(mode="off", status="off", detail=str(FabricOff()))
    return await discovery.health()


@router.get("/workspaces", summary="List workspaces", responses=PROBLEM_RESPONSES(404, 502, 503))
async def list_workspaces(discovery: DiscoveryDep) -> FabricWorkspaces:
    """Those that our identity may see, by name; half a minute old at most."""
    return FabricWorkspaces(workspaces=await discovery.workspaces())


@router.get(
    "/{collection}",
    summary="List items of a workspace",
    responses=PROBLEM_RESPONSES(404, 422, 502, 503),
)
async def list_items(
    collection: Annotated[Collection, Path(description="type of the items")],
    discovery: DiscoveryDep,
    workspace_id: Annotated[
        Guid | None, Query(description="the workspace; the active one if missing")
    ] = None,
) -> FabricItems:
    """By name; half a minute old at most."""
    return FabricItems(items=await discovery.items(collection, workspace_id))
