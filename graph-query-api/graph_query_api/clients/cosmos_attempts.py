"""Asking Cosmos DB again: trouble that may pass, pauses that grow, and an end."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from azure.core.exceptions import AzureError, ClientAuthenticationError
from azure.cosmos.exceptions import CosmosHttpResponseError

from graph_query_api.clients.cosmos_errors import OPERATION_SECONDS, retry_after

ATTEMPTS = 5
FIRST_PAUSE = 0.1
THROTTLED = 429
PASSING = frozenset({408, 410, THROTTLED, 449})

T = TypeVar("T")


async def persistent(send: Callable[[], Awaitable[T]]) -> T:
    """What ``send`` gives, called again while trouble may pass, for OPERATION_SECONDS at most.

    After a lost answer the service may have done what it was asked, so ``send`` must recognise
    its own work. Raises what it raised last.
    """
    clock = asyncio.get_running_loop().time
    end = clock() + OPERATION_SECONDS
    last: AzureError | None = None
    attempt = 0
    try:
        async with asyncio.timeout_at(end):
            while True:
                try:
                    return await send()
                except AzureError as error:
                    last, attempt = error, attempt + 1
                    pause = _pause(error, attempt)
                    if pause is None or clock() + pause >= end:
                        raise
                await asyncio.sleep(pause)
    except TimeoutError:
        raise last or TimeoutError() from None


def _pause(error: AzureError, attempt: int) -> float | None:
    """Seconds, or None where asking again is of no use. Only who is throttled keeps on asking."""
    if not _may_pass(error):
        return None
    pause: float = FIRST_PAUSE * 2 ** min(attempt, 4) * random.uniform(0.5, 1)  # noqa: S311
    if isinstance(error, CosmosHttpResponseError) and error.status_code == THROTTLED:
        return max(pause, retry_after(error) or 0)
    return pause if attempt < ATTEMPTS else None


def _may_pass(error: AzureError) -> bool:
    if isinstance(error, CosmosHttpResponseError):
        status = error.status_code or 0
        return status in PASSING or status >= 500
    return not isinstance(error, ClientAuthenticationError)
