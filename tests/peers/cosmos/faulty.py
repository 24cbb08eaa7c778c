"""A way to the server on which things go wrong: answers are lost, connections cut, requests held
back or refused. What goes wrong is set while it runs, from any thread."""

import asyncio
import io
import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import ClientSession, web
from yarl import URL

Kind = Literal["cut", "lose", "stall", "refuse"]
STARTING_SECONDS = 10
OF_THE_CONNECTION = {"host", "connection", "keep-alive", "transfer-encoding", "content-length"}


@dataclass(slots=True)
class Fault:
    """``operation`` is a regular expression for what ``operation_of`` says.

    cut: the connection ends before the server hears of the request. lose: it ends after the
    server has done it. stall: the request waits for ``seconds``. refuse: the server does not
    hear of it; the answer has ``status``, ``substatus``, and ``seconds`` to wait.
    """

    kind: Kind
    operation: str = ""
    times: int = 1 << 60
    every: int = 1
    """Of the requests that match, this one strikes each second, third, …"""
    seconds: float = 0
    status: int = 503
    substatus: int = 0
    seen: int = 0
    hits: int = 0

    def strikes(self, operation: str) -> bool:
        if self.hits >= self.times or not re.search(self.operation, operation):
            return False
        self.seen += 1
        if self.seen % self.every:
            return False
        self.hits += 1
        return True

    def answer(self) -> web.Response:
        return web.Response(
            status=self.status,
            headers={
                "x-ms-substatus": str(self.substatus),
                "x-ms-retry-after-ms": str(int(self.seconds * 1000)),
            },
            text=json.dumps({"code": "Fault", "message": "This was asked for by a test."}),
            content_type="application/json",
        )


@dataclass
class Faulty:
    endpoint: str = ""
    faults: list[Fault] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    """What was asked for, in the order of arrival: see ``operation_of``."""

    def add(self, fault: Fault) -> Fault:
        self.faults = [*self.faults, fault]
        return fault

    def clear(self) -> None:
        self.faults = []

    def next_fault(self, operation: str) -> Fault | None:
        return next((each for each in self.faults if each.strikes(operation)), None)


def operation_of(method: str, path: str, headers: Mapping[str, str]) -> str:
    """``POST docs``, ``QUERY docs``, ``GET colls``, ``POST dbs``, ``GET account`` …"""
    if headers.get("content-type") == "application/query+json":
        method = "QUERY"
    words = path.strip("/").split("/")
    kinds = [word for word in words[::2] if word]
    return f"{method} {kinds[-1] if kinds else 'account'}"


@contextmanager
def faulty(upstream: str) -> Iterator[Faulty]:
    """In a thread of its own, for tests that have a loop and for tests that have none."""
    state = Faulty()
    ready = threading.Event()
    ends: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def serve() -> None:
        ended = asyncio.Event()
        ends.append((asyncio.get_running_loop(), ended))
        async with ClientSession(auto_decompress=False) as session:
            handler = _Forwarder(state, upstream, session).handle
            runner = web.ServerRunner(web.Server(handler), shutdown_timeout=0.1)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            state.endpoint = f"http://127.0.0.1:{runner.addresses[0][1]}/"
            ready.set()
            await ended.wait()
            await runner.cleanup()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    if not ready.wait(STARTING_SECONDS):
        raise RuntimeError("The way to the server did not open")
    try:
        yield state
    finally:
        loop, ended = ends[0]
        loop.call_soon_threadsafe(ended.set)
        thread.join(STARTING_SECONDS)


class _Forwarder:
    def __init__(self, state: Faulty, upstream: str, session: ClientSession) -> None:
        self._state = state
        self._upstream = upstream.rstrip("/")
        self._session = session

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        operation = operation_of(request.method, request.path, request.headers)
        self._state.requests.append(operation)
        fault = self._state.next_fault(operation)
        match fault.kind if fault else None:
            case "cut":
                return _cut(request)
            case "lose":
                await self._forwarded(request)
                return _cut(request)
            case "refuse" if fault:
                await request.read()
                return fault.answer()
            case "stall" if fault:
                await asyncio.sleep(fault.seconds)
        return await self._forwarded(request)

    async def _forwarded(self, request: web.BaseRequest) -> web.Response:
        sent = {k: v for k, v in request.headers.items() if k.lower() not in OF_THE_CONNECTION}
        body = io.BytesIO(await request.read())
        url = URL(self._upstream + request.raw_path, encoded=True)
        async with self._session.request(request.method, url, headers=sent, data=body) as answer:
            given = {k: v for k, v in answer.headers.items() if k.lower() not in OF_THE_CONNECTION}
            return web.Response(status=answer.status, headers=given, body=await answer.read())


def _cut(request: web.BaseRequest) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response()
