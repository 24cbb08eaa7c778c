"""Takes pending jobs whose files are here, oldest first, and runs a few at a time."""

import asyncio

import structlog

from app.clients.graph_query import GraphQueryClient
from app.errors import PreconditionFailed
from app.models import JobRecord
from app.services import jobs
from app.services.events import JobEvents
from app.services.fabric_provisioning import FabricProvisioning
from app.services.held_job import HeldJob, LeaseTimes
from app.services.job_records import JobRecords, Stored
from app.services.job_run import JobRun
from app.services.scenario_leases import ScenarioLeases
from app.staging.folder import StagingFolder

log = structlog.get_logger()

STOP_SECONDS = 3.5

SUPERSEDED = "Another job of this scenario was started meanwhile"
UNSTAGED = "Its files are no longer staged; upload again"


class Runner:
    """``wake`` is set to have new jobs looked for at once."""

    def __init__(
        self,
        records: JobRecords,
        leases: ScenarioLeases,
        staging: StagingFolder,
        client: GraphQueryClient,
        fabric: FabricProvisioning | None,
        events: JobEvents,
        *,
        times: LeaseTimes,
        max_running: int,
        resume: bool,
    ) -> None:
        self.wake = asyncio.Event()
        self._records = records
        self._leases = leases
        self._staging = staging
        self._client = client
        self._fabric = fabric
        self._events = events
        self._times = times
        self._max_running = max_running
        self._resume = resume
        self._running: dict[str, tuple[HeldJob, asyncio.Task[None]]] = {}

    def is_running(self, job_id: str) -> bool:
        return job_id in self._running

    def cancel(self, job_id: str) -> None:
        """Stops the job, if it runs here, and ends it as cancelled."""
        if running := self._running.get(job_id):
            running[0].cancel_wanted.set()

    async def dispatch(self) -> None:
        """Starts what may start now. Jobs that wait for a workspace take nobody's turn."""
        if self._busy() >= self._max_running:
            return
        for job in await self._records.pending(await self._staging.owners()):
            if self._busy() >= self._max_running:
                return
            if job.id not in self._running:
                await self._consider(job.id)

    def _busy(self) -> int:
        return sum(held.job.waiting_for is None for held, _ in self._running.values())

    async def stop(self) -> None:
        """Stops all jobs, in a state that a restart goes on from, within some seconds."""
        tasks = [task for _, task in self._running.values()]
        for task in tasks:
            task.cancel()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=STOP_SECONDS)
            for task in late:
                task.cancel()

    async def _consider(self, job_id: str) -> None:
        stored = await self._records.find(job_id)
        if stored is None or stored.record.status != "pending":
            return
        if obstacle := await self._obstacle(stored.record):
            await self._refuse(stored, obstacle)
        else:
            self._start(stored)

    async def _obstacle(self, job: JobRecord) -> str | None:
        if not await self._leases.holds(job.scenario_name, job.claim):
            return SUPERSEDED
        slots = [step.name for step in job.steps if step.sha256 and step.status != "done"]
        return None if await self._staging.holds(job.id, slots) else UNSTAGED

    async def _refuse(self, stored: Stored, cause: str) -> None:
        try:
            refused = jobs.interrupt(stored.record, cause, jobs.timestamp())
            stored = await self._records.replace(refused, stored.etag)
        except PreconditionFailed:
            return
        log.warning("job refused", job_id=stored.record.id, cause=cause)
        self._events.publish(stored.record)

    def _start(self, stored: Stored) -> None:
        job_id = stored.record.id
        held = HeldJob(
            self._records, stored, self._staging.owner, self._times, self._events.publish
        )
        run = JobRun(held, self._client, self._staging, self._fabric, resume=self._resume)
        task = asyncio.create_task(self._run(job_id, run), name=f"job {job_id}")
        self._running[job_id] = (held, task)
        self._events.own(job_id)

    async def _run(self, job_id: str, run: JobRun) -> None:
        with structlog.contextvars.bound_contextvars(job_id=job_id):
            try:
                await run.run()
            except Exception:  # what is left running is recovered, as after a crash
                log.exception("job run failed")
            finally:
                del self._running[job_id]
                self._events.disown(job_id)
                self.wake.set()
