from fastapi import APIRouter

from app.models import Backends
from app.services.backends import list_backends

router = APIRouter(prefix="/api/backends", tags=["backends"])


@router.get("", summary="Where graphs can go")
async def get_backends() -> Backends:
    return Backends(backends=list_backends())
