"""Telemetry in Cosmos DB for NoSQL: the rows come from there, the answer from DuckDB.

Columns and conditions go into Cosmos DB's SQL as far as they mean the same there; the rows that
come are put into a table in memory, and the statement that DuckDB files answer is run on it.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Protocol

import duckdb
import pyarrow as pa
from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import CosmosResourceNotFoundError

from graph_query_api.clients.cosmos import CosmosAccount
from graph_query_api.errors import ContainerNotFound, PartNotFound, QueryBusy, StoreUnavailable
from graph_query_api.telemetry.catalog import TelemetryCatalog
from graph_query_api.telemetry.cosmos.batches import OPERATIONS, Batch, Sender
from graph_query_api.telemetry.cosmos.pages import pages
from graph_query_api.telemetry.cosmos.patience import Patience
from graph_query_api.telemetry.cosmos.rows import (
    DATABASE,
    PARTITION_KEY,
    as_batch,
    container_name,
    container_prefix,
)
from graph_query_api.telemetry.cosmos.sql import RowsQuery, rows_query
from graph_query_api.telemetry.engine import Engine, confine, too_large, too_slow
from graph_query_api.telemetry.protocol import TelemetryResult
from graph_query_api.telemetry.request import Statement, TelemetryRequest, statement

READERS = 4
WAITING = 16
READ_PATIENCE, DROP_PATIENCE = 5.0, 60.0
READ_BYTES = 64 << 20
GROWTH = 4
DELETED_TOGETHER = 10_000
MOST_IN_VAIN, WAIT_IN_VAIN = 10, 0.2


class Catalogs(Protocol):
    """Where the catalogs of loads are kept."""

    async def get(self, scenario: str, generation: str) -> TelemetryCatalog:
        """Raises PartNotFound where the load is gone."""

    async def forget(self, generation: str) -> None:
        """Also where it is forgotten already."""


class CosmosTelemetry:
    """Containers ``{scenario}.{table}`` in database ``telemetry``."""

    def __init__(
        self, account: CosmosAccount, catalogs: Catalogs, *, timeout: float, max_rows: int
    ) -> None:
        self._account = account
        self._catalogs = catalogs
        self._timeout = timeout
        self._max_rows = max_rows
        self._engine = Engine(timeout)
        self._readers = asyncio.Semaphore(READERS)
        self._waiting = 0

    async def catalog(self, scenario: str, generation: str) -> TelemetryCatalog:
        return await self._catalogs.get(scenario, generation)

    async def query(
        self, scenario: str, generation: str, request: TelemetryRequest
    ) -> TelemetryResult:
        if self._waiting >= WAITING:
            raise QueryBusy
        self._waiting += 1
        try:
            async with asyncio.timeout(self._timeout):
                return await self._answer(scenario, generation, request)
        except TimeoutError:
            raise too_slow(self._timeout) from None
        finally:
            self._waiting -= 1

    async def _answer(
        self, scenario: str, generation: str, request: TelemetryRequest
    ) -> TelemetryResult:
        catalog = await self._catalogs.get(scenario, generation)
        most = min(request.limit or self._max_rows, self._max_rows)
        asked = statement(request, catalog, most)
        async with self._readers:
            rows = await self._rows(scenario, generation, asked)
            # a load that is being dropped loses its catalog first: these may not be all its rows
            await self._catalogs.get(scenario, generation)
            return await self._engine.run(asked, lambda: _opened(asked.table.sql, rows))

    async def _rows(self, scenario: str, generation: str, asked: Statement) -> pa.Table:
        name = container_name(scenario, asked.table.name)
        try:
            container = await self._account.container(DATABASE, name, PARTITION_KEY, create=False)
            patience = Patience(self._account.endpoint, READ_PATIENCE)
            return await _Reader(container, patience, asked, generation).run()
        except (ContainerNotFound, CosmosResourceNotFoundError):
            self._account.forget(DATABASE, name)
            raise PartNotFound(scenario, "telemetry") from None

    async def drop(self, scenario: str, generation: str) -> None:
        """Finds the rows without the catalog, so also those of a load that failed."""
        await self._catalogs.forget(generation)
        for name in await self._account.containers(DATABASE):
            if name.startswith(container_prefix(scenario)):
                with suppress(ContainerNotFound, CosmosResourceNotFoundError):
                    await self._drop_from(name, generation)

    async def _drop_from(self, name: str, generation: str) -> None:
        container = await self._account.container(DATABASE, name, PARTITION_KEY, create=False)
        patience = Patience(self._account.endpoint, DROP_PATIENCE)
        await _drop(container, patience, generation)

    async def aclose(self) -> None:
        await self._engine.aclose()


class _Reader:
    """The rows that one statement is about, each once, in bounded memory."""

    def __init__(
        self, container: ContainerProxy, patience: Patience, asked: Statement, generation: str
    ) -> None:
        self._container = container
        self._patience = patience
        self._asked = asked
        self._query: RowsQuery = rows_query(asked, generation)
        self._seen = bytearray(asked.table.rows)  # the SDK may begin a page again
        self._batches = [as_batch([], asked.reads)]
        self._rows = self._size = 0

    async def run(self) -> pa.Table:
        """By ranges of row numbers, which need no order of the server's: who wants the first
        rows need not read all."""
        for start, end in self._ranges():
            await self._read(start, end)
            if not self._asked.grouped and self._query.exact and self._rows > self._asked.most:
                break
        return pa.Table.from_batches(self._batches)

    async def _read(self, start: int, end: int) -> None:
        query = self._query
        bound = query.bound(start, end)
        found = pages(self._container, self._patience, query.sql, bound, query.partition)
        async for page in found:
            self._take(await asyncio.to_thread(self._fresh, page))

    def _take(self, batch: pa.RecordBatch) -> None:
        self._batches.append(batch)
        self._rows += batch.num_rows
        self._size += batch.nbytes
        if self._size > READ_BYTES:
            raise too_large()

    def _ranges(self) -> Iterator[tuple[int, int]]:
        rows = self._asked.table.rows
        start, size = 0, rows if self._asked.grouped else self._asked.most + 1
        while start < rows:
            yield start, min(start + size, rows)
            start, size = start + size, size * GROWTH

    def _fresh(self, page: list[dict[str, Any]]) -> pa.RecordBatch:
        fresh = []
        for each in page:
            if not self._seen[each["n"]]:
                self._seen[each["n"]] = 1
                fresh.append(each)
        return as_batch(fresh, self._asked.reads)


def _opened(name: str, rows: pa.Table) -> duckdb.DuckDBPyConnection:
    """The rows in the file's order, which is what ``rowid`` means in statements."""
    connection = duckdb.connect()
    connection.register("read", rows)
    connection.execute(f"CREATE TABLE {name} AS FROM read ORDER BY n")
    connection.unregister("read")
    confine(connection)
    return connection


