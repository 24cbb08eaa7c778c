"""A stand-in for Cosmos DB for Gremlin: a graph, its wire, and knobs for what shall go wrong."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any

from aiohttp import web
from peers.gremlin.fake.connection import Connection, Facts, World
from peers.gremlin.fake.elements import Elements
from peers.gremlin.fake.knobs import Budget, Knobs


class Fake(World):
    """One graph. ``knobs`` may be turned at any time."""

    def __init__(self, **knobs: Any) -> None:
        self.knobs = Knobs()
        self.knobs.set(**knobs)
        self.reset()

    def reset(self) -> None:
        self.elements = Elements(self.knobs.partition_key)
        self.facts = Facts()
        self.budget = Budget(self.knobs)

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes(
            [
                web.get("/", self._socket),
                web.get("/gremlin", self._socket),
                web.patch("/control/knobs", self._turn),
                web.get("/control/elements", self._elements),
                web.get("/control/facts", self._facts),
                web.post("/control/reset", self._reset),
            ]
        )
        return app

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=10 << 20)
        await socket.prepare(request)
        self.facts.connections += 1
        await Connection(self, socket, request).run()
        return socket

    async def _turn(self, request: web.Request) -> web.Response:
        try:
            self.knobs.set(**await request.json())
        except (TypeError, ValueError) as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        return web.json_response({"set": True})

    async def _elements(self, _: web.Request) -> web.Response:
        return web.json_response(self.elements.snapshot())

    async def _facts(self, _: web.Request) -> web.Response:
        return web.json_response({**asdict(self.facts), "scripts": len(self.facts.scripts)})

    async def _reset(self, _: web.Request) -> web.Response:
        self.reset()
        return web.json_response({"reset": True})


@asynccontextmanager
async def serving(fake: Fake, port: int = 0) -> AsyncIterator[str]:
    """Its endpoint."""
    runner = web.AppRunner(fake.app(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        yield f"ws://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()
