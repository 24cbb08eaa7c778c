"""Reading Fabric's error documents, in all the shapes that its front ends send.

Source: Fabric REST, ErrorResponse; the troubleshooting page; gateways in front of it answer with
HTML, ``{"error": {…}}`` or nothing.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import httpx

from fabric_client.errors import ErrorDetail, FabricError, FabricUnavailable
from fabric_client.retry import retry_after

_STOPPED = frozenset({"CapacityNotActive"})
"""A paused capacity stays paused however long one waits: somebody must resume it."""


def read_error(response: httpx.Response, operation: str, now: float) -> FabricError:
    """The answer as an error; unavailable where waiting can help, whatever its body looks like."""
    document = _document(response)
    headers = response.headers
    code = headers.get("x-ms-public-api-error-code") or headers.get("x-ms-error-code") or ""
    request_id = headers.get("requestid") or headers.get("x-ms-request-id") or ""
    error = error_from(document, operation, status=response.status_code)
    error.code = error.code or code or f"Http{response.status_code}"
    error.request_id = error.request_id or request_id
    error.message = error.message or _instead(response)
    error.retry_after = retry_after(headers, now)
    return error


def error_from(document: Mapping[str, Any], operation: str, *, status: int) -> FabricError:
    """An ErrorResponse that may lack anything; keys in any case."""
    body = {str(key).lower(): value for key, value in document.items()}
    inner = body.get("error")
    if isinstance(inner, Mapping):
        body = {**body, **{str(key).lower(): value for key, value in inner.items()}}
    code = _text(body.get("errorcode")) or _text(body.get("code"))
    passing = (status == 429 or status >= 500 or body.get("isretriable") is True) and (
        code not in _STOPPED
    )
    return (FabricUnavailable if passing else FabricError)(
        _text(body.get("message")) or (inner if isinstance(inner, str) else ""),
        operation=operation,
        status=status,
        code=code,
        request_id=_text(body.get("requestid")),
        retriable=passing and body.get("isretriable") is True,
        details=_details(body.get("moredetails")),
    )


def _document(response: httpx.Response) -> Mapping[str, Any]:
    try:
        document = response.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        return {}
    return document if isinstance(document, dict) else {}


def _instead(response: httpx.Response) -> str:
    """Words for an answer that has none; a page of HTML says nothing to the reader of an error."""
    text = response.text.strip() if "text/plain" in response.headers.get("content-type", "") else ""
    try:
        phrase = HTTPStatus(response.status_code).phrase
    except ValueError:
        phrase = ""
    return text[:200] or f"Fabric answered {response.status_code} {phrase}".strip()


def _details(value: object) -> list[ErrorDetail]:
    details = []
    for entry in value if isinstance(value, list) else []:
        if isinstance(entry, dict):
            resource = entry.get("relatedResource")
            related = resource if isinstance(resource, dict) else {}
            details.append(
                ErrorDetail(
                    _text(entry.get("errorCode")),
                    _text(entry.get("message")),
                    _text(related.get("resourceId")),
                    _text(related.get("resourceType")),
                )
            )
    return details


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
