"""One request to Fabric, tried again for as long as that is right.

What may be sent again:

- after 429, and where Fabric says ``isRetriable``: everything, since it was refused and not done.
  (A create may still meet its own first try: see ``items/creating.py``.)
- after a connection that was never made: everything.
- after a lost answer, a 5xx or a 408: only what may happen twice. That is every GET, PUT and
  DELETE, and the POSTs that say ``repeatable``: reading a definition, replacing one as a whole,
  overwriting a table, a read-only query, a refresh (Fabric runs one at a time).
- after 401: once, with another token; ``BearerAuth`` does it.

Everything ends: after eight tries, or when the waits of one call would exceed ten minutes. A longer
Retry-After is not shortened but reported, since asking earlier only prolongs a throttling.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from fabric_client.clock import Clock, OnWait, in_words
from fabric_client.errors import NAME_RESERVED, FabricError, FabricUnavailable
from fabric_client.limiter import Bucket, Limiter
from fabric_client.problems import read_error
from fabric_client.retry import backoff, obeyed

_TRIES = 8
PATIENCE = 600.0
_UNSAID = 60.0
"""For a 429 without Retry-After: the quotas' window is a minute."""

_WHOLE_IDENTITY = frozenset({"RequestBlocked", "TooManyRequests", "Http429"})
"""429s that concern all calls of the identity; the others a capacity, a job or an endpoint."""

_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_PARAMETERS = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Reply:
    response: httpx.Response
    tries: int

    def document(self, operation: str) -> dict[str, Any] | None:
        """The body; None where it is empty, as after 202, 204 and a 200 of updateDefinition."""
        if not self.response.content.strip():
            return None
        try:
            document = self.response.json()
        except (json.JSONDecodeError, UnicodeDecodeError):
            document = None
        if not isinstance(document, dict):
            raise FabricError(
                "The answer is not what Fabric sends; something between may have answered instead",
                operation=operation,
                status=self.response.status_code,
                code="NotFabric",
            )
        return document


class FabricHttp:
    """Takes paths below the base address only, never an address that an answer named."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        limiter: Limiter,
        clock: Clock,
        patience: float = PATIENCE,
    ) -> None:
        self._client = client
        self._limiter = limiter
        self._patience = patience
        self.clock = clock

    async def request(
        self,
        method: str,
        path: str,
        *,
        operation: str,
        params: _PARAMETERS | None = None,
        body: object = None,
        repeatable: bool | None = None,
        leave: Collection[str] = (),
        patience: float | None = None,
        on_wait: OnWait | None = None,
    ) -> Reply:
        """The successful answer. ``leave`` names error codes that the caller deals with itself,
        ``patience`` the seconds that all waits before another try may take together.

        Raises FabricError and its kin.
        """
        if not path.startswith("/") or path.startswith("//"):
            raise ValueError(f"{path!r} is not a path below the address of Fabric")
        if repeatable is None:
            repeatable = method in {"GET", "HEAD", "PUT", "DELETE"}
        bucket = self._limiter.bucket(path)
        end = self.clock.monotonic() + (self._patience if patience is None else patience)
        tries = 0
        while True:
            tries += 1
            await bucket.acquire(on_wait)
            outcome = await self._once(method, path, params, body, operation)
            if isinstance(outcome, httpx.Response):
                return Reply(outcome, tries)
            outcome.tries = tries
            if tries == _TRIES or outcome.code in leave or not _may_repeat(outcome, repeatable):
                raise outcome
            pause = _pause(outcome, tries)
            if self.clock.monotonic() + pause > end:
                raise outcome
            await self._wait(outcome, pause, bucket, on_wait)

    async def _once(
        self, method: str, path: str, params: _PARAMETERS | None, body: object, operation: str
    ) -> httpx.Response | FabricError:
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json"} if content else {}
        try:
            response = await self._client.request(
                method, path, params=params, content=content, headers=headers
            )
        except _NOT_SENT as error:
            return _unreached("Fabric could not be reached", "Unreachable", operation, error)
        except (httpx.TransportError, httpx.DecodingError) as error:
            return _unreached("Fabric's answer was lost", "AnswerLost", operation, error)
        if response.is_success:
            return response
        return read_error(response, operation, self.clock.time())

    async def _wait(
        self, error: FabricError, pause: float, bucket: Bucket, on_wait: OnWait | None
    ) -> None:
        if error.status == 429 and error.code in _WHOLE_IDENTITY:
            bucket.close(pause)  # and then acquire() waits, as for all others in this bucket
            return
        end = self.clock.monotonic() + pause
        why = _reason(error)
        await self.clock.pause(
            pause,
            lambda: f"{why}, again in {in_words(max(1.0, end - self.clock.monotonic()))}",
            on_wait,
        )


def _may_repeat(error: FabricError, repeatable: bool) -> bool:
    if error.status == 429 or error.retriable or error.code in {"Unreachable", NAME_RESERVED}:
        return isinstance(error, FabricUnavailable) or error.code == NAME_RESERVED
    again = error.code == "AnswerLost" or (error.status == 408 and error.code != "QueryTimeout")
    return repeatable and (again or (error.status >= 500 and isinstance(error, FabricUnavailable)))


def _pause(error: FabricError, tries: int) -> float:
    if error.retry_after:
        return obeyed(error.retry_after)
    if error.status == 429 and error.retry_after is None:
        return obeyed(_UNSAID)
    if error.code == NAME_RESERVED:
        return backoff(tries, first=30, top=300)
    return backoff(tries, first=1, top=60)


def _reason(error: FabricError) -> str:
    if error.status == 429:
        return "throttled"
    if error.code == NAME_RESERVED:
        return "the name is still held by a deleted item"
    return "not reachable" if error.status == 0 else "Fabric is failing"


def _unreached(words: str, code: str, operation: str, error: httpx.HTTPError) -> FabricError:
    cause = str(error) or type(error).__name__
    if "CERTIFICATE_VERIFY_FAILED" in cause:
        return FabricError(
            f"The certificate of Fabric's address is not trusted here: {cause}",
            operation=operation,
            code="UntrustedCertificate",
        )
    unreached = FabricUnavailable(f"{words}: {cause}", operation=operation, code=code)
    unreached.__cause__ = error
    return unreached
