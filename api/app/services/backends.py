"""Where a graph can go in this version."""

from app.models import BACKENDS, Backend, BackendId

DEFAULT: BackendId = "embedded"

NOT_YET: dict[BackendId, str] = {
    "cosmosdb-gremlin": "This version can't load into Cosmos DB for Gremlin yet. Use 'embedded'.",
    "fabric-gql": "This version can't load into Microsoft Fabric yet. Use 'embedded'.",
}


def list_backends() -> list[Backend]:
    return [
        Backend(
            id=backend,
            available=backend not in NOT_YET,
            reason=NOT_YET.get(backend, ""),
            default=backend == DEFAULT,
        )
        for backend in BACKENDS
    ]


def backend_id(name: str) -> BackendId | None:
    """The backend of this name, the default for an empty one, or None if there is none."""
    return next((backend for backend in BACKENDS if backend == (name or DEFAULT)), None)
