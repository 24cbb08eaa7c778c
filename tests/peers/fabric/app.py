"""The stand-in's hosts, put together."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from peers.fabric.admin import Admin
from peers.fabric.calls import Call, Route
from peers.fabric.graph_models import GraphModels
from peers.fabric.hosts import Host
from peers.fabric.items import Items
from peers.fabric.jobs import Jobs
from peers.fabric.kinds import Eventhouses, KqlDatabases, SqlEndpoints
from peers.fabric.lakehouses import Lakehouses
from peers.fabric.log import Log
from peers.fabric.onelake import OneLake
from peers.fabric.onelake_files import OneLakeFiles
from peers.fabric.ontologies import Ontologies
from peers.fabric.operations import Operations
from peers.fabric.queries import Queries
from peers.fabric.quota import Quota
from peers.fabric.refusals import entra_error, fabric_error, storage_error
from peers.fabric.settings import Settings
from peers.fabric.tenant import Tenant
from peers.fabric.tokens import FABRIC, POWER_BI, STORAGE, Tokens
from peers.fabric.workspaces import Workspaces
from starlette.responses import JSONResponse, Response


class StandIn:
    """Keeps what it holds in ``directory``, and goes on from there after a restart."""

    def __init__(self, directory: Path, settings: Settings) -> None:
        self.tenant = Tenant(directory, settings)
        self.log = Log()
        self._files = OneLakeFiles(self.tenant.onelake, directory / "pending")
        self._state = directory / "state.json"
        self._operations = Operations(self.tenant)
        self._jobs = Jobs(self.tenant)
        self._models = GraphModels(self.tenant, self._jobs)
        self._queries = Queries(self.tenant, self._models)
        tokens = Tokens(self.tenant)
        self.fabric = Front(
            Host("admin", self.tenant, Log(), self._admin().routes(), fabric_error),
            Host("login", self.tenant, self.log, tokens.routes(), entra_error),
            Host(
                "fabric",
                self.tenant,
                self.log,
                self._routes(),
                fabric_error,
                lambda request: tokens.check(request, (FABRIC, POWER_BI), storage=False),
                Quota(self.tenant),
            ),
        )
        self.onelake = Host(
            "onelake",
            self.tenant,
            self.log,
            OneLake(self.tenant, self._files).routes(),
            storage_error,
            lambda request: tokens.check(request, (STORAGE,), storage=True),
        )
        self.foreign = Host(
            "foreign", self.tenant, self.log, [Route("*", "/{*}", _foreign)], fabric_error
        )

    def listen(self, base_url: str, onelake_url: str, foreign_url: str) -> None:
        self.tenant.base_url, self.tenant.onelake_url = base_url, onelake_url
        self.fabric.service.foreign_url = foreign_url

    async def start(self) -> None:
        if self._state.exists():
            self.tenant.restore(self._state.read_text())
            await self._models.restore()

    async def keep(self) -> None:
        """Writes what changed every other second, until it is cancelled."""
        last = ""
        while True:
            await asyncio.sleep(2)
            if (text := self.tenant.dump()) != last:
                last = text
                await asyncio.to_thread(self.save)

    def save(self) -> None:
        new = self._state.with_suffix(".new")
        new.write_text(self.tenant.dump())
        new.replace(self._state)

    async def stop(self) -> None:
        await self._operations.forget()
        await self._jobs.forget()
        self.save()

    async def _forget(self) -> None:
        await self._operations.forget()
        await self._jobs.forget()
        self._models.clear()
        self._queries.clear()
        self._files.clear()

    def _admin(self) -> Admin:
        return Admin(self.tenant, self.log, self._forget)

    def _routes(self) -> list[Route]:
        lakehouses = Lakehouses(self.tenant, self._operations)
        kinds = (
            lakehouses,
            self._models,
            Ontologies(self.tenant),
            Eventhouses(self.tenant),
            KqlDatabases(self.tenant),
            SqlEndpoints(self.tenant),
        )
        parts: Sequence[list[Route]] = (
            self._operations.routes(),
            self._jobs.routes(),
            Workspaces(self.tenant).routes(),
            lakehouses.routes(),
            self._models.routes(),
            self._queries.routes(),
            Items(self.tenant, self._operations, kinds).routes(),
        )
        return [route for routes in parts for route in routes]


class Front:
    """One address for Fabric, Entra and what tests switch."""

    def __init__(self, admin: Host, login: Host, service: Host) -> None:
        self._admin = admin
        self._login = login
        self.service = service

    async def __call__(self, scope, receive, send) -> None:  # type: ignore[no-untyped-def]
        path = scope.get("path", "").lower()
        if path.startswith("/_admin/"):
            host = self._admin
        else:
            host = self.service if path.startswith("/v1/") else self._login
        await host(scope, receive, send)


async def _foreign(_call: Call) -> Response:
    """Looks like an operation that went well: nobody should ask."""
    return JSONResponse({"status": "Succeeded", "percentComplete": 100, "error": None})
