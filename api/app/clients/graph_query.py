"""graph-query-api: loads of a part, scenarios, readiness. Documents are in ``documents``."""

import asyncio
import json
import math
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import structlog

from app.clients.documents import Documents, problem_detail, problem_document
from app.clients.multipart import MultipartBody
from app.clients.sse import EventTooLarge, read_events
from app.errors import StepFailed, StoreUnavailable

PAUSES = (0.0, 0.2, 0.5, 1.0, 2.0)
LOAD_TIMEOUT = httpx.Timeout(60, connect=2)  # pings come every 15 s
READY_TIMEOUT = 3.0

WENT_AWAY = "graph-query-api went away before the load was complete. Retry when it is back."
SILENT = "graph-query-api said nothing for 60 s. Retry when it answers again."
UNREACHABLE = "graph-query-api can't be reached. Retry when it is back."


@dataclass(frozen=True, slots=True)
class Progress:
    detail: str
    pct: float | None


@dataclass(frozen=True, slots=True)
class Complete:
    """The end of a load that succeeded, and the only proof that it did."""

    result: dict[str, Any]
    warnings: list[dict[str, Any]]
    scenario_metadata: dict[str, Any] | None


StepEvent = Progress | Complete


class GraphQueryClient:
    def __init__(self, base_url: str, service_key: str | None = None) -> None:
        self._service_headers = {"X-Service-Key": service_key} if service_key else {}
        # trust_env: a proxy from the environment has no business between the services
        self._http = httpx.AsyncClient(
            base_url=base_url, trust_env=False, event_hooks={"request": [_add_request_id]}
        )
        self.documents = Documents(self._http, service_key)

    async def aclose(self) -> None:
        await self._http.aclose()

    async def upload(
        self, slot: str, file: Path, file_bytes: int, fields: Mapping[str, str]
    ) -> AsyncGenerator[StepEvent, None]:
        """Loads a staged tarball: yields its progress, and ``Complete`` as the last event.

        Closing the iterator before ends the load, and leaves the old data.
        Raises StepFailed, with the cause, if it ends in any other way.
        """
        try:
            async with await self._open(slot, MultipartBody(fields, "file", file, file_bytes)) as (
                answer
            ):
                await _require_stream(answer)
                async for event, text in read_events(answer.aiter_bytes()):
                    yield (step_event := _step_event(event, text))
                    if isinstance(step_event, Complete):
                        return
        except httpx.TimeoutException:
            raise StepFailed(SILENT) from None
        except httpx.TransportError:
            raise StepFailed(WENT_AWAY) from None
        except EventTooLarge:
            raise StepFailed("graph-query-api sent an event that is too large.") from None
        except (OSError, EOFError) as error:
            raise StepFailed(f"The staged file can't be read: {error}") from None
        raise StepFailed(WENT_AWAY)

    async def save_scenario(self, name: str, metadata: Mapping[str, Any]) -> None:
        """Saves what is known of a scenario; parts not in ``metadata`` keep their facts."""
        await self._send("PUT", _scenario(name), json=dict(metadata))

    async def put_graph_part(self, name: str, part: Mapping[str, Any]) -> None:
        """Makes a graph in Fabric the scenario's. Raises StepFailed, also if the job that it was
        made for is in other hands by now: then nothing has changed."""
        path = f"{_scenario(name)}/parts/graph"
        await self._send("PUT", path, json=dict(part), headers=self._service_headers)

    async def graph_store(self, name: str) -> dict[str, Any]:
        """Where the scenario's graph is, as its part says; empty if it has none."""
        answer = await self._send("GET", _scenario(name), missing_is_fine=True)
        parts = problem_document(answer).get("parts") if answer.is_success else None
        graph = parts.get("graph") if isinstance(parts, dict) else None
        return dict(graph.get("store") or {}) if isinstance(graph, dict) else {}

    async def connections(self) -> list[dict[str, Any]]:
        """The connected workspaces of Fabric. Raises StoreUnavailable."""
        try:
            answer = await self._http.get("/query/fabric/connections", timeout=READY_TIMEOUT)
        except httpx.TransportError:
            raise StoreUnavailable(UNREACHABLE) from None
        if not answer.is_success:
            raise StoreUnavailable(problem_detail(answer))
        found: list[dict[str, Any]] = answer.json()["connections"]
        return found

    async def _send(
        self, method: str, path: str, *, missing_is_fine: bool = False, **request: Any
    ) -> httpx.Response:
        """Tried again for some seconds while nothing answers; raises StepFailed."""
        cause = UNREACHABLE
        for pause in PAUSES:
            await asyncio.sleep(pause)
            try:
                answer = await self._http.request(method, path, timeout=LOAD_TIMEOUT, **request)
            except httpx.TransportError:
                continue
            if answer.is_success or (answer.status_code == 404 and missing_is_fine):
                return answer
            cause = problem_detail(answer)
            if answer.status_code < 500:
                raise StepFailed(cause, problem_document(answer).get("problems"))
        raise StepFailed(cause)

    async def check_ready(self) -> None:
        """Raises StoreUnavailable with the cause, unless graph-query-api and its stores answer."""
        try:
            answer = await self._http.get("/query/ready", timeout=READY_TIMEOUT)
        except httpx.TransportError:
            raise StoreUnavailable(UNREACHABLE) from None
        if not answer.is_success:
            raise StoreUnavailable(problem_detail(answer))

    async def _open(self, slot: str, body: MultipartBody) -> "_Opened":
        """Sends the request; connecting is tried again for some seconds, sending is not."""
        for pause in PAUSES:
            await asyncio.sleep(pause)
            request = self._http.build_request(
                "POST",
                f"/query/upload/{slot}",
                content=body,
                headers={"Content-Type": body.content_type, "Content-Length": str(body.length)},
                timeout=LOAD_TIMEOUT,
            )
            try:
                return _Opened(await self._http.send(request, stream=True))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        raise StepFailed(UNREACHABLE)


