"""What the types of items have in common, and what each adds to it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from peers.fabric.calls import Call
from peers.fabric.definitions import Part
from peers.fabric.operations import Due
from peers.fabric.refusals import Refusal
from peers.fabric.rules import Breach, refuse, rule
from peers.fabric.tenant import Item, Tenant, Workspace

_description = rule(
    "3.5.t4-description",
    "names",
    "descriptions have at most 256 characters",
    stage="request",
    guess=True,
)
_creation = rule(
    "3.2.2-creation",
    "names",
    "definition and creationPayload exclude each other",
    stage="request",
    guess=True,
)
_ontology_name = rule(
    "3.5.t1-ontology-name",
    "names",
    "a letter, then letters, digits, underscore; fewer than 100",
    stage="request",
    guess=True,
)
_lakehouse_name = rule(
    "3.5.t2-lakehouse-name",
    "names",
    "letters, digits, underscore; at most 123",
    stage="request",
    guess=True,
)
_graph_name = rule(
    "3.5.t3-graph-name",
    "names",
    "a letter, then letters, digits, underscore; at most 90",
    stage="request",
    guess=True,
)


class Kind:
    """A type of item. Subclasses change what differs."""

    type = ""
    collection = ""
    name_pattern = r"[A-Za-z][A-Za-z0-9_]{0,89}"
    name_rule = staticmethod(_graph_name)
    definition_format: str | None = None

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant

    def check(self, body: Mapping[str, Any]) -> None:
        """Raises Refusal for a create request that is wrong in itself."""
        refuse(self.check_name(body.get("displayName"), body.get("description")))
        if body.get("definition") is not None and body.get("creationPayload") is not None:
            refuse([_creation("definition and creationPayload exclude each other")])

    def check_name(self, name: Any, description: Any) -> list[Breach]:
        found = []
        if not isinstance(name, str) or not re.fullmatch(self.name_pattern, name):
            found.append(self.name_rule(f"Not a name for this type of item: {name!r}"))
        if description is not None and len(description) > 256:
            found.append(_description("The description is longer than 256 characters"))
        return found

    def check_definition(self, workspace: Workspace, parts: Sequence[Part]) -> None:
        """Raises Refusal for what is refused before any operation starts."""

    def seconds(self) -> float:
        return self.tenant.settings.item_seconds

    def fill(self, item: Item, body: Mapping[str, Any]) -> None:
        """What the item has from its first moment on."""

    async def make(self, call: Call, item: Item, parts: Sequence[Part] | None, due: Due) -> None:  # noqa: ARG002
        """Ends when the item is complete; raises Refusal, and then the item goes again."""
        await due()
        item.parts = list(parts) if parts else None

    async def redefine(self, call: Call, item: Item, parts: Sequence[Part], due: Due) -> None:  # noqa: ARG002
        await due()
        item.parts = list(parts)

    def definition(self, item: Item) -> list[Part]:
        return list(item.parts or [])

    def properties(self, item: Item) -> dict[str, Any] | None:  # noqa: ARG002
        return None

    def as_dict(self, item: Item) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "id": item.id,
            "type": item.type,
            "displayName": item.name,
            "description": item.description,
            "workspaceId": item.workspace_id,
        }
        if item.folder_id:
            shown["folderId"] = item.folder_id
        return shown

    def detailed(self, item: Item) -> dict[str, Any]:
        properties = self.properties(item)
        return self.as_dict(item) | ({} if properties is None else {"properties": properties})


class LakehouseName(Kind):
    name_pattern = r"\w{1,123}"
    name_rule = staticmethod(_lakehouse_name)

    def check_name(self, name: Any, description: Any) -> list[Breach]:
        found = super().check_name(name, description)
        if isinstance(name, str) and not name.isascii():
            found.append(_lakehouse_name(f"Not a name for this type of item: {name!r}"))
        return found


class OntologyName(Kind):
    name_pattern = r"[A-Za-z][A-Za-z0-9_]{0,98}"
    name_rule = staticmethod(_ontology_name)


class SqlEndpoints(Kind):
    type = "SQLEndpoint"
    collection = "sqlEndpoints"

    def check(self, body: Mapping[str, Any]) -> None:  # noqa: ARG002
        raise Refusal(400, "InvalidItemType", "SQL endpoints come with their lakehouse.")


class Eventhouses(Kind):
    type = "Eventhouse"
    collection = "eventhouses"

    async def make(self, call: Call, item: Item, parts: Sequence[Part] | None, due: Due) -> None:
        await super().make(call, item, parts, due)
        bring_database(self.tenant, item)

    def properties(self, item: Item) -> dict[str, Any]:
        databases = [each.id for each in self.tenant.items.values() if each.parent == item.id]
        return {
            **kusto(item.id),
            "databasesItemIds": databases,
            "minimumConsumptionUnits": 0,
        }


class KqlDatabases(Kind):
    type = "KQLDatabase"
    collection = "kqlDatabases"

    def fill(self, item: Item, body: Mapping[str, Any]) -> None:
        payload = body.get("creationPayload") or {}
        parent = str(payload.get("parentEventhouseItemId", ""))
        self.tenant.item(item.workspace_id, parent, "Eventhouse")
        item.parent = parent

    def properties(self, item: Item) -> dict[str, Any]:
        return {
            **kusto(item.parent or ""),
            "parentEventhouseItemId": item.parent,
            "databaseType": "ReadWrite",
        }


def bring_database(tenant: Tenant, eventhouse: Item) -> Item:
    """An eventhouse's first database, called as it is."""
    return tenant.make(
        eventhouse.workspace_id, "KQLDatabase", eventhouse.name, parent=eventhouse.id
    )


def kusto(eventhouse: str) -> dict[str, str]:
    host = f"trd-{eventhouse.replace('-', '')[:20]}.z0.kusto.fabric.microsoft.com"
    return {
        "queryServiceUri": f"https://{host}",
        "ingestionServiceUri": f"https://ingest-{host}",
    }
