"""Child processes that do one task each: their events as they come, their end with ours."""

import asyncio
import contextlib
import json
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, Mapping
from typing import Any

from service_kit.process import PIPE_CLOSED, environment, python, wait_for_end

LINE_BYTES = 64 << 20
"""A result is one line; this only bounds what a faulty child could send."""

Event = tuple[str, dict[str, Any]]


class ChildStopped(Exception):
    """The process ended without a last word. The message says how."""


class ChildProcesses:
    """One process a task, each running ``module``, which answers with ``child_side.serve``.

    One more is kept waiting, since a start with all engines takes as long as a small task.
    """

    def __init__(self, module: str) -> None:
        self._module = module
        self._next: asyncio.Task[Process] | None = None
        self._closed = False

    def keep_ready(self) -> None:
        """Starts the process of the next task, unless one is waiting."""
        if self._next is None and not self._closed:
            self._next = asyncio.create_task(self._start())

    async def events(self, request: Mapping[str, Any]) -> AsyncGenerator[Event, None]:
        """``progress`` events, then ``complete`` or ``error``. Raises ChildStopped.

        Closing the generator kills the process.
        """
        process = await self._take()
        try:
            assert process.stdin  # noqa: S101 - both were asked for
            assert process.stdout  # noqa: S101
            with contextlib.suppress(*PIPE_CLOSED):
                process.stdin.write(json.dumps(request).encode() + b"\n")
                await process.stdin.drain()
            async for line in process.stdout:
                event = json.loads(line)
                yield event["event"], event["data"]
                if event["event"] != "progress":
                    return
            raise ChildStopped(_how(await process.wait()))
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
        return await self._start()

    async def _start(self) -> Process:
        return await asyncio.create_subprocess_exec(
            *python(self._module),
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


def _how(code: int) -> str:
    return f"signal {-code}, {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
