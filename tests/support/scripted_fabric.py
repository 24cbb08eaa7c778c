"""Fabric as a script of answers, and a clock that makes waiting free."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

import httpx
from azure.core.credentials import AccessToken

from fabric_client import Clock, FabricAddresses, FabricClient

API = "https://fabric.test/v1"
START = 1_800_000_000.0

Answer = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


class FakeTime:
    """A clock whose sleeps are over at once; ``slept`` has their lengths."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []
        self.clock = Clock(lambda: self.now, lambda: START + self.now, self._sleep)

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


@dataclass
class FakeCredential:
    """Gives token-1, token-2, …; each is good for ``lifetime`` seconds."""

    time: FakeTime
    lifetime: float = 3600
    asked: list[tuple[str, bool]] = field(default_factory=list)
    """Scope, and whether it was asked with a claim, that is: anew."""
    failure: Exception | None = None

    async def get_token(self, *scopes: str, claims: str | None = None, **_: Any) -> AccessToken:
        await asyncio.sleep(0)
        if self.failure:
            raise self.failure
        self.asked.append((scopes[0], claims is not None))
        expires = START + self.time.now + self.lifetime
        return AccessToken(f"token-{len(self.asked)}", int(expires))

    async def close(self) -> None: ...

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None: ...


@dataclass
class ScriptedFabric:
    """Answers by method and path, in the order given; the last one stays. Anything else is 404."""

    time: FakeTime = field(default_factory=FakeTime)
    seen: list[httpx.Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.credential = FakeCredential(self.time)
        self._answers: dict[tuple[str, str], list[Answer]] = defaultdict(list)

    def on(self, method: str, path: str, *answers: Answer) -> None:
        self._answers[method, f"/v1{path}"].extend(answers)

    def client(self, **options: Any) -> FabricClient:
        return FabricClient(
            self.credential,
            FabricAddresses(api=API),
            clock=self.time.clock,
            transport=httpx.MockTransport(self._answer),
            **{"calls_per_minute": 100_000, **options},
        )

    def calls(self) -> list[str]:
        return [f"{call.method} {call.url.path.removeprefix('/v1')}" for call in self.seen]

    def sent(self, number: int = -1) -> Any:
        return json.loads(self.seen[number].content)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        assert request.url.host == "fabric.test"
        assert request.headers["authorization"].startswith("Bearer token-")
        self.seen.append(_as_sent(request))
        answers = self._answers[request.method, request.url.path]
        if not answers:
            return problem(404, "EntityNotFound")
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer(request) if callable(answer) else _copy(answer)


def ok(document: object = None, status: int = 200, **headers: str) -> httpx.Response:
    content = b"" if document is None else json.dumps(document).encode()
    return httpx.Response(status, content=content, headers=_headers(headers))


def problem(status: int, code: str, **more: Any) -> httpx.Response:
    headers = more.pop("headers", {})
    return httpx.Response(
        status, json={"errorCode": code, "message": f"{code}!", **more}, headers=headers
    )


def accepted(operation: str = "op-1", **headers: str) -> httpx.Response:
    return ok(None, 202, x_ms_operation_id=operation, **headers)


def state(status: object, **headers: str) -> httpx.Response:
    document = {"status": status, "percentComplete": None, "error": None}
    return ok(document, 200, **headers)


def _headers(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def _as_sent(request: httpx.Request) -> httpx.Request:
    """A copy, since a request that is sent again with another token is the same object."""
    return httpx.Request(
        request.method, request.url, headers=dict(request.headers), content=request.content
    )


def _copy(response: httpx.Response) -> httpx.Response:
    return httpx.Response(
        response.status_code, content=response.content, headers=dict(response.headers)
    )
