"""One host of the stand-in: log, faults, tokens, and then the handler."""

import asyncio
import time
from collections.abc import Callable, Sequence
from uuid import uuid4

from peers.fabric import trouble
from peers.fabric.calls import Call, Route, find
from peers.fabric.connections import cut
from peers.fabric.faults import Fault
from peers.fabric.log import Log
from peers.fabric.quota import Quota
from peers.fabric.refusals import Refusal
from peers.fabric.tenant import Tenant
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

Check = Callable[[Request], None]
"""Raises Refusal for a request without the right token."""


class Host:
    """An ASGI application. ``quota`` counts the calls that Fabric would count."""

    def __init__(
        self,
        name: str,
        tenant: Tenant,
        log: Log,
        routes: Sequence[Route],
        refused: Callable[[Refusal], Response],
        check: Check | None = None,
        quota: Quota | None = None,
    ) -> None:
        self._name = name
        self._tenant = tenant
        self._log = log
        self._routes = routes
        self._refused = refused
        self._check = check
        self._quota = quota
        self.foreign_url = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        path = scope["path"]
        faults = self._tenant.faults.matching(self._name, request.method, path)
        entry = self._log.add(
            at=self._tenant.clock.now(),
            host=self._name,
            method=request.method,
            path=path,
            query=request.url.query,
            authorized="authorization" in request.headers,
            faults=tuple(fault.kind for fault in faults),
        )
        started = time.monotonic()
        response = await self._answer(request, faults)
        entry.seconds = time.monotonic() - started
        if response is None:
            entry.status = "cut"
            cut(scope)
            while (await receive())["type"] != "http.disconnect":  # else it is logged as an error
                pass
            return
        entry.answered(response)
        request_id = str(uuid4())
        response.headers.setdefault("requestid", request_id)
        response.headers.setdefault("x-ms-request-id", request_id)
        await response(scope, receive, send)

    async def _answer(self, request: Request, faults: Sequence[Fault]) -> Response | None:
        """None: the connection ends without an answer."""
        kinds = {fault.kind: fault for fault in faults}
        if "cut" in kinds:
            return None
        if "cut-body" in kinds:
            await _swallow(request, int(kinds["cut-body"].options.get("bytes", 1)))
            return None
        if "slow" in kinds:
            await asyncio.sleep(float(kinds["slow"].options.get("seconds", 1)))
        try:
            response = await self._work(request, faults)
        except ClientDisconnect:
            return None
        if "lost-response" in kinds:
            return None
        return response

    async def _work(self, request: Request, faults: Sequence[Fault]) -> Response:
        try:
            spoiled = trouble.instead(faults)
            if isinstance(spoiled, Refusal):
                raise spoiled
            if spoiled is not None:
                await _swallow(request)
                return spoiled
            if self._check:
                self._check(request)
            if self._quota:
                self._quota.take(request.url.path)
            handler, path = find(self._routes, request.method, request.scope["path"])
            response = await handler(Call(request, path, faults))
        except Refusal as refusal:
            await _swallow(request)
            return self._refused(refusal)
        trouble.after(response, faults, self.foreign_url)
        return response


async def _swallow(request: Request, most: float = float("inf")) -> None:
    """Reads what the client still sends, so that it can read the answer."""
    got = 0
    try:
        async for chunk in request.stream():
            got += len(chunk)
            if got >= most:
                return
    except RuntimeError:  # it was read already
        return
