"""Requests, and which handler each goes to. Fabric reads paths without regard to case."""

import base64
import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from peers.fabric.faults import Fault
from peers.fabric.refusals import Refusal, invalid
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

_MARK = "+/=~#:"
"""Ends every continuation token: one that was not percent-encoded once arrives damaged."""


@dataclass
class Call:
    request: Request
    path: Mapping[str, str]
    faults: Sequence[Fault] = ()
    """Those that change what this request starts or answers."""
    query: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.query = self.request.query_params

    async def body(self) -> dict[str, Any]:
        raw = await self.request.body()
        try:
            body = json.loads(raw) if raw else {}
        except ValueError:
            raise Refusal(400, "CorruptedPayload", "The body is not JSON", guess=True) from None
        if not isinstance(body, dict):
            raise Refusal(400, "CorruptedPayload", "The body is not a JSON object", guess=True)
        return body

    def guid(self, name: str) -> str:
        try:
            return str(UUID(self.path[name]))
        except ValueError:
            raise invalid(f"{name} is not a GUID: {self.path[name]}") from None

    def fault(self, kind: str) -> Fault | None:
        return next((fault for fault in self.faults if fault.kind == kind), None)


Handler = Callable[[Call], Awaitable[Response]]


class Route:
    def __init__(self, method: str, template: str, handler: Handler) -> None:
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template).replace(r"{*}", r"(?P<rest>.*)")
        self.method = method
        self.pattern = re.compile(f"{pattern}/?", re.IGNORECASE)
        self.handler = handler


def find(routes: Sequence[Route], method: str, path: str) -> tuple[Handler, dict[str, str]]:
    for route in routes:
        if route.method in (method, "*") and (match := route.pattern.fullmatch(path)):
            return route.handler, match.groupdict()
    raise Refusal(404, "EndpointNotFound", f"Nothing answers {method} {path}", guess=True)


def page(call: Call, entries: Sequence[Any], size: int, member: str = "value") -> Response:
    """One page of a list; the last says so with nulls or by silence, in turns."""
    start = _read_token(call.query.get("continuationToken"), call.request.url.path)
    end = start + size
    body: dict[str, Any] = {member: list(entries[start:end])}
    if end < len(entries):
        token = _token(end, call.request.url.path)
        url = call.request.url.include_query_params(continuationToken=token)
        body |= {"continuationToken": token, "continuationUri": str(url)}
    elif len(entries) % 2:
        body |= {"continuationToken": None, "continuationUri": None}
    return JSONResponse(body)


def _token(start: int, path: str) -> str:
    return base64.b64encode(f"{start}|{path.lower()}".encode()).decode() + _MARK


def _read_token(token: str | None, path: str) -> int:
    if not token:
        return 0
    try:
        start, _, of = base64.b64decode(token.removesuffix(_MARK)).decode().partition("|")
        if token.endswith(_MARK) and of == path.lower():
            return int(start)
    except ValueError:
        pass
    raise invalid("The continuation token is not one of this list's")
