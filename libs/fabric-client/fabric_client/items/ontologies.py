"""Ontologies. (Fabric REST: Ontology.) ``properties.generation`` comes with ``ontology``."""

from typing import Any, cast

from fabric_client.calls import segment
from fabric_client.clock import OnWait
from fabric_client.items.defined import DefinedItemCalls, Parts
from fabric_client.items.shapes import Item

_COLLECTION = "ontologies"


class OntologyCalls(DefinedItemCalls):
    async def ontologies(self, workspace: str) -> list[Item]:
        return await self._list(workspace, _COLLECTION)

    async def ontology(self, workspace: str, ontology: str) -> Item:
        path = f"/workspaces/{segment(workspace)}/{_COLLECTION}/{segment(ontology)}"
        return cast("Item", await self.get(path, operation="Reading the ontology"))

    async def find_ontology(self, workspace: str, name: str) -> Item | None:
        return await self._find(workspace, _COLLECTION, name)

    async def create_ontology(
        self,
        workspace: str,
        name: str,
        parts: Parts,
        description: str = "",
        *,
        on_wait: OnWait | None = None,
    ) -> Item:
        """With its definition, always: the parts decide the generation, for good."""
        return await self._create_defined(
            workspace, _COLLECTION, name, {"parts": list(parts)}, description, on_wait
        )

    async def update_ontology(
        self, workspace: str, ontology: str, parts: Parts, *, on_wait: OnWait | None = None
    ) -> None:
        """Replaces the whole definition.

        Parts of the other generation may be dropped without a word: read back what is there.
        """
        await self._update(workspace, _COLLECTION, ontology, {"parts": list(parts)}, on_wait)

    async def ontology_definition(
        self, workspace: str, ontology: str, *, on_wait: OnWait | None = None
    ) -> dict[str, Any]:
        """For ``read_parts``. Each reading is billed: not for polling."""
        return await self._definition(workspace, _COLLECTION, ontology, on_wait)
