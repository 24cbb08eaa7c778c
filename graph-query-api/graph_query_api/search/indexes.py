"""The search indexes of all scenarios: found, built, rebuilt and removed."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from graph_query_api.search.index import Entry, Hit, Index, IndexUnusable, IndexWriter, opened

THREADS = 2

T = TypeVar("T")
Entries = AsyncIterator[list[Entry]]


@dataclass(frozen=True, slots=True)
class IndexKey:
    """One load of one part."""

    scenario: str
    slot: str
    generation: str


class SearchIndexes:
    """Files ``{directory}/{scenario}/search-{slot}-{generation}.db``.

    ``entries`` gives the documents of a load; it is called when there is no usable
    index, whoever lost it.
    """

    def __init__(self, directory: Path, timeout: float) -> None:
        self._directory = directory
        self._timeout = timeout
        self._pool = ThreadPoolExecutor(THREADS, "search")
        self._building: defaultdict[IndexKey, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def search(
        self, key: IndexKey, text: str, limit: int, entries: Callable[[], Entries]
    ) -> list[Hit]:
        return await self._use(key, lambda index: index.search(text, limit), entries)

    async def titles(self, key: IndexKey, entries: Callable[[], Entries]) -> list[tuple[str, str]]:
        return await self._use(key, Index.titles, entries)

    async def build(self, key: IndexKey, entries: Entries) -> None:
        """Builds the index anew; a reader sees the old one or the new one."""
        writer = await self._run(lambda: IndexWriter(self._path(key)))
        try:
            async for batch in entries:
                await self._run(lambda batch=batch: writer.add(batch))  # type: ignore[misc]
            await self._run(writer.finish)
        except BaseException:
            await asyncio.shield(self._run(writer.abandon))
            raise

    async def remove(self, key: IndexKey) -> None:
        await self._run(lambda: self._path(key).unlink(missing_ok=True))

    async def aclose(self) -> None:
        await asyncio.to_thread(self._pool.shutdown)

    async def _use(
        self, key: IndexKey, use: Callable[[Index], T], entries: Callable[[], Entries]
    ) -> T:
        def read() -> T:
            with opened(self._path(key), self._timeout) as index:
                return use(index)

        try:
            return await self._run(read)
        except IndexUnusable:
            async with self._building[key]:
                try:
                    return await self._run(read)  # somebody else has built it meanwhile
                except IndexUnusable:
                    await self.build(key, entries())
                    return await self._run(read)

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def _path(self, key: IndexKey) -> Path:
        return self._directory / key.scenario / f"search-{key.slot}-{key.generation}.db"
