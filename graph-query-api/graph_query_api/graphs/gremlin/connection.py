"""One WebSocket to a Gremlin server: requests go out, and each gets the frames that are its own."""

import asyncio
import base64
import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import aiohttp

from graph_query_api.graphs.gremlin.errors import (
    GremlinError,
    NotAllowed,
    OutcomeUnknown,
    Unreachable,
    failure,
)
from graph_query_api.graphs.gremlin.graphson import plain
from graph_query_api.graphs.gremlin.passwords import Password

MOST_BYTES_OF_A_FRAME = 64 << 20
_MIME = b"application/vnd.gremlin-v2.0+json"
_CONNECT_SECONDS = 10.0
_CLOSE_SECONDS = 2.0
_IDLE_SECONDS = 200.0
"""Clouds forget a silent connection after four minutes, and tell neither end."""
_FRAMES_AHEAD = 4
_SIGN_IN, _MORE, _LAST = 407, 206, (200, 204)
_SPENT = (401, 1007, 1008)
"""After these the server wants another connection."""


@dataclass(frozen=True, slots=True)
class Frame:
    request_id: str
    code: int
    message: str
    attributes: Mapping[str, Any]
    results: list[Any]

    @property
    def charge(self) -> float:
        """Request units of this frame alone."""
        return float(self.attributes.get("x-ms-request-charge") or 0)


class Connection:
    """Ends by itself when it is lost; ``reader`` is done then.

    The first request has to be alone until its answer has come: the server asks then who we are.
    """

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, user: str, password: Password):
        self._socket = socket
        self._sasl = base64.b64encode(f"\0{user}\0{password.text}".encode()).decode()
        self._open: dict[str, asyncio.Queue[Frame | GremlinError]] = {}
        self._retired = False
        self._used = asyncio.get_running_loop().time()
        self._good_until = self._used + password.seconds_left
        self.reader = asyncio.create_task(self._read())

    @property
    def usable(self) -> bool:
        now = asyncio.get_running_loop().time()
        idle = not self._open and now - self._used > _IDLE_SECONDS
        return not (self._retired or self.reader.done() or idle or now > self._good_until)

    def retire(self) -> None:
        """Takes no more requests, and ends with the last of those that it has."""
        self._retired = True
        if not self._open:
            self.reader.cancel()

    async def frames(
        self, arguments: str, limit: float
    ) -> AsyncGenerator[tuple[list[Any], float], None]:
        """Results and charge of each frame. ``limit``: seconds that the server may take for all.

        The time that the caller takes in between does not count. When a request ends before its
        last frame, for whatever reason, the connection is not used for another.
        """
        request_id = str(uuid4())
        frames = self._open[request_id] = asyncio.Queue(_FRAMES_AHEAD)
        clock = asyncio.get_running_loop().time
        complete = False
        try:
            began = clock()
            async with asyncio.timeout(limit):
                await self._send(request_id, "eval", "", arguments)
            while not complete:
                async with asyncio.timeout(limit - (clock() - began)):
                    frame = await frames.get()
                limit -= clock() - began
                if isinstance(frame, GremlinError):
                    raise frame
                complete = frame.code != _MORE
                if complete and frame.code not in _LAST:
                    raise self._failure(frame)
                yield plain(frame.results), frame.charge
                began = clock()
        except TimeoutError as error:
            raise OutcomeUnknown(408, "The Gremlin server did not answer in time") from error
        finally:
            self._open.pop(request_id, None)
            self._used = clock()
            if not complete:
                self._retired = True
                while not frames.empty():  # what waits for room there shall not wait for ever
                    frames.get_nowait()
            if self._retired:
                self.retire()

    def _failure(self, frame: Frame) -> GremlinError:
        error = failure(frame.code, frame.message, frame.attributes)
        self._retired = self._retired or error.status in _SPENT
        return error

    async def _send(self, request_id: str, op: str, processor: str, arguments: str) -> None:
        request = (
            f'{{"requestId":{{"@type":"g:UUID","@value":"{request_id}"}},"op":"{op}",'
            f'"processor":"{processor}","args":{arguments}}}'
        )
        try:
            await self._socket.send_bytes(bytes([len(_MIME)]) + _MIME + request.encode())
        except (aiohttp.ClientError, OSError) as error:
            raise OutcomeUnknown(1007, "The connection to the Gremlin server was lost") from error

    async def _read(self) -> None:
        why = "The connection to the Gremlin server was lost"
        try:
            async for message in self._socket:
                if message.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
                    await self._deliver(_frame(message.data))
        except (ValueError, KeyError, TypeError):
            why = "The Gremlin server sent what is no answer"
        except (aiohttp.ClientError, OSError, OutcomeUnknown):
            pass  # the requests are told below
        finally:
            self._retired = True
            for frames in self._open.values():
                while not frames.empty():
                    frames.get_nowait()
                frames.put_nowait(OutcomeUnknown(1007, why))
            await self._socket.close()

    async def _deliver(self, frame: Frame) -> None:
        frames = self._open.get(frame.request_id)
        if frames is None:
            return  # of a request that nobody waits for any more
        if frame.code == _SIGN_IN:
            arguments = f'{{"sasl":"{self._sasl}"}}'
            await self._send(frame.request_id, "authentication", "traversal", arguments)
        else:
            await frames.put(frame)
            if frame.code != _MORE:  # whatever happens to the connection now, it has its answer
                self._open.pop(frame.request_id, None)


