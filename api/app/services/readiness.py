"""Whether jobs can be taken and run now."""

from app.clients.graph_query import GraphQueryClient
from app.errors import NotReady, StoreUnavailable
from app.models import Readiness
from app.staging.folder import StagingFolder


async def readiness(client: GraphQueryClient, staging: StagingFolder) -> Readiness:
    """Raises NotReady, which names each part that is not and why."""
    checks = {
        "graph-query-api": await _graph_query_api(client),
        "staging": await _staging(staging),
    }
    if any(outcome != "ok" for outcome in checks.values()):
        raise NotReady(checks)
    return Readiness(checks=dict.fromkeys(checks, "ok"))


async def _graph_query_api(client: GraphQueryClient) -> str:
    try:
        await client.check_ready()
    except StoreUnavailable as error:
        return error.detail
    return "ok"


async def _staging(staging: StagingFolder) -> str:
    try:
        await staging.check_writable()
    except OSError as error:
        return f"The staging folder can't be written: {error.strerror}"
    return "ok"
