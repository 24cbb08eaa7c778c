"""Work side by side, of which one failure ends all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

LAST_WORDS = 60.0


async def together(*works: Awaitable[Any], halted: asyncio.Event | None = None) -> None:
    """Ends when all have; raises what the first one that failed raised. Whoever wants their
    results gives tasks.

    Then ``halted`` is set, and the others get a minute to bring to an end what they have begun in
    Fabric, where it goes on anyway; without it they are cancelled at once. Cancelling this
    cancels all.
    """
    if not works:
        return
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, running = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        failed = next((task for task in tasks if task in done and task.exception()), None)
        if failed and halted and running:
            halted.set()
            await asyncio.wait(running, timeout=LAST_WORDS)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    if failed:
        await failed
