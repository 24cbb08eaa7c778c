"""Many items at once, in bounded pieces. Each item has a partition of its own, so none can share
a transaction."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from graph_query_api.stores.cosmos.shape import Item, item_of

CHUNK_DOCUMENTS = 256
CHUNK_BYTES = 4 << 20
AT_ONCE = 32

T = TypeVar("T")
R = TypeVar("R")


async def chunks(bodies: Iterable[dict[str, Any]]) -> AsyncIterator[list[Item]]:
    """Items ready to be sent; ``bodies`` is read in a thread."""
    rest = iter(bodies)
    while chunk := await asyncio.to_thread(_chunk, rest):
        yield chunk


def _chunk(bodies: Iterator[dict[str, Any]]) -> list[Item]:
    chunk: list[Item] = []
    size = 0
    for body in islice(bodies, CHUNK_DOCUMENTS):
        chunk.append(item_of(body))
        size += chunk[-1].size
        if size > CHUNK_BYTES:
            break
    return chunk


async def together(do: Callable[[T], Awaitable[R]], items: Sequence[T]) -> list[R]:
    """What ``do`` gives for each, some at once; the first failure stops the others."""
    rest = iter(items)
    results: list[R] = []

    async def worker() -> None:
        results.extend([await do(item) for item in rest])

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(AT_ONCE, len(items))):
                group.create_task(worker())
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return results
