"""Stores on the server that stands for Cosmos DB, each in a database of its own."""

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from graph_query_api.clients.cosmos import CosmosAccount
from graph_query_api.stores.cosmos.stores import CosmosStores, indexing_policy
from graph_query_api.stores.protocol import DocumentStore
from graph_query_api.stores.query import OrderBy


class InDatabase(CosmosStores):
    """Stores in a database that no other test uses, whatever name they are asked for."""

    def __init__(self, account: CosmosAccount) -> None:
        super().__init__(account)
        self.account = account
        self.database = f"test-{secrets.token_hex(6)}"

    async def get_document_store(
        self,
        database: str,  # noqa: ARG002 - every test has its own
        container: str,
        partition_key_path: str,
        ensure_created: bool = True,
    ) -> DocumentStore:
        return await super().get_document_store(
            self.database, container, partition_key_path, ensure_created
        )


@asynccontextmanager
async def cosmos_stores(
    endpoint: str, key: str, sortable: Sequence[OrderBy] = ()
) -> AsyncIterator[InDatabase]:
    """With ``sortable`` the container ``things`` is made so that it can be sorted by these."""
    account = CosmosAccount(endpoint, key)
    try:
        stores = InDatabase(account)
        if sortable:
            policy = indexing_policy(sortable)
            await account.container(stores.database, "things", "/id", indexing_policy=policy)
        yield stores
    finally:
        await account.aclose()
