"""The graph and the telemetry of a scenario: looked at, and queried."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from graph_query_api.dependencies import QueriesDep, ScenarioName
from graph_query_api.routers.disconnect import while_connected
from graph_query_api.routers.query_models import (
    GraphAnswer,
    GraphQuestion,
    TelemetryAnswer,
    TelemetryQuestion,
    TelemetryTables,
    Topology,
)
from graph_query_api.spool import Spool
from service_kit.problems import PROBLEM_RESPONSES

router = APIRouter(
    prefix="/query/scenarios/{name}",
    tags=["queries"],
    responses=PROBLEM_RESPONSES(400, 404, 413, 422, 503, 504),
)

DEFAULT_VERTICES = 5_000
MAX_VERTICES = 100_000


@router.get("/topology", summary="The graph as nodes and edges", response_model=Topology)
async def topology(
    name: ScenarioName,
    queries: QueriesDep,
    request: Request,
    labels: Annotated[
        list[str] | None, Query(description="vertex labels, repeated or separated by commas")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_VERTICES, description="vertices")] = DEFAULT_VERTICES,
) -> Response:
    """At most `limit` vertices, shared fairly among the labels, and the edges between them."""
    return _json(await while_connected(request, queries.topology(name, labels, limit)))


@router.post("/graph", summary="Query the graph", response_model=GraphAnswer)
async def query_graph(
    name: ScenarioName, question: GraphQuestion, queries: QueriesDep, request: Request
) -> Response:
    """One query that only reads; `language` in the answer says what it is written in."""
    work = queries.graph(name, question.query, question.parameters)
    return _json(await while_connected(request, work))


@router.get("/telemetry", summary="List telemetry tables")
async def list_telemetry(name: ScenarioName, queries: QueriesDep) -> TelemetryTables:
    return TelemetryTables.of(await queries.telemetry_catalog(name))


@router.post("/telemetry/query", summary="Query telemetry")
async def query_telemetry(
    name: ScenarioName, question: TelemetryQuestion, queries: QueriesDep, request: Request
) -> TelemetryAnswer:
    """Rows in the file's order; or groups, by `bucket` and `group_by`, with `aggregates`."""
    work = queries.telemetry(name, question.to_request())
    return TelemetryAnswer.of(await while_connected(request, work))


def _json(spool: Spool) -> Response:
    """The text as the worker wrote it."""
    return StreamingResponse(
        spool.chunks(),
        media_type="application/json",
        headers={"Content-Length": str(spool.size)},
    )
