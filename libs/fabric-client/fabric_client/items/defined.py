"""Items that have a definition: creating, replacing and reading it."""

from collections.abc import Collection, Mapping
from typing import Any

from fabric_client.calls import segment
from fabric_client.clock import OnWait
from fabric_client.errors import FabricError
from fabric_client.items.creating import ItemCalls
from fabric_client.items.shapes import Item

Parts = Collection[Mapping[str, str]]


class DefinedItemCalls(ItemCalls):
    async def _create_defined(
        self,
        workspace: str,
        collection: str,
        name: str,
        definition: Mapping[str, Any],
        description: str,
        on_wait: OnWait | None,
    ) -> Item:
        body = {"displayName": name, "description": description, "definition": definition}
        doing = f"Creating {name} in {collection}"
        return await self._create(workspace, collection, body, doing, on_wait)

    async def _update(
        self,
        workspace: str,
        collection: str,
        item: str,
        definition: Mapping[str, Any],
        on_wait: OnWait | None,
    ) -> None:
        """Repeatable: the parts replace the whole definition."""
        platform = any(part["path"] == ".platform" for part in definition["parts"])
        await self.send(
            "POST",
            f"/workspaces/{segment(workspace)}/{collection}/{segment(item)}/updateDefinition",
            {"definition": definition},
            params={"updateMetadata": "true"} if platform else None,
            operation=f"Updating a definition in {collection}",
            repeatable=True,
            on_wait=on_wait,
        )

    async def _definition(
        self, workspace: str, collection: str, item: str, on_wait: OnWait | None
    ) -> dict[str, Any]:
        doing = f"Reading a definition in {collection}"
        found = await self.send(
            "POST",
            f"/workspaces/{segment(workspace)}/{collection}/{segment(item)}/getDefinition",
            operation=doing,
            repeatable=True,
            result=True,
            on_wait=on_wait,
        )
        if not found or not isinstance(found.get("definition"), dict):
            raise FabricError("Fabric sent no definition", operation=doing, code="NoDefinition")
        return found
