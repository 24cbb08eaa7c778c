"""Upload jobs: submitted as one multipart form, then watched, retried, cancelled, deleted."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request, Response

from app.dependencies import Provided
from app.models import BACKENDS, FIELDS, Job, JobAccepted, JobPage, JobStatus
from scenario_pack.names import SLOTS
from service_kit.forms import form_openapi
from service_kit.multipart import receive_form
from service_kit.problems import PROBLEM_RESPONSES
from service_kit.sse import event_stream, stream_responses

router = APIRouter(prefix="/api/upload-jobs", tags=["upload jobs"])

FIELD_SCHEMAS: dict[str, dict[str, Any]] = {
    "scenario_name": {
        "type": "string",
        "pattern": "^[a-z0-9](?!.*--)[a-z0-9-]{0,48}[a-z0-9]$",
        "description": "2 to 50 of a-z, 0-9 and single hyphens; wins over the manifest's name",
    },
    "backend": {"type": "string", "enum": list(BACKENDS), "description": "see /api/backends"},
    "workspace_id": {"type": "string", "format": "uuid", "description": "for fabric-gql"},
    "workspace_name": {"type": "string", "maxLength": 256, "description": "for fabric-gql"},
    "check_only": {
        "type": "string",
        "enum": ["true", "false"],
        "description": "give the whole verdict, load nothing",
    },
}
FORM = form_openapi(
    fields=FIELD_SCHEMAS,
    files={slot: f"{slot} tarball (.tar.gz); at least one file is needed" for slot in SLOTS},
    required=["scenario_name"],
)
EVENTS = stream_responses(
    ["snapshot", "job", "deleted"], "`snapshot` `{jobs}`, then `job` `{job}` and `deleted` `{id}`"
)
JobId = Annotated[str, Path(description="the job's id", json_schema_extra={"format": "uuid"})]


@router.post(
    "",
    status_code=201,
    summary="Submit a scenario pack",
    openapi_extra=FORM,
    responses={
        201: {
            "headers": {
                "Location": {"description": "of the job", "schema": {"type": "string"}},
            }
        },
        **PROBLEM_RESPONSES(400, 408, 409, 413, 422, 503, 507),
    },
)
async def submit(
    request: Request,
    response: Response,
    services: Provided,
    idempotency_key: Annotated[
        str | None,
        Header(
            description="The same key gives the same job, and runs it once; it is "
            "remembered until STAGING_RETENTION has passed since the job was deleted"
        ),
    ] = None,
) -> JobAccepted:
    """Answers once every file is durably staged and the job is durably stored.

    Parts may come in any order; fields first let a bad request fail early.
    """
    limit = int(services.settings.max_upload_bytes)
    async with services.staging.incoming() as directory:
        form = await receive_form(
            request, directory, fields=FIELDS, files=SLOTS, max_file_bytes=limit
        )
        job_id = await services.submissions.submit(form, directory, idempotency_key)
    response.headers["Location"] = f"/api/upload-jobs/{job_id}"
    return JobAccepted(job_id=job_id)


@router.get("", summary="Jobs, newest first", responses=PROBLEM_RESPONSES(400, 422, 503))
async def list_jobs(
    services: Provided,
    status: Annotated[JobStatus | None, Query(description="only jobs in this state")] = None,
    scenario: Annotated[
        str | None, Query(max_length=256, description="only jobs of this scenario")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="jobs of a page")] = 50,
    continuation: Annotated[
        str | None, Query(max_length=4096, description="as the page before gave it")
    ] = None,
) -> JobPage:
    records, more = await services.records.page(
        status=status, scenario=scenario, limit=limit, continuation=continuation
    )
    return JobPage(jobs=[record.public() for record in records], continuation=more)


@router.get(
    "/events",
    summary="Follow all jobs, or one to its end",
    response_class=Response,
    responses={**EVENTS, **PROBLEM_RESPONSES(404, 422, 503)},
)
async def get_events(
    services: Provided,
    job: Annotated[str | None, Query(description="follow this job only")] = None,
) -> Response:
    subscription = await services.events.subscribe(job)
    return event_stream(services.events.stream(subscription))


@router.get("/{job_id}", summary="One job", responses=PROBLEM_RESPONSES(404, 503))
async def get_job(job_id: JobId, services: Provided) -> Job:
    return (await services.records.get(job_id)).record.public()


@router.delete(
    "/{job_id}",
    status_code=204,
    summary="Delete an ended job and its files",
    responses=PROBLEM_RESPONSES(404, 409, 503),
)
async def delete_job(job_id: JobId, services: Provided) -> None:
    await services.actions.delete(job_id)


@router.post(
    "/{job_id}/retry",
    status_code=202,
    summary="Run again what is not done",
    responses=PROBLEM_RESPONSES(404, 409, 503),
)
async def retry_job(job_id: JobId, services: Provided) -> Job:
    return (await services.actions.retry(job_id)).public()


@router.post(
    "/{job_id}/cancel",
    status_code=202,
    summary="Stop a pending or running job",
    responses=PROBLEM_RESPONSES(404, 409, 503),
)
async def cancel_job(job_id: JobId, services: Provided) -> Job:
    return (await services.actions.cancel(job_id)).public()
