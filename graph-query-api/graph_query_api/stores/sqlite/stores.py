"""Documents in SQLite: a file a database, a table a container, a row a document."""

import asyncio
import sqlite3
from collections.abc import Mapping
from pathlib import Path as FilePath

from graph_query_api.errors import ContainerNotFound
from graph_query_api.stores.protocol import DocumentStore
from graph_query_api.stores.query import NEWEST, OrderBy, Path
from graph_query_api.stores.sqlite.documents import SqliteDocumentStore
from graph_query_api.stores.sqlite.engine import Readers, Writer, store_error
from graph_query_api.stores.sqlite.query import created_columns, extract, quoted, sort_key

# What is filtered by equality, and the order in which it is then wanted.
Index = tuple[Path | None, OrderBy | None]
BY_TIME: Index = (None, NEWEST)
BY_GENERATION: Index = (("generation",), None)
INDEXES: Mapping[str, tuple[Index, ...]] = {
    "upload-jobs": (BY_TIME, (("status",), NEWEST), (("scenario_name",), NEWEST)),
    "runbooks": (BY_GENERATION,),
    "tickets": (BY_GENERATION,),
    "prompts": (BY_GENERATION,),
}


class SqliteStores:
    """The document stores below one directory, which this process alone must own."""

    def __init__(self, directory: FilePath) -> None:
        self._directory = directory
        self._databases: dict[str, tuple[Writer, Readers]] = {}
        self._stores: dict[tuple[str, str], SqliteDocumentStore] = {}
        self._opening = asyncio.Lock()

    async def get_document_store(
        self,
        database: str,
        container: str,
        partition_key_path: str,  # noqa: ARG002 - one file has no partitions
        ensure_created: bool = True,
    ) -> DocumentStore:
        async with self._opening:
            key = (database, container)
            if key not in self._stores:
                writer, readers = await self._database(database)
                if ensure_created:
                    await writer.run(lambda connection: _create(connection, container))
                elif not await readers.run(lambda connection: _exists(connection, container)):
                    raise ContainerNotFound(f"There is no container {container!r}.")
                self._stores[key] = SqliteDocumentStore(database, container, writer, readers)
            return self._stores[key]

    async def _database(self, name: str) -> tuple[Writer, Readers]:
        if name not in self._databases:
            self._databases[name] = await asyncio.to_thread(self._open, name)
        return self._databases[name]

    def _open(self, name: str) -> tuple[Writer, Readers]:
        self._directory.mkdir(parents=True, exist_ok=True)
        path = self._directory / f"{name}.db"
        try:
            return Writer(path), Readers(path)
        except sqlite3.Error as error:
            raise store_error(error) from error

    async def ping(self) -> None:
        for writer, readers in self._databases.values():
            await writer.run(lambda connection: connection.execute("SELECT 1").fetchone())
            await readers.run(lambda connection: connection.execute("SELECT 1").fetchone())

    async def aclose(self) -> None:
        for writer, readers in self._databases.values():
            # readers first: the last connection to close folds the log into the file
            await asyncio.to_thread(readers.close)
            await asyncio.to_thread(writer.close)


def _create(connection: sqlite3.Connection, container: str) -> None:
    table = quoted(container)
    # json_valid keeps out what SQLite's JSON functions would stumble over in later queries,
    # such as 2,000 nested lists
    connection.execute(
        f"CREATE TABLE IF NOT EXISTS {table} (id TEXT PRIMARY KEY NOT NULL, etag TEXT NOT NULL, "
        f"body TEXT NOT NULL CHECK (json_valid(body)), {created_columns()}) STRICT"
    )
    for number, (equal, order) in enumerate(INDEXES.get(container, (BY_TIME,))):
        columns = [*([extract(equal)] if equal else []), *sort_key(order)]
        connection.execute(
            f"CREATE INDEX IF NOT EXISTS {quoted(f'{container} {number}')} "
            f"ON {table} ({', '.join(columns)})"
        )
    # an index that is newer than the statistics makes the planner choose badly
    connection.execute(f"ANALYZE {table}")


def _exists(connection: sqlite3.Connection, container: str) -> bool:
    return bool(
        connection.execute(
            "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?", (container,)
        ).fetchone()
    )
