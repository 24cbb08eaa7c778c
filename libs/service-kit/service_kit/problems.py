"""RFC 9457 problem documents: one shape for every error that leaves a service.

Domain errors know no HTTP. Each service keeps one table that says which status
and title an error class gets; what varies from one error to the next travels on
the error itself, as attributes that are all optional:

- ``detail``: the sentence for a person (else ``str(error)``)
- ``problems``: a list of ``{slot, file, row, line, column, detail}``, or of objects whose
  ``as_dict()`` gives that
- ``extensions``: further members of the document, such as ``{"job_id": …}``
- ``headers``: response headers, such as ``{"Retry-After": "5"}``
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"


class ProblemItem(BaseModel):
    """One fault in what was sent, with its place."""

    slot: str | None = Field(None, description="the part of the pack, such as `graph`")
    file: str | None = Field(None, description="file name inside the pack")
    row: int | None = Field(None, description="record as a spreadsheet counts, the header is 1")
    line: int | None = Field(None, description="line of the file where the record begins")
    column: str | None = Field(None, description="column, or name of a field")
    detail: str = Field(description="what is wrong, and what would be right")


class ProblemDocument(BaseModel):
    """What every error answer holds (RFC 9457, application/problem+json)."""

    type: str = Field(description="names the kind of problem, such as `urn:problem:not-found`")
    title: str = Field(description="the kind of problem in words")
    status: int = Field(description="the HTTP status, repeated")
    detail: str = Field(description="what happened this time, and what helps")
    request_id: str | None = Field(None, description="to be found in the logs")
    problems: list[ProblemItem] | None = Field(None, description="each fault, where several")


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """How a class of domain errors looks on the wire."""

    status: int
    title: str

    @property
    def type(self) -> str:
        slug = "".join(c if c.isalnum() else "-" for c in self.title.lower()).strip("-")
        return f"urn:problem:{slug}"


ErrorTable = Mapping[type[Exception], ErrorKind]


def PROBLEM_RESPONSES(*statuses: int) -> dict[int | str, dict[str, Any]]:  # noqa: N802 - reads as a constant where routes are declared
    """For a route's ``responses=``: each status answers with a problem document."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
        }
        for status in statuses
    }


def problem_response(
    kind: ErrorKind,
    detail: str,
    *,
    request_id: str | None = None,
    problems: list[dict[str, Any]] | None = None,
    extensions: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    document: dict[str, Any] = {
        **(extensions or {}),
        "type": kind.type,
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
    }
    if request_id:
        document["request_id"] = request_id
    if problems:
        document["problems"] = problems
    return JSONResponse(document, kind.status, dict(headers or {}), media_type=MEDIA_TYPE)


def _as_dict(problem: Any) -> dict[str, Any]:
    """A problem is a mapping, or an object that can become one by ``as_dict``."""
    return dict(problem) if isinstance(problem, Mapping) else problem.as_dict()


def _request_id(request: Request) -> str | None:
    return request.scope.get("request_id")


def install_problems(app: FastAPI, table: ErrorTable) -> None:
    """Answers every error of ``app`` with a problem document, known ones by ``table``."""

    async def known(request: Request, error: Exception) -> Response:
        kind = next(table[cls] for cls in type(error).__mro__ if cls in table)
        if kind.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            log.warning("request failed", error=type(error).__name__, detail=str(error))
        return problem_response(
            kind,
            getattr(error, "detail", None) or str(error),
            request_id=_request_id(request),
            problems=[_as_dict(problem) for problem in getattr(error, "problems", None) or ()],
            extensions=getattr(error, "extensions", None),
            headers=getattr(error, "headers", None),
        )

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - narrows for the type checker
        problems = [
            {"column": ".".join(str(part) for part in each["loc"]), "detail": each["msg"]}
            for each in error.errors()
        ]
        return problem_response(
            ErrorKind(422, "Invalid request"),
            "; ".join(f"{p['column']}: {p['detail']}" for p in problems[:3]),
            request_id=_request_id(request),
            problems=problems,
        )

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - narrows for the type checker
        headers = dict(error.headers or {})
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            allowed = _allowed_methods(app, request.scope["path"])
            headers["Allow"] = ", ".join(sorted(allowed)) or headers.get("Allow", "")
        return problem_response(
            ErrorKind(error.status_code, HTTPStatus(error.status_code).phrase),
            str(error.detail),
            request_id=_request_id(request),
            headers=headers,
        )

    for cls in table:
        app.add_exception_handler(cls, known)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    _describe(app)


def _allowed_methods(app: FastAPI, path: str) -> set[str]:
    """Of every operation with this path; Starlette's own answer names only the first's.

    A path that is written out goes before a template that would take it too.
    """
    paths = app.openapi()["paths"]
    written_out = paths.get(path)
    matching = (
        [written_out]
        if written_out
        else [paths[template] for template in paths if compile_path(template)[0].match(path)]
    )
    return {method.upper() for operations in matching for method in operations}


def _describe_common_errors(method: str, responses: dict[str, Any]) -> None:
    """A foreign Host is refused everywhere, a foreign Origin where something is changed."""
    if "422" in responses:
        responses["422"] = PROBLEM_RESPONSES(422)[422]
    responses.setdefault("421", PROBLEM_RESPONSES(421)[421])
    if method != "get":
        responses.setdefault("403", PROBLEM_RESPONSES(403)[403])


def _describe(app: FastAPI) -> None:
    """Puts ``ProblemDocument`` into the OpenAPI document, which routes refer to by name."""
    build = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = build()
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            schema = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas.update(schema.pop("$defs", {}))
            schemas["ProblemDocument"] = schema
            # FastAPI's own description of its 422, which install_problems replaces
            for name in ("HTTPValidationError", "ValidationError"):
                schemas.pop(name, None)
            for path in document["paths"].values():
                for method, operation in path.items():
                    _describe_common_errors(method, operation["responses"])
        return app.openapi_schema  # type: ignore[return-value]

    app.openapi = openapi  # type: ignore[method-assign]
