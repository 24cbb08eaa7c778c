"""The client: one connection pool, one limiter, one identity."""

from types import TracebackType
from typing import TYPE_CHECKING, Self

import httpx

from fabric_client.addresses import FABRIC_SCOPE, FabricAddresses
from fabric_client.clock import Clock
from fabric_client.credentials import BearerAuth, TokenSource
from fabric_client.gql_query import GqlCalls
from fabric_client.http import PATIENCE, FabricHttp
from fabric_client.items.graph_models import GraphModelCalls
from fabric_client.items.lakehouses import LakehouseCalls
from fabric_client.items.ontologies import OntologyCalls
from fabric_client.items.workspaces import WorkspaceCalls
from fabric_client.jobs import JobCalls
from fabric_client.limiter import Limiter
from fabric_client.operations import OPERATION_LIMIT

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

_TIMEOUT = httpx.Timeout(120, connect=15, pool=60)
_POOL = httpx.Limits(max_connections=40, max_keepalive_connections=20)


class FabricClient(
    WorkspaceCalls, LakehouseCalls, GraphModelCalls, OntologyCalls, JobCalls, GqlCalls
):
    """Fabric REST. Used with ``async with``; the credential stays the caller's, to be closed there.

    ``patience``: the seconds that one call may spend on waiting for another try; few where a
    person waits. ``transport`` and ``clock`` are for tests.
    """

    def __init__(
        self,
        credential: "AsyncTokenCredential",
        addresses: FabricAddresses | None = None,
        *,
        calls_per_minute: int = 150,
        operation_limit: float = OPERATION_LIMIT,
        patience: float = PATIENCE,
        clock: Clock | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        addresses = addresses or FabricAddresses()
        clock = clock or Clock()
        self._pool = httpx.AsyncClient(
            base_url=addresses.api,
            auth=BearerAuth(TokenSource(credential, FABRIC_SCOPE, clock), addresses.api),
            headers={"Accept": "application/json"},
            timeout=_TIMEOUT,
            limits=_POOL,
            verify=True if transport else addresses.tls(),
            transport=transport,
            follow_redirects=False,
        )
        super().__init__(
            FabricHttp(self._pool, Limiter(calls_per_minute, clock), clock, patience),
            operation_limit,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._pool.aclose()
