"""Job instances: runs of an item's job, such as loading a graph's data.

Source: Fabric REST, job scheduler; GraphModel, refresh graph.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fabric_client.calls import Calls, segment
from fabric_client.clock import OnWait, running_for
from fabric_client.errors import FabricError, FabricUnavailable
from fabric_client.operations import timed_out
from fabric_client.problems import error_from
from fabric_client.retry import Pace, retry_after, utc

_STARTING = "Starting to load the graph"
_ALREADY = frozenset({"TooManyRequestsForJobs", "RefreshAlreadyInProgress"})
_IN_LOCATION = re.compile(r"/jobs/instances/([\w-]{1,100})(?:/|\?|$)", re.IGNORECASE)
_LATEST = datetime.max.replace(tzinfo=UTC)
_NEW = 60.0


@dataclass(frozen=True, slots=True)
class JobInstance:
    id: str
    type: str
    status: str
    """As Fabric says it: NotStarted, InProgress, Completed, Failed, Cancelled, Deduped, …"""
    started: datetime | None
    ended: datetime | None
    failure: FabricError | None

    @property
    def active(self) -> bool:
        return self.status.lower() not in {
            *("completed", "failed", "cancelled", "canceled", "deduped"),
        }

    @property
    def deduped(self) -> bool:
        """It never ran, because another of the same type was running."""
        return self.status.lower() == "deduped"


class JobCalls(Calls):
    async def job_instances(self, workspace: str, item: str) -> list[JobInstance]:
        """Newest first; those that wait for their start come before all others."""
        path = f"/workspaces/{segment(workspace)}/items/{segment(item)}/jobs/instances"
        jobs = [_instance(job) async for job in self.pages(path, operation="Listing jobs")]
        return sorted(jobs, key=lambda job: job.started or _LATEST, reverse=True)

    async def refresh_graph(
        self, workspace: str, graph_model: str, *, on_wait: OnWait | None = None
    ) -> JobInstance:
        """Starts loading the graph's data, or gives the run that is under way already.

        A run that was under way may have begun before the last change of the definition or the
        data; whoever changed them compares ``started`` and asks again when it has ended.
        """
        ws, item = segment(workspace), segment(graph_model)
        typed = f"/workspaces/{ws}/graphModels/{item}/jobs/refreshGraph/instances"
        generic = f"/workspaces/{ws}/items/{item}/jobs/instances"
        try:
            started = await self._start(typed, {}, on_wait)
        except FabricError as error:
            if error.code in _ALREADY:
                return await self._under_way(workspace, graph_model, error)
            if error.code != "InvalidJobType":
                raise
            # for tenants that do not know the typed address yet
            started = await self._start(generic, {"jobType": "RefreshGraph"}, on_wait)
        return started or await self._newest(workspace, graph_model)

    async def wait_for_job(
        self, workspace: str, item: str, job: str, *, on_wait: OnWait | None = None
    ) -> JobInstance:
        """The instance when it is completed; of a deduped one, the run that it gave way to.

        Raises FabricError with the job's own failure, FabricTimeout after ``operation_limit``.
        """
        doing = "Waiting for the job"
        clock = self.http.clock
        pace, started = Pace(), clock.monotonic()
        while True:
            instance, asked, unseen = await self._look(workspace, item, job, doing, started)
            if instance and not instance.active:
                if not instance.deduped:
                    return _completed(instance, doing)
                job = await self._other(workspace, item, instance, doing)
                continue
            gone = clock.monotonic() - started
            if gone >= self.operation_limit:
                raise timed_out(self.operation_limit, doing, "JobTimeout", unseen)
            pause = min(pace.pause(asked), self.operation_limit - gone)
            await clock.pause(pause, lambda: running_for(clock.monotonic() - started), on_wait)

    async def _start(
        self, path: str, params: Mapping[str, str], on_wait: OnWait | None
    ) -> JobInstance | None:
        """The instance, if Fabric says which. Repeatable: a second run would be deduped."""
        reply = await self.http.request(
            "POST",
            path,
            params=params,
            operation=_STARTING,
            repeatable=True,
            leave=_ALREADY,
            on_wait=on_wait,
        )
        if found := _IN_LOCATION.search(reply.response.headers.get("location", "")):
            return JobInstance(found[1], "Refresh", "NotStarted", None, None, None)
        return None

    async def _newest(self, workspace: str, item: str) -> JobInstance:
        for instance in await self.job_instances(workspace, item):
            return instance
        raise FabricError(
            "Fabric started a job without saying which", operation=_STARTING, code="NoJobInstance"
        )

    async def _under_way(self, workspace: str, item: str, refused: FabricError) -> JobInstance:
        for instance in await self.job_instances(workspace, item):
            if instance.active:
                return instance
        raise refused

    async def _look(
        self, workspace: str, item: str, job: str, doing: str, since: float
    ) -> tuple[JobInstance | None, float | None, FabricError | None]:
        """The instance, when to look again, and why it could not be seen."""
        path = f"/workspaces/{segment(workspace)}/items/{segment(item)}/jobs/instances/"
        try:
            reply = await self.http.request("GET", path + segment(job), operation=doing)
        except FabricError as error:
            fresh = error.status == 404 and self.http.clock.monotonic() - since < _NEW
            if not fresh and not isinstance(error, FabricUnavailable):
                raise
            return None, error.retry_after, error
        asked = retry_after(reply.response.headers, self.http.clock.time())
        return _instance(reply.document(doing) or {}), asked, None

    async def _other(self, workspace: str, item: str, deduped: JobInstance, doing: str) -> str:
        """The newest run that was not itself deduped; it may have ended meanwhile."""
        for instance in await self.job_instances(workspace, item):
            if not instance.deduped and instance.type == (deduped.type or instance.type):
                return instance.id
        raise deduped.failure or FabricError(
            "Fabric dropped this run for another one that it does not list",
            operation=doing,
            code="JobInstanceStatusDeduped",
        )


def _completed(instance: JobInstance, doing: str) -> JobInstance:
    if instance.status.lower() == "completed":
        return instance
    raise instance.failure or FabricError(
        f"The job ended as {instance.status}", operation=doing, code=f"Job{instance.status}"
    )


def _instance(document: Mapping[str, Any]) -> JobInstance:
    status = str(document.get("status") or "NotStarted")
    reason = document.get("failureReason")
    failure = None
    if isinstance(reason, dict) and reason:
        failure = error_from(reason, "Running the job", status=200)
        failure.code = failure.code or f"Job{status}"
        failure.message = failure.message or f"The job ended as {status}"
    return JobInstance(
        str(document.get("id") or ""),
        str(document.get("jobType") or ""),
        status,
        utc(document.get("startTimeUtc")),
        utc(document.get("endTimeUtc")),
        failure,
    )
