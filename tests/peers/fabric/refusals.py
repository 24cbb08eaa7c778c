"""How Fabric says no. (Fabric REST, ErrorResponse; OneLake uses Storage's shape.)"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from starlette.responses import JSONResponse, Response


class Refusal(Exception):
    """``guess`` marks codes that no documentation names for this case."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        retriable: bool | None = None,
        details: Sequence[Mapping[str, Any]] = (),
        related: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        guess: bool = False,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retriable = retriable
        self.details = list(details)
        self.related = related
        self.headers = dict(headers or {})
        self.guess = guess

    def as_dict(self, request_id: str = "") -> dict[str, Any]:
        body: dict[str, Any] = {"errorCode": self.code, "message": self.message}
        if request_id:
            body["requestId"] = request_id
        if self.details:
            body["moreDetails"] = self.details
        if self.related:
            body["relatedResource"] = self.related
        if self.retriable is not None:
            body["isRetriable"] = self.retriable
        return body


def fabric_error(refusal: Refusal) -> Response:
    request_id = str(uuid4())
    headers = {"x-ms-public-api-error-code": refusal.code, **refusal.headers}
    return JSONResponse(refusal.as_dict(request_id), refusal.status, headers)


def storage_error(refusal: Refusal) -> Response:
    body = {"error": {"code": refusal.code, "message": refusal.message}}
    headers = {"x-ms-error-code": refusal.code, **refusal.headers}
    return JSONResponse(body, refusal.status, headers)


def entra_error(refusal: Refusal) -> Response:
    body = {"error": refusal.code, "error_description": refusal.message}
    return JSONResponse(body, refusal.status, refusal.headers)


def invalid(message: str, *, guess: bool = True) -> Refusal:
    return Refusal(400, "InvalidInput", message, guess=guess)
