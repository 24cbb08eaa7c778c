"""One SQLite file: a thread that writes and a few that read.

The writer takes what has piled up, at most 64 operations, into one transaction, so
that many clients share one fsync. Each operation has a savepoint of its own: one that
fails leaves the others alone. Nobody is answered before the commit.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from graph_query_api.errors import StorageFull, StoreUnavailable

GROUP = 64
READERS = 4
BUSY_SECONDS = 5.0
SHUTTING_DOWN = "The document store is shutting down."

T = TypeVar("T")
Operation = Callable[[sqlite3.Connection], T]


def store_error(error: sqlite3.Error) -> StoreUnavailable:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return StorageFull("The disk of the document store is full. Make room and try again.")
    return StoreUnavailable(f"The document store does not work: {error}")


def _connect(path: Path) -> sqlite3.Connection:
    # Transactions are ours (isolation_level=None); a thread opens, uses and leaves its own
    # connection, and only close() comes from another.
    return sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )


@dataclass(frozen=True, slots=True)
class _Work:
    operation: Operation[Any]
    future: "Future[Any]"


class Writer:
    """Runs operations one after the other, several a commit."""

    def __init__(self, path: Path) -> None:
        self._connection = _connect(path)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA analysis_limit = 1000")
        self._queue: SimpleQueue[_Work | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name=f"write {path.name}", daemon=True)
        self._thread.start()

    async def run(self, operation: Operation[T]) -> T:
        """The operation's result once it is durable; or raises what it raised."""
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise StoreUnavailable(SHUTTING_DOWN)
            self._queue.put(_Work(operation, future))
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Finishes what was accepted; blocks until then."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._queue.put(None)
        self._thread.join()
        self._connection.close()

    def _work(self) -> None:
        while batch := self._next_batch():
            self._commit([work for work in batch if work.future.set_running_or_notify_cancel()])

    def _next_batch(self) -> list[_Work]:
        batch: list[_Work] = []
        while len(batch) < GROUP:
            try:
                work = self._queue.get(block=not batch)
            except Empty:
                break
            if work is None:
                if batch:
                    self._queue.put(None)  # ends the next round; nothing else can follow it
                break
            batch.append(work)
        return batch

    def _commit(self, batch: list[_Work]) -> None:
        connection = self._connection
        outcomes: list[tuple[Any, BaseException | None]]
        try:
            connection.execute("BEGIN IMMEDIATE")
            outcomes = [self._attempt(work.operation) for work in batch]
            connection.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - the thread goes on; all who wait are told
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            outcomes = [(None, _translated(error))] * len(batch)
        for work, (result, failure) in zip(batch, outcomes, strict=True):
            if failure is None:
                work.future.set_result(result)
            else:
                work.future.set_exception(failure)

    def _attempt(self, operation: Operation[Any]) -> tuple[Any, BaseException | None]:
        connection = self._connection
        connection.execute("SAVEPOINT operation")
        try:
            result = operation(connection)
        except Exception as error:
            if not connection.in_transaction:
                raise  # SQLite rolled everything back: nobody's operation has happened
            connection.execute("ROLLBACK TO operation")
            connection.execute("RELEASE operation")
            return None, _translated(error)
        connection.execute("RELEASE operation")
        return result, None


class Readers:
    """Runs read operations in a few threads, each with a connection of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._pool = ThreadPoolExecutor(READERS, f"read {path.name}")

    async def run(self, operation: Operation[T]) -> T:
        try:
            future = self._pool.submit(lambda: operation(self._connection()))
        except RuntimeError:
            raise StoreUnavailable(SHUTTING_DOWN) from None
        try:
            return await asyncio.wrap_future(future)
        except sqlite3.Error as error:
            raise store_error(error) from error

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = _connect(self._path)
            connection.execute("PRAGMA query_only = ON")
            self._connections.append(connection)
        return connection

    def close(self) -> None:
        self._pool.shutdown()
        for connection in self._connections:
            connection.close()


def _translated(error: Exception) -> Exception:
    """Constraints and misuse stay what they are; they say nothing about the store."""
    if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError):
        return error
    return store_error(error) if isinstance(error, sqlite3.Error) else error
