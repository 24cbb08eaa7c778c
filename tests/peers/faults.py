"""What goes wrong on the way to a server, set while it runs, from any thread."""

import asyncio
import random
import re
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web

Kind = Literal["cut", "lose", "stall", "refuse"]
STARTING_SECONDS = 10


@dataclass(slots=True)
class Fault:
    """``operation`` is a regular expression for what the way calls a request.

    cut: the connection ends before the server hears of the request. lose: it ends after the
    server has done it. stall: the request waits for ``seconds``. refuse: the server does not
    hear of it; the answer has ``status``, ``substatus``, and ``seconds`` to wait.
    """

    kind: Kind
    operation: str = ""
    times: int = 1 << 60
    every: int = 1
    """Of the requests that match, this one strikes each second, third, …"""
    rate: float = 1.0
    """… and of those so many, at random."""
    seconds: float = 0
    status: int = 503
    substatus: int = 0
    dice: random.Random = field(default_factory=random.Random)
    seen: int = 0
    hits: int = 0

    def strikes(self, operation: str) -> bool:
        if self.hits >= self.times or not re.search(self.operation, operation):
            return False
        self.seen += 1
        if self.seen % self.every or self.dice.random() >= self.rate:
            return False
        self.hits += 1
        return True


@dataclass
class Faulty:
    endpoint: str = ""
    faults: list[Fault] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    """What was asked for, in the order of arrival."""
    held_back: int = 0
    """Requests that wait on the way. They will arrive, whoever has gone away meanwhile."""

    def add(self, fault: Fault) -> Fault:
        self.faults = [*self.faults, fault]
        return fault

    def clear(self) -> None:
        self.faults = []

    @asynccontextmanager
    async def stalled(self, fault: Fault) -> AsyncIterator[None]:
        """Within, the request arrives."""
        self.held_back += 1
        try:
            await asyncio.sleep(fault.seconds)
            yield
        finally:
            self.held_back -= 1

    def next_fault(self, operation: str) -> Fault | None:
        """What strikes this request, which is noted."""
        self.requests.append(operation)
        return next((each for each in self.faults if each.strikes(operation)), None)


Handler = Callable[[web.BaseRequest], Any]


@contextmanager
def in_a_thread(handler: AbstractAsyncContextManager[Handler]) -> Iterator[int]:
    """Serves in a thread of its own, for tests that have a loop and for tests that have none.
    Gives the port."""
    ready = threading.Event()
    ports: list[int] = []
    ends: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def serve() -> None:
        ended = asyncio.Event()
        ends.append((asyncio.get_running_loop(), ended))
        async with handler as handle, _served(handle) as port:
            ports.append(port)
            ready.set()
            await ended.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    if not ready.wait(STARTING_SECONDS):
        raise RuntimeError("The way to the server did not open")
    try:
        yield ports[0]
    finally:
        loop, ended = ends[0]
        loop.call_soon_threadsafe(ended.set)
        thread.join(STARTING_SECONDS)


@asynccontextmanager
async def _served(handle: Handler) -> AsyncIterator[int]:
    runner = web.ServerRunner(web.Server(handle), shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


def cut(request: web.BaseRequest) -> None:
    """Without a word, as when a cable is pulled."""
    if request.transport:
        request.transport.abort()
