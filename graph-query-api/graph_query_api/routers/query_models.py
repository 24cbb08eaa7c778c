"""The shapes of graph and telemetry queries on the wire."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from graph_query_api.telemetry.catalog import TelemetryCatalog
from graph_query_api.telemetry.protocol import TelemetryResult
from graph_query_api.telemetry.request import ALL_OPERATORS, FUNCTIONS, Aggregate, Filter
from graph_query_api.telemetry.request import TelemetryRequest as Request

MAX_QUERY_CHARACTERS = 64 << 10
MAX_PARTS = 100

Name = Annotated[str, Field(max_length=1000)]


class Node(BaseModel):
    id: str = Field(description="opaque; unique in the scenario, the same after each load")
    label: str
    properties: dict[str, JsonValue]


class Edge(BaseModel):
    id: str
    source: str = Field(description="id of a node")
    target: str = Field(description="id of a node")
    label: str
    properties: dict[str, JsonValue]


class Returned(BaseModel):
    vertices: int
    edges: int


class TopologyMeta(BaseModel):
    vertices: dict[str, int] = Field(description="how many there are in all, by label")
    edges: dict[str, int] = Field(description="how many there are in all, by label")
    returned: Returned
    truncated: bool = Field(description="whether vertices of the wanted labels are missing")


class Topology(BaseModel):
    nodes: list[Node]
    edges: list[Edge]
    meta: TopologyMeta


class Column(BaseModel):
    name: str
    type: str


class GraphQuestion(BaseModel):
    model_config = ConfigDict(extra="forbid")

    query: str = Field(max_length=MAX_QUERY_CHARACTERS, examples=["MATCH (n) RETURN n LIMIT 10"])
    parameters: dict[str, JsonValue] = Field(
        default_factory=dict, description="bound to `$name` in the query"
    )


class GraphAnswer(BaseModel):
    columns: list[Column]
    data: list[dict[str, JsonValue]]
    truncated: bool = Field(description="whether there are more rows")
    language: str


class TelemetryTable(BaseModel):
    name: str
    rows: int
    columns: list[Column]


class TelemetryTables(BaseModel):
    tables: list[TelemetryTable]

    @classmethod
    def of(cls, catalog: TelemetryCatalog) -> "TelemetryTables":
        return cls(
            tables=[
                TelemetryTable(
                    name=each.name,
                    rows=each.rows,
                    columns=[Column(name=c.name, type=c.type) for c in each.columns],
                )
                for each in catalog.tables
            ]
        )


class TelemetryFilter(BaseModel):
    model_config = ConfigDict(extra="forbid")

    column: Name
    op: str = Field(description=f"one of {', '.join(ALL_OPERATORS)}")
    value: JsonValue = None


class TelemetryAggregate(BaseModel):
    model_config = ConfigDict(extra="forbid")

    column: Name | None = Field(None, description="may be missing for `count`: rows")
    fn: str = Field(description=f"one of {', '.join(FUNCTIONS)}")


class TelemetryQuestion(BaseModel):
    """``columns`` for rows; ``bucket``, ``group_by`` and ``aggregates`` for groups."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    table: str = Field(description="called as its container in the manifest")
    columns: list[Name] = Field(default_factory=list, max_length=MAX_PARTS)
    filters: list[TelemetryFilter] = Field(default_factory=list, max_length=MAX_PARTS)
    start: str | None = Field(
        None, alias="from", description="ISO 8601, included; UTC if it has no offset"
    )
    end: str | None = Field(
        None, alias="to", description="ISO 8601, not included; UTC if it has no offset"
    )
    bucket: str | None = Field(
        None, description="size of a group in time, such as `5m`", examples=["5m"]
    )
    group_by: list[Name] = Field(default_factory=list, max_length=MAX_PARTS)
    aggregates: list[TelemetryAggregate] = Field(default_factory=list, max_length=MAX_PARTS)
    limit: int | None = Field(None, ge=1, le=1_000_000, description="rows of the answer")

    def to_request(self) -> Request:
        return Request(
            table=self.table,
            columns=self.columns,
            filters=[Filter(each.column, each.op, each.value) for each in self.filters],
            start=self.start,
            end=self.end,
            bucket=self.bucket,
            group_by=self.group_by,
            aggregates=[Aggregate(each.column, each.fn) for each in self.aggregates],
            limit=self.limit,
        )


class TelemetryAnswer(BaseModel):
    columns: list[Column]
    data: list[dict[str, Any]]
    truncated: bool = Field(description="whether there are more rows")

    @classmethod
    def of(cls, result: TelemetryResult) -> "TelemetryAnswer":
        names = [name for name, _ in result.columns]
        return cls(
            columns=[Column(name=name, type=kind) for name, kind in result.columns],
            data=[dict(zip(names, row, strict=True)) for row in result.rows],
            truncated=result.truncated,
        )
