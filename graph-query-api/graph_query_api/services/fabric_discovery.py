"""What is in Fabric, for choosing from; asked twice a minute at most, since calls are rationed."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, Literal, TypeVar

from fabric_client import FabricError
from graph_query_api.clients.fabric import Fabric
from graph_query_api.clients.fabric_errors import translated
from graph_query_api.errors import (
    FabricNotReachable,
    FabricRefused,
    NotFoundInFabric,
    WorkspaceNotUsable,
)
from graph_query_api.fabric_models import FabricHealth, FabricItem, FabricWorkspace
from graph_query_api.services.fabric_connections import FabricConnections

SECONDS = 60.0
FRESH_SECONDS = 30.0

Collection = Literal["lakehouses", "eventhouses", "kql-databases", "ontologies", "graph-models"]
_IN_FABRIC: dict[Collection, str] = {
    "lakehouses": "lakehouses",
    "eventhouses": "eventhouses",
    "kql-databases": "kqlDatabases",
    "ontologies": "ontologies",
    "graph-models": "graphModels",
}
PRACTICE = "This is practice: a stand-in for Microsoft Fabric on this machine."

T = TypeVar("T")


class FabricDiscovery:
    def __init__(self, fabric: Fabric, connections: FabricConnections) -> None:
        self._fabric = fabric
        self._connections = connections
        self._known: dict[str, tuple[float, asyncio.Task[Any]]] = {}

    async def workspaces(self) -> list[FabricWorkspace]:
        """Shared ones, by name; those without a capacity too, so that nobody misses theirs."""
        found = await self._fresh("workspaces", self._fabric.client.workspaces)
        shared = [
            FabricWorkspace(
                id=each["id"],
                name=each["displayName"],
                description=each.get("description") or "",
                has_capacity=bool(each.get("capacityId")),
            )
            for each in found
            if each.get("type") == "Workspace"
        ]
        return sorted(shared, key=lambda each: each.name.casefold())

    async def items(self, collection: Collection, workspace_id: str | None) -> list[FabricItem]:
        """Of one type, by name; of the active workspace if none is given.

        Raises WorkspaceNotUsable if there is neither.
        """
        workspace = (workspace_id or await self._active_workspace()).lower()
        path = f"/workspaces/{workspace}/{_IN_FABRIC[collection]}"

        async def listed() -> list[dict[str, Any]]:
            pages = self._fabric.client.pages(path, operation=f"Listing {collection}")
            return [each async for each in pages]

        found = [_item(each, workspace) for each in await self._fresh(path, listed)]
        return sorted(found, key=lambda each: each.name.casefold())

    async def health(self) -> FabricHealth:
        """Whether we can sign in and are answered; never raises."""
        practice = f" {PRACTICE}" if self._fabric.mode == "stand-in" else ""
        try:
            identity = await self._fresh("identity", self._fabric.identity)
            await self._fresh("workspaces", self._fabric.client.workspaces)
        except (FabricNotReachable, FabricRefused, NotFoundInFabric) as error:
            detail = f"{error}{practice}"
            return FabricHealth(mode=self._fabric.mode, status="failed", detail=detail)
        return FabricHealth(
            mode=self._fabric.mode, status="ok", detail=f"Signed in as {identity}.{practice}"
        )

    async def aclose(self) -> None:
        """Ends what is still being asked."""
        for _, task in self._known.values():
            task.cancel()
        await asyncio.gather(*(task for _, task in self._known.values()), return_exceptions=True)

    async def _active_workspace(self) -> str:
        active = await self._connections.active()
        if active is None:
            raise WorkspaceNotUsable("Give a workspace_id, or connect a workspace first.", [])
        return active.workspace_id

    async def _fresh(self, key: str, ask: Callable[[], Awaitable[T]]) -> T:
        """What was asked for lately, or is being asked for at this moment, else a new answer."""
        now = time.monotonic()
        self._known = {each: known for each, known in self._known.items() if _fresh(known, now)}
        if key not in self._known:
            self._known[key] = (now, asyncio.create_task(_answered(ask)))
        task: asyncio.Task[T] = self._known[key][1]
        return await asyncio.shield(task)  # others may wait for it too


def _fresh(known: tuple[float, asyncio.Task[Any]], now: float) -> bool:
    asked, task = known
    if not task.done():
        return True
    failed = task.cancelled() or task.exception() is not None
    return not failed and now - asked < FRESH_SECONDS


async def _answered(ask: Callable[[], Awaitable[T]]) -> T:
    try:
        async with asyncio.timeout(SECONDS):
            return await ask()
    except FabricError as error:
        raise translated(error) from error
    except TimeoutError:
        raise FabricNotReachable(f"Fabric did not answer within {SECONDS:g} s.") from None


def _item(entry: dict[str, Any], workspace: str) -> FabricItem:
    return FabricItem(
        id=entry["id"],
        name=entry["displayName"],
        description=entry.get("description") or "",
        workspace_id=entry.get("workspaceId") or workspace,
        properties=entry.get("properties") or {},
    )
