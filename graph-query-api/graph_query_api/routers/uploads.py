"""Loads of a scenario's parts, told as they go."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from graph_query_api.dependencies import SettingsDep, UploadsDep
from graph_query_api.services.upload_forms import FIELDS
from scenario_pack.names import Slot
from service_kit.forms import form_openapi
from service_kit.multipart import receive_form
from service_kit.problems import PROBLEM_RESPONSES
from service_kit.sse import event_stream, stream_responses

router = APIRouter(prefix="/query/upload", tags=["uploads"])

FORM = form_openapi(
    fields={
        "scenario_name": {
            "type": "string",
            "pattern": "^[a-z0-9](?!.*--)[a-z0-9-]{0,48}[a-z0-9]$",
            "description": "wins over the manifest's name; must not end in -topology, "
            "-telemetry, -prompts, -runbooks or -tickets",
        },
        "backend": {
            "type": "string",
            "enum": ["embedded", "cosmosdb-gremlin", "fabric-gql", ""],
            "default": "",
            "description": "where the graph goes, by default `cosmosdb-gremlin` if it is "
            "available, else `embedded`; one that goes into Fabric is not sent here",
        },
        "check_only": {
            "type": "string",
            "enum": ["true", "false"],
            "description": "give the whole verdict, load nothing",
        },
        "job_id": {"type": "string", "description": "the upload job, with `owner`"},
        "owner": {
            "type": "string",
            "description": "who must still hold the job's lease when the load is complete",
        },
    },
    files={"file": "the slot's tarball (.tar.gz)"},
    required=["scenario_name", "file"],
)
PartSlot = Annotated[Slot, Path(description="which part the tarball is")]

EVENTS = stream_responses(
    ["progress", "complete", "error"],
    "`progress` `{step, detail, pct}`, then `complete` (the result) or `error` `{error, detail, "
    "problems}`",
)


@router.post(
    "/{slot}",
    summary="Load a part of a scenario",
    openapi_extra=FORM,
    response_class=Response,
    responses={**EVENTS, **PROBLEM_RESPONSES(400, 408, 413, 422, 503, 507)},
)
async def upload(
    slot: PartSlot, request: Request, uploads: UploadsDep, settings: SettingsDep
) -> Response:
    """The part is replaced as a whole and at the end, or not at all.

    Success is a `complete` event and nothing else. Whoever goes away before it ends the
    load, and the old data stays.
    """
    folder = await uploads.new_folder()
    try:
        form = await receive_form(
            request,
            folder,
            fields=FIELDS,
            files=("file",),
            max_file_bytes=int(settings.max_upload_bytes),
        )
        file = form.files.get("file")
        accepted = uploads.accept(slot, form.fields, file.path if file else None, folder)
    except BaseException:
        uploads.discard(folder)
        raise
    return event_stream(uploads.events(accepted))
