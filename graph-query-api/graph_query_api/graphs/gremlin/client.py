"""Scripts for a Gremlin server: Cosmos DB's, or TinkerPop's own.

The wire is WebSocket with GraphSON 2, user name and password, as Cosmos DB speaks it.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Any, Self

import aiohttp
from azure.core.credentials_async import AsyncTokenCredential

from graph_query_api.graphs.gremlin.connection import Connection, arguments, connected
from graph_query_api.graphs.gremlin.errors import LimitBroken, NotAllowed, Refused
from graph_query_api.graphs.gremlin.passwords import Passwords

MOST_BYTES_OF_A_SCRIPT = 64 << 10
"""The service does not say whether its limit counts the bindings: so here it does."""
_CLOSE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class GremlinAddress:
    """``endpoint``: ``wss://…/``. An empty key: the identity of this process signs in."""

    endpoint: str
    database: str
    graph: str
    key: str = field(repr=False)

    @property
    def user(self) -> str:
        return f"/dbs/{self.database}/colls/{self.graph}"


@dataclass(frozen=True, slots=True)
class Answer:
    results: list[Any]
    charge: float
    """Request units; 0 where the server counts none."""


class GremlinClient:
    """``async with``; connections are opened when they are needed, and again when they are lost.

    ``request_seconds``: how long the server may take for a request. ``in_flight``: requests at
    once on a connection. A request waits for its turn as long as its caller does.
    """

    def __init__(
        self,
        address: GremlinAddress,
        *,
        connections: int,
        in_flight: int = 1,
        request_seconds: float = 35.0,
        evaluation_timeout_ms: int | None = None,
        credential: AsyncTokenCredential | None = None,
    ) -> None:
        self._address = address
        self._seconds = request_seconds
        self._evaluation_timeout_ms = evaluation_timeout_ms
        self._passwords = Passwords(address.key, credential)
        self._turns = asyncio.Semaphore(connections * in_flight)
        self._places = [_Place(self._connected) for _ in range(connections)]
        self._readers: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    async def submit(self, script: str, bindings: Mapping[str, Any]) -> Answer:
        """Raises GremlinError, one of its kinds."""
        results, charge = [], 0.0
        async with aclosing(self._frames(self._arguments(script, bindings))) as frames:
            async for part, cost in frames:
                results += part
                charge += cost
        return Answer(results, charge)

    async def stream(
        self, script: str, bindings: Mapping[str, Any]
    ) -> AsyncGenerator[list[Any], None]:
        """The results as they come; few frames are kept ahead of who reads them."""
        async with aclosing(self._frames(self._arguments(script, bindings))) as frames:
            async for part, _ in frames:
                yield part

    async def aclose(self) -> None:
        """Requests in flight end with OutcomeUnknown."""
        self._closed = True
        for reader in self._readers:
            reader.cancel()
        if self._readers:
            await asyncio.wait(self._readers, timeout=_CLOSE_SECONDS)
        if self._session is not None:
            await self._session.close()
        await self._passwords.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    def _arguments(self, script: str, bindings: Mapping[str, Any]) -> str:
        try:
            bound = json.dumps(bindings, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
            size = len(script.encode()) + len(bound.encode())
        except ValueError as error:
            raise Refused(0, f"A value can't be sent as JSON: {error}") from error
        if size > MOST_BYTES_OF_A_SCRIPT:
            raise LimitBroken(0, f"A script may have 64 KB with its values, this one has {size}")
        return arguments(script, bound, self._evaluation_timeout_ms)

    async def _frames(self, request: str) -> AsyncGenerator[tuple[list[Any], float], None]:
        async with self._place() as place:
            for last in (False, True):
                connection = await place.connection()
                try:
                    async with aclosing(connection.frames(request, self._seconds)) as frames:
                        async for frame in frames:
                            yield frame
                except NotAllowed as error:
                    if last or error.status != 401:
                        raise  # else its token was old: another connection signs in anew
                else:
                    return

    @asynccontextmanager
    async def _place(self) -> AsyncIterator["_Place"]:
        async with self._turns:
            place = min(self._places, key=lambda each: (each.taken, not each.usable))
            place.taken += 1
            try:
                yield place
            finally:
                place.taken -= 1

    async def _connected(self) -> Connection:
        if self._closed:
            raise RuntimeError("This client is closed")
        if self._session is None:
            self._session = aiohttp.ClientSession()
        password = await self._passwords.current()
        connect = partial(
            connected, self._session, self._address.endpoint, self._address.user, self._readers
        )
        try:
            return await connect(password)
        except NotAllowed:
            fresh = await self._passwords.instead_of(password)
            if fresh is None:
                raise
            return await connect(fresh)


class _Place:
    """Room for one connection."""

    def __init__(self, connect: Callable[[], Awaitable[Connection]]) -> None:
        self.taken = 0
        self._connect = connect
        self._connection: Connection | None = None
        self._lock = asyncio.Lock()

    @property
    def usable(self) -> bool:
        return self._connection is not None and self._connection.usable

    async def connection(self) -> Connection:
        async with self._lock:
            if self._connection is None or not self._connection.usable:
                if self._connection is not None:
                    self._connection.retire()
                self._connection = await self._connect()
            return self._connection
