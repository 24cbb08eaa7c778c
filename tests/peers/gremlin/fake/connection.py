"""The wire of Cosmos DB for Gremlin.

What was seen: sign-in by 407, one request alone on a fresh connection, frames of 64 results,
outer status 500 for all that goes wrong, with the true one among the attributes.
"""

import asyncio
import base64
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from aiohttp import WSMsgType, web
from peers.gremlin.fake import steps
from peers.gremlin.fake.elements import Elements
from peers.gremlin.fake.knobs import (
    CUT,
    CUT_AFTER,
    GARBAGE,
    HALF,
    LATE,
    STALL,
    Budget,
    Knobs,
    Trouble,
)
from peers.gremlin.fake.refusals import LIMIT, MALFORMED, TOO_BUSY, UNAUTHORISED, Refusal
from peers.gremlin.fake.run import Run
from peers.gremlin.fake.script import Step, parsed

_MIME = b"application/vnd.gremlin-v2.0+json"
_HELLO = "g.inject(0)"
_LEAST_WAIT = 0.001


@dataclass
class Facts:
    requests: int = 0
    connections: int = 0
    throttled: int = 0
    charge: float = 0.0
    in_flight: int = 0
    most_in_flight: int = 0
    scripts: set[str] = field(default_factory=set)


class World:
    """What all connections share."""

    knobs: Knobs
    elements: Elements
    facts: Facts
    budget: Budget
    stalled_until = 0.0


