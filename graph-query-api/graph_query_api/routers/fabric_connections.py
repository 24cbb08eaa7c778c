"""Workspaces of Fabric that scenarios can go to."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from graph_query_api.dependencies import ConnectionsDep
from graph_query_api.fabric_models import (
    Connection,
    ConnectionCheck,
    ConnectionList,
    WantedConnection,
    WantedWorkspace,
)
from graph_query_api.routers.disconnect import while_connected
from service_kit.problems import PROBLEM_RESPONSES

router = APIRouter(
    prefix="/query/fabric/connections", tags=["fabric"], responses=PROBLEM_RESPONSES(404, 503)
)

ConnectionId = Annotated[UUID, Path(description="of the connection")]


@router.get("", summary="List connected workspaces")
async def list_connections(connections: ConnectionsDep) -> ConnectionList:
    """By name. One of them at most is active: new scenarios go there."""
    return ConnectionList(connections=await connections.list())


@router.post(
    "",
    status_code=201,
    summary="Connect a workspace",
    responses=PROBLEM_RESPONSES(400, 409, 422),
)
async def add_connection(
    wanted: WantedConnection, connections: ConnectionsDep, request: Request, response: Response
) -> Connection:
    """Checks the workspace first; one that can't be read is 422, with the `facts` that were
    found. The first one becomes active. 409 with `connection_id` if it is connected already."""
    connection = await while_connected(request, connections.add(wanted))
    response.headers["Location"] = f"/query/fabric/connections/{connection.id}"
    return connection


@router.post("/check", summary="Check a workspace", responses=PROBLEM_RESPONSES(400, 422))
async def check_workspace(
    wanted: WantedWorkspace, connections: ConnectionsDep, request: Request
) -> ConnectionCheck:
    """Looks and saves nothing. Each fact has its own mark, and says what helps."""
    return await while_connected(request, connections.check(wanted))


@router.post("/{connection_id:uuid}/check", summary="Check a connected workspace again")
async def check_connection(
    connection_id: ConnectionId, connections: ConnectionsDep, request: Request
) -> Connection:
    return await while_connected(request, connections.check_again(str(connection_id)))


@router.post(
    "/{connection_id:uuid}/select",
    summary="Make a connection the active one",
    responses=PROBLEM_RESPONSES(409),
)
async def select_connection(connection_id: ConnectionId, connections: ConnectionsDep) -> Connection:
    """Whichever was active is so no more. Of two at once the later one wins."""
    return await connections.select(str(connection_id))


@router.delete("/{connection_id:uuid}", status_code=204, summary="Forget a connection")
async def delete_connection(connection_id: ConnectionId, connections: ConnectionsDep) -> None:
    """Nothing in Fabric changes, and scenarios that are there can still be queried. If it was
    active, none is."""
    await connections.delete(str(connection_id))
