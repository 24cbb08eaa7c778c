"""Long-running operations, from a 202 to their result.

Source: Fabric REST, long-running operations. The state is asked by the operation's id below our own
address: ``Location`` may name an internal host, which must not see our token, or leave out the
version. Older pages spell the state in PascalCase with numbers for the status.
"""

import re
from collections.abc import Mapping
from typing import Any

import httpx

from fabric_client.clock import OnWait, in_words, running_for
from fabric_client.errors import FabricError, FabricTimeout, FabricUnavailable
from fabric_client.http import FabricHttp, Reply
from fabric_client.problems import error_from
from fabric_client.retry import Pace, retry_after

OPERATION_LIMIT = 7200.0

_ID = re.compile(r"[\w-]{1,100}")
_IN_LOCATION = re.compile(r"/operations/([\w-]{1,100})(?:/|\?|$)", re.IGNORECASE)
_DONE = frozenset({"succeeded", "completed", "success", "3"})
_FAILED = frozenset({"failed", "cancelled", "canceled", "4"})
_NEW = 60.0
_RESULT_LIMIT = 60.0


class Operation:
    """One operation that Fabric accepted; ``operation`` says what it does, for errors."""

    def __init__(self, http: FabricHttp, accepted: Reply, operation: str, limit: float) -> None:
        self._http = http
        self._operation = operation
        self._limit = limit
        self._tries = accepted.tries
        self._percent: int | None = None
        self._unseen: FabricError | None = None
        self._started = http.clock.monotonic()
        self._asked = retry_after(accepted.response.headers, http.clock.time())
        self._path = f"/operations/{self._id(accepted.response)}"

    async def result(self, on_wait: OnWait | None, *, expected: bool) -> dict[str, Any] | None:
        """Waits to the end. None where there is no result, or none came within a minute.

        Raises FabricError with the operation's own code if it failed, FabricTimeout after the
        limit, however often that meant to ask.
        """
        told = await self._end(on_wait)
        return await self._fetch(on_wait) if told or expected else None

    async def _end(self, on_wait: OnWait | None) -> bool:
        """Whether the operation said that there is a result."""
        pace, asked = Pace(), self._asked
        while True:
            left = self._limit - self._elapsed()
            if left <= 0:
                raise self._timeout()
            pause = min(pace.pause(asked), left)
            await self._http.clock.pause(pause, self._words, on_wait)
            try:
                reply = await self._http.request("GET", self._path, operation=self._operation)
            except FabricError as error:
                asked = self._no_news(error)
                continue
            self._unseen = None
            state = _lowered(reply.document(self._operation) or {})
            status = str(state.get("status")).lower()
            if status in _DONE:
                return "/result" in reply.response.headers.get("location", "")
            if status in _FAILED:
                raise self._failure(state, status)
            self._percent = _percent(state.get("percentcomplete"))
            asked = retry_after(reply.response.headers, self._http.clock.time())

    def _no_news(self, error: FabricError) -> float | None:
        """An operation goes on while we cannot ask; and a new one may not be known everywhere."""
        fresh = error.status == 404 and self._elapsed() < _NEW
        if not fresh and not isinstance(error, FabricUnavailable):
            raise error
        self._unseen = error
        return error.retry_after

    async def _fetch(self, on_wait: OnWait | None) -> dict[str, Any] | None:
        """The result, which can be missing for some seconds after the end, or for ever."""
        pace, started = Pace(), self._http.clock.monotonic()
        while True:
            try:
                reply = await self._http.request(
                    "GET", f"{self._path}/result", operation=self._operation, on_wait=on_wait
                )
                return reply.document(self._operation)
            except FabricError as error:
                if error.status in {401, 403} or isinstance(error, FabricUnavailable):
                    raise
                pause = pace.pause(error.retry_after)
                gone = self._http.clock.monotonic() - started
                if error.status != 404 or gone + pause > min(_RESULT_LIMIT, self._limit):
                    return None
            await self._http.clock.pause(pause, lambda: "waiting for the result", on_wait)

    def _id(self, response: httpx.Response) -> str:
        named: str = response.headers.get("x-ms-operation-id", "").strip()
        if _ID.fullmatch(named):
            return named
        if found := _IN_LOCATION.search(response.headers.get("location", "")):
            return found[1]
        raise FabricError(
            "Fabric accepted this without saying how to follow it",
            operation=self._operation,
            status=response.status_code,
            code="NoOperationId",
        )

    def _failure(self, state: Mapping[str, Any], status: str) -> FabricError:
        document = state.get("error")
        found = document if isinstance(document, dict) else {}
        error = error_from(found, self._operation, status=200)
        stopped = status.startswith("cancel")
        error.code = error.code or ("OperationCancelled" if stopped else "OperationFailed")
        error.message = error.message or (
            "The operation was cancelled" if stopped else "The operation failed without a reason"
        )
        error.tries = self._tries
        return error

    def _timeout(self) -> FabricTimeout:
        return timed_out(self._limit, self._operation, "OperationTimeout", self._unseen)

    def _elapsed(self) -> float:
        return self._http.clock.monotonic() - self._started

    def _words(self) -> str:
        if self._percent is not None:
            return f"running {self._percent} %"
        return running_for(self._elapsed())


def timed_out(limit: float, operation: str, code: str, unseen: FabricError | None) -> FabricTimeout:
    """``unseen``: why the last look at it failed, then the cause as far as one can tell."""
    said = f"Still running after {in_words(limit)}; it may end later"
    if unseen is None:
        return FabricTimeout(said, operation=operation, code=code)
    return FabricTimeout(
        f"No end of it was seen in {in_words(limit)}, since asking failed: {unseen.message}",
        operation=operation,
        status=unseen.status,
        code=unseen.code,
        request_id=unseen.request_id,
    )


def _lowered(document: Mapping[str, Any]) -> dict[str, Any]:
    return {key.lower(): value for key, value in document.items()}


def _percent(value: object) -> int | None:
    return round(value) if isinstance(value, int | float) and 0 <= value <= 100 else None
