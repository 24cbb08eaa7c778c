"""Shapes of everything about Microsoft Fabric that travels or is kept."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from fabric_client.settings import Mode

GUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"

Guid = Annotated[str, Field(pattern=f"^{GUID}$", examples=["cfafbeb1-8037-4d0c-896e-a46fb27ff229"])]
Count = Annotated[int, Field(ge=0, strict=True)]
Name = Annotated[str, Field(min_length=1, max_length=1000)]
ValueType = Literal["text", "integer", "float", "boolean", "timestamp"]

WORKSPACE_NAME = "as Fabric calls it"
LAKEHOUSE_NAME = "where scenarios' tables go; made when it is needed first"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class FabricProperty(_Frozen):
    name: Name = Field(description="what the pack calls it")
    property: Name = Field(description="what it is called in Fabric")
    type: ValueType = Field(description="what its values are")


class FabricNodeType(_Frozen):
    label: Name = Field(description="what the pack calls it")
    node_type: Name = Field(description="the label in Fabric")
    key: Name = Field(description="the property in Fabric that holds the id")
    properties: tuple[FabricProperty, ...] = Field((), description="in the order of the pack")
    rows: Count = Field(description="how many vertices there are")


class FabricEdgeType(_Frozen):
    label: Name = Field(description="what the pack calls it")
    edge_type: Name = Field(description="the label in Fabric, of this pair alone")
    source: Name = Field(description="the pack's label of the vertices where it begins")
    target: Name = Field(description="the pack's label of the vertices where it ends")
    properties: tuple[FabricProperty, ...] = Field((), description="in the order of the pack")
    rows: Count = Field(description="how many edges there are")


class FabricCatalog(_Frozen):
    """What a graph model holds, under the names of the pack and under those of Fabric."""

    node_types: tuple[FabricNodeType, ...] = Field(description="in the order of the pack")
    edge_types: tuple[FabricEdgeType, ...] = Field((), description="in the order of the pack")

    @model_validator(mode="after")
    def _edges_have_ends(self) -> Self:
        labels = [each.label for each in self.node_types]
        if len(set(labels)) < len(labels):
            raise ValueError("two node types have the same label")
        for edge in self.edge_types:
            if not {edge.source, edge.target} <= set(labels):
                raise ValueError(f"an end of edge type {edge.edge_type!r} is no node type")
        return self

    @property
    def by_label(self) -> dict[str, FabricNodeType]:
        return {each.label: each for each in self.node_types}


class FabricPlace(BaseModel):
    """Where a scenario's graph is. Further members are kept and shown."""

    model_config = ConfigDict(frozen=True, extra="allow")

    kind: Literal["fabric"] = Field("fabric", description="the kind of store")
    language: Literal["gql"] = Field("gql", description="what queries are written in")
    workspace_id: Guid = Field(description="of the workspace")
    workspace_name: str = Field(description=WORKSPACE_NAME)
    lakehouse_id: Guid = Field(description="of the lakehouse")
    lakehouse_name: str = Field(description="of the lakehouse")
    graph_model_id: Guid = Field(description="of the graph model that is queried")
    ontology_id: Guid | None = Field(None, description="null where none was made")
    tables: list[str] = Field(default_factory=list, description="Delta tables of the scenario")
    links: dict[str, str] = Field(default_factory=dict, description="pages of Fabric's portal")


class FabricGraphPart(BaseModel):
    """A graph that has been provisioned, to become the scenario's current one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    backend: Literal["fabric-gql"] = Field("fabric-gql", description="where the graph is")
    job_id: str = Field("", description="the upload job, with `owner`")
    owner: str = Field("", description="who must still hold the job's lease")
    store: FabricPlace = Field(description="where in Fabric it is")
    counts: dict[str, JsonValue] = Field(description="`vertices` and `edges` by label, `dangling`")
    warnings_count: Count = Field(0, description="how many warnings there were")
    catalog: FabricCatalog = Field(description="what is in it, under both kinds of names")


class FabricGraph(_Frozen):
    """A graph model and what is in it: all that questions to it need."""

    workspace_id: Guid
    graph_model_id: Guid
    catalog: FabricCatalog


Fact = Literal["identity", "workspace", "capacity", "role", "lakehouse", "graph", "ontology"]
Mark = Literal["ok", "warning", "failed", "unknown"]


class CheckedFact(_Frozen):
    fact: Fact = Field(description="what was looked at")
    mark: Mark = Field(description="`unknown` where it could not be found out")
    detail: str = Field(description="what was found, and what helps if it is not right")


class ConnectionCheck(_Frozen):
    usable: bool = Field(description="whether it can be saved: the workspace can be read")
    workspace_id: str = Field(description="taken out of what was sent")
    workspace_name: str | None = Field(description=f"{WORKSPACE_NAME}; null if unknown")
    facts: tuple[CheckedFact, ...] = Field(description="each with its own mark")

    def mark(self, fact: Fact) -> Mark:
        return next((each.mark for each in self.facts if each.fact == fact), "unknown")


class WantedWorkspace(BaseModel):
    model_config = ConfigDict(extra="forbid")

    workspace_id: str = Field(
        max_length=2000,
        description="the workspace's GUID, or the address of its page in the portal",
    )
    lakehouse_name: str = Field(
        "lakehouse",
        pattern="^[A-Za-z][A-Za-z0-9_]{0,122}$",
        description=f"{LAKEHOUSE_NAME}; letters, digits and _",
    )


class WantedConnection(WantedWorkspace):
    name: str = Field("", max_length=256, description="for people; the workspace's if empty")


class Connection(BaseModel):
    id: str = Field(description="of the connection")
    name: str = Field(description="for people")
    workspace_id: str = Field(description="of the workspace")
    workspace_name: str = Field(description=WORKSPACE_NAME)
    lakehouse_name: str = Field(description=LAKEHOUSE_NAME)
    active: bool = Field(description="whether new scenarios go there; at most one is")
    facts: list[CheckedFact] = Field(description="what the last check found")
    checked_at: datetime = Field(description="when that was")


class ConnectionList(BaseModel):
    connections: list[Connection] = Field(description="by name")


class FabricWorkspace(BaseModel):
    id: str = Field(description="of the workspace")
    name: str = Field(description=WORKSPACE_NAME)
    description: str = Field("", description="what it is for")
    has_capacity: bool = Field(description="without one, nothing of Fabric can be made there")


class FabricItem(BaseModel):
    id: str = Field(description="of the item")
    name: str = Field(description="as Fabric calls it")
    description: str = Field("", description="what it is for")
    workspace_id: str = Field(description="the workspace it lies in")
    properties: dict[str, JsonValue] = Field(
        default_factory=dict, description="what Fabric says about this type of item"
    )


class FabricWorkspaces(BaseModel):
    workspaces: list[FabricWorkspace] = Field(description="by name")


class FabricItems(BaseModel):
    items: list[FabricItem] = Field(description="by name")


class FabricHealth(BaseModel):
    mode: Mode = Field(description="setting FABRIC; `stand-in` is practice on this machine")
    status: Literal["off", "ok", "failed"] = Field(description="whether Fabric answers us")
    detail: str = Field(description="with which identity, or what is wrong and what helps")
