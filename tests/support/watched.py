"""A service in front of another that tells when which request was under way."""

import asyncio
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

JOB = re.compile(rb'name="job_id"\r\n\r\n([^\r]+)\r\n')
SKIPPED = {"host", "transfer-encoding", "content-length", "connection", "content-encoding"}


@dataclass
class Interval:
    """A request to a step's endpoint, by this machine's monotonic clock."""

    job: str
    slot: str
    began: float
    ended: float = field(default=float("inf"))

    def meets(self, other: "Interval") -> bool:
        return self.began < other.ended and other.began < self.ended


@dataclass
class Watched:
    url: str
    intervals: list[Interval]


@contextmanager
def watched(target: str) -> Iterator[Watched]:
    """Passes everything on to ``target``; of uploads of parts it keeps the intervals."""
    intervals: list[Interval] = []
    started = threading.Event()
    found: list[str] = []
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with aiohttp.ClientSession(
            auto_decompress=False, timeout=aiohttp.ClientTimeout(total=None)
        ) as session:

            async def handle(request: web.Request) -> web.StreamResponse:
                return await _passed_on(session, target, request, intervals)

            app = web.Application(client_max_size=1 << 40)
            app.router.add_route("*", "/{path:.*}", handle)
            runner = web.AppRunner(app, handler_cancellation=True, access_log=None)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            host, port = runner.addresses[0][:2]
            found.append(f"http://{host}:{port}")
            started.set()
            try:
                await asyncio.Event().wait()
            finally:
                await runner.cleanup()

    task = loop.create_task(serve())
    thread = threading.Thread(target=_run, args=(loop, task))
    thread.start()
    try:
        assert started.wait(10)
        yield Watched(found[0], intervals)
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(10)


def _run(loop: asyncio.AbstractEventLoop, task: "asyncio.Task[None]") -> None:
    try:
        loop.run_until_complete(task)
    except asyncio.CancelledError:
        pass
    finally:
        loop.close()


async def _passed_on(
    session: aiohttp.ClientSession, target: str, request: web.Request, intervals: list[Interval]
) -> web.StreamResponse:
    body = await request.read()
    interval = None
    if request.path.startswith("/query/upload/"):
        job = JOB.search(body)
        slot = request.path.rsplit("/", 1)[1]
        interval = Interval(job[1].decode() if job else "", slot, time.monotonic())
        intervals.append(interval)
    headers = {k: v for k, v in request.headers.items() if k.lower() not in SKIPPED}
    try:
        async with session.request(
            request.method, target + request.raw_path, headers=headers, data=body or None
        ) as answer:
            kept = {k: v for k, v in answer.headers.items() if k.lower() not in SKIPPED}
            response = web.StreamResponse(status=answer.status, headers=kept)
            await response.prepare(request)
            with suppress(ConnectionError):  # who asked has gone
                async for piece in answer.content.iter_any():
                    await response.write(piece)
                await response.write_eof()
            return response
    except aiohttp.ClientConnectorError:  # it does not listen yet: nor do we
        if request.transport:
            request.transport.abort()
        return web.Response()
    finally:
        if interval:
            interval.ended = time.monotonic()
