"""The shared suite on Cosmos DB, and what only Cosmos DB promises."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from peers.cosmos.running import Cosmos

from graph_query_api.clients.cosmos import CosmosAccount
from graph_query_api.stores.cosmos import CosmosStores, indexing_policy
from graph_query_api.stores.protocol import DocumentStore, DocumentStores
from graph_query_api.stores.query import NEWEST, OrderBy
from support.store_suite import DocumentStoreSuite

# the SDK hands a document to its transport in one piece, which for 2 MB takes no time worth a word
pytestmark = pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")

SORTABLE = [NEWEST, OrderBy(("sort",)), OrderBy(("n",)), OrderBy(("m",))]


class InDatabase(CosmosStores):
    """Stores in a database that no other test uses, whatever name they are asked for."""

    def __init__(self, account: CosmosAccount) -> None:
        super().__init__(account)
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
async def opened(server: Cosmos) -> AsyncIterator[InDatabase]:
    account = CosmosAccount(server.endpoint, server.key)
    try:
        yield InDatabase(account)
    finally:
        await account.aclose()


class TestCosmosStore(DocumentStoreSuite):
    examples = 12
    many = 300

    @pytest.fixture(autouse=True)
    def _server(self, cosmos: Cosmos) -> None:
        self.server = cosmos

    @asynccontextmanager
    async def open_stores(self) -> AsyncIterator[DocumentStores]:
        """The suite sorts by members that the product never sorts by."""
        account = CosmosAccount(self.server.endpoint, self.server.key)
        try:
            stores = InDatabase(account)
            await account.container(
                stores.database, "things", "/id", indexing_policy=indexing_policy(SORTABLE)
            )
            yield stores
        finally:
            await account.aclose()
