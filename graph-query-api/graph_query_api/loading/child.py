"""Runs the loading process for the service: its events as they come, its end with ours."""

import asyncio
import contextlib
import json
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator
from typing import Any

from graph_query_api.loading.protocol import LoadRequest
from graph_query_api.process import PIPE_CLOSED, environment, python, wait_for_end

LOADER = "graph_query_api.loading"
LINE_BYTES = 64 << 20
"""A result with its manifest is one line; this only bounds what a faulty child could send."""

Event = tuple[str, dict[str, Any]]


class LoadingProcesses:
    """One process a load. One more is kept waiting, since a start with all engines takes as
    long as a small load."""

    def __init__(self) -> None:
        self._next: asyncio.Task[Process] | None = None
        self._closed = False

    def keep_ready(self) -> None:
        """Starts the process of the next load, unless one is waiting."""
        if self._next is None and not self._closed:
            self._next = asyncio.create_task(_start())

    async def events(self, request: LoadRequest) -> AsyncGenerator[Event, None]:
        """``progress`` events, then ``complete`` or ``error``, whatever becomes of the process.

        Closing the generator kills the process.
        """
        process = await self._take()
        try:
            assert process.stdin  # noqa: S101 - both were asked for
            assert process.stdout  # noqa: S101
            with contextlib.suppress(*PIPE_CLOSED):
                process.stdin.write(request.line())
                await process.stdin.drain()
            async for line in process.stdout:
                event = json.loads(line)
                yield event["event"], event["data"]
                if event["event"] != "progress":
                    return
            yield "error", _stopped(await process.wait())
        finally:
            await _end(process)
            self.keep_ready()

    async def aclose(self) -> None:
        self._closed = True
        if self._next:
            await _end(await self._next)

    async def _take(self) -> Process:
        waiting, self._next = self._next, None
        if waiting:
            process = await waiting
            if process.returncode is None:
                return process
            await _end(process)
        return await _start()


async def _start() -> Process:
    return await asyncio.create_subprocess_exec(
        *python(LOADER),
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        limit=LINE_BYTES,
        env=environment(),
    )


async def _end(process: Process) -> None:
    """Kills the process and waits until it is gone and its pipes are closed."""
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await wait_for_end(process)


def _stopped(code: int) -> dict[str, Any]:
    how = f"signal {-code}, {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
    detail = f"The loader stopped before its end ({how}). Nothing was replaced; load it again."
    return {"error": "Loader stopped", "detail": detail, "problems": []}
