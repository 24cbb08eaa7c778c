"""Which workspace of Fabric a submission goes to: the one it names, or the active one."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.clients.graph_query import GraphQueryClient
from app.errors import InvalidSubmission
from app.provisioning.run import LAKEHOUSE
from app.services.submission_checks import problem

NOT_CONNECTED = (
    "No workspace is connected. Connect one on the page Connections or with POST "
    "/query/fabric/connections, or give the workspace's GUID."
)


@dataclass(frozen=True, slots=True)
class Destination:
    """Empty for a backend other than Fabric, but for what the form says."""

    workspace_id: str = ""
    workspace_name: str = ""
    lakehouse_name: str = ""


class Destinations:
    def __init__(self, client: GraphQueryClient) -> None:
        self._client = client

    async def of(self, fields: Mapping[str, str]) -> Destination:
        """Raises InvalidSubmission if there is none, and StoreUnavailable."""
        workspace, name = fields.get("workspace_id", ""), fields.get("workspace_name", "")
        if fields.get("backend") != "fabric-gql":
            return Destination(workspace, name)
        connections = await self._client.connections()
        fitting = [
            each
            for each in sorted(connections, key=lambda each: not each["active"])
            if (each["workspace_id"] == workspace.lower() if workspace else each["active"])
        ]
        if fitting:
            known = fitting[0]
            return Destination(
                known["workspace_id"], known["workspace_name"], known["lakehouse_name"]
            )
        if not workspace:
            raise InvalidSubmission([problem("workspace_id", NOT_CONNECTED)])
        return Destination(workspace.lower(), name, LAKEHOUSE)
