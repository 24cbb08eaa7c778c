"""Provisioning a workspace of Fabric by a request of its own; upload jobs do the same in turn."""

from contextlib import AsyncExitStack

from fastapi import APIRouter, Request, Response

from app.dependencies import Provided, Services
from app.models import FabricStatus
from app.provisioning.pipeline import Goal
from app.services.backends import NO_FABRIC
from app.services.direct_checks import FIELDS, NAME
from service_kit.forms import form_openapi
from service_kit.multipart import receive_form
from service_kit.problems import PROBLEM_RESPONSES
from service_kit.sse import event_stream, stream_responses

router = APIRouter(prefix="/api/fabric", tags=["fabric"])

FORM = form_openapi(
    fields={
        "workspace_id": {"type": "string", "format": "uuid", "description": "of the workspace"},
        "workspace_name": {
            "type": "string",
            "maxLength": 256,
            "description": "for those who wait; Fabric's own is in the result",
        },
        "lakehouse_name": {
            "type": "string",
            "pattern": NAME,
            "default": "lakehouse",
            "description": "made if it is missing",
        },
        "ontology_name": {
            "type": "string",
            "pattern": NAME,
            "default": "ontology",
            "description": "made if it is missing, replaced if it is there",
        },
        "scenario_name": {
            "type": "string",
            "description": "wins over the manifest's name; tables and graph model are called so",
        },
    },
    files={"file": "the graph tarball (.tar.gz)"},
    required=["workspace_id", "file"],
)
RESPONSES = {
    **stream_responses(
        ["progress", "complete", "error"],
        "`progress` `{step, detail, pct}`, where `step` is a phase (prepare, lakehouse, upload, "
        "tables, graph, ontology), then `complete` (the result) or `error` `{error, detail, "
        "problems}`",
    ),
    **PROBLEM_RESPONSES(400, 408, 409, 413, 422, 503, 507),
}


@router.get("/status", summary="Whether Fabric is used, and who provisions what")
async def get_status(services: Provided) -> FabricStatus:
    mode = services.settings.fabric
    return FabricStatus(
        mode=mode,
        available=mode != "off",
        detail=NO_FABRIC if mode == "off" else "",
        provisioning=await services.fabric_holders(),
    )


@router.post(
    "/provision/graph",
    summary="From a graph tarball to a graph that answers",
    openapi_extra=FORM,
    response_class=Response,
    responses=RESPONSES,
)
async def provision_graph(request: Request, services: Provided) -> Response:
    """Lakehouse, files, tables, graph model and ontology; the scenario is then queried there.

    409 while another provisioning of the workspace is under way. Whoever goes away stops it;
    what has landed by then stays, and the next request replaces it.
    """
    return await _provision("graph", request, services)


@router.post(
    "/provision/lakehouse",
    summary="Only lakehouse, files and tables",
    openapi_extra=FORM,
    response_class=Response,
    responses=RESPONSES,
)
async def provision_lakehouse(request: Request, services: Provided) -> Response:
    return await _provision("lakehouse", request, services)


@router.post(
    "/provision/ontology",
    summary="Only the ontology, over tables that are there",
    openapi_extra=FORM,
    response_class=Response,
    responses=RESPONSES,
)
async def provision_ontology(request: Request, services: Provided) -> Response:
    return await _provision("ontology", request, services)


async def _provision(goal: Goal, request: Request, services: Services) -> Response:
    limit = int(services.settings.max_upload_bytes)
    async with AsyncExitStack() as folder:
        directory = await folder.enter_async_context(services.staging.incoming())
        form = await receive_form(
            request, directory, fields=FIELDS, files=("file",), max_file_bytes=limit
        )
        events = await services.direct.begin(goal, form, folder)
    return event_stream(events)
