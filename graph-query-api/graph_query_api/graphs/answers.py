"""How a store that is reached by network answers: in turns, within its time, onto a spool."""

import asyncio
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Callable,
    Coroutine,
    Iterable,
    Sequence,
)
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

from graph_query_api.errors import QueryBusy, QueryTooLarge
from graph_query_api.graphs.in_order import in_order
from graph_query_api.spool import Spool

TOPOLOGY_BYTES = 1 << 30

Calls = Iterable[Callable[[], Coroutine[Any, Any, Sequence[str]]]]
"""Each gives some items as JSON."""


class Turns:
    """So many questions of all callers at a time; who waits too long gets QueryBusy."""

    def __init__(self, count: int, patience: float) -> None:
        self._turns = asyncio.Semaphore(count)
        self._patience = patience

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._patience):
                await self._turns.acquire()
        except TimeoutError:
            raise QueryBusy from None
        try:
            yield
        finally:
            self._turns.release()


async def spooled(pieces: AsyncIterator[str], directory: Path) -> Spool:
    """Raises QueryTooLarge beyond what an answer may be."""
    spool = Spool(directory)
    try:
        async for piece in pieces:
            await spool.write(piece.encode())
            _check_size(spool)
    except BaseException:
        spool.close()
        raise
    return spool


def _check_size(spool: Spool) -> None:
    if spool.size > TOPOLOGY_BYTES:
        raise QueryTooLarge("The answer is larger than 1 GB. Ask for less at once.")


async def one(text: str) -> AsyncIterator[str]:
    yield text


async def topology(
    nodes: Calls, edges: Calls, meta: Callable[[int], str], width: int
) -> AsyncGenerator[str, None]:
    """``{"nodes": […], "edges": […], "meta": {…}}``; ``meta`` is told how many edges there were.

    All nodes are there before the first of ``edges`` is asked for.
    """
    yield '{"nodes":['
    async for text, _ in _joined(nodes, width):
        yield text
    yield '],"edges":['
    returned = 0
    async for text, count in _joined(edges, width):
        yield text
        returned += count
    yield f'],"meta":{meta(returned)}}}'


async def _joined(calls: Calls, width: int) -> AsyncIterator[tuple[str, int]]:
    """The items that each call gives, as members of one array, and how many they are."""
    separator = ""
    async with aclosing(in_order(calls, width)) as results:
        async for items in results:
            if items:
                yield separator + ",".join(items), len(items)
                separator = ","
