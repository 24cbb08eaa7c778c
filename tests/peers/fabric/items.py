"""Items of every type: create, find, change, delete, definitions. (Fabric REST, items.)"""

from collections.abc import Sequence
from functools import partial
from typing import Any

from peers.fabric import definitions
from peers.fabric.calls import Call, Handler, Route, page
from peers.fabric.kinds import Kind
from peers.fabric.operations import Due, Operations
from peers.fabric.refusals import Refusal
from peers.fabric.rules import refuse
from peers.fabric.tenant import Item, Tenant, Workspace
from starlette.responses import JSONResponse, Response

_ITEMS = "/v1/workspaces/{ws}/items"


class Items:
    def __init__(self, tenant: Tenant, operations: Operations, kinds: Sequence[Kind]) -> None:
        self._tenant = tenant
        self._operations = operations
        self._kinds = {kind.type: kind for kind in kinds}

    def routes(self) -> list[Route]:
        found = self._of(_ITEMS, None)
        for kind in self._kinds.values():
            found += self._of(f"/v1/workspaces/{{ws}}/{kind.collection}", kind)
        return found

    def _of(self, base: str, kind: Kind | None) -> list[Route]:
        def route(method: str, rest: str, handler: Any) -> Route:
            bound: Handler = partial(handler, kind)
            return Route(method, base + rest, bound)

        return [
            route("GET", "", self._list),
            route("POST", "", self._create),
            route("GET", "/{id}", self._get),
            route("PATCH", "/{id}", self._patch),
            route("DELETE", "/{id}", self._delete),
            route("POST", "/{id}/getDefinition", self._definition),
            route("POST", "/{id}/updateDefinition", self._redefine),
            route("POST", "/{id}/move", self._move),
        ]

    async def _list(self, kind: Kind | None, call: Call) -> Response:
        workspace = self._tenant.workspace(call.guid("ws"))
        type_ = kind.type if kind else call.query.get("type")
        if type_ is not None and type_ not in self._kinds:
            raise Refusal(400, "InvalidItemType", f"There is no type {type_}")
        found = self._tenant.listed(workspace.id, type_)
        shown = [
            self._kinds[item.type].detailed(item) if kind else self._kinds[item.type].as_dict(item)
            for item in found
        ]
        return page(call, shown, self._tenant.settings.page_size)

    async def _create(self, kind: Kind | None, call: Call) -> Response:
        body = await call.body()
        workspace = self._tenant.working(call.guid("ws"), write=True)
        kind = kind or self._kinds.get(str(body.get("type")))
        if kind is None:
            raise Refusal(400, "InvalidItemType", f"There is no type {body.get('type')!r}")
        kind.check(body)
        parts = None
        if body.get("definition") is not None:
            parts = self._read(kind, workspace, body)
        self._tenant.claim(workspace.id, kind.type, body["displayName"])
        item = self._place(kind, call, workspace, body)

        async def work(due: Due) -> dict[str, Any]:
            try:
                await kind.make(call, item, parts, due)
            except BaseException:
                self._tenant.remove(item, reserve=False)
                raise
            shown = kind.as_dict(item)
            if call.fault("no-id"):
                del shown["id"]
            return shown

        if self._tenant.settings.create_status == 201:
            shown = await work(_at_once)
            where = f"{self._tenant.base_url}{call.request.url.path}/{item.id}"
            return JSONResponse(shown, 201, {"location": where})
        return self._operations.start(call, kind.seconds(), work)

    def _place(self, kind: Kind, call: Call, workspace: Workspace, body: dict[str, Any]) -> Item:
        late = call.fault("late-in-list")
        wait = float(late.options.get("seconds", 5)) if late else 0.0
        item = self._tenant.make(
            workspace.id,
            kind.type,
            body["displayName"],
            description=body.get("description") or "",
            folder_id=body.get("folderId"),
            listed_from=self._tenant.clock.now() + wait,
        )
        try:
            kind.fill(item, body)
        except Refusal:
            self._tenant.remove(item, reserve=False)
            raise
        return item

    def _read(self, kind: Kind, workspace: Workspace, body: dict[str, Any]) -> list[dict[str, str]]:
        parts = definitions.read(body.get("definition"), kind.type, kind.definition_format)
        kind.check_definition(workspace, parts)
        return parts

    def _item(self, kind: Kind | None, call: Call, *, write: bool = False) -> tuple[Kind, Item]:
        workspace = self._tenant.workspace(call.guid("ws"), write=write)
        item = self._tenant.item(workspace.id, call.guid("id"), kind.type if kind else None)
        return self._kinds[item.type], item

    async def _get(self, kind: Kind | None, call: Call) -> Response:
        own, item = self._item(kind, call)
        return JSONResponse(own.detailed(item) if kind else own.as_dict(item))

    async def _patch(self, kind: Kind | None, call: Call) -> Response:
        own, item = self._item(kind, call, write=True)
        body = await call.body()
        name = body.get("displayName", item.name)
        refuse(own.check_name(name, body.get("description")))
        if name.lower() != item.name.lower():
            self._tenant.claim(item.workspace_id, item.type, name)
        item.name = name
        item.description = body.get("description", item.description)
        return JSONResponse(own.detailed(item) if kind else own.as_dict(item))

    async def _delete(self, kind: Kind | None, call: Call) -> Response:
        _, item = self._item(kind, call, write=True)
        self._tenant.remove(item)
        return Response(b"", 200)

    async def _move(self, kind: Kind | None, call: Call) -> Response:
        own, item = self._item(kind, call, write=True)
        item.folder_id = (await call.body()).get("targetFolderId")
        return JSONResponse({"value": [own.as_dict(item)]})

    async def _definition(self, kind: Kind | None, call: Call) -> Response:
        own, item = self._item(kind, call, write=True)
        self._tenant.working(item.workspace_id, write=True)

        async def work(due: Due) -> dict[str, Any]:
            await due()
            return definitions.as_dict(own.definition(item), own.definition_format)

        if self._tenant.settings.definition_status == 200:
            return JSONResponse(await work(_at_once))
        return self._operations.start(call, self._tenant.settings.item_seconds, work)

    async def _redefine(self, kind: Kind | None, call: Call) -> Response:
        own, item = self._item(kind, call, write=True)
        workspace = self._tenant.working(item.workspace_id, write=True)
        body = await call.body()
        parts = self._read(own, workspace, body)

        async def work(due: Due) -> None:
            await own.redefine(call, item, parts, due)
            if call.query.get("updateMetadata", "").lower() == "true":
                about = definitions.metadata(parts)
                item.name = about.get("displayName", item.name)
                item.description = about.get("description", item.description)

        if self._tenant.settings.definition_status == 200:
            await work(_at_once)
            return Response(b"", 200)
        return self._operations.start(call, own.seconds(), work)


async def _at_once() -> None:
    return
