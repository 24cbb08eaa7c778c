"""The throughput of a Gremlin graph, read and set through its account's endpoint for NoSQL.

A graph is a container there, whose throughput is an offer beside it. Without an offer of its
own (serverless, or shared by the database) there is nothing to set.
"""

import asyncio
from urllib.parse import urlsplit

from azure.cosmos import ThroughputProperties
from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import CosmosResourceNotFoundError

from graph_query_api.clients.cosmos import CosmosAccount
from graph_query_api.clients.cosmos_errors import OPERATION_SECONDS, translated
from graph_query_api.graphs.throughput import Throughput

_NO_OFFER = (CosmosResourceNotFoundError, AttributeError)
"""The SDK means the first, and trips over its own handling of it (azure-cosmos 4.17)."""


def nosql_endpoint(gremlin_endpoint: str) -> str | None:
    """``wss://ACCOUNT.gremlin.cosmos.azure.com`` → ``https://ACCOUNT.documents.azure.com``, also in
    other clouds than the public one; None for what is not Cosmos DB."""
    host = urlsplit(gremlin_endpoint).hostname or ""
    account, _, rest = host.partition(".gremlin.cosmos.azure.")
    return f"https://{account}.documents.azure.{rest}:443/" if rest else None


class GraphThroughput:
    """Raises StoreUnavailable where it can't be read or set."""

    def __init__(
        self, account: CosmosAccount, database: str, graph: str, partition_key: str
    ) -> None:
        self._account = account
        self._database = database
        self._graph = graph
        self._partition_key_path = f"/{partition_key}"

    async def read(self) -> Throughput | None:
        """None where the graph has none of its own."""
        with translated(self._account.endpoint):
            async with asyncio.timeout(OPERATION_SECONDS):
                container = await self._container()
                try:
                    found = await container.get_throughput()
                except _NO_OFFER:
                    return None
        if found.auto_scale_max_throughput:
            return Throughput(found.auto_scale_max_throughput, autoscale=True)
        return Throughput(found.offer_throughput or 0, autoscale=False)

    async def set(self, wanted: Throughput) -> None:
        offer = (
            ThroughputProperties(auto_scale_max_throughput=wanted.ru)
            if wanted.autoscale
            else ThroughputProperties(offer_throughput=wanted.ru)
        )
        with translated(self._account.endpoint):
            async with asyncio.timeout(OPERATION_SECONDS):
                await (await self._container()).replace_throughput(offer)

    async def _container(self) -> ContainerProxy:
        return await self._account.container(
            self._database, self._graph, self._partition_key_path, create=False
        )
