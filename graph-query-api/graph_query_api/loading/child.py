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


async def load_events(request: LoadRequest) -> AsyncGenerator[Event, None]:
    """``progress`` events, then ``complete`` or ``error``, whatever becomes of the process.

    Closing the generator kills the process.
    """
    process = await asyncio.create_subprocess_exec(
        *python(LOADER),
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        limit=LINE_BYTES,
        env=environment(),
    )
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


async def _end(process: Process) -> None:
    """Kills the process and waits until it is gone and its pipes are closed."""
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await wait_for_end(process)


def _stopped(code: int) -> dict[str, Any]:
    how = f"signal {-code}, {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
    detail = f"The loader stopped before its end ({how}). Nothing was replaced; load it again."
    return {"error": "Loader stopped", "detail": detail, "problems": []}
