"""What tests and people may switch while it runs. Not part of Fabric."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from peers.fabric import faults
from peers.fabric.calls import Call, Route
from peers.fabric.faults import Fault
from peers.fabric.log import Log
from peers.fabric.refusals import Refusal
from peers.fabric.rules import RULES
from peers.fabric.tenant import Tenant, Workspace, seeded
from starlette.responses import JSONResponse, Response


class Admin:
    def __init__(self, tenant: Tenant, log: Log, forget: Callable[[], Awaitable[None]]) -> None:
        self._tenant = tenant
        self._log = log
        self._forget = forget

    def routes(self) -> list[Route]:
        return [
            Route("POST", "/_admin/reset", self._reset),
            Route("GET", "/_admin/settings", self._settings),
            Route("PATCH", "/_admin/settings", self._set),
            Route("GET", "/_admin/faults", self._faults),
            Route("POST", "/_admin/faults", self._add_faults),
            Route("DELETE", "/_admin/faults", self._no_faults),
            Route("GET", "/_admin/kinds", self._kinds),
            Route("GET", "/_admin/rules", self._rules),
            Route("GET", "/_admin/clock", self._time),
            Route("POST", "/_admin/clock", self._adjust),
            Route("GET", "/_admin/requests", self._requests),
            Route("DELETE", "/_admin/requests", self._no_requests),
            Route("POST", "/_admin/workspaces", self._add_workspace),
            Route("POST", "/_admin/items", self._add_item),
            Route("POST", "/_admin/names", self._hold_name),
        ]

    async def _reset(self, _call: Call) -> Response:
        """As it was after the start: seeds and the settings given there."""
        await self._forget()
        self._tenant.clear()
        self._log.clear()
        return JSONResponse({})

    async def _settings(self, _call: Call) -> Response:
        return JSONResponse(self._tenant.settings.as_dict())

    async def _set(self, call: Call) -> Response:
        try:
            self._tenant.settings = self._tenant.settings.changed(await call.body())
        except ValueError as error:
            raise _wrong(error) from None
        return await self._settings(call)

    async def _faults(self, _call: Call) -> Response:
        return JSONResponse({"faults": [fault.as_dict() for fault in self._tenant.faults.all]})

    async def _add_faults(self, call: Call) -> Response:
        try:
            added = [Fault.from_dict(each) for each in (await call.body())["faults"]]
        except (KeyError, TypeError, ValueError, re.error) as error:
            raise _wrong(error) from None
        self._tenant.faults.all += added
        return JSONResponse({"faults": [fault.as_dict() for fault in added]})

    async def _no_faults(self, _call: Call) -> Response:
        self._tenant.faults.all.clear()
        return JSONResponse({})

    async def _kinds(self, _call: Call) -> Response:
        return JSONResponse({"instead": faults.INSTEAD, "beside": faults.BESIDE})

    async def _rules(self, _call: Call) -> Response:
        return JSONResponse({"rules": [asdict(rule) for rule in RULES.values()]})

    async def _time(self, _call: Call) -> Response:
        return JSONResponse({"now": self._tenant.clock.now(), "speed": self._tenant.clock.speed})

    async def _adjust(self, call: Call) -> Response:
        body = await call.body()
        self._tenant.clock.adjust(speed=body.get("speed"), advance=float(body.get("advance", 0)))
        return await self._time(call)

    async def _requests(self, call: Call) -> Response:
        entries = self._log.since(int(call.query.get("since", "0")))
        pattern = re.compile(call.query.get("path", ""), re.IGNORECASE)
        return JSONResponse(
            {"requests": [each for each in entries if pattern.search(each["path"])]}
        )

    async def _no_requests(self, _call: Call) -> Response:
        self._log.clear()
        return JSONResponse({})

    async def _add_workspace(self, call: Call) -> Response:
        body = {"capacity_id": seeded("capacity"), **await call.body()}
        body.setdefault("id", seeded(body["name"]))
        workspace = Workspace(**body)
        self._tenant.workspaces[workspace.id] = workspace
        return JSONResponse(asdict(workspace))

    async def _add_item(self, call: Call) -> Response:
        """An item as it stands there: workspace_id, type, name, generation, schemas, …"""
        return JSONResponse(asdict(self._tenant.make(**_typed(await call.body()))))

    async def _hold_name(self, call: Call) -> Response:
        body = await call.body()
        names = (body["workspace_id"], body["type"], body["name"])
        self._tenant.reserve(*names, float(body.get("seconds", 60)))
        return JSONResponse({})


def _typed(body: dict[str, Any]) -> dict[str, Any]:
    return {"type_" if name == "type" else name: value for name, value in body.items()}


def _wrong(error: Exception) -> Refusal:
    return Refusal(400, "WrongRequest", f"{type(error).__name__}: {error}")
