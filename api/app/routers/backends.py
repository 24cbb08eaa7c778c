from fastapi import APIRouter

from app.dependencies import Provided
from app.models import Backends

router = APIRouter(prefix="/api/backends", tags=["backends"])


@router.get("", summary="Where graphs can go")
async def get_backends(services: Provided) -> Backends:
    return Backends(backends=services.backends.all())