def _scenario(name: str) -> str:
    return f"/query/scenarios/{quote(name, safe='')}"


async def _add_request_id(request: httpx.Request) -> None:
    """A line in graph-query-api's log leads back to the request, or to the job, it was for."""
    known = structlog.contextvars.get_contextvars()
    if request_id := known.get("request_id") or known.get("job_id"):
        request.headers["X-Request-ID"] = request_id


class _Opened:
    """A response that is closed whatever happens, which also ends the load behind it."""

    def __init__(self, answer: httpx.Response) -> None:
        self._answer = answer

    async def __aenter__(self) -> httpx.Response:
        return self._answer

    async def __aexit__(self, *_: object) -> None:
        await self._answer.aclose()


async def _require_stream(answer: httpx.Response) -> None:
    if answer.status_code >= 400:
        await answer.aread()
        raise StepFailed(problem_detail(answer), problem_document(answer).get("problems"))
    if not answer.headers.get("content-type", "").startswith("text/event-stream"):
        raise StepFailed(f"graph-query-api answered {answer.status_code} without events.")


def _step_event(event: str, text: str) -> StepEvent:
    data = _json_object(text)
    if event == "error":
        detail = data.get("detail") or data.get("error") or "The load failed without a cause."
        raise StepFailed(str(detail), data.get("problems"))
    if event == "complete":
        metadata = data.pop("scenario_metadata", None)
        warnings = data.pop("warnings", None) or []
        data.pop("step", None)  # known already
        return Complete(data, warnings, metadata)
    pct = data.get("pct")
    known = isinstance(pct, int | float) and math.isfinite(pct)
    return Progress(str(data.get("detail") or ""), pct if known else None)


def _json_object(text: str) -> dict[str, Any]:
    """Strict JSON, and nothing in it that a document could not hold."""
    try:
        data = json.loads(text, parse_constant=_refuse)
        if "\\ud" in text.lower():  # half of a pair, perhaps
            data = json.loads(json.dumps(data, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise StepFailed("graph-query-api sent an event that is not a JSON object.")
    return data


def _refuse(constant: str) -> None:
    raise ValueError(constant)