async def _drop(container: ContainerProxy, patience: Patience, generation: str) -> None:
    """Some thousand at a time, from the start again and again until there are none."""
    in_vain = 0
    while partitions := await _some_ids(container, patience, generation):
        in_vain = 0 if await _delete(container, patience, partitions) else in_vain + 1
        if in_vain == MOST_IN_VAIN:
            raise StoreUnavailable(
                f"Rows of container {container.id} are deleted and still there. Try again later."
            )
        await asyncio.sleep(in_vain * WAIT_IN_VAIN)  # another drops it too, or we read what was


async def _delete(
    container: ContainerProxy, patience: Patience, partitions: Mapping[str, list[str]]
) -> int:
    """How many were deleted for sure."""
    deleted = 0

    def count(batch: Batch) -> None:
        nonlocal deleted
        deleted += len(batch.operations)

    async with Sender(container, patience) as sender:
        for partition, ids in partitions.items():
            for start in range(0, len(ids), OPERATIONS):
                some = ids[start : start + OPERATIONS]
                await sender.send(Batch(partition, [("delete", (each,)) for each in some]), count)
    return deleted


async def _some_ids(
    container: ContainerProxy, patience: Patience, generation: str
) -> Mapping[str, list[str]]:
    """By partition; empty where all are gone."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    count = 0
    sql = "SELECT c.id, c.pk FROM c WHERE c.g = @g"
    async for page in pages(container, patience, sql, [{"name": "@g", "value": generation}]):
        for each in page:
            found[each["pk"]].append(each["id"])
        count += len(page)
        if count >= DELETED_TOGETHER:
            break
    return found
