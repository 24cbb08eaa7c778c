"""Workspaces, capacities and relations between items. (Fabric REST, core.)"""

from typing import Any
from uuid import uuid4

from peers.fabric.calls import Call, Route, page
from peers.fabric.refusals import Refusal, invalid
from peers.fabric.tenant import REGION, Item, Tenant, Workspace
from starlette.responses import JSONResponse, Response

_ONE = "/v1/workspaces/{ws}"


class Workspaces:
    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def routes(self) -> list[Route]:
        relations = f"{_ONE}/items/{{id}}/relations"
        return [
            Route("GET", "/v1/workspaces", self._list),
            Route("POST", "/v1/workspaces", self._create),
            Route("GET", _ONE, self._get),
            Route("POST", f"{_ONE}/assignToCapacity", self._assign),
            Route("GET", "/v1/capacities", self._capacities),
            Route("GET", f"{relations}/downstream", self._downstream),
            Route("GET", f"{relations}/upstream", self._upstream),
        ]

    async def _list(self, call: Call) -> Response:
        roles = call.query.get("roles")
        wanted = roles.split(",") if roles else None
        seen = [
            self._shown(each)
            for each in self._tenant.workspaces.values()
            if each.role and (wanted is None or each.role in wanted)
        ]
        return page(call, seen, self._tenant.settings.page_size)

    async def _get(self, call: Call) -> Response:
        workspace = self._tenant.workspace(call.guid("ws"))
        endpoint = self._tenant.onelake_url
        return JSONResponse(
            self._shown(workspace)
            | {
                "capacityAssignmentProgress": "Completed",
                "oneLakeEndpoints": {"blobEndpoint": endpoint, "dfsEndpoint": endpoint},
            }
        )

    async def _create(self, call: Call) -> Response:
        body = await call.body()
        name, capacity = body.get("displayName"), body.get("capacityId")
        if not isinstance(name, str) or not 0 < len(name) <= 256:
            raise invalid("A workspace's name has 1 to 256 characters")
        if any(each.name.lower() == name.lower() for each in self._tenant.workspaces.values()):
            raise Refusal(409, "WorkspaceNameAlreadyExists", f"{name} is taken", guess=True)
        self._check_capacity(capacity)
        made = Workspace(str(uuid4()), name, "Admin", capacity)
        made.description = body.get("description") or ""
        self._tenant.workspaces[made.id] = made
        where = f"{self._tenant.base_url}/v1/workspaces/{made.id}"
        return JSONResponse(self._shown(made), 201, {"location": where})

    async def _assign(self, call: Call) -> Response:
        workspace = self._tenant.workspace(call.guid("ws"), write=True)
        capacity = (await call.body()).get("capacityId")
        self._check_capacity(capacity)
        workspace.capacity_id = capacity
        return Response(b"", 202)

    def _check_capacity(self, capacity: str | None) -> None:
        if capacity is not None and capacity not in self._tenant.capacities:
            raise Refusal(404, "CapacityNotFound", "There is no such capacity", guess=True)

    async def _capacities(self, call: Call) -> Response:
        state = "Active" if self._tenant.settings.capacity_active else "Inactive"
        found = [
            {"id": id_, "displayName": name, "sku": "F2", "region": REGION, "state": state}
            for id_, name in self._tenant.capacities.items()
        ]
        return page(call, found, self._tenant.settings.page_size)

    def _shown(self, workspace: Workspace) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "id": workspace.id,
            "displayName": workspace.name,
            "description": workspace.description,
            "type": workspace.type,
        }
        if workspace.capacity_id:
            shown |= {"capacityId": workspace.capacity_id, "capacityRegion": REGION}
        return shown

    async def _downstream(self, call: Call) -> Response:
        item = self._related(call)
        others = [each for each in self._tenant.items.values() if each.parent == item.id]
        return self._relations(item, [(item, child) for child in others])

    async def _upstream(self, call: Call) -> Response:
        item = self._related(call)
        parent = self._tenant.items.get(item.parent or "")
        return self._relations(item, [(parent, item)] if parent else [])

    def _related(self, call: Call) -> Item:
        if call.query.get("beta", "").lower() != "true":
            raise invalid("This is a beta: beta=true is required")
        return self._tenant.item(call.guid("ws"), call.guid("id"))

    def _relations(self, item: Item, pairs: list[tuple[Item, Item]]) -> Response:
        """The item asked about is always among them. Which end is which is a setting."""
        found = {each.id: each for pair in [(item, item), *pairs] for each in pair}
        edges = []
        for parent, child in pairs:
            ends = (parent.id, child.id)
            first, second = ends if self._tenant.settings.cascade_item_is_parent else ends[::-1]
            edges.append(
                {"itemId": first, "dependentOnItemId": second, "relationType": "CascadeDelete"}
            )
        workspace = self._tenant.workspaces[item.workspace_id]
        return JSONResponse(
            {
                "items": [
                    {
                        "id": each.id,
                        "type": each.type,
                        "displayName": each.name,
                        "workspaceId": each.workspace_id,
                    }
                    for each in found.values()
                ],
                "relations": edges,
                "workspaces": [{"id": workspace.id, "displayName": workspace.name}],
            }
        )
