"""What a job is: the public shape, and the record as it is stored.

Everything here is frozen. A change makes a new record, by the verbs in
``services.jobs``.
"""

from typing import Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field

JobStatus = Literal["pending", "running", "done", "error", "cancelled"]
StepStatus = Literal["pending", "running", "done", "error", "skipped", "cancelled"]
StepName = Literal["graph", "telemetry", "runbooks", "tickets", "prompts", "metadata"]
BackendId = Literal["embedded", "cosmosdb-gremlin", "fabric-gql"]

STEPS: tuple[StepName, ...] = get_args(StepName)
BACKENDS: tuple[BackendId, ...] = get_args(BackendId)
ACTIVE: frozenset[JobStatus] = frozenset({"pending", "running"})
FIELDS = ("scenario_name", "backend", "workspace_id", "workspace_name", "check_only")


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class StepProblem(Frozen):
    file: str | None = Field(None, description="file name inside the pack")
    row: int | None = Field(None, description="record as a spreadsheet counts, the header is 1")
    line: int | None = Field(None, description="line of the file where the record begins")
    column: str | None = Field(None, description="column of the file")
    detail: str = Field(description="what is wrong, and what would be right")


class Step(Frozen):
    name: StepName = Field(description="the part it loads; `metadata` saves the scenario itself")
    status: StepStatus = Field("pending", description="`skipped` without a file")
    detail: str = Field("", description="what it does now, or what its end was")
    pct: int = Field(0, ge=0, le=100, description="how far it is")
    started_at: str | None = Field(None, description="UTC")
    finished_at: str | None = Field(None, description="UTC")
    bytes: int = Field(0, description="size of the staged file")
    sha256: str = Field("", description="of the staged file; empty where there is none")
    result: dict[str, Any] | None = Field(
        None, description="counts, and where the data went; `shortened` where it was too long"
    )
    warnings: list[dict[str, Any]] = Field(
        [], description="`{kind, detail, file, column, count, examples}`: loaded, but look at it"
    )
    problems: list[StepProblem] = Field([], description="why it failed, each fault with its place")


class Job(Frozen):
    id: str = Field(description="a UUID")
    scenario_name: str = Field(description="the scenario it loads into")
    status: JobStatus = Field("pending", description="the last three are ends")
    created_at: str = Field(description="UTC")
    updated_at: str = Field(description="UTC; of the last change of any kind")
    overall_pct: int = Field(
        0, ge=0, le=100, description="mean over the steps not skipped; never falls in an attempt"
    )
    error: str | None = Field(None, description="each cause of a failure, in words")
    warnings: int = Field(0, description="how many warnings the steps hold")
    backend: BackendId = Field(description="where the graph goes")
    workspace_id: str = Field("", description="of Fabric")
    workspace_name: str = Field("", description="of Fabric")
    check_only: bool = Field(False, description="gives the whole verdict and loads nothing")
    attempt: int = Field(1, description="counts the retries")
    waiting_for: str | None = Field(None, description="what else has to end first")
    steps: tuple[Step, ...] = Field(description="always six, in the order they run")

    @property
    def active(self) -> bool:
        return self.status in ACTIVE

    def step(self, name: StepName) -> Step:
        return next(step for step in self.steps if step.name == name)


class WorkspaceHolder(Frozen):
    """Who provisions a workspace of Fabric now."""

    workspace_id: str = Field(description="of the workspace")
    workspace_name: str = Field("", description="as far as it is known")
    scenario: str = Field("", description="empty where only the pack says it")
    job_id: str | None = Field(None, description="null for a request of its own")
    since: str = Field(description="UTC")

    def __str__(self) -> str:
        workspace = self.workspace_name or self.workspace_id
        return f"{self.scenario or 'another upload'} in workspace {workspace}"


class FabricStatus(BaseModel):
    mode: Literal["off", "on", "stand-in"] = Field(description="setting FABRIC")
    available: bool = Field(description="whether jobs can load there")
    detail: str = Field("", description="what helps if not")
    provisioning: list[WorkspaceHolder] = Field(description="one a workspace at most")


class Lease(Frozen):
    """Who runs a job. Others judge it by whether it changes, never by a clock."""

    owner: str
    lease_until: str


class JobRecord(Job):
    """A job as stored, with what is nobody's business outside."""

    revision: int = 0
    """Grows with each write, so that of two readings the later is known."""
    lease: Lease | None = None
    claim: str = ""
    """Matches the scenario's lease document while this job is the one that may run."""
    staged_on: str = ""
    """Owner id of the staging folder that holds the files."""
    cancel_requested: bool = False
    idempotent: bool = False
    fingerprint: str = ""
    scenario_metadata: dict[str, Any] | None = None
    lakehouse_name: str = ""
    """Of the connection that the job was submitted to."""
    landed: dict[str, Any] | None = None
    """What the graph step has brought to its end in Fabric, for the next attempt."""
    metadata_left_out: bool = False
    """It was too large to be stored: only the process that ran the step had it."""

    def public(self) -> Job:
        return Job.model_construct(**{name: getattr(self, name) for name in Job.model_fields})

    def changed(self, **changes: Any) -> Self:
        return self.model_copy(update=changes)


class JobAccepted(BaseModel):
    job_id: str = Field(description="look there: `/api/upload-jobs/{job_id}`")


class JobPage(BaseModel):
    jobs: list[Job] = Field(description="newest first")
    continuation: str | None = Field(None, description="give it back to get the next page")


class Backend(BaseModel):
    id: BackendId = Field(description="what a form says in `backend`")
    available: bool = Field(description="whether jobs can load there now")
    reason: str = Field(description="why it is not available, and what helps; else empty")
    default: bool = Field(description="taken where a form names no backend")


class Backends(BaseModel):
    backends: list[Backend] = Field(description="all there are")


class Health(BaseModel):
    status: Literal["ok"] = Field("ok", description="the process answers")


class Readiness(BaseModel):
    status: Literal["ready"] = Field("ready", description="jobs can be taken and run")
    checks: dict[str, Literal["ok"]] = Field(description="each part that was looked at")
