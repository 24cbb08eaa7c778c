"""Graph queries. (Graph in Microsoft Fabric, GQL query API; Fabric REST, execute query, beta.)"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fabric_client.calls import Calls, segment
from fabric_client.clock import Clock, OnWait, in_words
from fabric_client.errors import FabricError, FabricQueryFailed, FabricTimeout
from fabric_client.gql_values import decoder
from fabric_client.retry import Pace, backoff, retry_after

QUERY_LIMIT = 1200.0
"""Fabric's own: it ends queries after 20 minutes."""

_QUERYING = "Querying the graph"
_COLD_STARTS = 5
_COLD = "ColdStartTimeout"
_ENGINE = frozenset({_COLD, "GraphIsNotLoaded", "GraphNotQueryable", "GraphEngineFailure"})
"""Codes on 5xx that say something of the graph; sending the query again at once is no cure."""

_TRUNCATED = "01M11"


@dataclass(frozen=True, slots=True)
class GqlResult:
    columns: list[tuple[str, str]]
    """Names and GQL types, in the order of RETURN."""
    rows: list[dict[str, Any]]
    truncated: bool
    """Fabric cut the result at its size limit; there is no way to read on."""
    warnings: tuple[str, ...] = ()


class GqlCalls(Calls):
    async def execute_query(
        self,
        workspace: str,
        graph_model: str,
        gql: str,
        *,
        timeout: float = QUERY_LIMIT,  # noqa: ASYNC109 -- a limit of the query, reported as such
        on_wait: OnWait | None = None,
    ) -> GqlResult:
        """The whole result. A graph that was idle is started first, within ``timeout`` seconds.

        Raises FabricQueryFailed for a query that ends in error, FabricError with
        ``GraphIsNotLoaded`` where nothing is loaded yet, FabricTimeout.
        """
        run = _Run(self, workspace, graph_model, gql, timeout, on_wait)
        return await run.to_the_end()


class _Run:
    def __init__(
        self,
        calls: Calls,
        workspace: str,
        graph_model: str,
        gql: str,
        limit: float,
        on_wait: OnWait | None,
    ) -> None:
        self._calls = calls
        self._clock: Clock = calls.http.clock
        self._path = (
            f"/workspaces/{segment(workspace)}/graphModels/{segment(graph_model)}/executeQuery"
        )
        self._body = {"query": gql}
        self._limit = limit
        self._started = self._clock.monotonic()
        self._on_wait = on_wait

    async def to_the_end(self) -> GqlResult:
        cold = 0
        while True:
            try:
                return _result(await self._answer())
            except FabricError as error:
                cold += 1
                pause = error.retry_after or backoff(cold, first=10, top=60)
                if not _passing(error) or cold > _COLD_STARTS or pause > self._left():
                    raise
            await self._pause(pause, "the graph is starting")

    async def _answer(self) -> dict[str, Any]:
        """The first answer that is complete. While a query runs, Fabric answers "no data" with a
        token, which goes into the address beside the same body: in the body it would begin anew.
        """
        pace, token = Pace(top=5.0), ""
        while True:
            answer, asked = await self._once({"continuationToken": token} if token else {})
            result = answer.get("result")
            token = str(result.get("nextPage") or "") if isinstance(result, dict) else ""
            if not token:
                return answer
            await self._pause(pace.pause(asked), "the query is running")

    async def _once(self, more: Mapping[str, str]) -> tuple[dict[str, Any], float | None]:
        try:
            async with asyncio.timeout(max(0.0, self._left())):
                reply = await self._calls.http.request(
                    "POST",
                    self._path,
                    params={"beta": "true", **more},
                    body=self._body,
                    operation=_QUERYING,
                    repeatable=True,
                    leave=_ENGINE,
                    patience=self._left(),
                    on_wait=self._on_wait,
                )
        except TimeoutError as error:
            raise self._timeout() from error
        answer = reply.document(_QUERYING)
        if answer is None:
            raise FabricError(
                "The graph has no data loaded yet",
                operation=_QUERYING,
                status=reply.response.status_code,
                code="GraphIsNotLoaded",
            )
        return answer, retry_after(reply.response.headers, self._clock.time())

    def _left(self) -> float:
        return self._limit - (self._clock.monotonic() - self._started)

    async def _pause(self, seconds: float, why: str) -> None:
        if seconds > self._left():
            raise self._timeout()
        await self._clock.pause(seconds, lambda: why, self._on_wait)

    def _timeout(self) -> FabricTimeout:
        return FabricTimeout(
            f"No result after {in_words(self._limit)}",
            operation=_QUERYING,
            code="QueryTimeout",
        )


def _passing(error: FabricError) -> bool:
    if isinstance(error, FabricQueryFailed):
        return error.retriable
    return error.code == _COLD


def _result(answer: Mapping[str, Any]) -> GqlResult:
    """Errors come with status 200 too: the first two signs of the status decide."""
    statuses = [_mapping(answer.get("status")), *(answer.get("additionalStatuses") or [])]
    if str(statuses[0].get("code"))[:2] not in {"00", "01", "02", "03"}:
        raise _failure(statuses[0])
    result = _mapping(answer.get("result"))
    columns = [
        (str(column["name"]), str(column.get("gqlType") or "ANY"))
        for column in result.get("columns") or []
    ]
    readers = [(name, decoder(gql_type)) for name, gql_type in columns]
    rows = [
        {name: read(row.get(name)) for name, read in readers} for row in result.get("data") or []
    ]
    warned = [status for status in statuses if str(status.get("code")).startswith("01")]
    return GqlResult(
        columns,
        rows,
        truncated=any(_canonical(status) == _TRUNCATED for status in statuses),
        warnings=tuple(str(status.get("description") or "") for status in warned),
    )


def _failure(status: Mapping[str, Any]) -> FabricQueryFailed:
    diagnostics = _mapping(status.get("diagnostics"))
    transient = _plain(diagnostics.get("_graphaneIsTransientError")) is True
    by_user = _plain(diagnostics.get("_graphaneIsUserError"))
    error = FabricQueryFailed(
        _described(status),
        operation=_QUERYING,
        status=200,
        code=_canonical(status),
        retriable=transient,
    )
    error.by_user = by_user is True or str(status.get("code")).startswith("42")
    return error


def _described(status: Mapping[str, Any]) -> str:
    """The description, its causes, and the place in the query."""
    said: list[str] = []
    current = status
    while current and len(said) < 5:
        said.append(str(current.get("description") or current.get("code") or "unknown error"))
        current = _mapping(current.get("cause"))
    place = _plain(_mapping(status.get("diagnostics")).get("_errorLocation"))
    return "; ".join(said) + (f" ({place})" if isinstance(place, str) else "")


def _canonical(status: Mapping[str, Any]) -> str:
    """The GQLSTATUS, which is finer than the code beside it."""
    fine = _plain(_mapping(status.get("diagnostics")).get("_graphaneGqlStatus"))
    return fine if isinstance(fine, str) and fine else str(status.get("code"))


def _plain(value: object) -> object:
    return value.get("value") if isinstance(value, dict) else value


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
