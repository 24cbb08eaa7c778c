"""A way to the server on which things go wrong: answers are lost, connections cut, requests held
back or refused."""

import io
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager

from aiohttp import ClientSession, web
from peers.faults import Fault, Faulty, Handler, cut, in_a_thread
from yarl import URL

OF_THE_CONNECTION = {"host", "connection", "keep-alive", "transfer-encoding", "content-length"}


def operation_of(method: str, path: str, headers: Mapping[str, str], body: bytes) -> str:
    """``POST docs scenarios/loads``, ``QUERY docs …``, ``GET colls scenarios``, ``POST dbs``,
    ``GET account`` …; a batch by its first operation: ``UPSERT docs …``"""
    if headers.get("content-type") == "application/query+json":
        method = "QUERY"
    if headers.get("x-ms-cosmos-is-batch-request"):
        method = json.loads(body)[0]["operationType"].upper()
    words = [word for word in path.strip("/").split("/") if word]
    kinds = words[::2]
    place = "/".join(words[1 : 2 * len(kinds) - 2 : 2])
    return f"{method} {kinds[-1] if kinds else 'account'} {place}".rstrip()


@contextmanager
def faulty(upstream: str) -> Iterator[Faulty]:
    """Its requests are called as ``operation_of`` says."""
    state = Faulty()
    with in_a_thread(_forwarding(state, upstream)) as port:
        state.endpoint = f"http://127.0.0.1:{port}/"
        yield state


@asynccontextmanager
async def _forwarding(state: Faulty, upstream: str) -> AsyncIterator[Handler]:
    async with ClientSession(auto_decompress=False) as session:
        yield _Forwarder(state, upstream, session).handle


class _Forwarder:
    def __init__(self, state: Faulty, upstream: str, session: ClientSession) -> None:
        self._state = state
        self._upstream = upstream.rstrip("/")
        self._session = session

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.read()
        operation = operation_of(request.method, request.path, request.headers, body)
        fault = self._state.next_fault(operation)
        match fault.kind if fault else None:
            case "cut":
                return _cut(request)
            case "lose":
                await self._forwarded(request)
                return _cut(request)
            case "refuse" if fault:
                return _refusal(fault)
            case "stall" if fault:
                async with self._state.stalled(fault):
                    return await self._forwarded(request)
        return await self._forwarded(request)

    async def _forwarded(self, request: web.BaseRequest) -> web.Response:
        sent = {k: v for k, v in request.headers.items() if k.lower() not in OF_THE_CONNECTION}
        body = io.BytesIO(await request.read())
        url = URL(self._upstream + request.raw_path, encoded=True)
        async with self._session.request(request.method, url, headers=sent, data=body) as answer:
            given = {k: v for k, v in answer.headers.items() if k.lower() not in OF_THE_CONNECTION}
            return web.Response(status=answer.status, headers=given, body=await answer.read())


def _refusal(fault: Fault) -> web.Response:
    return web.Response(
        status=fault.status,
        headers={
            "x-ms-substatus": str(fault.substatus),
            "x-ms-retry-after-ms": str(int(fault.seconds * 1000)),
        },
        text=json.dumps({"code": "Fault", "message": "This was asked for by a test."}),
        content_type="application/json",
    )


def _cut(request: web.BaseRequest) -> web.Response:
    cut(request)
    return web.Response()
