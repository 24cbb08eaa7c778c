"""Asking graphs. (Graph in Microsoft Fabric: GQL query API.)

A query that takes long is answered with a token; the caller asks again with it in the address and
the same body. A token in the body is passed over, and the query begins anew.
"""

import asyncio
import secrets
from dataclasses import dataclass

from peers.fabric.calls import Call, Route
from peers.fabric.gql.answer import answer, waiting
from peers.fabric.gql.problems import QueryTimeout
from peers.fabric.graph_models import GraphModels, require_beta
from peers.fabric.refusals import Refusal, invalid
from peers.fabric.tenant import Item, Tenant
from starlette.responses import JSONResponse, Response


@dataclass
class Running:
    item_id: str
    query: str
    left: int
    """How often it is still told to ask again."""
    rows: int | None


class Queries:
    def __init__(self, tenant: Tenant, models: GraphModels) -> None:
        self._tenant = tenant
        self._models = models
        self._running: dict[str, Running] = {}

    def routes(self) -> list[Route]:
        path = "/v1/workspaces/{ws}/graphModels/{id}/executeQuery"
        return [Route("POST", path, self._execute)]

    def clear(self) -> None:
        self._running.clear()

    async def _execute(self, call: Call) -> Response:
        require_beta(call.query)
        workspace = self._tenant.working(call.guid("ws"))
        item = self._tenant.item(workspace.id, call.guid("id"), "GraphModel")
        query = (await call.body()).get("query")
        if not isinstance(query, str):
            raise invalid("The body has no query")
        self._models.graph(item)
        running = self._resumed(call, item, query) or self._begun(call, item, query)
        if running.left > 0:
            running.left -= 1
            return JSONResponse(waiting(self._token(running)))
        return await self._answered(item, running)

    def _begun(self, call: Call, item: Item, query: str) -> Running:
        again, cut = call.fault("continue"), call.fault("truncate")
        times = self._models.fresh.pop(item.id, 0)
        if again:
            times = int(again.options.get("polls", 1))
        rows = int(cut.options.get("rows", 1)) if cut else None
        return Running(item.id, query, times, rows)

    def _resumed(self, call: Call, item: Item, query: str) -> Running | None:
        token = call.query.get("continuationToken")
        if not token:
            return None
        running = self._running.pop(token, None)
        if running is None or (running.item_id, running.query) != (item.id, query):
            raise invalid("The continuation token is not one of this query's")
        return running

    def _token(self, running: Running) -> str:
        token = f"{secrets.token_urlsafe(24)}+/=%2B"
        self._running[token] = running
        return token

    async def _answered(self, item: Item, running: Running) -> Response:
        settings = self._tenant.settings
        try:
            found = await asyncio.to_thread(
                answer,
                self._models.graph(item),
                running.query,
                seconds=settings.query_seconds,
                most_bytes=settings.max_result_bytes,
                most_rows=running.rows,
            )
        except QueryTimeout:
            raise Refusal(408, "QueryTimeout", "The query ran too long.") from None
        return JSONResponse(found)
