"""What can go wrong, as the domain sees it.

ApiError
├── InvalidSubmission     the form, with each fault
│   └── IdempotencyMismatch
├── ScenarioBusy          another job of the scenario is active
├── WorkspaceBusy         another provisioning of the workspace is under way
├── JobNotFound
├── JobConflict           the job's state does not allow it
│   └── FilesGone
├── InvalidQuery          a filter or continuation token the store does not take
├── PreconditionFailed    somebody else wrote the document first
├── LeaseLost             this replica may no longer write a job
├── StepFailed            a load ended without success
├── StoreUnavailable      graph-query-api can't be reached or does not serve documents
└── NotReady
"""

from typing import Any


class ApiError(Exception):
    @property
    def detail(self) -> str:
        return str(self)


class InvalidSubmission(ApiError):
    """``problems``: ``{"slot": part of the form, "file", "detail", …}`` each."""

    def __init__(self, problems: list[dict[str, Any]]) -> None:
        first = problems[0]
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(f"{first['slot']}: {first['detail']}{more}")
        self.problems = problems


class IdempotencyMismatch(InvalidSubmission):
    def __init__(self) -> None:
        detail = "This key was used before, with other content. Use a new key for a new job."
        super().__init__([{"slot": "Idempotency-Key", "detail": detail}])


class ScenarioBusy(ApiError):
    def __init__(self, scenario: str, job_id: str, status: str = "active") -> None:
        waits = (
            " It needs the server that received its files; cancel it if that does not come back."
            if status == "pending"
            else ""
        )
        super().__init__(
            f"Job {job_id} of the scenario '{scenario}' is {status}. "
            f"Wait for its end, or cancel it.{waits}"
        )
        self.job_id = job_id
        self.extensions = {"job_id": job_id}


class WorkspaceBusy(ApiError):
    def __init__(self, holder: Any) -> None:
        super().__init__(
            f"The workspace is being provisioned: {holder}. Wait for its end, or send the pack as "
            "an upload job, which waits its turn."
        )
        self.extensions = {"job_id": holder.job_id, "scenario": holder.scenario}


class JobNotFound(ApiError):
    def __init__(self, job_id: str) -> None:
        super().__init__(f"There is no job '{job_id}'.")


class JobConflict(ApiError):
    pass


class FilesGone(JobConflict):
    def __init__(self) -> None:
        super().__init__("Its files are no longer staged; upload again.")


class InvalidQuery(ApiError):
    pass


class PreconditionFailed(ApiError):
    def __init__(self) -> None:
        super().__init__("Somebody else changed it at the same moment. Look again, then retry.")


class LeaseLost(ApiError):
    pass


class StepFailed(ApiError):
    def __init__(self, detail: str, problems: list[dict[str, Any]] | None = None) -> None:
        super().__init__(detail)
        self.problems = problems or []


class StoreUnavailable(ApiError):
    headers = {"Retry-After": "5"}  # noqa: RUF012 - never changed, and read by name


class NotReady(ApiError):
    def __init__(self, checks: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {why}" for name, why in checks.items() if why != "ok"))
        self.extensions = {"checks": checks}
