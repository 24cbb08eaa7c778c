"""One job, from its first open step to its end."""

import asyncio
from collections.abc import Coroutine
from contextlib import aclosing
from typing import Any

import structlog

from app.clients.graph_query import Complete, GraphQueryClient, Progress
from app.errors import LeaseLost, StepFailed
from app.models import Step, StepName
from app.services import jobs
from app.services.backends import NO_FABRIC
from app.services.fabric_provisioning import FabricProvisioning
from app.services.fabric_step import FabricStep
from app.services.held_job import HeldJob
from app.staging.folder import StagingFolder

log = structlog.get_logger()

MANIFEST_LOST = {
    "kind": "manifest_lost",
    "detail": "The manifest was too large to be kept for this attempt, so what it says about the "
    "scenario was not saved. Upload any part again to have it saved.",
    "count": 1,
    "examples": [],
}


class JobRun:
    """Runs the steps in order while the lease lasts and nobody cancels.

    ``resume`` says what becomes of the job when this replica shuts down: it is put
    back, or ends with "Server restarted".
    """

    def __init__(
        self,
        held: HeldJob,
        client: GraphQueryClient,
        staging: StagingFolder,
        fabric: FabricProvisioning | None,
        *,
        resume: bool,
    ) -> None:
        self._held = held
        self._client = client
        self._staging = staging
        self._fabric = fabric
        self._resume = resume

    async def run(self) -> None:
        try:
            await self._held.take()
            await self._run_while_held()
        except LeaseLost as lost:
            log.warning("job given up", cause=lost.detail)

    async def _run_while_held(self) -> None:
        steps = asyncio.create_task(self._run_steps())
        keeping = asyncio.create_task(self._held.keep())
        cancelling = asyncio.create_task(self._wait_for_cancel())
        tasks = [steps, keeping, cancelling]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            await _stop(tasks)
            await self._shut_down()
            raise
        await _stop(tasks)
        if not steps.cancelled():
            await steps
        elif not keeping.cancelled():
            await keeping
        else:
            await self._cancel()

    async def _cancel(self) -> None:
        job = self._held.job
        await self._held.change(jobs.cancel(job, jobs.timestamp()) if job.active else job)
        log.info("job cancelled")

    async def _wait_for_cancel(self) -> None:
        await self._held.cancel_wanted.wait()

    async def _shut_down(self) -> None:
        job, now = self._held.job, jobs.timestamp()
        if job.active:
            job = jobs.recover(job, now, resume=self._resume)
        await self._held.change(job)

    async def _run_steps(self) -> None:
        for step in self._held.job.steps:
            if step.status == "pending" and step.name != "metadata":
                await self._run_step(step.name, self._load(step))
        if self._held.job.step("metadata").status == "pending":
            await self._run_metadata()
        await self._held.change(jobs.finish(self._held.job, jobs.timestamp()))
        log.info("job ended", status=self._held.job.status)

    async def _run_metadata(self) -> None:
        job = self._held.job
        if any(step.status == "done" for step in job.steps):
            await self._run_step("metadata", self._save_scenario())
        else:
            now = jobs.timestamp()
            await self._held.change(jobs.skip_step(job, "metadata", "Nothing was loaded", now))

    async def _run_step(self, name: StepName, work: Coroutine[Any, Any, Complete]) -> None:
        try:
            await self._held.change(jobs.begin_step(self._held.job, name, jobs.timestamp()))
            complete = await work
        except StepFailed as failed:
            log.info("step failed", step=name, cause=failed.detail)
            job = jobs.fail_step(
                self._held.job, name, failed.detail, jobs.timestamp(), failed.problems
            )
        else:
            job = jobs.finish_step(
                self._held.job, name, jobs.timestamp(), result=complete.result,
                warnings=complete.warnings, scenario_metadata=complete.scenario_metadata,
            )  # fmt: skip
        finally:
            work.close()
        await self._held.change(job)

    async def _load(self, step: Step) -> Complete:
        job = self._held.job
        if not await self._staging.holds(job.id, [step.name]):
            raise StepFailed("Its file is no longer staged; upload again.")
        if step.name == "graph" and job.backend == "fabric-gql":
            if self._fabric is None:
                raise StepFailed(NO_FABRIC)
            return await FabricStep(self._held, self._fabric, self._staging).run()
        fields = {
            "scenario_name": job.scenario_name,
            "backend": job.backend,
            "job_id": job.id,
            # who may switch the load in: graph-query-api compares it with the job's lease
            "owner": job.lease.owner if job.lease else "",
        }
        if job.check_only:
            fields["check_only"] = "true"
        path = self._staging.path(job.id, step.name)
        async with aclosing(self._client.upload(step.name, path, step.bytes, fields)) as events:
            async for event in events:
                if isinstance(event, Complete):
                    return event
                self._progress(step.name, event)
        raise AssertionError("upload() ends with Complete or raises")

    def _progress(self, name: StepName, event: Progress) -> None:
        job = jobs.progress(self._held.job, name, event.detail, event.pct, jobs.timestamp())
        self._held.progress(job)

    async def _save_scenario(self) -> Complete:
        """Names the backend only with a new graph: the graph that is there may be elsewhere."""
        job = self._held.job
        if job.scenario_metadata is None:
            lost = [MANIFEST_LOST] if job.metadata_left_out else []
            return Complete({"manifest": False}, lost, None)
        metadata = dict(job.scenario_metadata)
        metadata.pop("backend", None)
        if job.step("graph").status == "done":
            metadata["backend"] = job.backend
        await self._client.save_scenario(job.scenario_name, metadata)
        return Complete({"manifest": True}, [], None)


async def _stop(tasks: "list[asyncio.Task[None]]") -> None:
    """Cancels what still runs, and waits until it has let go of its connections."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
