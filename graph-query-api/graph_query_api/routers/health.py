"""Alive and ready."""

from fastapi import APIRouter, Response

from graph_query_api.dependencies import ReadinessDep
from graph_query_api.models import Health, Readiness

router = APIRouter(prefix="/query", tags=["operations"])


@router.get("/health", summary="Is the process alive?")
async def health() -> Health:
    return Health(status="ok")


@router.get(
    "/ready",
    summary="Can the stores be reached?",
    responses={503: {"model": Readiness, "description": "A store can't be reached, and why"}},
)
async def ready(readiness: ReadinessDep, response: Response) -> Readiness:
    report = await readiness.report()
    if report.status != "ready":
        response.status_code = 503
    return report
