"""Writes elements so that each is there exactly once in the end.

Every script may be done, or half done, without us being told. Ids are computed, so a second
try either writes the same elements or meets them; then is read which ones are missing.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

from graph_query_api.graphs.gremlin.errors import (
    Changed,
    Exists,
    GremlinError,
    LimitBroken,
    OutcomeUnknown,
    Refused,
    Throttled,
    TooLarge,
)
from graph_query_api.graphs.gremlin.patience import PatientClient, pause
from graph_query_api.graphs.gremlin.scripts import Batch, Element, Shape, batches

TRIES_OF_MANY = 8
"""After so many failures a script is split: it may be too much for the server at once."""

MOST_FRUITLESS = 8
"""So often what is left may turn out to be still missing; over a quarter of a minute."""

OnWritten = Callable[[Shape, int], None]


class NotWritten(Exception):
    """``label``: the pack's, of the element that the server does not take."""

    def __init__(self, label: str, why: GremlinError | None = None) -> None:
        super().__init__(str(why or "it was written again and again, and is not there"))
        self.label = label
        self.why = why


class Writer:
    def __init__(self, client: PatientClient, width: int, on_written: OnWritten) -> None:
        self._client = client
        self._width = width
        self._on_written = on_written

    async def write_all(self, source: AsyncIterator[Batch]) -> None:
        """``width`` at a time; takes from ``source`` as fast as the server takes them."""
        waiting: asyncio.Queue[Batch | None] = asyncio.Queue(self._width)
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self._width):
                    group.create_task(self._work(waiting))
                async for batch in source:
                    await waiting.put(batch)
                for _ in range(self._width):
                    await waiting.put(None)
        except ExceptionGroup as several:
            raise several.exceptions[0] from None

    async def _work(self, waiting: "asyncio.Queue[Batch | None]") -> None:
        while batch := await waiting.get():
            await self._write(batch)

    async def _write(self, batch: Batch, fruitless: int = 0) -> None:
        shape, left = batch.shape, batch.elements
        try:
            if await self._submitted(batch):
                self._on_written(shape, len(left))
                return
            left = await self._missing(batch)
        except (LimitBroken, TooLarge, OutcomeUnknown, Throttled, Changed) as error:
            if len(left) == 1:
                raise NotWritten(shape.label, error) from error
            for part in batches(shape, left, (len(left) + 1) // 2):
                await self._write(part)
            return
        except Refused as error:
            raise NotWritten(shape.label, error) from error
        self._on_written(shape, len(batch.elements) - len(left))
        fruitless = fruitless + 1 if len(left) == len(batch.elements) else 0
        await self._write_left(shape, left, fruitless)

    async def _write_left(self, shape: Shape, left: Sequence[Element], fruitless: int) -> None:
        """``fruitless``: how often nothing at all was written of what is left."""
        if fruitless == MOST_FRUITLESS:
            raise NotWritten(shape.label)
        if fruitless:
            await pause(fruitless)
        for part in batches(shape, left):
            await self._write(part, fruitless)

    async def _submitted(self, batch: Batch) -> bool:
        """Whether all of it has been written; False where some may have been there before."""
        tries = TRIES_OF_MANY if len(batch.elements) > 1 else None
        try:
            answer = await self._client.submit(batch.script, batch.bindings, tries)
        except Exists:
            return False
        return answer.results == batch.result

    async def _missing(self, batch: Batch) -> Sequence[Element]:
        """Those that are not there, in the same order."""
        script, bindings = batch.finder()
        answer = await self._client.submit(script, bindings)
        there = set(answer.results)
        return [element for element in batch.elements if element[0] not in there]
