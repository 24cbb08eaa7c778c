"""What queries give: a page of a list while it is put together, and some items at a time."""

from collections.abc import Sequence
from typing import Any

from azure.core.async_paging import AsyncItemPaged
from azure.cosmos.aio import ContainerProxy

from graph_query_api.stores.cosmos.query import Statement
from graph_query_api.stores.cosmos.shape import document_of, size_of
from graph_query_api.stores.protocol import Document

PAGE_BYTES = 4 << 20
MAX_ITEMS = 1000


class PageSoFar:
    """Takes items up to a number and a size, and notes when there was one more."""

    def __init__(self, limit: int) -> None:
        self.items: list[dict[str, Any]] = []
        self.is_cut = False
        self._limit = limit
        self._size = 0

    @property
    def documents(self) -> list[Document]:
        return [document_of(item) for item in self.items]

    async def read(self, statement: Statement, container: ContainerProxy) -> list[dict[str, Any]]:
        """What has room, and one more if there is one. Takes nothing: it may be repeated."""
        room = self._limit - len(self.items)
        found = _query(statement, container, min(room + 1, MAX_ITEMS))
        rows: list[dict[str, Any]] = []
        size = self._size
        async for row in found:
            rows.append(row)
            if len(rows) > room or size > PAGE_BYTES:
                break
            size += size_of(row)
        return rows

    def add(self, rows: Sequence[dict[str, Any]]) -> None:
        for row in rows:
            if len(self.items) == self._limit or self._size > PAGE_BYTES:
                self.is_cut = True
                return
            self.items.append(row)
            self._size += size_of(row)


async def some(statement: Statement, container: ContainerProxy) -> list[dict[str, Any]]:
    """Some of what the statement gives; none only if there is nothing."""
    pages = _query(statement, container, MAX_ITEMS // 4).by_page()
    async for page in pages:
        if rows := [row async for row in page]:
            return rows
    return []


def _query(
    statement: Statement, container: ContainerProxy, at_most: int
) -> AsyncItemPaged[dict[str, Any]]:
    return container.query_items(
        statement.text, parameters=statement.parameters, max_item_count=at_most
    )
