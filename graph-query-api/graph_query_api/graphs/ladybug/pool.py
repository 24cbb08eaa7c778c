"""A few worker processes, each with one graph file open, and one caller at a time each."""

import asyncio
import contextlib
import json
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph_query_api.errors import (
    QueryBusy,
    QueryRefused,
    QueryTooLarge,
    QueryTooSlow,
    StoreUnavailable,
)
from graph_query_api.graphs.ladybug.frames import DATA, END, HEADER, REQUEST, frame
from graph_query_api.spool import Spool
from service_kit.process import PIPE_CLOSED, environment, python, wait_for_end

WORKER = "graph_query_api.graphs.ladybug.worker"
GRACE = 1.0
START_SECONDS = 15.0
MAX_DETAIL = 2000


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one query: seconds, bytes of memory, and bytes of answer."""

    timeout: float
    memory: int
    max_bytes: int


class WorkerFailed(Exception):
    """The worker is gone, or can't be started."""


class Worker:
    def __init__(self, path: Path, process: Process) -> None:
        self.path = path
        self._process = process

    @classmethod
    async def start(cls, path: Path, memory: int) -> "Worker":
        process = await asyncio.create_subprocess_exec(
            *python(WORKER),
            str(path),
            str(memory),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            env=environment(),
        )
        worker = cls(path, process)
        try:
            async with asyncio.timeout(START_SECONDS):
                await worker._ready()
        except BaseException:
            worker.kill()
            await worker.ended()
            raise
        return worker

    async def _ready(self) -> None:
        kind, payload = await self._frame()
        if kind != END:
            raise WorkerFailed(json.loads(payload)["detail"])

    async def ask(self, request: Mapping[str, Any], spool: Spool) -> dict[str, str] | None:
        """Writes the answer into the spool, or returns what went wrong."""
        assert self._process.stdin  # noqa: S101 - it was asked for
        try:
            self._process.stdin.write(frame(REQUEST, json.dumps(request).encode()))
            await self._process.stdin.drain()
        except PIPE_CLOSED as error:
            raise WorkerFailed(str(error)) from error
        while True:
            kind, payload = await self._frame()
            if kind == DATA:
                await spool.write(payload)
            elif kind == END:
                return None
            else:
                failure: dict[str, str] = json.loads(payload)
                return failure

    async def _frame(self) -> tuple[bytes, bytes]:
        assert self._process.stdout  # noqa: S101 - it was asked for
        try:
            header = await self._process.stdout.readexactly(HEADER.size)
            kind, length = HEADER.unpack(header)
            return kind, await self._process.stdout.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise WorkerFailed("ended") from error

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    @property
    def is_alive(self) -> bool:
        return self._process.returncode is None

    async def ended(self) -> None:
        """Waits until the process is gone and its pipes are closed."""
        await wait_for_end(self._process)


class WorkerPool:
    """At most ``size`` workers. Each is bound to a file and replaced when another is asked for.

    A caller waits for a free worker as long as a query may take; one that goes away
    takes its worker with it.
    """

    def __init__(self, size: int, limits: Limits, spools: Path) -> None:
        self._size = size
        self._limits = limits
        self._spools = spools
        self._free = asyncio.Semaphore(size)
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
        self._callers = 0
        self._ending: set[asyncio.Task[None]] = set()

    async def ask(self, path: Path, request: Mapping[str, Any]) -> Spool:
        """The answer as JSON.

        Raises QueryRefused, QueryTooSlow, QueryTooLarge, QueryBusy; FileNotFoundError if
        the graph file is gone.
        """
        spool = Spool(self._spools)
        try:
            async with self._worker(path) as worker, self._deadline():
                failure = await worker.ask(self._limited(request), spool)
                self._raise_if_spent(failure)
            self._raise_if_refused(failure, path)
        except WorkerFailed as error:
            raise QueryRefused(
                "The engine stopped at this query and was started again. Change the query."
            ) from error
        except BaseException:
            spool.close()
            raise
        return spool

    def forget(self, path: Path) -> None:
        """Closes the file where nobody uses it; who does goes on, and closes it afterwards."""
        for worker in [each for each in self._idle if each.path == path]:
            self._idle.remove(worker)
            self._end(worker)

    async def aclose(self) -> None:
        for worker in self._busy:
            worker.kill()
        while self._idle:
            self._end(self._idle.pop())
        await asyncio.gather(*self._ending)

    def _limited(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return {
            **request,
            "timeout": self._limits.timeout,
            "max_bytes": self._limits.max_bytes,
        }

    def _raise_if_spent(self, failure: Mapping[str, str] | None) -> None:
        """While the worker is held: one that ran against a limit is not used again."""
        match failure and failure["kind"]:
            case "slow":
                raise _too_slow(self._limits)
            case "memory":
                raise QueryTooLarge(
                    "The query needs more memory than a query may take. "
                    "Narrow it with WHERE, or return less with LIMIT."
                )
            case "large":
                size = self._limits.max_bytes >> 20
                raise QueryTooLarge(f"The answer is larger than {size} MB. Ask for less.")

    def _raise_if_refused(self, failure: Mapping[str, str] | None, path: Path) -> None:
        if failure:
            # the engine's words may say where it looked, and that is nobody's business
            detail = failure["detail"].replace(str(path.parent), "")
            raise QueryRefused(detail[:MAX_DETAIL].strip())

    @contextlib.asynccontextmanager
    async def _deadline(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._limits.timeout + GRACE):
                yield
        except TimeoutError:
            raise _too_slow(self._limits) from None

    @contextlib.asynccontextmanager
    async def _worker(self, path: Path) -> AsyncIterator[Worker]:
        """A worker that has the file open; ended unless its caller leaves in peace."""
        await self._wait_for_turn()
        self._callers += 1
        try:
            worker = self._take_idle(path) or await self._start(path)
            self._busy.add(worker)
            try:
                yield worker
            except BaseException:
                self._end(worker)
                raise
            else:
                self._keep(worker)
            finally:
                self._busy.discard(worker)
        finally:
            self._callers -= 1
            self._free.release()

    async def _wait_for_turn(self) -> None:
        try:
            async with asyncio.timeout(self._limits.timeout + 2 * GRACE):
                await self._free.acquire()
        except TimeoutError:
            raise QueryBusy from None

    def _take_idle(self, path: Path) -> Worker | None:
        for worker in [each for each in self._idle if not each.is_alive]:
            self._idle.remove(worker)
            self._end(worker)
        for worker in reversed(self._idle):
            if worker.path == path:
                self._idle.remove(worker)
                return worker
        return None

    async def _start(self, path: Path) -> Worker:
        if len(self._idle) + self._callers > self._size:
            self._end(self._idle.pop(0))
        if not _exists(path):
            raise FileNotFoundError(path)
        try:
            return await Worker.start(path, self._limits.memory)
        except (WorkerFailed, TimeoutError) as error:
            raise StoreUnavailable("The graph can't be opened. Load it again.") from error

    def _keep(self, worker: Worker) -> None:
        if _exists(worker.path):
            self._idle.append(worker)
        else:
            self._end(worker)

    def _end(self, worker: Worker) -> None:
        worker.kill()
        task = asyncio.create_task(worker.ended())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)


def _exists(path: Path) -> bool:
    return path.exists()


def _too_slow(limits: Limits) -> QueryTooSlow:
    return QueryTooSlow(
        f"The query took longer than {limits.timeout:g} s. Narrow it with WHERE or LIMIT."
    )
