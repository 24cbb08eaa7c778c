"""Loads prepared telemetry into Cosmos DB for NoSQL. Runs in the loading process.

What a load that failed or was stopped has written stays, and nobody reads it: to be removed by
``CosmosTelemetry.drop``.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from azure.cosmos.aio import ContainerProxy

from graph_query_api.clients.cosmos import CosmosAccount
from graph_query_api.clients.cosmos_errors import translated
from graph_query_api.telemetry.catalog import Table, TelemetryCatalog
from graph_query_api.telemetry.cosmos.batches import AT_ONCE, Batch, Sender, size_of, upserts
from graph_query_api.telemetry.cosmos.pages import pages
from graph_query_api.telemetry.cosmos.patience import Patience
from graph_query_api.telemetry.cosmos.rows import (
    DATABASE,
    INDEXING,
    PARTITION_KEY,
    Partitions,
    container_name,
    item,
)
from graph_query_api.telemetry.protocol import LoadNotVerified
from scenario_pack.problems import PackError, Problem
from scenario_pack.progress import OnProgress

if TYPE_CHECKING:
    import duckdb

    from scenario_pack.telemetry import PreparedTelemetry

ROWS_A_READ = 256
ITEM_BYTES = (2 << 20) - (16 << 10)
"""An item's own limit is that of a request, which has a little more than the item."""
PATIENCE = 300.0
COUNT = "SELECT VALUE COUNT(1) FROM c WHERE c.g = @g"
COUNTS = 5
COUNT_WAIT = 0.5


@dataclass(frozen=True)
class CosmosTarget:
    """``key`` "": Entra ID."""

    endpoint: str
    key: str = field(repr=False)


def load_telemetry(
    prepared: "PreparedTelemetry",
    target: CosmosTarget,
    scenario: str,
    generation: str,
    on_progress: OnProgress,
) -> TelemetryCatalog:
    """Writes all tables as this generation; gives the catalog, which the caller keeps.

    Raises PackError for a row that is too large, StoreUnavailable with cause and cure, and
    LoadNotVerified if the rows counted there are not those prepared.
    """
    return asyncio.run(_load_all(prepared, target, scenario, generation, on_progress))


async def _load_all(
    prepared: "PreparedTelemetry",
    target: CosmosTarget,
    scenario: str,
    generation: str,
    on_progress: OnProgress,
) -> TelemetryCatalog:
    tables = [Table.of(each, number) for number, each in enumerate(prepared.tables)]
    async with aclosing(CosmosAccount(target.endpoint, target.key or None)) as account:
        for table, source in zip(tables, prepared.tables, strict=True):
            container = await account.container(
                DATABASE,
                container_name(scenario, table.name),
                PARTITION_KEY,
                indexing_policy=INDEXING,
            )
            patience = Patience(target.endpoint, PATIENCE)
            load = _TableLoad(container, patience, table, generation)
            with translated(target.endpoint):
                await load.run(prepared.con, source.relation, on_progress)
    return TelemetryCatalog(tuple(tables))


class _TableLoad:
    def __init__(
        self, container: ContainerProxy, patience: Patience, table: Table, generation: str
    ) -> None:
        self._container = container
        self._patience = patience
        self._table = table
        self._generation = generation
        self._sent: Counter[str] = Counter()

    async def run(
        self, con: "duckdb.DuckDBPyConnection", relation: str, on_progress: OnProgress
    ) -> None:
        loaded = 0

        def taken(batch: Batch) -> None:
            nonlocal loaded
            loaded += len(batch.operations)
            on_progress(f"Loading {self._table.name}", loaded, self._table.rows)

        batches = upserts(self._items(con, relation))
        async with Sender(self._container, self._patience) as sender:
            while batch := await asyncio.to_thread(next, batches, None):
                self._sent[batch.partition] += len(batch.operations)
                await sender.send(batch, taken)
        await self._verify()

    def _items(self, con: "duckdb.DuckDBPyConnection", relation: str) -> Iterator[dict[str, Any]]:
        table, partitions = self._table, Partitions(self._generation, self._table)
        number = 0
        reader = con.cursor().sql(f"SELECT * FROM {relation}").to_arrow_reader(ROWS_A_READ)
        for rows in reader:
            for row in rows.to_pylist():
                value = row[table.partition_key] if table.partition_key else None
                kept = item(row, number, table.columns)
                kept |= {"pk": partitions.of(value, number), "g": self._generation}
                _check_size(kept, table, number)
                yield kept
                number += 1

    async def _verify(self) -> None:
        """Partition by partition: counting over several at once is not Cosmos DB's strength."""
        free = asyncio.Semaphore(AT_ONCE)

        async def counted(partition: str, wanted: int) -> int:
            async with free:
                return await self._counted(partition, wanted)

        found = sum(await asyncio.gather(*(counted(*each) for each in self._sent.items())))
        if found != self._table.rows:
            raise LoadNotVerified(self._table.name, self._table.rows, found)

    async def _counted(self, partition: str, wanted: int) -> int:
        """Asks again where the account does not promise to read what was just written."""
        asked = [{"name": "@g", "value": self._generation}]
        found = -1
        for attempt in range(COUNTS):
            await asyncio.sleep(COUNT_WAIT * attempt)
            answer = pages(self._container, self._patience, COUNT, asked, partition)
            found = sum([number async for page in answer for number in page])
            if found == wanted:
                break
        return found


def _check_size(kept: dict[str, Any], table: Table, number: int) -> None:
    size = size_of(kept)
    if size > ITEM_BYTES:
        raise PackError(
            Problem(
                f'row {number + 1:,} of "{table.name}" (without the header) takes {size:,} bytes '
                f"as JSON, and Cosmos DB holds items of up to {ITEM_BYTES:,}: shorten its texts, "
                "or leave a column out"
            )
        )
