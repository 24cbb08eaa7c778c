"""How each fault looks on the wire."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from peers.fabric.faults import Fault
from peers.fabric.refusals import Refusal
from starlette.responses import JSONResponse, PlainTextResponse, Response

_CODES: Mapping[str, tuple[int, str, str]] = {
    "cold-start": (500, "ColdStartTimeout", "The graph engine did not start in time."),
    "graph-not-loaded": (500, "GraphIsNotLoaded", "The graph is not loaded."),
    "engine-failure": (500, "GraphEngineFailure", "The graph engine failed."),
    "token-expired": (401, "TokenExpired", "Access token has expired, resubmit with a new one."),
    "friendly-name": (403, "FriendlyNameSupportDisabled", "Names are turned off; use GUIDs."),
    "feature-not-available": (403, "FeatureNotAvailable", "The feature is not available."),
    "insufficient-privileges": (403, "InsufficientPrivileges", "The caller lacks permissions."),
    "capacity-not-active": (400, "CapacityNotActive", "The capacity is paused."),
    "capacity-limit": (429, "CapacityLimitExceeded", "The capacity exceeded its limits."),
    "name-held": (400, "ItemDisplayNameNotAvailableYet", "The name is not available yet."),
    "result-late": (404, "OperationResultNotFound", "There is no result."),
}


def instead(faults: Sequence[Fault]) -> Response | Refusal | None:
    """The answer in place of the work. Connections are cut elsewhere."""
    for fault in faults:
        options = fault.options
        if fault.kind == "throttled":
            return _throttled(options)
        if fault.kind == "server-error":
            return PlainTextResponse("", int(options.get("status", 500)))
        if fault.kind == "error":
            return _error(options)
        if fault.kind in _CODES:
            status, code, message = _CODES[fault.kind]
            retriable = {"name-held": True}.get(fault.kind)
            return Refusal(status, code, message, retriable=retriable, headers=_wait(options))
    return None


def after(response: Response, faults: Sequence[Fault], foreign: str) -> None:
    """What is off about an answer that is otherwise right."""
    for fault in faults:
        headers = response.headers
        if fault.kind == "no-location" and "location" in headers:
            del headers["location"]
        elif fault.kind == "no-operation-id" and "x-ms-operation-id" in headers:
            del headers["x-ms-operation-id"]
        elif fault.kind == "foreign-location" and "location" in headers:
            headers["location"] = foreign + "/" + headers["location"].split("/", 3)[3]
        elif fault.kind == "empty-body":
            response.body = b""
            headers["content-length"] = "0"
        elif fault.kind == "retry-after":
            if "retry-after" in headers:
                del headers["retry-after"]
            headers.update(_wait({"retry_after": fault.options.get("value"), **fault.options}))


def _throttled(options: Mapping[str, Any]) -> Response:
    until = datetime.now(UTC).strftime("%m/%d/%Y %I:%M:%S %p")
    message = f"Request is blocked by the upstream service until: {until} (UTC)"
    code = str(options.get("code", "RequestBlocked"))
    headers = _wait({"retry_after": "1", **options})
    body: dict[str, Any] = {"errorCode": code, "message": message}
    if options.get("body") == "nested":
        body = {"error": {"code": code, "message": message}}
    elif options.get("body") == "problem":
        body |= {"isRetriable": True, "requestId": "00000000-0000-0000-0000-000000000000"}
    elif options.get("body") == "empty":
        return Response(b"", 429, headers)
    return JSONResponse(body, 429, headers)


def _error(options: Mapping[str, Any]) -> Response | Refusal:
    status = int(options.get("status", 500))
    if "text" in options:
        return PlainTextResponse(str(options["text"]), status, _wait(options))
    return Refusal(
        status,
        str(options.get("code", "UnknownError")),
        str(options.get("message", "It was asked to fail.")),
        retriable=options.get("retriable"),
        headers=_wait(options),
    )


def _wait(options: Mapping[str, Any]) -> dict[str, str]:
    value = options.get("retry_after")
    if value is None:
        return {}
    if value == "date":
        moment = datetime.now(UTC) + timedelta(seconds=float(options.get("seconds", 2)))
        return {"retry-after": format_datetime(moment, usegmt=True)}
    return {"retry-after": str(value)}
