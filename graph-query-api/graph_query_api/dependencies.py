"""What routers are given: the services that ``main`` has composed."""

import hmac
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Path, Request
from pydantic import WithJsonSchema

from graph_query_api.errors import FabricOff, ServiceKeyRequired
from graph_query_api.services.containers import Containers
from graph_query_api.services.deletion import Deletion
from graph_query_api.services.fabric_connections import FabricConnections
from graph_query_api.services.fabric_discovery import FabricDiscovery
from graph_query_api.services.fabric_graphs import FabricCatalogs, ProvisionedGraphs
from graph_query_api.services.knowledge import Knowledge
from graph_query_api.services.prompts import Prompts
from graph_query_api.services.queries import Queries
from graph_query_api.services.readiness import Readiness
from graph_query_api.services.scenarios import Scenarios
from graph_query_api.services.uploads import Uploads
from graph_query_api.settings import Settings


@dataclass(frozen=True, slots=True)
class FabricServices:
    connections: FabricConnections
    discovery: FabricDiscovery
    graphs: ProvisionedGraphs


@dataclass(frozen=True, slots=True)
class Services:
    """One of each; lives as long as the app."""

    settings: Settings
    containers: Containers
    scenarios: Scenarios
    deletion: Deletion
    knowledge: Knowledge
    prompts: Prompts
    queries: Queries
    uploads: Uploads
    readiness: Readiness
    catalogs: FabricCatalogs
    fabric: FabricServices | None
    """None where Fabric is off."""


def services(request: Request) -> Services:
    composed: Services = request.app.state.services
    return composed


def containers(request: Request) -> Containers:
    return services(request).containers


def scenarios(request: Request) -> Scenarios:
    return services(request).scenarios


def deletion(request: Request) -> Deletion:
    return services(request).deletion


def knowledge(request: Request) -> Knowledge:
    return services(request).knowledge


def prompts(request: Request) -> Prompts:
    return services(request).prompts


def queries(request: Request) -> Queries:
    return services(request).queries


def uploads(request: Request) -> Uploads:
    return services(request).uploads


def settings(request: Request) -> Settings:
    return services(request).settings


def readiness(request: Request) -> Readiness:
    return services(request).readiness


def fabric(request: Request) -> FabricServices:
    """Or raises FabricOff."""
    found = services(request).fabric
    if found is None:
        raise FabricOff
    return found


def connections(request: Request) -> FabricConnections:
    return fabric(request).connections


def discovery(request: Request) -> FabricDiscovery:
    return fabric(request).discovery


def discovery_if_on(request: Request) -> FabricDiscovery | None:
    found = services(request).fabric
    return found.discovery if found else None


def provisioned_graphs(request: Request) -> ProvisionedGraphs:
    return fabric(request).graphs


def require_service_key(
    request: Request,
    x_service_key: Annotated[
        str | None,
        Header(description="where a service key is set"),
        WithJsonSchema({"type": "string"}),
    ] = None,
) -> None:
    """Raises ServiceKeyRequired unless the caller knows the key, where one is set."""
    key = services(request).settings.service_key
    if key is None:
        return
    given = (x_service_key or "").encode("latin-1")  # how headers were decoded: the bytes as sent
    if not hmac.compare_digest(given, key.get_secret_value().encode()):
        raise ServiceKeyRequired


ContainersDep = Annotated[Containers, Depends(containers)]
ScenariosDep = Annotated[Scenarios, Depends(scenarios)]
DeletionDep = Annotated[Deletion, Depends(deletion)]
KnowledgeDep = Annotated[Knowledge, Depends(knowledge)]
PromptsDep = Annotated[Prompts, Depends(prompts)]
QueriesDep = Annotated[Queries, Depends(queries)]
UploadsDep = Annotated[Uploads, Depends(uploads)]
SettingsDep = Annotated[Settings, Depends(settings)]
ReadinessDep = Annotated[Readiness, Depends(readiness)]
ConnectionsDep = Annotated[FabricConnections, Depends(connections)]
DiscoveryDep = Annotated[FabricDiscovery, Depends(discovery)]
MaybeDiscoveryDep = Annotated[FabricDiscovery | None, Depends(discovery_if_on)]
ProvisionedGraphsDep = Annotated[ProvisionedGraphs, Depends(provisioned_graphs)]
ScenarioName = Annotated[
    str,
    Path(
        description="the scenario's name",
        json_schema_extra={"pattern": "^[a-z0-9][a-z0-9-]{0,48}[a-z0-9]$"},
    ),
]