class Connection:
    def __init__(
        self, fake: World, socket: web.WebSocketResponse, request: web.BaseRequest
    ) -> None:
        self._fake = fake
        self._transport = request.transport
        self._knobs = fake.knobs
        self._socket = socket
        self._first: dict[str, Any] | None = None
        self._password: str | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._requests = 0

    async def run(self) -> None:
        try:
            async for message in self._socket:
                if message.type in {WSMsgType.BINARY, WSMsgType.TEXT}:
                    await self._received(message.data)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _received(self, data: Any) -> None:
        request = _request(data)
        if request is None:
            await self._socket.close()
        elif request["op"] == "authentication":
            await self._sign_in(request)
        elif self._password is not None:
            self._begin(request)
        elif self._first is None:
            self._first = request
            await self._send(_id(request), 407, {}, None)
        else:  # only the first is asked who it is
            await self._refuse(_id(request), Refusal(UNAUTHORISED, "Failed to authenticate"))

    async def _sign_in(self, request: Mapping[str, Any]) -> None:
        _, user, password = base64.b64decode(request["args"]["sasl"]).decode().split("\0")
        first, self._first = self._first, None
        if first is None:
            await self._refuse(_id(request), Refusal(MALFORMED, "Nobody asked who you are"))
        elif user != self._knobs.user:
            await self._refuse(_id(first), Refusal(404))
        elif password not in self._knobs.passwords:
            await self._refuse(_id(first), Refusal(UNAUTHORISED))
            await self._socket.close()
        else:
            self._password = password
            self._begin(first)

    def _begin(self, request: Mapping[str, Any]) -> None:
        task = asyncio.create_task(self._answer(request))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, request: Mapping[str, Any]) -> None:
        facts = self._fake.facts
        script = str(request["args"].get("gremlin"))
        trouble = None if script == _HELLO else self._knobs.trouble()
        facts.in_flight += 1
        facts.most_in_flight = max(facts.most_in_flight, facts.in_flight)
        began = time.perf_counter()
        try:
            self._check(script)
            await self._before(trouble)
            results, charge, written = self._done(script, request["args"], trouble)
            seconds = self._knobs.request_seconds + self._knobs.element_seconds * written
            await asyncio.sleep(seconds - (time.perf_counter() - began))
            await self._after(trouble)
            await self._give(_id(request), results, charge)
        except Refusal as refusal:
            await self._refuse(_id(request), refusal)
        except _Cut:
            self._cut()
        except ConnectionError:
            pass  # whoever asked is gone
        finally:
            facts.in_flight -= 1

    def _check(self, script: str) -> None:
        knobs, facts = self._knobs, self._fake.facts
        if self._password not in knobs.passwords:
            raise Refusal(UNAUTHORISED)
        if script == _HELLO:
            return
        facts.requests += 1
        facts.scripts.add(script)
        self._requests += 1
        if knobs.most_requests and self._requests > knobs.most_requests:
            raise _Cut
        if knobs.most_in_flight and len(self._tasks) > knobs.most_in_flight:
            raise Refusal(TOO_BUSY)
        wait = self._fake.budget.wait(time.monotonic())
        if wait:
            facts.throttled += 1
            raise Refusal(LIMIT, retry_after=max(_LEAST_WAIT, wait))

    async def _before(self, trouble: Trouble | None) -> None:
        if trouble is None:
            return
        if trouble.kind == CUT:
            raise _Cut
        if isinstance(trouble.kind, int):
            wait = (trouble.seconds or _LEAST_WAIT) if trouble.kind == LIMIT else None
            raise Refusal(trouble.kind, retry_after=wait)

    async def _after(self, trouble: Trouble | None) -> None:
        if trouble is None:
            return
        if trouble.kind == CUT_AFTER:
            raise _Cut
        if trouble.kind == GARBAGE:
            await self._socket.send_str("{no answer")
        if trouble.kind == LATE:
            await asyncio.sleep(trouble.seconds)
        if trouble.kind == STALL:
            self._fake.stalled_until = time.monotonic() + trouble.seconds

    def _done(
        self, script: str, args: Mapping[str, Any], trouble: Trouble | None
    ) -> tuple[list[Any], float, int]:
        """Results, charge, and how many elements were written."""
        bindings = args.get("bindings") or {}
        traversal = parsed(script, bindings)
        half = _additions(traversal) // 2

        def on_write(before: int) -> None:
            if trouble and trouble.kind == HALF and before >= half:
                raise Refusal(trouble.status)

        run = Run(self._fake.elements, steps.STEPS, bindings, on_write)
        try:
            results = run.results(traversal)
        except (AttributeError, KeyError, TypeError, ValueError, IndexError) as error:
            raise Refusal(MALFORMED, f"{type(error).__name__}: {error}") from error
        finally:
            charge = self._paid(run)
        return results, charge, run.written

    def _paid(self, run: Run) -> float:
        knobs = self._knobs
        charge = knobs.request_charge
        charge += knobs.write_charge * run.written + knobs.read_charge * run.read
        self._fake.budget.pay(charge)
        self._fake.facts.charge += charge
        return charge

    def _cut(self) -> None:
        """Without a word, as when a cable is pulled."""
        if self._transport is not None:
            self._transport.abort()

    async def _give(self, request_id: str, results: list[Any], charge: float) -> None:
        size = self._knobs.frame_results
        parts = [results[start : start + size] for start in range(0, len(results), size)] or [[]]
        for number, part in enumerate(parts, 1):
            last = number == len(parts)
            status = (200 if part else 204) if last else 206
            told = {
                "x-ms-status-code": status,
                "x-ms-request-charge": charge / len(parts),
                "x-ms-total-request-charge": charge * number / len(parts),
                "x-ms-server-time-ms": 1.0,
                "x-ms-total-server-time-ms": 1.0,
            }
            await self._send(request_id, status, told, part)
            await asyncio.sleep(0)  # frames of several requests come in turns

    async def _refuse(self, request_id: str, refusal: Refusal) -> None:
        told: dict[str, Any] = {"x-ms-status-code": refusal.status, "x-ms-request-charge": 0}
        if refusal.retry_after is not None:
            told["x-ms-retry-after-ms"] = _timespan(refusal.retry_after)
        outer = 401 if refusal.status == UNAUTHORISED else 500
        await self._send(request_id, outer, told, None, str(refusal))

    async def _send(
        self, request_id: str, code: int, told: dict[str, Any], data: Any, message: str = ""
    ) -> None:
        await asyncio.sleep(self._fake.stalled_until - time.monotonic())
        attributes = {**told, "x-ms-activity-id": str(uuid4())}
        answer = {
            "requestId": request_id,
            "status": {"code": code, "message": message, "attributes": attributes},
            "result": {"data": data, "meta": {}},
        }
        await self._socket.send_bytes(json.dumps(answer, ensure_ascii=False).encode())


class _Cut(Exception):
    pass


def _request(data: Any) -> dict[str, Any] | None:
    if not isinstance(data, bytes) or not data.startswith(bytes([len(_MIME)]) + _MIME):
        return None
    found = json.loads(data[len(_MIME) + 1 :], parse_constant=_no_number)
    return found if isinstance(found, dict) else None


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is not JSON")


def _id(request: Mapping[str, Any]) -> str:
    return str(request["requestId"]["@value"])


def _timespan(seconds: float) -> str:
    """As .NET writes it: 00:00:03.9500000."""
    whole, rest = divmod(round(seconds * 10_000_000), 10_000_000)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours:02}:{minute:02}:{second:02}" + (f".{rest:07}" if rest else "")


def _additions(traversal: tuple[Step, ...]) -> int:
    """How many elements the script would add."""
    found = 0
    for step in traversal:
        found += step.name in {"addV", "addE"}
        found += sum(_additions(each) for each in step.arguments if isinstance(each, tuple))
    return found
