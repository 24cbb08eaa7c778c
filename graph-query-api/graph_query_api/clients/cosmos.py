"""Cosmos DB for NoSQL: one account, one client a process and event loop."""

import asyncio
import base64
import binascii
import json
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from azure.cosmos import PartitionKey, ThroughputProperties
from azure.cosmos.aio import ContainerProxy, CosmosClient
from azure.cosmos.exceptions import (
    CosmosHttpResponseError,
    CosmosResourceExistsError,
    CosmosResourceNotFoundError,
)

from graph_query_api.clients.cosmos_attempts import persistent
from graph_query_api.clients.cosmos_errors import (
    OPERATION_SECONDS,
    account_name,
    server_words,
    translated,
)
from graph_query_api.errors import ContainerNotFound, StoreUnavailable

CONNECT_SECONDS = 5
ANSWER_SECONDS = 10
THROTTLE_SECONDS = 5  # what the SDK waits by itself; who wants to wait longer hears of it
LOOPBACK = ("localhost", "127.0.0.1", "::1")
DATABASE = "scenarios"
SHARED_RU = 1000
"""Autoscale, of a database of ours: the least there is, and enough for some users at a time"""
MOST_SHARING = 25
MAY_NOT_CREATE = 5300  # substatus: a management operation with a token of Entra ID


class CosmosAccount:
    """Connects at the first use, and anew after a failure; nothing is sent before.

    Everything raises StoreUnavailable with cause and cure where the account can't be reached,
    or does not let us.
    """

    def __init__(self, endpoint: str, key: str | None) -> None:
        self.endpoint = endpoint
        self._key = key
        self._host = urlsplit(endpoint).hostname or endpoint
        self._client: CosmosClient | None = None
        self._owned = AsyncExitStack()
        self._containers: dict[tuple[str, str], ContainerProxy] = {}
        self._opening = asyncio.Lock()

    async def container(
        self,
        database: str,
        name: str,
        partition_key_path: str,
        *,
        indexing_policy: Mapping[str, Any] | None = None,
        create: bool = True,
    ) -> ContainerProxy:
        """The container, made if it is missing; known to be there once it was given.

        Raises ContainerNotFound if it is missing and not to be made, and StoreUnavailable with
        the commands that make it where our identity may not.
        """
        known = self._containers.get((database, name))
        if known is not None:
            return known

        async def open_it() -> ContainerProxy:
            async with self._opening:
                client = await self._connected()
                wanted = _Container(client, database, name, partition_key_path, indexing_policy)
                return await self._opened(wanted, create)

        with translated(self.endpoint):
            found = await persistent(open_it)
        self._containers[database, name] = found
        return found

    def forget(self, database: str, name: str) -> None:
        """Looks for the container again when it is asked for next: it was found to be gone."""
        self._containers.pop((database, name), None)

    async def containers(self, database: str) -> list[str]:
        """The names of those that are there; none where there is no such database."""

        async def list_them() -> list[str]:
            async with self._opening:
                client = await self._connected()
            found = client.get_database_client(database).list_containers()
            with suppress(CosmosResourceNotFoundError):
                return [each["id"] async for each in found]
            return []

        with translated(self.endpoint):
            return await persistent(list_them)

    async def ping(self) -> None:
        """Reads a database: wrong keys, closed networks and missing roles are told apart, and
        it costs a request unit."""
        with translated(self.endpoint):
            async with asyncio.timeout(OPERATION_SECONDS):
                async with self._opening:
                    client = await self._connected()
                name = next((database for database, _ in self._containers), DATABASE)
                with suppress(CosmosResourceNotFoundError):  # nothing was stored there yet
                    await client.get_database_client(name).read()

    async def aclose(self) -> None:
        self._client = None
        self._containers.clear()
        owned, self._owned = self._owned, AsyncExitStack()
        await owned.aclose()

    async def _connected(self) -> CosmosClient:
        if self._client is None:
            self._check()
            async with AsyncExitStack() as stack:
                credential: Any = self._key
                if credential is None:
                    from azure.identity.aio import DefaultAzureCredential

                    credential = await stack.enter_async_context(DefaultAzureCredential())
                client = CosmosClient(
                    self.endpoint,
                    credential,
                    # what is not in Azure has no other regions to find
                    enable_endpoint_discovery=self._is_in_azure(),
                    connection_timeout=CONNECT_SECONDS,
                    read_timeout=ANSWER_SECONDS,
                    # it would repeat a write whose answer was lost; who writes knows better
                    retry_total=0,
                    retry_connect=0,
                    retry_read=0,
                    retry_throttle_backoff_max=THROTTLE_SECONDS,
                    retry_throttle_total=9,
                    enable_compact_utf8_item_writes=True,  # as the limit of 2 MB counts
                )
                stack.push_async_callback(client.close)  # also of one that found nobody
                await client.__aenter__()
                self._client, self._owned = client, stack.pop_all()
        return self._client

    def _is_in_azure(self) -> bool:
        return self.endpoint.startswith("https://") and self._host not in LOOPBACK

    def _check(self) -> None:
        if self._key is None:
            if not self.endpoint.startswith("https://"):
                raise StoreUnavailable(
                    f"Tokens of Entra ID are not sent to {self._host} without TLS. Let "
                    "COSMOS_NOSQL_ENDPOINT begin with https://, or set COSMOS_NOSQL_KEY."
                )
            return
        try:
            base64.b64decode(self._key, validate=True)
        except (binascii.Error, ValueError):
            raise StoreUnavailable(
                "COSMOS_NOSQL_KEY is not the key of an account, which is text in Base64. "
                "Copy it again from the account's page Keys."
            ) from None

    async def _opened(self, wanted: "_Container", create: bool) -> ContainerProxy:
        try:
            return await wanted.read()
        except CosmosResourceNotFoundError:
            if not create:
                raise ContainerNotFound(f"There is no container {wanted.name!r}.") from None
        try:
            return await wanted.made()
        except CosmosHttpResponseError as error:
            if error.status_code == HTTPStatus.BAD_REQUEST:
                raise StoreUnavailable(
                    f"Container {wanted.name} can't be made in database {wanted.database} of "
                    f"Cosmos DB at {self._host} (400): {server_words(error)} A database with "
                    f"throughput of its own holds {MOST_SHARING} containers: delete those that "
                    "nobody needs, or make this one with its own throughput."
                ) from None
            if error.status_code != 403 or error.sub_status != MAY_NOT_CREATE:
                raise
            raise StoreUnavailable(
                f"Container {wanted.name} is missing in database {wanted.database} of Cosmos DB "
                f"at {self._host}, and our identity may not create it (403). Somebody who may "
                f"runs this:\n{wanted.commands(account_name(self._host))}"
            ) from None


