"""Alive and ready."""

from fastapi import APIRouter

from graph_query_api.dependencies import ReadinessDep
from graph_query_api.models import Health, Readiness
from service_kit.problems import PROBLEM_RESPONSES

router = APIRouter(prefix="/query", tags=["operations"])


@router.get("/health", summary="Is the process alive?")
async def health() -> Health:
    return Health(status="ok")


@router.get("/ready", summary="Can the stores be reached?", responses=PROBLEM_RESPONSES(503))
async def ready(readiness: ReadinessDep) -> Readiness:
    return Readiness(checks=dict.fromkeys(await readiness.check(), "ok"))
