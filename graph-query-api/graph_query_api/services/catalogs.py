"""What loads hold, where no file of theirs can say it: one document a generation.

It can be large, and only questions to the load need it, so it is no part of the scenario's.
"""

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from graph_query_api.errors import DocumentNotFound, PartNotFound
from graph_query_api.stores.protocol import DocumentStore
from graph_query_api.stores.query import equals
from scenario_pack.names import Slot

T = TypeVar("T")


class Catalogs(Generic[T]):
    """``parse`` makes a catalog of what was saved."""

    def __init__(
        self, store: DocumentStore, slot: Slot, parse: Callable[[dict[str, Any]], T]
    ) -> None:
        self._store = store
        self._slot = slot
        self._parse = parse

    async def get(self, scenario: str, generation: str) -> T:
        """Or raises PartNotFound."""
        try:
            body = (await self._store.get(generation)).body
        except DocumentNotFound:
            raise PartNotFound(scenario, self._slot) from None
        return self._parse({name: value for name, value in body.items() if name != "id"})

    async def save(self, generation: str, catalog: Mapping[str, Any]) -> None:
        await self._store.create({"id": generation, **catalog})

    async def forget(self, generation: str) -> None:
        await self._store.delete_many(equals("id", generation))
