"""Long-running operations. (Fabric REST, long running operations.)"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from peers.fabric.calls import Call, Route
from peers.fabric.clock import iso
from peers.fabric.refusals import Refusal
from peers.fabric.tenant import Tenant
from starlette.responses import JSONResponse, Response

Due = Callable[[], Awaitable[None]]
"""Returns when the operation has taken as long as it should: effects come after it."""
Work = Callable[[Due], Awaitable[dict[str, Any] | None]]
_LEGACY = {"NotStarted": 1, "Running": 2, "Succeeded": 3, "Failed": 4}


@dataclass
class Operation:
    ends: float
    created: float
    polls_left: int
    path: str = ""
    id: str = field(default_factory=lambda: str(uuid4()))
    status: str = "NotStarted"
    updated: float = 0.0
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    polled: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def ended(self) -> bool:
        return self.status in {"Succeeded", "Failed"}


class Operations:
    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._all: dict[str, Operation] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def routes(self) -> list[Route]:
        return [
            Route("GET", "/v1/operations/{id}", self._state),
            Route("GET", "/v1/operations/{id}/result", self._result),
            Route("GET", "/v1/workspaces/{ws}/lakehouses/{lh}/operations/{id}", self._legacy),
        ]

    def start(self, call: Call, seconds: float, work: Work) -> Response:
        """202; the work goes on by itself, and what it refuses becomes the operation's error."""
        settings, now = self._tenant.settings, self._tenant.clock.now()
        fault = call.fault("operation-takes")
        options = fault.options if fault else {}
        operation = Operation(
            ends=now + float(options.get("seconds", seconds)),
            created=now,
            polls_left=int(options.get("polls", settings.polls)),
            path=call.request.url.path,
        )
        self._all[operation.id] = operation
        task = asyncio.create_task(self._run(operation, work, call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return Response(b"", 202, self._headers(operation))

    async def forget(self) -> None:
        """Ends what runs, before everything is reset or the server stops."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task
        self._all.clear()

    async def _run(self, operation: Operation, work: Work, call: Call) -> None:
        async def due() -> None:
            operation.status = "Running"
            await self._tenant.clock.sleep_until(operation.ends)
            while operation.polls_left > 0:
                await operation.polled.wait()
            if fault := call.fault("operation-fails"):
                raise _asked_for(fault.options)

        try:
            operation.result = await work(due)
        except Refusal as refusal:
            operation.error = refusal.as_dict(str(uuid4()))
            operation.status = "Failed"
        except Exception as error:
            operation.error = {"errorCode": "UnknownError", "message": repr(error)}
            operation.status = "Failed"
            raise
        else:
            operation.status = "Succeeded"
        finally:
            operation.updated = self._tenant.clock.now()

    def _find(self, call: Call) -> Operation:
        try:
            return self._all[call.path["id"].lower()]
        except KeyError:
            raise Refusal(404, "OperationNotFound", "There is no such operation.") from None

    async def _state(self, call: Call) -> Response:
        operation = self._find(call)
        body = self._as_dict(operation, call)
        headers = self._headers(operation)
        if operation.ended:
            headers.pop("retry-after", None)
            del headers["location"]
            if operation.result is not None:
                headers["location"] = f"{self._tenant.base_url}/operations/{operation.id}/result"
        self._count(operation)
        return JSONResponse(body, headers=headers)

    async def _result(self, call: Call) -> Response:
        operation = self._find(call)
        if operation.result is None:
            raise Refusal(400, "OperationHasNoResult", "The operation has no result.", guess=True)
        return JSONResponse(operation.result)

    async def _legacy(self, call: Call) -> Response:
        """As an older page of the lakehouse API shows it."""
        operation = self._find(call)
        body = self._as_dict(operation, call)
        body["status"] = _LEGACY[operation.status]
        self._count(operation)
        headers = {} if operation.ended else self._headers(operation)
        return JSONResponse(
            {name[0].upper() + name[1:]: value for name, value in body.items()}, headers=headers
        )

    def _as_dict(self, operation: Operation, call: Call) -> dict[str, Any]:
        now = self._tenant.clock.now()
        took = max(0.001, operation.ends - operation.created)
        done = 100 if operation.ended else min(99, int((now - operation.created) / took * 100))
        body = {
            "status": operation.status,
            "createdTimeUtc": iso(operation.created),
            "lastUpdatedTimeUtc": iso(operation.updated or now),
            "percentComplete": None if call.fault("percent-null") else done,
            "error": operation.error,
        }
        if call.fault("percent-missing"):
            del body["percentComplete"]
        return body

    @staticmethod
    def _count(operation: Operation) -> None:
        operation.polls_left -= 1
        if operation.polls_left <= 0:
            operation.polled.set()

    def _headers(self, operation: Operation) -> dict[str, str]:
        where = f"{self._tenant.base_url}/v1/operations/{operation.id}"
        if self._tenant.settings.legacy_operations and operation.path.endswith("/load"):
            lakehouse = operation.path.split("/tables/")[0].split("/schemas/")[0]
            where = f"{self._tenant.base_url}{lakehouse}/operations/{operation.id}"
        headers = {"location": where, "x-ms-operation-id": operation.id}
        if (seconds := self._tenant.settings.retry_after) is not None:
            headers["retry-after"] = str(seconds)
        return headers


def _asked_for(options: Any) -> Refusal:
    return Refusal(
        400,
        str(options.get("code", "UnknownError")),
        str(options.get("message", "The operation was asked to fail.")),
        retriable=options.get("retriable"),
    )
