"""Loops are scheduled here and do their work elsewhere."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from app.errors import StoreUnavailable

log = structlog.get_logger()

LONGEST_PAUSE = 10.0


async def repeat(
    work: Callable[[], Awaitable[object]], seconds: float, *, wake: asyncio.Event | None = None
) -> None:
    """Calls ``work`` for ever, ``seconds`` apart or when woken.

    While it fails the pauses grow, so that a store which is down is not beaten; the
    first failure of a row is logged.
    """
    wake = wake or asyncio.Event()
    pause, failing = seconds, False
    while True:
        try:
            await work()
        except Exception as error:  # a loop that dies would leave jobs to nobody
            if not failing:
                name = getattr(work, "__qualname__", "work")
                expected = isinstance(error, StoreUnavailable)
                log.warning("loop failing", work=name, cause=str(error), exc_info=not expected)
            pause, failing = min(pause * 2, max(LONGEST_PAUSE, seconds)), True
        else:
            pause, failing = seconds, False
        try:
            async with asyncio.timeout(pause):
                await wake.wait()
        except TimeoutError:
            continue
        wake.clear()
