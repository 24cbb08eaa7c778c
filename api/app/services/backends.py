"""Where a graph can go."""

from app.models import BACKENDS, Backend, BackendId
from fabric_client.settings import Mode

DEFAULT: BackendId = "embedded"

NO_GREMLIN = "This version can't load into Cosmos DB for Gremlin yet. Use 'embedded'."
NO_FABRIC = (
    "Microsoft Fabric is switched off here. Set FABRIC=on and an identity (AZURE_TENANT_ID, "
    "AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or a managed identity) for both services, or use "
    "'embedded'."
)


class Backends:
    def __init__(self, fabric: Mode) -> None:
        self._reasons: dict[BackendId, str] = {"cosmosdb-gremlin": NO_GREMLIN}
        if fabric == "off":
            self._reasons["fabric-gql"] = NO_FABRIC

    def all(self) -> list[Backend]:
        return [
            Backend(
                id=backend,
                available=not self.obstacle(backend),
                reason=self.obstacle(backend),
                default=backend == DEFAULT,
            )
            for backend in BACKENDS
        ]

    def obstacle(self, backend: BackendId) -> str:
        """Why it is not available, and what helps; nothing if it is."""
        return self._reasons.get(backend, "")


def backend_id(name: str) -> BackendId | None:
    """The backend of this name, the default for an empty one, or None if there is none."""
    return next((backend for backend in BACKENDS if backend == (name or DEFAULT)), None)
