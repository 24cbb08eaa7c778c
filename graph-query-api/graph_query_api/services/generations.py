"""Documents of one load of a part: written, read and removed together."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from graph_query_api.errors import DocumentTooLarge, LoadFailed
from graph_query_api.stores.protocol import Document, DocumentStore
from graph_query_api.stores.query import Query, equals
from scenario_pack.problems import Problem

PAGE = 100
STEPS = 20  # a load reports about this often
MAX_CHUNK = 256

Counted = Callable[[int], None]


def document_key(*parts: str) -> str:
    """A store's id for a document with names that no store takes as an id."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


class Generations:
    """One container of documents with a member ``generation``."""

    def __init__(self, store: DocumentStore) -> None:
        self._store = store

    @property
    def location(self) -> str:
        return self._store.location

    async def write(self, bodies: Iterator[dict[str, Any]], total: int, counted: Counted) -> int:
        """Stores documents as they are read, in a thread; tells how many are stored so far.

        Raises LoadFailed, naming the one that is too large for the store.
        """
        size = max(1, min(MAX_CHUNK, total // STEPS))
        count = 0
        while chunk := await asyncio.to_thread(lambda: list(islice(bodies, size))):
            try:
                count += await self._store.create_many(chunk)
            except DocumentTooLarge as error:
                raise _with_name(error, chunk) from error
            counted(count)
        return count

    async def get(self, document_id: str) -> Document:
        return await self._store.get(document_id)

    async def read(self, generation: str) -> AsyncIterator[list[Document]]:
        """All documents of a load, some at a time."""
        query = Query(equals("generation", generation))
        page = await self._store.list(query, limit=PAGE)
        yield list(page.documents)
        while page.continuation:
            page = await self._store.list(query, limit=PAGE, continuation=page.continuation)
            yield list(page.documents)

    async def forget(self, generation: str) -> None:
        await self._store.delete_many(equals("generation", generation))


def _with_name(error: DocumentTooLarge, bodies: Sequence[dict[str, Any]]) -> LoadFailed:
    names = [each["name"] for each in bodies if each["id"] == error.document_id]
    detail = "is larger than the 2 MB that the store takes for one text; shorten it, or split it"
    problems = [Problem(detail, name).as_dict() for name in names]
    return LoadFailed("Text too large", f"{', '.join(names)} {detail}.", problems)
