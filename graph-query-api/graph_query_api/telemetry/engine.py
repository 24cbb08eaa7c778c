"""DuckDB, in threads of this process: statements on tables that somebody has opened.

Callers never send SQL; what we build from their requests can touch nothing but what was
opened for it, and is interrupted when it takes too long.
"""

import asyncio
import datetime as dt
import math
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import duckdb

from graph_query_api.errors import QueryBusy, QueryRefused, QueryTooLarge, QueryTooSlow
from graph_query_api.telemetry.protocol import TelemetryResult
from graph_query_api.telemetry.request import Statement

THREADS = 2
WAITING = 16
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

Opened = Callable[[], duckdb.DuckDBPyConnection]
"""Called in a thread; what it gives is for one statement, and is closed after it."""


def confine(connection: duckdb.DuckDBPyConnection) -> None:
    """From here on it reaches nothing else than it has, in bounded memory."""
    for setting in SETTINGS:
        connection.execute(f"SET {setting}")


class Engine:
    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._pool = ThreadPoolExecutor(THREADS, "telemetry")
        self._waiting = 0
        self._stopping: set[asyncio.Task[None]] = set()

    async def run(self, statement: Statement, opened: Opened) -> TelemetryResult:
        """Runs it, and stops it when it is too slow or its caller goes away.

        Raises QueryBusy, QueryTooSlow, QueryTooLarge, QueryRefused, and whatever ``opened`` does.
        """
        if self._waiting >= WAITING:
            raise QueryBusy
        self._waiting += 1
        query = _Query(statement, opened)
        running = asyncio.get_running_loop().run_in_executor(self._pool, query.run)
        running.add_done_callback(self._ended)
        try:
            async with asyncio.timeout(self._timeout):
                return await asyncio.shield(running)
        except TimeoutError:
            raise too_slow(self._timeout) from None
        finally:
            if not running.done():
                task = asyncio.create_task(_stop(query, running))
                self._stopping.add(task)
                task.add_done_callback(self._stopping.discard)

    async def aclose(self) -> None:
        await asyncio.to_thread(self._pool.shutdown)

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

    def __init__(self, statement: Statement, opened: Opened) -> None:
        self._statement = statement
        self._opened = opened
        self._lock = threading.Lock()
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._stopped = False

    def run(self) -> TelemetryResult:
        try:
            rows = self._rows(self._begun())
        except duckdb.InterruptException:
            raise QueryTooSlow("The query was stopped.") from None
        except (duckdb.OutOfMemoryException, MemoryError):
            raise too_large() from None
        except duckdb.Error as error:
            raise QueryRefused(f"The engine can't answer this: {error}") from None
        finally:
            with self._lock:
                connection, self._connection = self._connection, None
            if connection:
                connection.close()
        most = self._statement.most
        return TelemetryResult(self._statement.columns, rows[:most], len(rows) > most)

    def _begun(self) -> duckdb.DuckDBPyConnection:
        if self._stopped:
            raise _given_up()
        connection = self._opened()  # may take its time, and stop() must not wait for that
        with self._lock:
            self._connection = connection
            if self._stopped:
                raise _given_up()
        return connection

    def _rows(self, connection: duckdb.DuckDBPyConnection) -> list[list[Any]]:
        connection.execute(self._statement.sql, self._statement.values)
        rows: list[list[Any]] = []
        size = 0
        while batch := connection.fetchmany(ROWS_A_FETCH):
            for row in batch:
                rows.append([json_value(value) for value in row])
                size += sum(map(_size, row))
            if size > ANSWER_BYTES:
                raise too_large()
        return rows

    def stop(self) -> None:
        with self._lock:
            self._stopped = True
            if self._connection:
                self._connection.interrupt()


def json_value(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dt.datetime):
        return value.isoformat() + "Z"
    return value


def _size(value: Any) -> int:
    return len(value) if isinstance(value, str) else VALUE_BYTES


def _given_up() -> QueryTooSlow:
    return QueryTooSlow("The query was given up before it began.")


def too_large() -> QueryTooLarge:
    return QueryTooLarge("The query needs more memory than a query may take. Ask for less.")


def too_slow(seconds: float) -> QueryTooSlow:
    return QueryTooSlow(
        f"The query took longer than {seconds:g} s. Ask for less time or less detail."
    )
