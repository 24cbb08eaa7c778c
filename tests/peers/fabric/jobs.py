"""Job instances: a graph's loads. (Fabric REST, job scheduler.)"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from peers.fabric.calls import Call, Route, page
from peers.fabric.clock import iso
from peers.fabric.operations import Due
from peers.fabric.refusals import Refusal
from peers.fabric.tenant import Item, Tenant
from starlette.responses import JSONResponse, Response

_BASE = "/v1/workspaces/{ws}/items/{id}/jobs/instances"


@dataclass
class Job:
    item_id: str
    workspace_id: str
    type: str
    started: float
    status: str = "NotStarted"
    ended: float | None = None
    failure: dict[str, Any] | None = None
    id: str = field(default_factory=lambda: str(uuid4()))
    task: asyncio.Task[None] | None = None


class Jobs:
    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._all: list[Job] = []

    def routes(self) -> list[Route]:
        return [
            Route("GET", _BASE, self._list),
            Route("GET", f"{_BASE}/{{job}}", self._get),
            Route("POST", f"{_BASE}/{{job}}/cancel", self._cancel),
        ]

    def of(self, item: Item) -> list[Job]:
        """Oldest first."""
        return [job for job in self._all if job.item_id == item.id]

    def running(self, item: Item) -> bool:
        return any(job.ended is None for job in self.of(item))

    def start(
        self, item: Item, type_: str, seconds: float, work: Callable[[Due], Awaitable[None]]
    ) -> Job:
        job = Job(item.id, item.workspace_id, type_, self._tenant.clock.now())
        self._all.append(job)
        job.task = asyncio.create_task(self._run(job, seconds, work))
        return job

    def refused(self, item: Item, status: str, code: str) -> Job:
        """One that ended as it began."""
        now = self._tenant.clock.now()
        failure = {"errorCode": code, "message": "A job of this type is running already."}
        job = Job(item.id, item.workspace_id, "Refresh", now, status, now, failure)
        self._all.append(job)
        return job

    def accepted(self, job: Job) -> Response:
        where = f"/v1/workspaces/{job.workspace_id}/items/{job.item_id}/jobs/instances/{job.id}"
        headers = {"location": self._tenant.base_url + where}
        if (seconds := self._tenant.settings.retry_after) is not None:
            headers["retry-after"] = str(seconds)
        return Response(b"", 202, headers)

    async def forget(self) -> None:
        for job in self._all:
            if job.task:
                job.task.cancel()
                with suppress(asyncio.CancelledError):
                    await job.task
        self._all.clear()

    async def _run(self, job: Job, seconds: float, work: Callable[[Due], Awaitable[None]]) -> None:
        async def due() -> None:
            await self._tenant.clock.sleep_until(job.started + seconds)

        job.status = "InProgress"
        try:
            await work(due)
            job.status = "Completed"
        except Refusal as refusal:
            job.status, job.failure = "Failed", refusal.as_dict(str(uuid4()))
        except asyncio.CancelledError:
            job.status = "Cancelled"
            raise
        except Exception as error:
            job.status = "Failed"
            job.failure = {"errorCode": "InternalError", "message": repr(error)}
            raise
        finally:
            job.ended = self._tenant.clock.now()

    async def _list(self, call: Call) -> Response:
        """Newest first. The filter by type knows the name that lists show."""
        item = self._tenant.item(call.guid("ws"), call.guid("id"))
        wanted = call.query.get("jobType")
        shown = [_shown(job) for job in self.of(item)[::-1] if wanted in (None, job.type)]
        return page(call, shown, self._tenant.settings.page_size)

    async def _get(self, call: Call) -> Response:
        job = self._find(call)
        headers = {}
        if job.ended is None and (seconds := self._tenant.settings.retry_after) is not None:
            headers["retry-after"] = str(seconds)
        return JSONResponse(_shown(job), headers=headers)

    async def _cancel(self, call: Call) -> Response:
        job = self._find(call)
        if job.task:
            job.task.cancel()
        return Response(b"", 202)

    def _find(self, call: Call) -> Job:
        item = self._tenant.item(call.guid("ws"), call.guid("id"))
        for job in self.of(item):
            if job.id == call.path["job"].lower():
                return job
        raise Refusal(404, "EntityNotFound", "There is no such job instance.")


def _shown(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "itemId": job.item_id,
        "jobType": job.type,
        "invokeType": "Manual",
        "status": job.status,
        "rootActivityId": str(uuid4()),
        "startTimeUtc": iso(job.started),
        "endTimeUtc": None if job.ended is None else iso(job.ended),
        "failureReason": job.failure,
    }
