"""What every group of calls is built on: get, page through, and send to the end."""

from collections.abc import AsyncIterator, Collection, Mapping
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from fabric_client.clock import OnWait
from fabric_client.errors import FabricError
from fabric_client.http import FabricHttp
from fabric_client.operations import OPERATION_LIMIT, Operation

Params = Mapping[str, str | int]


class Calls:
    """``operation_limit``: seconds that one long-running operation, or one job, may take."""

    def __init__(self, http: FabricHttp, operation_limit: float = OPERATION_LIMIT) -> None:
        self.http = http
        self.operation_limit = operation_limit

    async def get(
        self,
        path: str,
        params: Params | None = None,
        *,
        operation: str | None = None,
        on_wait: OnWait | None = None,
    ) -> dict[str, Any]:
        """One document. Raises FabricError, also where there is none."""
        doing = operation or f"Reading {path}"
        reply = await self.http.request(
            "GET", path, params=params, operation=doing, on_wait=on_wait
        )
        document = reply.document(doing)
        if document is None:
            raise FabricError("Fabric sent nothing", operation=doing, code="EmptyAnswer")
        return document

    async def pages(
        self,
        path: str,
        params: Params | None = None,
        member: str = "value",
        *,
        operation: str | None = None,
    ) -> AsyncIterator[dict[str, Any]]:
        """All entries of a list; pages may be empty. ``member`` is "data" for tables.

        Only the continuation token is taken from an answer, never the address beside it.
        """
        doing = operation or f"Listing {path}"
        token: str | None = None
        while True:
            more = {"continuationToken": token} if token else {}
            page = await self.get(path, {**(params or {}), **more}, operation=doing)
            for entry in page.get(member) or []:
                yield entry
            following = _continuation(page)
            if not following:
                return
            if following == token:
                raise FabricError(
                    "Fabric's pages go round in a circle", operation=doing, code="PagingLoop"
                )
            token = following

    async def send(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        params: Params | None = None,
        operation: str | None = None,
        repeatable: bool | None = None,
        leave: Collection[str] = (),
        result: bool = False,
        on_wait: OnWait | None = None,
    ) -> dict[str, Any] | None:
        """The outcome of a call, at once (200, 201) or at the end of its operation (202).

        None where there is none. ``result``: ask for one even if the operation mentions none.
        ``repeatable``: the call may safely happen twice (see ``http.py``).
        """
        doing = operation or f"{method} {path}"
        reply = await self.http.request(
            method,
            path,
            params=params,
            body=body,
            operation=doing,
            repeatable=repeatable,
            leave=leave,
            on_wait=on_wait,
        )
        if reply.response.status_code != 202:
            return reply.document(doing)
        running = Operation(self.http, reply, doing, self.operation_limit)
        return await running.result(on_wait, expected=result)


def segment(name: str) -> str:
    """A name as one segment of a path; refuses those that would change the path."""
    if not name or name in {".", ".."}:
        raise ValueError(f"{name!r} cannot be part of an address")
    return quote(name, safe="")


def _continuation(page: Mapping[str, Any]) -> str:
    """The token: absent, null and empty all mean the last page."""
    token = page.get("continuationToken")
    if not token and isinstance(address := page.get("continuationUri"), str):
        token = next(iter(parse_qs(urlsplit(address).query).get("continuationToken", [])), None)
    return token if isinstance(token, str) else ""