class _Container:
    """A container that we want to be there."""

    def __init__(
        self,
        client: CosmosClient,
        database: str,
        name: str,
        partition_key_path: str,
        indexing_policy: Mapping[str, Any] | None,
    ) -> None:
        self._client = client
        self.database = database
        self.name = name
        self._path = partition_key_path
        self._indexing = dict(indexing_policy) if indexing_policy else None

    async def read(self) -> ContainerProxy:
        found = self._client.get_database_client(self.database).get_container_client(self.name)
        paths = (await found.read())["partitionKey"]["paths"]
        if paths != [self._path]:
            raise StoreUnavailable(
                f"Container {self.name} in database {self.database} has the partition key "
                f"{', '.join(paths)} instead of {self._path}. Delete it or rename it, or let "
                "COSMOS_NOSQL_ENDPOINT name another account."
            )
        return found

    async def made(self) -> ContainerProxy:
        """Others may make the same at the same time."""
        with suppress(CosmosResourceExistsError):
            await self._make_database()
        with suppress(CosmosResourceExistsError):
            await self._client.get_database_client(self.database).create_container(
                self.name, PartitionKey(self._path), indexing_policy=self._indexing
            )
        return await self.read()

    async def _make_database(self) -> None:
        """Its containers share their throughput: a dozen with 400 RU/s each would cost ten times
        as much. A serverless account takes no throughput at all (400)."""
        shared = ThroughputProperties(auto_scale_max_throughput=SHARED_RU)
        try:
            await self._client.create_database(self.database, offer_throughput=shared)
        except CosmosHttpResponseError as error:
            if error.status_code != HTTPStatus.BAD_REQUEST:
                raise
            await self._client.create_database(self.database)

    def commands(self, account: str) -> str:
        common = f"--account-name {account} --resource-group <group>"
        indexing = f" --idx '{json.dumps(self._indexing)}'" if self._indexing else ""
        return (
            f"az cosmosdb sql database create {common} --name {self.database} "
            f"--max-throughput {SHARED_RU}\n"
            f"az cosmosdb sql container create {common} --database-name {self.database} "
            f"--name {self.name} --partition-key-path {self._path}{indexing}"
        )
