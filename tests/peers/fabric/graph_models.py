"""Graph models: definition, loading, jobs, and what queries need. (Fabric REST, graph model.)"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from peers.fabric import graph_model, graph_rules
from peers.fabric.calls import Call, Route
from peers.fabric.clock import iso
from peers.fabric.definitions import Part, platform, without_platform
from peers.fabric.faults import Fault
from peers.fabric.graph import Graph, load
from peers.fabric.jobs import Job, Jobs
from peers.fabric.kinds import Kind
from peers.fabric.operations import Due
from peers.fabric.refusals import Refusal, invalid
from peers.fabric.rules import Breach, of_stage, refuse
from peers.fabric.tenant import Item, Tenant, Workspace
from starlette.responses import JSONResponse, Response

_BASE = "/v1/workspaces/{ws}/graphModels/{id}"


class GraphModels(Kind):
    type = "GraphModel"
    collection = "graphModels"
    definition_format = "json"

    def __init__(self, tenant: Tenant, jobs: Jobs) -> None:
        super().__init__(tenant)
        self._jobs = jobs
        self.graphs: dict[str, Graph] = {}
        self.fresh: dict[str, int] = {}
        """How often the next query of a graph is told to ask again."""

    def routes(self) -> list[Route]:
        return [
            Route("POST", f"{_BASE}/jobs/refreshGraph/instances", self._refresh),
            Route("POST", "/v1/workspaces/{ws}/items/{id}/jobs/instances", self._refresh_by_type),
            Route("GET", f"{_BASE}/getQueryableGraphType", self._queryable_type),
        ]

    def clear(self) -> None:
        self.graphs.clear()
        self.fresh.clear()

    async def restore(self) -> None:
        """Fills the graphs again that were loaded before a restart."""
        for item in list(self.tenant.items.values()):
            if item.type == self.type and item.loaded:
                try:
                    self.graphs[item.id] = await asyncio.to_thread(self._load, item.loaded)
                except Refusal:  # its tables are gone
                    item.loaded = None

    def check_definition(self, workspace: Workspace, parts: Sequence[Part]) -> None:
        if self.tenant.settings.definition_errors == "response":
            self._check(without_platform(parts), workspace.id)

    async def make(self, call: Call, item: Item, parts: Sequence[Part] | None, due: Due) -> None:
        if parts is None:
            await due()
            return
        await self._take(call, item, parts, due)

    async def redefine(self, call: Call, item: Item, parts: Sequence[Part], due: Due) -> None:
        await self._take(call, item, parts, due)

    async def _take(self, call: Call, item: Item, parts: Sequence[Part], due: Due) -> None:
        """Saving a definition starts a load by itself."""
        own = without_platform(parts)
        await asyncio.to_thread(self._check, own, item.id)
        await due()
        item.parts = own
        self._start(item, call.fault("job-fails"))

    def definition(self, item: Item) -> list[Part]:
        return [platform(item), *(item.parts or [])]

    def properties(self, item: Item) -> dict[str, Any] | None:
        """Undocumented, and late: a hint."""
        if not self.tenant.settings.graph_properties:
            return None
        seen = self.tenant.clock.now() - self.tenant.settings.graph_properties_seconds
        jobs = [job for job in self._jobs.of(item) if job.started <= seen]
        if not jobs:
            return {"queryReadiness": "None", "lastDataLoadingStatus": {"status": "NotStarted"}}
        job = jobs[-1]
        known = job.status if job.ended is not None and job.ended <= seen else "InProgress"
        loading = {"status": known, "startTime": iso(job.started), "jobInstanceId": job.id}
        ready = "Full" if item.id in self.graphs and known == "Completed" else "None"
        return {"queryReadiness": ready, "lastDataLoadingStatus": loading}

    def graph(self, item: Item) -> Graph:
        """Raises Refusal while nothing is loaded."""
        if (graph := self.graphs.get(item.id)) is None:
            raise Refusal(500, "GraphIsNotLoaded", "The graph is not loaded.", retriable=True)
        return graph

    async def _refresh(self, call: Call) -> Response:
        workspace = self.tenant.working(call.guid("ws"), write=True)
        item = self.tenant.item(workspace.id, call.guid("id"), self.type)
        running = self._jobs.running(item)
        busy = self.tenant.settings.refresh_while_running
        if running and busy == "TooManyRequestsForJobs":
            raise Refusal(429, busy, "A refresh is running.", headers={"retry-after": "1"})
        if running:
            code = "JobInstanceStatusDeduped" if busy == "Deduped" else busy
            job = self._jobs.refused(item, "Deduped" if busy == "Deduped" else "Failed", code)
        else:
            job = self._start(item, call.fault("job-fails"))
        return self._jobs.accepted(job)

    async def _refresh_by_type(self, call: Call) -> Response:
        if call.query.get("jobType") != "RefreshGraph":
            raise Refusal(400, "InvalidJobType", "There is no such job type for this item.")
        return await self._refresh(call)

    def _start(self, item: Item, fault: Fault | None) -> Job:
        async def work(due: Due) -> None:
            parts = item.parts
            if not parts:
                await due()
                raise Refusal(400, "GraphNotRefreshable", "The item doesn't have valid content.")
            graph = await asyncio.to_thread(self._load, parts)
            await due()
            if fault:
                options = fault.options
                message = str(options.get("message", "The load was asked to fail."))
                raise Refusal(400, str(options.get("code", "InternalError")), message)
            self.graphs[item.id] = graph
            self.fresh[item.id] = self.tenant.settings.continuations
            item.loaded = parts

        return self._jobs.start(item, "Refresh", self.tenant.settings.refresh_seconds, work)

    def _load(self, parts: Sequence[Part]) -> Graph:
        model, found = self._breaches(parts)
        refuse(found, silent=self._strict())
        paths = {
            each.name: path
            for each in model.sources
            if (path := graph_rules.path_of(self.tenant, model, each.name))
        }
        return load(model, paths)

    def _check(self, parts: Sequence[Part], item_id: str) -> None:
        _, found = self._breaches(parts)
        related = {"resourceId": item_id, "resourceType": "GraphIndex"}
        refuse(of_stage(found, "request", "operation"), silent=self._strict(), related=related)

    def _breaches(self, parts: Sequence[Part]) -> tuple[graph_model.Model, list[Breach]]:
        refuse(graph_rules.about_parts(parts))
        try:
            model = graph_model.read(parts)
            return model, list(graph_rules.breaches(model, self.tenant))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            refuse([graph_rules.unreadable(error)])
            raise

    def _strict(self) -> bool:
        return self.tenant.settings.silent_rules == "refuse"

    async def _queryable_type(self, call: Call) -> Response:
        require_beta(call.query)
        workspace = self.tenant.working(call.guid("ws"))
        item = self.tenant.item(workspace.id, call.guid("id"), self.type)
        graph = self.graphs.get(item.id)
        return JSONResponse(graph.queryable_type()) if graph else Response(b"", 204)


def require_beta(query: Mapping[str, str]) -> None:
    """Older builds wanted ``preview``, which is still taken."""
    if "true" not in (query.get("beta", "").lower(), query.get("preview", "").lower()):
        raise invalid("This is a beta: beta=true is required")
