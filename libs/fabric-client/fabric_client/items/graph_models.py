"""Graph models. (Fabric REST: GraphModel.) Creating and updating also load the graph's data."""

from typing import Any, cast

from fabric_client.calls import segment
from fabric_client.clock import OnWait
from fabric_client.items.defined import DefinedItemCalls, Parts
from fabric_client.items.shapes import Item

_COLLECTION = "graphModels"


class GraphModelCalls(DefinedItemCalls):
    async def graph_models(self, workspace: str) -> list[Item]:
        return await self._list(workspace, _COLLECTION)

    async def graph_model(self, workspace: str, graph_model: str) -> Item:
        """``properties``, where Fabric sends any, are hints that may lag behind the jobs."""
        path = f"/workspaces/{segment(workspace)}/{_COLLECTION}/{segment(graph_model)}"
        return cast("Item", await self.get(path, operation="Reading the graph model"))

    async def find_graph_model(self, workspace: str, name: str) -> Item | None:
        return await self._find(workspace, _COLLECTION, name)

    async def create_graph_model(
        self,
        workspace: str,
        name: str,
        parts: Parts,
        description: str = "",
        *,
        on_wait: OnWait | None = None,
    ) -> Item:
        return await self._create_defined(
            workspace, _COLLECTION, name, _definition(parts), description, on_wait
        )

    async def update_graph_model(
        self, workspace: str, graph_model: str, parts: Parts, *, on_wait: OnWait | None = None
    ) -> None:
        """Replaces the whole definition."""
        await self._update(workspace, _COLLECTION, graph_model, _definition(parts), on_wait)

    async def graph_model_definition(
        self, workspace: str, graph_model: str, *, on_wait: OnWait | None = None
    ) -> dict[str, Any]:
        """For ``read_parts``; an empty model may have ``.platform`` only."""
        return await self._definition(workspace, _COLLECTION, graph_model, on_wait)

    async def queryable_graph_type(self, workspace: str, graph_model: str) -> dict[str, Any] | None:
        """The types that are loaded and can be queried; None while nothing is. (Beta.)"""
        doing = "Reading the graph's type"
        reply = await self.http.request(
            "GET",
            f"/workspaces/{segment(workspace)}/{_COLLECTION}/{segment(graph_model)}"
            "/getQueryableGraphType",
            params={"beta": "true"},
            operation=doing,
        )
        return reply.document(doing)


def _definition(parts: Parts) -> dict[str, Any]:
    return {"format": "json", "parts": list(parts)}
