"""The documents that graph-query-api keeps for this service (``/query/docs``)."""

import asyncio
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from app.errors import InvalidQuery, PreconditionFailed, StoreUnavailable

ATTEMPTS = 4
FIRST_PAUSE = 0.1
TIMEOUT = httpx.Timeout(10, connect=2)

UNAVAILABLE = "The document store can't be reached: graph-query-api does not answer. Try again."


@dataclass(frozen=True, slots=True)
class Document:
    body: dict[str, Any]
    etag: str


@dataclass(frozen=True, slots=True)
class DocumentPage:
    items: list[dict[str, Any]]
    continuation: str | None


class Documents:
    """Reads and conditional writes. Connection errors and 5xx are retried with back-off,
    a few times within some seconds; then every method raises ``StoreUnavailable``."""

    def __init__(self, http: httpx.AsyncClient, service_key: str | None) -> None:
        self._http = http
        self._headers = {"X-Service-Key": service_key} if service_key else {}

    async def get(self, container: str, document_id: str) -> Document | None:
        answer = await self._send("GET", _path(container, document_id), missing_is_fine=True)
        return None if answer.status_code == 404 else _document(answer)

    async def list(
        self,
        container: str,
        query: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        *,
        limit: int,
        continuation: str | None = None,
    ) -> DocumentPage:
        """One page in the order of ``query``, else newest first.

        Raises InvalidQuery for a continuation token that the store does not take.
        """
        params: dict[str, Any] = {"limit": limit}
        if query:
            params |= {"query": query, "parameters": json.dumps(parameters or {})}
        if continuation:
            params["continuation"] = continuation
        answer = await self._send("GET", _path(container), params=params)
        body = _json(answer)
        return DocumentPage(body["items"], body.get("continuation"))

    async def put(
        self, container: str, body: Mapping[str, Any], *, if_match: str | None = None
    ) -> str:
        """Replaces what has this etag, or creates where there is nothing; returns the new etag.

        Raises PreconditionFailed if it is otherwise. If the answer to an attempt got lost,
        that is no failure when the store then holds just what was sent.
        """
        condition = {"If-Match": if_match} if if_match else {"If-None-Match": "*"}
        try:
            answer = await self._send(
                "PUT", _path(container, body["id"]), headers=condition, json=dict(body)
            )
        except _Refused as refused:
            stored = await self.get(container, body["id"]) if refused.repeated else None
            if stored and all(stored.body.get(key) == value for key, value in body.items()):
                return stored.etag
            raise PreconditionFailed from None
        return answer.headers["etag"]

    async def delete(
        self, container: str, document_id: str, *, if_match: str | None = None
    ) -> None:
        """Deletes a document; one that is gone already is fine."""
        condition = {"If-Match": if_match} if if_match else {}
        try:
            await self._send(
                "DELETE", _path(container, document_id), headers=condition, missing_is_fine=True
            )
        except _Refused:
            raise PreconditionFailed from None

    async def _send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        missing_is_fine: bool = False,
        **request: Any,
    ) -> httpx.Response:
        repeated = False  # whether an attempt before may have taken effect unseen
        cause = UNAVAILABLE
        for attempt in range(ATTEMPTS):
            if attempt:
                await asyncio.sleep(FIRST_PAUSE * 2**attempt * random.uniform(0.5, 1))  # noqa: S311 - jitter
            try:
                answer = await self._http.request(
                    method, path, headers={**self._headers, **(headers or {})},
                    timeout=TIMEOUT, **request,
                )  # fmt: skip
            except httpx.ConnectError:
                continue
            except httpx.TransportError:
                repeated = True
                continue
            if answer.status_code < 500 and answer.status_code != 429:
                return _judged(answer, repeated, missing_is_fine)
            repeated = True
            cause = f"The document store is not available: {problem_detail(answer)}"
        raise StoreUnavailable(cause)


class _Refused(Exception):
    """The precondition of a write did not hold."""

    def __init__(self, repeated: bool) -> None:
        self.repeated = repeated


def _judged(answer: httpx.Response, repeated: bool, missing_is_fine: bool) -> httpx.Response:
    status = answer.status_code
    if answer.is_success or (status == 404 and missing_is_fine):
        return answer
    if status in {409, 412} or (status == 404 and "if-match" in answer.request.headers):
        raise _Refused(repeated)
    if status == 400 and answer.request.method == "GET":
        raise InvalidQuery(problem_detail(answer))
    raise StoreUnavailable(f"The document store refused ({status}): {problem_detail(answer)}")


def _path(container: str, document_id: str | None = None) -> str:
    path = f"/query/docs/{container}"
    return path if document_id is None else f"{path}/{quote(document_id, safe='')}"


def _document(answer: httpx.Response) -> Document:
    return Document(_json(answer), answer.headers["etag"])


def _json(answer: httpx.Response) -> dict[str, Any]:
    body: dict[str, Any] = answer.json()
    return body


def problem_detail(answer: httpx.Response) -> str:
    """The ``detail`` of a problem document, else the status in words."""
    return str(problem_document(answer).get("detail") or f"HTTP status {answer.status_code}")


def problem_document(answer: httpx.Response) -> dict[str, Any]:
    try:
        document = answer.json()
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
