"""Documents in Cosmos DB for NoSQL: an item a document."""

from collections.abc import Sequence
from typing import Any

from graph_query_api.clients.cosmos import CosmosAccount
from graph_query_api.errors import StoreUnavailable
from graph_query_api.stores.cosmos.documents import ID_PATH, CosmosDocumentStore
from graph_query_api.stores.cosmos.shape import KEY
from graph_query_api.stores.protocol import DocumentStore
from graph_query_api.stores.query import NEWEST, OrderBy

# Long texts and what changes with each step of a job: nobody asks for them by value, and an index
# of them would be most of what a write costs.
UNINDEXED = ("/content/?", "/steps/*", '/"_etag"/?', '/"_write"/?', '/"_bytes"/?')


def indexing_policy(orders: Sequence[OrderBy] = (NEWEST,)) -> dict[str, Any]:
    """What Cosmos needs to sort by each of ``orders``, ids breaking ties, and to filter."""
    return {
        "indexingMode": "consistent",
        "includedPaths": [{"path": "/*"}],
        "excludedPaths": [{"path": path} for path in UNINDEXED],
        "compositeIndexes": [
            [
                {"path": "/" + "/".join(path), "order": direction}
                for path in (order.path, (KEY,))
                for direction in ["descending" if order.descending else "ascending"]
            ]
            for order in orders
        ],
    }


class CosmosStores:
    """The document stores of an account, which its owner closes.

    Opening a store asks Cosmos nothing: it may be away while a service starts. Databases and
    containers are made when they are used first.
    """

    def __init__(self, account: CosmosAccount) -> None:
        self._account = account
        self._stores: dict[tuple[str, str], CosmosDocumentStore] = {}

    async def get_document_store(
        self,
        database: str,
        container: str,
        partition_key_path: str,
        ensure_created: bool = True,
    ) -> DocumentStore:
        if partition_key_path != ID_PATH:
            raise ValueError(f"Documents are found by their id alone: {ID_PATH}")
        key = (database, container)
        if key not in self._stores:
            if not ensure_created:
                await self._account.container(database, container, ID_PATH, create=False)
            self._stores[key] = CosmosDocumentStore(
                self._account, database, container, indexing_policy()
            )
        return self._stores[key]

    async def ping(self) -> None:
        """The account answers, and the containers that are used are there.

        Reads only: a write each few seconds would be paid for, and proves little more. What is
        missing and may not be made comes with the commands for all of it.
        """
        await self._account.ping()
        missing: list[str] = []
        for database, container in self._stores:
            try:
                await self._account.container(
                    database, container, ID_PATH, indexing_policy=indexing_policy()
                )
            except StoreUnavailable as error:
                missing += str(error).splitlines()
        if missing:
            raise StoreUnavailable("\n".join(dict.fromkeys(missing)))

    async def aclose(self) -> None:
        """Nothing is kept here: a method returned when its change was durable."""
