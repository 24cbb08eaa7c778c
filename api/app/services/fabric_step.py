"""A job's graph step where the graph goes to Fabric."""

from typing import Any

from app.clients.graph_query import Complete
from app.models import JobRecord, WorkspaceHolder
from app.provisioning.journal import Landed
from app.provisioning.phases import PhaseProgress
from app.provisioning.run import LAKEHOUSE, Target
from app.services import jobs
from app.services.fabric_provisioning import FabricProvisioning, Order
from app.services.held_job import HeldJob
from app.staging.folder import StagingFolder


class FabricStep:
    """Its record is the journal: what has landed is written there before anything follows."""

    def __init__(
        self, held: HeldJob, provisioning: FabricProvisioning, staging: StagingFolder
    ) -> None:
        self._held = held
        self._provisioning = provisioning
        self._staging = staging

    @property
    def landed(self) -> Landed:
        return Landed.from_dict(self._held.job.landed or {})

    async def save(self, **changes: Any) -> None:
        landed = self.landed.changed(**changes).as_dict()
        await self._held.change(jobs.note_landed(self._held.job, landed, jobs.timestamp()))

    async def run(self) -> Complete:
        """Waits for the workspace first. Raises StepFailed with cause and cure."""
        order = self._order(self._held.job)
        async with await self._provisioning.take(order, self._wait):
            if self._held.job.waiting_for:
                await self._held.change(jobs.wait_for(self._held.job, None, jobs.timestamp()))
            return await self._provisioning.provision(order, self, self._tell)

    def _order(self, job: JobRecord) -> Order:
        return Order(
            goal="check" if job.check_only else "graph",
            archive=self._staging.path(job.id, "graph"),
            target=Target(job.workspace_id, job.lakehouse_name or LAKEHOUSE),
            scenario=job.scenario_name,
            workspace_name=job.workspace_name,
            job_id=job.id,
            owner=job.lease.owner if job.lease else "",
        )

    def _wait(self, other: WorkspaceHolder) -> None:
        if self._held.job.waiting_for != str(other):
            job = jobs.wait_for(self._held.job, str(other), jobs.timestamp())
            detail = f"Waiting for {other}"
            self._held.progress(jobs.progress(job, "graph", detail, None, jobs.timestamp()))

    def _tell(self, told: PhaseProgress) -> None:
        job = jobs.progress(
            self._held.job, "graph", told.overall_detail, told.pct, jobs.timestamp(),
            {"phases": told.phases},
        )  # fmt: skip
        self._held.progress(job)
