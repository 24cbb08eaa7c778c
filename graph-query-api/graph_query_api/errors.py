"""What can go wrong below the routers.

GraphQueryError
├── NotFound
│   ├── DocumentNotFound
│   ├── ScenarioNotFound
│   ├── PartNotFound              the scenario has no such part yet
│   └── ContainerNotFound
├── ContainerForbidden            a container that is not served
├── InvalidRequest
│   ├── InvalidDocument           not a JSON object, or not storable
│   ├── InvalidDocumentId
│   ├── InvalidPrecondition       an If-Match or If-None-Match nobody understands
│   ├── InvalidContinuation
│   └── QueryNotSupported         outside the documented subset
├── DocumentExists
├── PreconditionFailed            somebody else changed it first
├── DocumentTooLarge
├── ScenarioBusy                  a job of the scenario is pending or running
├── ScenarioChanged               others kept changing it while we tried
├── QueryRefused                  a graph or telemetry query that is not allowed, or wrong
├── QueryTooSlow
├── QueryTooLarge                 took more memory than a query may
├── QueryBusy                     every worker has been taken for too long
├── BackendUnavailable            unknown, or not configured
├── UploadRejected                a form that can't be loaded
├── LoadFailed                    the pack or the engine ended a load
├── LoadGivenUp                   nobody wants the load any more
├── ServiceKeyRequired
├── StoreUnavailable
│   └── StorageFull
├── NotReady                      a store can't be reached
└── DataDirectoryBusy             another process owns the data directory

None of them knows HTTP: ``problems.py`` gives each its status.
"""

from collections.abc import Mapping
from typing import Any


class GraphQueryError(Exception):
    """Base of all; ``str()`` is one sentence or two for a person: cause and cure."""

    @property
    def extensions(self) -> Mapping[str, Any]:
        """Further members for the problem document."""
        return {}


class NotFound(GraphQueryError):
    pass


class DocumentNotFound(NotFound):
    pass


class ScenarioNotFound(NotFound):
    def __init__(self, name: str) -> None:
        super().__init__(f"There is no scenario {name!r}.")


class PartNotFound(NotFound):
    def __init__(self, name: str, slot: str) -> None:
        super().__init__(f"Scenario {name!r} has no {slot} yet. Upload them first.")


class ContainerNotFound(NotFound):
    pass


class ContainerForbidden(GraphQueryError):
    pass


class InvalidRequest(GraphQueryError):
    pass


class InvalidDocument(InvalidRequest):
    pass


class InvalidDocumentId(InvalidRequest):
    pass


class InvalidPrecondition(InvalidRequest):
    pass


class InvalidContinuation(InvalidRequest):
    def __init__(self) -> None:
        super().__init__(
            "This continuation token does not belong to this list. Start again without one."
        )


class QueryNotSupported(InvalidRequest):
    pass


class DocumentExists(GraphQueryError):
    pass


class PreconditionFailed(GraphQueryError):
    pass


class DocumentTooLarge(GraphQueryError):
    pass


class ScenarioBusy(GraphQueryError):
    def __init__(self, name: str, job_id: str) -> None:
        super().__init__(
            f"Job {job_id} of scenario {name!r} is still active. Cancel it or wait for its end."
        )
        self.job_id = job_id

    @property
    def extensions(self) -> Mapping[str, Any]:
        return {"job_id": self.job_id}


class ScenarioChanged(GraphQueryError):
    def __init__(self, name: str) -> None:
        super().__init__(f"Scenario {name!r} was changed by others again and again. Try again.")


class QueryRefused(GraphQueryError):
    pass


class QueryTooSlow(GraphQueryError):
    pass


class QueryTooLarge(GraphQueryError):
    pass


class QueryBusy(GraphQueryError):
    headers: Mapping[str, str] = {"Retry-After": "5"}

    def __init__(self) -> None:
        super().__init__("Other queries have taken all workers. Try again in a few seconds.")


class BackendUnavailable(GraphQueryError):
    pass


class UploadRejected(GraphQueryError):
    pass


class LoadFailed(GraphQueryError):
    def __init__(self, title: str, detail: str, problems: list[dict[str, Any]]) -> None:
        super().__init__(detail)
        self.title = title
        self.problems = problems


class LoadGivenUp(GraphQueryError):
    pass


class ServiceKeyRequired(GraphQueryError):
    def __init__(self) -> None:
        super().__init__("This endpoint is for services: send the key in header X-Service-Key.")


class StoreUnavailable(GraphQueryError):
    pass


class StorageFull(StoreUnavailable):
    pass


class DataDirectoryBusy(GraphQueryError):
    def __init__(self, directory: object) -> None:
        super().__init__(
            f"Another process owns the data directory {directory}. "
            "Stop it, or set DATA_DIR to another folder."
        )


class NotReady(GraphQueryError):
    """``checks``: each store by name, ``ok`` or why not."""

    def __init__(self, checks: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {why}" for name, why in checks.items() if why != "ok"))
        self._checks = checks

    @property
    def extensions(self) -> Mapping[str, Any]:
        return {"checks": self._checks}
