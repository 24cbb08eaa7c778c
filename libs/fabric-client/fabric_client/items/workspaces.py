"""Workspaces, capacities, items of any kind, and what hangs on what."""

from collections.abc import Mapping
from typing import Any, cast

from fabric_client.calls import Calls, segment
from fabric_client.items.shapes import Capacity, Item, Workspace


class WorkspaceCalls(Calls):
    async def workspaces(self) -> list[Workspace]:
        """All that this identity may see, personal ones and ones without capacity included."""
        return [
            cast("Workspace", entry)
            async for entry in self.pages("/workspaces", operation="Listing workspaces")
        ]

    async def workspace(self, workspace: str) -> Workspace:
        path = f"/workspaces/{segment(workspace)}"
        return cast("Workspace", await self.get(path, operation="Reading the workspace"))

    async def capacities(self) -> list[Capacity]:
        return [
            cast("Capacity", entry)
            async for entry in self.pages("/capacities", operation="Listing capacities")
        ]

    async def items(self, workspace: str, type: str | None = None) -> list[Item]:  # noqa: A002 -- Fabric's word
        params = {"type": type} if type else None
        path = f"/workspaces/{segment(workspace)}/items"
        return [
            cast("Item", entry)
            async for entry in self.pages(path, params, operation="Listing items")
        ]

    async def downstream(self, workspace: str, item: str) -> dict[str, Any]:
        """``{"items", "relations", "workspaces"}`` that depend on an item, itself included."""
        path = f"/workspaces/{segment(workspace)}/items/{segment(item)}/relations/downstream"
        return await self.get(path, {"beta": "true"}, operation="Reading what depends on the item")


def children(relations: Mapping[str, Any], item: str, types: frozenset[str]) -> list[Item]:
    """The items of these types that live and die with ``item``, from ``downstream``'s answer.

    Fabric's text and its field descriptions disagree on which end of such an edge is the parent,
    so both directions count and the type decides.
    """
    tied = {
        end
        for edge in relations.get("relations") or []
        if edge.get("relationType") in {"CascadeDelete", "HiddenInWorkspace"}
        for end in (edge.get("itemId"), edge.get("dependentOnItemId"))
        if item in {edge.get("itemId"), edge.get("dependentOnItemId")} and end != item
    }
    return [
        cast("Item", entry)
        for entry in relations.get("items") or []
        if entry.get("id") in tied and entry.get("type") in types
    ]
