"""Records of other services: /query/docs/{container}."""

import json
from typing import Annotated, Any, NoReturn

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from graph_query_api.dependencies import ContainersDep, require_service_key
from graph_query_api.errors import (
    DocumentTooLarge,
    InvalidDocument,
    InvalidPrecondition,
    QueryNotSupported,
)
from graph_query_api.models import DocumentPage
from graph_query_api.routers.preconditions import (
    ETAG_HEADER,
    IfMatch,
    IfNoneMatch,
    etag_of,
    must_be_new,
)
from graph_query_api.services.containers import SERVED
from service_kit.problems import PROBLEM_RESPONSES

MAX_BODY = 2 << 20
MAX_PAGE = 1000

router = APIRouter(
    prefix="/query/docs/{container}",
    tags=["documents"],
    dependencies=[Depends(require_service_key)],
    responses=PROBLEM_RESPONSES(400, 401, 403, 503),
)

Container = Annotated[
    str, Path(description="any other is 403", json_schema_extra={"enum": list(SERVED)})
]
DocumentId = Annotated[
    str,
    Path(
        description="at most 255 bytes, without / \\ ? #",
        json_schema_extra={"pattern": r"^[^/\\?#\x00-\x1f\x7f]+$", "maxLength": 255},
    ),
]
DOCUMENT = {
    "content": {"application/json": {"schema": {"type": "object", "additionalProperties": True}}},
    "headers": ETAG_HEADER,
}
BODY = {"requestBody": {"required": True, "content": DOCUMENT["content"]}}


@router.get("", summary="List documents")
@router.get("/", include_in_schema=False)
async def list_documents(
    container: Container,
    containers: ContainersDep,
    query: Annotated[str, Query(description="`SELECT * FROM c WHERE … ORDER BY c.path`")] = "",
    parameters: Annotated[
        str, Query(description='JSON object with the values of `@names`: `{"@name": 1}`')
    ] = "",
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE, description="documents of a page")] = 100,
    continuation: Annotated[str, Query(description="of the page before")] = "",
) -> DocumentPage:
    """The newest `created_at` first, unless the query says otherwise.

    A page may hold fewer than `limit` documents although more follow: go by `continuation`.
    """
    containers.check(container)
    page = await containers.list(
        container, query, _parameters(parameters), limit, continuation or None
    )
    return DocumentPage(
        items=[document.body for document in page.documents], continuation=page.continuation
    )


@router.get(
    "/{document_id:path}",
    summary="Read a document",
    responses={200: DOCUMENT, **PROBLEM_RESPONSES(404)},
)
async def read_document(
    container: Container, document_id: DocumentId, containers: ContainersDep
) -> Response:
    document = await containers.get(container, document_id)
    return JSONResponse(document.body, headers={"ETag": f'"{document.etag}"'})


@router.put(
    "/{document_id:path}",
    summary="Create or replace a document",
    responses={
        200: {"description": "Replaced", **DOCUMENT},
        201: {"description": "Created", **DOCUMENT},
        **PROBLEM_RESPONSES(412, 413, 507),
    },
    openapi_extra=BODY,
)
async def put_document(
    container: Container,
    document_id: DocumentId,
    request: Request,
    containers: ContainersDep,
    if_match: IfMatch = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    containers.check(container)
    etag, create_only = etag_of(if_match), must_be_new(if_none_match)
    if etag and create_only:
        raise InvalidPrecondition("Give If-Match or If-None-Match, not both.")
    body = _json_object(await _read(request))
    document, created = await containers.put(
        container, document_id, body, if_match=etag, create_only=create_only
    )
    return JSONResponse(
        document.body, 201 if created else 200, headers={"ETag": f'"{document.etag}"'}
    )


@router.delete(
    "/{document_id:path}",
    status_code=204,
    summary="Delete a document",
    responses=PROBLEM_RESPONSES(404, 412),
)
async def delete_document(
    container: Container,
    document_id: DocumentId,
    containers: ContainersDep,
    if_match: IfMatch = None,
) -> None:
    await containers.delete(container, document_id, if_match=etag_of(if_match))


async def _read(request: Request) -> bytes:
    """The body, refused as soon as it is too large."""
    length = request.headers.get("content-length", "0")
    body = bytearray()
    if length.isascii() and length.isdigit() and int(length) > MAX_BODY:
        raise DocumentTooLarge(f"A document has at most {MAX_BODY} bytes; this one has {length}.")
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise DocumentTooLarge(f"A document has at most {MAX_BODY} bytes.")
    return bytes(body)


def _json_object(text: bytes | str) -> dict[str, Any]:
    def refuse(name: str) -> NoReturn:
        raise ValueError(f"{name} is not JSON")

    try:
        decoded = text.decode() if isinstance(text, bytes) else text
        value = json.loads(decoded, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise InvalidDocument(f"This is not strict JSON in UTF-8: {error}") from None
    if not isinstance(value, dict):
        raise InvalidDocument("A JSON object is expected.")
    return value


def _parameters(text: str) -> dict[str, Any]:
    if not text:
        return {}
    try:
        return _json_object(text)
    except InvalidDocument as error:
        raise QueryNotSupported(f"parameters: {error}") from None
