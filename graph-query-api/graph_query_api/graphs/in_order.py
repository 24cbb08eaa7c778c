"""Several calls at a time, their results in the order of the calls."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable
from typing import Any, TypeVar

T = TypeVar("T")


async def in_order(
    calls: Iterable[Callable[[], Coroutine[Any, Any, T]]], width: int
) -> AsyncGenerator[T, None]:
    """At most ``width`` calls or results that nobody has taken yet; closing it ends them."""
    running: deque[asyncio.Task[T]] = deque()
    try:
        for call in calls:
            running.append(asyncio.create_task(call()))
            if len(running) == width:
                yield await running[0]
                running.popleft()
        while running:
            yield await running[0]
            running.popleft()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
