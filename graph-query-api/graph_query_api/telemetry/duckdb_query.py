"""Telemetry as DuckDB files, one a load, read in threads of this process.

Callers never send SQL; what we build from their requests can touch nothing but the
one file, and is interrupted when it takes too long.
"""

import asyncio
import datetime as dt
import math
import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb

from graph_query_api.errors import (
    PartNotFound,
    QueryBusy,
    QueryRefused,
    QueryTooLarge,
    QueryTooSlow,
)
from graph_query_api.telemetry.catalog import TelemetryCatalog, catalog_path
from graph_query_api.telemetry.protocol import TelemetryResult
from graph_query_api.telemetry.request import Statement, TelemetryRequest, statement

THREADS = 2
WAITING = 16
OPEN_FILES = 8
# The last two close what the ones before could still open.
SETTINGS = (
    "memory_limit = '256MB'",
    "threads = 1",
    "temp_directory = ''",
    "autoinstall_known_extensions = false",
    "autoload_known_extensions = false",
    "enable_external_access = false",
    "lock_configuration = true",
)
ROWS_A_FETCH = 1000
ANSWER_BYTES = 64 << 20
VALUE_BYTES = 16
ENDINGS = (".duckdb", ".json")


def telemetry_path(directory: Path, scenario: str, generation: str) -> Path:
    return directory / scenario / f"telemetry-{generation}.duckdb"


class DuckTelemetry:
    """Files ``{directory}/{scenario}/telemetry-{generation}.duckdb``."""

    def __init__(self, directory: Path, *, timeout: float, max_rows: int) -> None:
        self._directory = directory
        self._timeout = timeout
        self._max_rows = max_rows
        self._files = _OpenFiles()
        self._pool = ThreadPoolExecutor(THREADS, "telemetry")
        self._waiting = 0
        self._stopping: set[asyncio.Task[None]] = set()

    async def catalog(self, scenario: str, generation: str) -> TelemetryCatalog:
        path = telemetry_path(self._directory, scenario, generation)
        try:
            return await asyncio.to_thread(TelemetryCatalog.load, catalog_path(path))
        except FileNotFoundError:
            raise PartNotFound(scenario, "telemetry") from None

    async def query(
        self, scenario: str, generation: str, request: TelemetryRequest
    ) -> TelemetryResult:
        catalog = await self.catalog(scenario, generation)
        most = min(request.limit or self._max_rows, self._max_rows)
        prepared = statement(request, catalog, most)
        path = telemetry_path(self._directory, scenario, generation)
        try:
            return await self._in_thread(_Query(self._files, path, prepared, most))
        except FileNotFoundError:
            raise PartNotFound(scenario, "telemetry") from None

    async def drop(self, scenario: str, generation: str) -> None:
        path = telemetry_path(self._directory, scenario, generation)

        def remove() -> None:
            for ending in ENDINGS:
                path.with_suffix(ending).unlink(missing_ok=True)
            self._files.forget(path)

        await asyncio.to_thread(remove)

    async def aclose(self) -> None:
        await asyncio.to_thread(self._pool.shutdown)
        self._files.close()

    async def _in_thread(self, query: "_Query") -> TelemetryResult:
        """Runs it, and stops it when it is too slow or its caller goes away."""
        if self._waiting >= WAITING:
            raise QueryBusy
        self._waiting += 1
        running = asyncio.get_running_loop().run_in_executor(self._pool, query.run)
        running.add_done_callback(self._ended)
        try:
            async with asyncio.timeout(self._timeout):
                return await asyncio.shield(running)
        except TimeoutError:
            raise QueryTooSlow(
                f"The query took longer than {self._timeout:g} s. Ask for less time or less detail."
            ) from None
        finally:
            if not running.done():
                task = asyncio.create_task(_stop(query, running))
                self._stopping.add(task)
                task.add_done_callback(self._stopping.discard)

    def _ended(self, running: "asyncio.Future[TelemetryResult]") -> None:
        self._waiting -= 1
        if not running.cancelled():
            running.exception()  # whoever asked may be gone; then nobody else looks at it


async def _stop(query: "_Query", running: "asyncio.Future[TelemetryResult]") -> None:
    """Again and again, since a query that only begins forgets that it was interrupted."""
    while not running.done():
        query.stop()
        await asyncio.wait([running], timeout=0.05)


class _Query:
    """One statement in one thread, which any other may stop."""

    def __init__(self, files: "_OpenFiles", path: Path, statement: Statement, most: int) -> None:
        self._files = files
        self._path = path
        self._statement = statement
        self._most = most
        self._lock = threading.Lock()
        self._cursor: duckdb.DuckDBPyConnection | None = None
        self._stopped = False

    def run(self) -> TelemetryResult:
        with self._lock:
            if self._stopped:
                raise QueryTooSlow("The query was given up before it began.")
            self._cursor = self._files.cursor(self._path)
        try:
            rows = self._rows(self._cursor)
        except duckdb.InterruptException:
            raise QueryTooSlow("The query was stopped.") from None
        except (duckdb.OutOfMemoryException, MemoryError):
            raise _too_large() from None
        except duckdb.Error as error:
            raise QueryRefused(f"The engine can't answer this: {error}") from None
        finally:
            with self._lock:
                cursor, self._cursor = self._cursor, None
            cursor.close()
        return TelemetryResult(self._statement.columns, rows[: self._most], len(rows) > self._most)

    def _rows(self, cursor: duckdb.DuckDBPyConnection) -> list[list[Any]]:
        cursor.execute(self._statement.sql, self._statement.values)
        rows: list[list[Any]] = []
        size = 0
        while batch := cursor.fetchmany(ROWS_A_FETCH):
            for row in batch:
                rows.append([_json(value) for value in row])
                size += sum(map(_size, row))
            if size > ANSWER_BYTES:
                raise _too_large()
        return rows

    def stop(self) -> None:
        with self._lock:
            self._stopped = True
            if self._cursor:
                self._cursor.interrupt()


class _OpenFiles:
    """The files read last stay open. Used by several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: OrderedDict[Path, duckdb.DuckDBPyConnection] = OrderedDict()

    def cursor(self, path: Path) -> duckdb.DuckDBPyConnection:
        with self._lock:
            if path not in self._open:
                self._open[path] = _opened(path)
            self._open.move_to_end(path)
            while len(self._open) > OPEN_FILES:
                self._open.popitem(last=False)[1].close()
            return self._open[path].cursor()

    def forget(self, path: Path) -> None:
        with self._lock:
            if connection := self._open.pop(path, None):
                connection.close()

    def close(self) -> None:
        with self._lock:
            while self._open:
                self._open.popitem()[1].close()


def _opened(path: Path) -> duckdb.DuckDBPyConnection:
    if not path.exists():
        raise FileNotFoundError(path)
    connection = duckdb.connect(str(path), read_only=True)
    for setting in SETTINGS:
        connection.execute(f"SET {setting}")
    return connection


def _json(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dt.datetime):
        return value.isoformat() + "Z"
    return value


def _size(value: Any) -> int:
    return len(value) if isinstance(value, str) else VALUE_BYTES


def _too_large() -> QueryTooLarge:
    return QueryTooLarge("The query needs more memory than a query may take. Ask for less.")
