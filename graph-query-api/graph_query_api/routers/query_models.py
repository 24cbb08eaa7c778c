"""The shapes of graph and telemetry queries on the wire."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from graph_query_api.telemetry.catalog import TelemetryCatalog
from graph_query_api.telemetry.conditions import ALL_OPERATORS, Filter
from graph_query_api.telemetry.protocol import TelemetryResult
from graph_query_api.telemetry.request import FUNCTIONS, Aggregate
from graph_query_api.telemetry.request import TelemetryRequest as Request

MAX_QUERY_CHARACTERS = 64 << 10
MAX_PARTS = 100

PROPERTIES = "by name; absent values are left out"
COLUMNS = "in the order of the query"
DATA = "a row each, by column"

Name = Annotated[str, Field(max_length=1000)]


class Node(BaseModel):
    id: str = Field(description="opaque; unique in the scenario, the same after each load")
    label: str = Field(description="what kind of thing it is")
    properties: dict[str, JsonValue] = Field(description=PROPERTIES)


class Edge(BaseModel):
    id: str = Field(description="opaque; unique among the edges of this answer")
    source: str = Field(description="id of a node")
    target: str = Field(description="id of a node")
    label: str = Field(description="what kind of connection it is")
    properties: dict[str, JsonValue] = Field(description=PROPERTIES)


class Returned(BaseModel):
    vertices: int = Field(description="how many are in this answer")
    edges: int = Field(description="how many are in this answer")


class TopologyMeta(BaseModel):
    vertices: dict[str, int] = Field(description="how many there are in all, by label")
    edges: dict[str, int] = Field(description="how many there are in all, by label")
    returned: Returned = Field(description="what this answer holds")
    truncated: bool = Field(description="whether vertices of the wanted labels are missing")


class Topology(BaseModel):
    nodes: list[Node] = Field(description="the vertices")
    edges: list[Edge] = Field(description="those between the nodes of this answer")
    meta: TopologyMeta = Field(description="totals, and whether anything is missing")


class Column(BaseModel):
    name: str = Field(description="the key of its values")
    type: str = Field(description="`text`, `integer`, `float`, `boolean`, `timestamp`, …")


class GraphQuestion(BaseModel):
    model_config = ConfigDict(extra="forbid")

    query: str = Field(
        max_length=MAX_QUERY_CHARACTERS,
        description="one query, in the language of the backend",
        examples=["MATCH (n) RETURN n LIMIT 10"],
    )
    parameters: dict[str, JsonValue] = Field(
        default_factory=dict, description="bound to `$name` in the query"
    )


class GraphAnswer(BaseModel):
    columns: list[Column] = Field(description=COLUMNS)
    data: list[dict[str, JsonValue]] = Field(description=DATA)
    truncated: bool = Field(description="whether there are more rows")
    language: str = Field(description="what queries are written in, such as `cypher`")


class TelemetryTable(BaseModel):
    name: str = Field(description="called as its container in the manifest")
    rows: int = Field(description="how many it has")
    columns: list[Column] = Field(description="in the order of the file")


class TelemetryTables(BaseModel):
    tables: list[TelemetryTable] = Field(description="in the order of the manifest")

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

    column: Name = Field(description="which column is compared")
    op: str = Field(description=f"one of {', '.join(ALL_OPERATORS)}")
    value: JsonValue = Field(None, description="what it is compared with; a list for `in`")


class TelemetryAggregate(BaseModel):
    model_config = ConfigDict(extra="forbid")

    column: Name | None = Field(None, description="may be missing for `count`: rows")
    fn: str = Field(description=f"one of {', '.join(FUNCTIONS)}")


class TelemetryQuestion(BaseModel):
    """``columns`` for rows; ``bucket``, ``group_by`` and ``aggregates`` for groups."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    table: str = Field(description="called as its container in the manifest")
    columns: list[Name] = Field(
        default_factory=list, max_length=MAX_PARTS, description="of the answer; all if empty"
    )
    filters: list[TelemetryFilter] = Field(
        default_factory=list, max_length=MAX_PARTS, description="all must hold"
    )
    start: str | None = Field(
        None, alias="from", description="ISO 8601, included; UTC if it has no offset"
    )
    end: str | None = Field(
        None, alias="to", description="ISO 8601, not included; UTC if it has no offset"
    )
    bucket: str | None = Field(
        None, description="size of a group in time, such as `5m`", examples=["5m"]
    )
    group_by: list[Name] = Field(
        default_factory=list, max_length=MAX_PARTS, description="columns that make a group"
    )
    aggregates: list[TelemetryAggregate] = Field(
        default_factory=list, max_length=MAX_PARTS, description="what is told of each group"
    )
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
    columns: list[Column] = Field(description=COLUMNS)
    data: list[dict[str, Any]] = Field(description=DATA)
    truncated: bool = Field(description="whether there are more rows")

    @classmethod
    def of(cls, result: TelemetryResult) -> "TelemetryAnswer":
        names = [name for name, _ in result.columns]
        return cls(
            columns=[Column(name=name, type=kind) for name, kind in result.columns],
            data=[dict(zip(names, row, strict=True)) for row in result.rows],
            truncated=result.truncated,
        )
