"""What can go wrong below the routers.

GraphQueryError
├── NotFound
│   ├── DocumentNotFound
│   ├── ScenarioNotFound
│   ├── PartNotFound              the scenario has no such part yet
│   ├── ConnectionNotFound
│   ├── FabricOff                 nothing of Fabric is served
│   ├── NotFoundInFabric          or our identity may not see it
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
├── BackendOff                    a scenario's part lies where this service does not look
│   └── CosmosOff
├── FabricNotReachable            no answer, no sign-in, no room for more calls: try later
├── FabricRefused                 Fabric does not give what was asked for
├── WorkspaceNotUsable            one that can't be connected
├── ConnectionExists
├── ConnectionsChanged            others kept changing them while we tried
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

import math
from collections.abc import Mapping, Sequence
from typing import Any

RETRY_SECONDS = 10
FABRIC_SETTINGS = (
    "Set FABRIC=on and the AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET of an "
    "identity that may use the workspace, then start the services again."
)


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


class ConnectionNotFound(NotFound):
    def __init__(self, connection_id: str) -> None:
        super().__init__(f"There is no connection {connection_id!r}. It may have been deleted.")


class FabricOff(NotFound):
    def __init__(self) -> None:
        super().__init__(f"Microsoft Fabric is switched off here. {FABRIC_SETTINGS}")


class NotFoundInFabric(NotFound):
    pass


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
    """``document_id`` where it is one of several."""

    def __init__(self, detail: str, document_id: str = "") -> None:
        super().__init__(detail)
        self.document_id = document_id


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


class BackendOff(GraphQueryError):
    def __init__(self) -> None:
        super().__init__(
            f"This graph lies in Microsoft Fabric, which is switched off here. {FABRIC_SETTINGS}"
        )


class CosmosOff(BackendOff):
    def __init__(self, part: str, setting: str) -> None:
        GraphQueryError.__init__(
            self,
            f"This {part} lies in Cosmos DB, which is not configured here. "
            f"Set {setting} as it was, then start the services again.",
        )


class FabricNotReachable(GraphQueryError):
    """``retry_after``: seconds, where Fabric named them."""

    def __init__(self, detail: str, retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.headers = {"Retry-After": str(math.ceil(retry_after or RETRY_SECONDS))}


class FabricRefused(GraphQueryError):
    pass


class WorkspaceNotUsable(GraphQueryError):
    """``facts``: what a check found, each as an object with its mark."""

    def __init__(self, detail: str, facts: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(detail)
        self._facts = facts

    @property
    def extensions(self) -> Mapping[str, Any]:
        return {"facts": list(self._facts)}


class ConnectionExists(GraphQueryError):
    def __init__(self, connection_id: str, name: str) -> None:
        super().__init__(f"This workspace and lakehouse are connected already, as {name!r}.")
        self.connection_id = connection_id

    @property
    def extensions(self) -> Mapping[str, Any]:
        return {"connection_id": self.connection_id}


class ConnectionsChanged(GraphQueryError):
    def __init__(self) -> None:
        super().__init__("Others kept changing the active connection. Try again.")


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
    """``retry_after``: seconds, where the store named them."""

    def __init__(self, detail: str, *, retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.headers: Mapping[str, str] = (
            {} if retry_after is None else {"Retry-After": str(math.ceil(retry_after))}
        )


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
