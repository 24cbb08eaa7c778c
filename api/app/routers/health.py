from fastapi import APIRouter

from app.dependencies import Provided
from app.models import Health, Readiness
from app.services.readiness import readiness
from service_kit.problems import PROBLEM_RESPONSES

router = APIRouter(prefix="/api", tags=["health"])


@router.get("/health", summary="Whether the process answers")
async def get_health() -> Health:
    return Health()


@router.get(
    "/ready",
    summary="Whether jobs can be taken: graph-query-api and the staging folder",
    responses=PROBLEM_RESPONSES(503),
)
async def get_ready(services: Provided) -> Readiness:
    return await readiness(services.client, services.staging)
