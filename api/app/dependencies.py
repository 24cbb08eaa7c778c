"""What routes ask for, by annotation."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from app.clients.graph_query import GraphQueryClient
from app.models import WorkspaceHolder
from app.services.backends import Backends
from app.services.direct_provisioning import DirectProvisioning
from app.services.events import JobEvents
from app.services.fabric_provisioning import FabricProvisioning
from app.services.job_actions import JobActions
from app.services.job_records import JobRecords
from app.services.submissions import Submissions
from app.settings import Settings
from app.staging.folder import StagingFolder


@dataclass(frozen=True, slots=True)
class Services:
    """What lives as long as the app does."""

    settings: Settings
    client: GraphQueryClient
    staging: StagingFolder
    records: JobRecords
    submissions: Submissions
    actions: JobActions
    events: JobEvents
    backends: Backends
    fabric: FabricProvisioning | None
    """None where Fabric is off."""
    direct: DirectProvisioning

    async def fabric_holders(self) -> list[WorkspaceHolder]:
        return await self.fabric.holders() if self.fabric else []


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


Provided = Annotated[Services, Depends(_services)]
