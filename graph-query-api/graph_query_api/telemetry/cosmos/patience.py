"""Asking Cosmos DB again what it could not do just now, with an end."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from azure.core.exceptions import AzureError, ClientAuthenticationError
from azure.cosmos.exceptions import (
    CosmosBatchOperationError,
    CosmosHttpResponseError,
    CosmosResourceNotFoundError,
)

from graph_query_api.clients.cosmos_errors import retry_after, translated
from graph_query_api.errors import StoreUnavailable

FIRST_WAIT, LONGEST_WAIT = 0.1, 10.0
BAD_REQUEST = 400
AGAIN = frozenset({408, 410, 429, 449, 500, 502, 503, 504})

T = TypeVar("T")


class Patience:
    """Shared by requests that go on at once: when one is told to wait, all do."""

    def __init__(self, endpoint: str, seconds: float) -> None:
        """Ends when none of them has succeeded for so many ``seconds``."""
        self._endpoint = endpoint
        self._seconds = seconds
        self._not_before = 0.0
        self._last_success = time.monotonic()

    async def run(self, ask: Callable[[], Awaitable[T]]) -> T:
        """``ask`` may be called again after it was done, if its answer was lost.

        Raises StoreUnavailable for what Cosmos DB refuses, and at the end of patience;
        CosmosResourceNotFoundError means something to the caller, and passes.
        """
        wait = FIRST_WAIT
        while True:
            await self._gate()
            try:
                result = await ask()
            except CosmosResourceNotFoundError:
                raise
            except (AzureError, TimeoutError) as error:
                self._judge(error)
                if told := _told_wait(error):
                    self._not_before = max(self._not_before, time.monotonic() + told)
                else:
                    await asyncio.sleep(wait * random.uniform(0.5, 1))  # noqa: S311
                    wait = min(2 * wait, LONGEST_WAIT)
            else:
                self._last_success = time.monotonic()
                return result

    async def _gate(self) -> None:
        left = self._not_before - time.monotonic()
        if left > 0:
            await asyncio.sleep(left + random.uniform(0, left / 2))  # noqa: S311 - not all at once

    def _judge(self, error: Exception) -> None:
        if not _is_passing(error):
            raise _in_words(error, self._endpoint) from None
        since = time.monotonic() - self._last_success
        if since > self._seconds:
            known = _in_words(error, self._endpoint)
            raise StoreUnavailable(f"Nothing has succeeded for {since:.0f} s. {known}") from None


def _in_words(error: Exception, endpoint: str) -> StoreUnavailable:
    if isinstance(error, CosmosBatchOperationError):
        return StoreUnavailable(f"Cosmos DB refused a batch of rows ({error.status_code}).")
    try:
        with translated(endpoint):
            raise error
    except StoreUnavailable as known:
        return known


def _is_passing(error: Exception) -> bool:
    """Lost connections and answers have no status, or that of an answer cut short."""
    if isinstance(error, ClientAuthenticationError):
        return False
    status = getattr(error, "status_code", None)
    return status is None or status < BAD_REQUEST or status in AGAIN


def _told_wait(error: Exception) -> float | None:
    """Seconds the service asks us to wait: for the request, or for one of its operations."""
    told = 0.0
    if isinstance(error, CosmosHttpResponseError | CosmosBatchOperationError):
        told = retry_after(error) or 0.0
    if isinstance(error, CosmosBatchOperationError):
        each = (float(one.get("retryAfterMilliseconds") or 0) for one in error.operation_responses)
        told = max(told, max(each, default=0.0) / 1000)
    return min(told, LONGEST_WAIT) or None
