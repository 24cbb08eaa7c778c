"""Transactional batches into one container: several at once, each until it is taken.

Everything that is sent may be sent again, since an answer can be lost: upserts and deletes of
known ids are the same when done twice.
"""

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import CosmosBatchOperationError

from graph_query_api.telemetry.cosmos.patience import Patience

OPERATIONS = 100
BATCH_BYTES = 1_000_000
"""Half of what a request may have, and below what aiohttp calls large; one item may have more."""
HELD_BYTES = 64 << 20
AT_ONCE = 8
REQUEST_SECONDS = 30.0
GONE = 404


@dataclass(frozen=True, slots=True)
class Batch:
    partition: str
    operations: list[tuple[str, tuple[Any, ...]]]


def upserts(items: Iterable[Mapping[str, Any]]) -> Iterator[Batch]:
    """Batches as full as can be of items in any order. What waits for more of its partition is
    bounded: when it is too much, the fullest goes as it is."""
    waiting: dict[str, _Waiting] = {}
    held = 0
    for item in items:
        size = size_of(item)
        partition = waiting.setdefault(item["pk"], _Waiting())
        if partition.items and partition.size + size > BATCH_BYTES:
            held -= partition.size
            yield partition.batch()
        partition.items.append(item)
        partition.size += size
        held += size
        if len(partition.items) == OPERATIONS or held > HELD_BYTES:
            fullest = max(waiting.values(), key=lambda each: each.size)
            chosen = partition if len(partition.items) == OPERATIONS else fullest
            held -= chosen.size
            yield chosen.batch()
    for partition in waiting.values():
        if partition.items:
            yield partition.batch()


def size_of(item: Mapping[str, Any]) -> int:
    """Bytes of JSON in UTF-8: on the wire, and as Cosmos DB counts."""
    text = json.dumps(item, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return len(text.encode())


class _Waiting:
    def __init__(self) -> None:
        self.items: list[Mapping[str, Any]] = []
        self.size = 0

    def batch(self) -> Batch:
        items, self.items, self.size = self.items, [], 0
        return Batch(items[0]["pk"], [("upsert", (item,)) for item in items])


class Sender:
    """``async with`` waits for what was sent; the first failure ends all.

    Raises StoreUnavailable as Patience does.
    """

    def __init__(self, container: ContainerProxy, patience: Patience) -> None:
        self._container = container
        self._patience = patience
        self._tasks = asyncio.TaskGroup()
        self._free = asyncio.Semaphore(AT_ONCE)

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            await self._tasks.__aexit__(kind, error, trace)
        except ExceptionGroup as group:
            raise group.exceptions[0] from None

    async def send(self, batch: Batch, taken: Callable[[Batch], None] | None = None) -> None:
        """Returns when there is room for the next; ``taken`` is called when it is in.

        It is not called for a batch that deletes what is gone already, be it by the batch itself
        whose answer was lost: such a batch does nothing.
        """
        await self._free.acquire()
        self._tasks.create_task(self._until_taken(batch, taken))

    async def _until_taken(self, batch: Batch, taken: Callable[[Batch], None] | None) -> None:
        try:
            done = await self._patience.run(lambda: self._once(batch))
        finally:
            self._free.release()
        if done and taken:
            taken(batch)

    async def _once(self, batch: Batch) -> bool:
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                await self._container.execute_item_batch(batch.operations, batch.partition)
        except CosmosBatchOperationError as error:
            if error.status_code != GONE:
                raise
            return False
        return True
