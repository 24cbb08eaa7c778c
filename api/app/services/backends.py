"""Where a graph can go."""

from app.models import BACKENDS, Backend, BackendId
from fabric_client.settings import Mode

NO_GREMLIN = (
    "Cosmos DB for Gremlin is not configured here. Set COSMOS_GREMLIN_ENDPOINT for both "
    "services, or use 'embedded'."
)
NO_FABRIC = (
    "Microsoft Fabric is switched off here. Set FABRIC=on and an identity (AZURE_TENANT_ID, "
    "AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or a managed identity) for both services, or use "
    "'embedded'."
)


class Backends:
    def __init__(self, *, gremlin: bool, fabric: Mode) -> None:
        self._reasons: dict[BackendId, str] = {}
        if not gremlin:
            self._reasons["cosmosdb-gremlin"] = NO_GREMLIN
        if fabric == "off":
            self._reasons["fabric-gql"] = NO_FABRIC
        self.default: BackendId = "cosmosdb-gremlin" if gremlin else "embedded"

    def all(self) -> list[Backend]:
        return [
            Backend(
                id=backend,
                available=not self.obstacle(backend),
                reason=self.obstacle(backend),
                default=backend == self.default,
            )
            for backend in BACKENDS
        ]

    def obstacle(self, backend: BackendId) -> str:
        """Why it is not available, and what helps; nothing if it is."""
        return self._reasons.get(backend, "")

    def called(self, name: str) -> BackendId | None:
        """The backend of this name, the default for an empty one, or None if there is none."""
        wanted = name or self.default
        return next((backend for backend in BACKENDS if backend == wanted), None)
