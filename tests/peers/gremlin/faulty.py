"""A way to the Gremlin Server on which things go wrong. Of the frames it understands which request
they are about."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, web
from peers.faults import Fault, Faulty, Handler, cut, in_a_thread

MORE, WHO_ARE_YOU = 206, 407
"""Of a frame that is not the last: others of the request follow."""
TOO_MANY = 429
MOST_BYTES = 64 << 20


@contextmanager
def faulty(upstream: str) -> Iterator[Faulty]:
    """Its requests are called by their scripts."""
    state = Faulty()
    with in_a_thread(_forwarding(state, upstream)) as port:
        state.endpoint = f"ws://127.0.0.1:{port}/gremlin"
        yield state


@asynccontextmanager
async def _forwarding(state: Faulty, upstream: str) -> AsyncIterator[Handler]:
    async with ClientSession() as session:

        async def handle(request: web.BaseRequest) -> web.StreamResponse:
            client = web.WebSocketResponse(max_msg_size=MOST_BYTES)
            await client.prepare(request)
            async with session.ws_connect(upstream, max_msg_size=MOST_BYTES) as server:
                await _Connection(state, request, client, server).run()
            return client

        yield handle


class _Connection:
    def __init__(
        self,
        state: Faulty,
        request: web.BaseRequest,
        client: web.WebSocketResponse,
        server: ClientWebSocketResponse,
    ) -> None:
        self._state = state
        self._request = request
        self._client = client
        self._server = server
        self._to_lose: set[str] = set()
        """Requests, at whose last answer the connection ends"""

    async def run(self) -> None:
        answers = asyncio.create_task(self._answers())
        try:
            async for message in self._client:
                if message.type in (WSMsgType.BINARY, WSMsgType.TEXT):
                    await self._asked(message.data)
            if self._to_lose:  # the server shall have done them
                await asyncio.wait([answers], timeout=1)
        finally:
            answers.cancel()
            await asyncio.wait([answers])

    async def _asked(self, data: bytes) -> None:
        """A request that is held back arrives, whoever has gone away meanwhile."""
        asked = json.loads(data[data.index(b"{") :])
        script = asked["args"].get("gremlin")
        fault = self._state.next_fault(script) if script else None
        match fault.kind if fault else None:
            case "cut":
                cut(self._request)
                return
            case "lose":
                self._to_lose.add(asked["requestId"]["@value"])
            case "refuse" if fault:
                await self._client.send_bytes(_refusal(asked, fault))
                return
            case "stall" if fault:
                async with self._state.stalled(fault):
                    await self._server.send_bytes(data)
                return
        await self._server.send_bytes(data)

    async def _answers(self) -> None:
        try:
            async for message in self._server:
                if message.type not in (WSMsgType.BINARY, WSMsgType.TEXT):
                    continue
                if self._to_lose and self._is_lost(message.data):
                    break
                if isinstance(message.data, str):
                    await self._client.send_str(message.data)
                else:
                    await self._client.send_bytes(message.data)
        except ConnectionError:
            pass  # who asked is gone
        cut(self._request)

    def _is_lost(self, data: str | bytes) -> bool:
        answer = json.loads(data)
        is_last = answer["status"]["code"] not in (MORE, WHO_ARE_YOU)
        return is_last and answer["requestId"] in self._to_lose


def _refusal(asked: dict[str, Any], fault: Fault) -> bytes:
    """As Cosmos DB says it: the outer status is 500, the true one an attribute."""
    told: dict[str, Any] = {"x-ms-status-code": fault.status, "x-ms-request-charge": 0}
    if fault.status == TOO_MANY:
        told["x-ms-retry-after-ms"] = f"00:00:{fault.seconds:010.7f}"
    status = {"code": 500, "message": "This was asked for by a test.", "attributes": told}
    answer = {
        "requestId": asked["requestId"]["@value"],
        "status": status,
        "result": {"data": None, "meta": {}},
    }
    return json.dumps(answer).encode()