async def connected(
    session: aiohttp.ClientSession,
    endpoint: str,
    user: str,
    readers: set[asyncio.Task[None]],
    password: Password,
) -> Connection:
    """Signed in; its reader is in ``readers`` while it runs. Raises NotAllowed or Unreachable."""
    try:
        async with asyncio.timeout(_CONNECT_SECONDS):
            socket = await session.ws_connect(
                endpoint,
                max_msg_size=MOST_BYTES_OF_A_FRAME,
                timeout=aiohttp.ClientWSTimeout(ws_close=_CLOSE_SECONDS),
            )
            connection = Connection(socket, user, password)
            readers.add(connection.reader)
            connection.reader.add_done_callback(readers.discard)
            return await _signed_in(connection)
    except TimeoutError as error:
        raise Unreachable(0, "The Gremlin server did not answer within 10 seconds") from error
    except aiohttp.WSServerHandshakeError as error:
        kind = NotAllowed if error.status in (401, 403) else Unreachable
        raise kind(
            error.status, f"The Gremlin server refused the connection with status {error.status}"
        ) from error
    except (aiohttp.ClientError, OSError) as error:
        raise Unreachable(0, f"The Gremlin server can't be reached: {error}") from error
    except OutcomeUnknown as error:
        raise Unreachable(error.status, str(error)) from error


async def _signed_in(connection: Connection) -> Connection:
    try:
        async for _ in connection.frames(arguments("g.inject(0)", "{}"), _CONNECT_SECONDS):
            pass
    except BaseException:
        connection.retire()
        raise
    return connection


def arguments(script: str, bindings: str, evaluation_timeout_ms: int | None = None) -> str:
    """Of a request that runs a script. ``bindings``: a JSON object."""
    limit = f',"evaluationTimeout":{evaluation_timeout_ms}' if evaluation_timeout_ms else ""
    return (
        f'{{"gremlin":{json.dumps(script, ensure_ascii=False)},"bindings":{bindings},'
        f'"language":"gremlin-groovy","aliases":{{"g":"g"}}{limit}}}'
    )


def _frame(data: str | bytes) -> Frame:
    found = json.loads(data)
    status, results = found["status"], (found.get("result") or {}).get("data")
    if not isinstance(results, list):
        results = [] if results is None else [results]
    return Frame(
        str(plain(found["requestId"])),
        int(status["code"]),
        str(status.get("message") or ""),
        plain(status.get("attributes") or {}),
        results,
    )
