"""What a query gives, page by page; after a failure it goes on where it was."""

import asyncio
from collections.abc import AsyncGenerator
from functools import partial
from typing import Any

from azure.cosmos.aio import ContainerProxy

from graph_query_api.telemetry.cosmos.patience import Patience

ROWS_A_PAGE = 4_000
"""The SDK reads a page on the event loop: of so many rows in some milliseconds."""
PAGE_SECONDS = 30.0

Parameters = list[dict[str, Any]]
Page = list[Any]


async def pages(
    container: ContainerProxy,
    patience: Patience,
    sql: str,
    parameters: Parameters,
    partition: str | None = None,
) -> AsyncGenerator[Page, None]:
    """Of one logical partition, or of all."""
    named: dict[str, Any] = {} if partition is None else {"partition_key": partition}
    continuation = None
    while True:
        page, continuation = await patience.run(
            partial(
                _page, container, continuation, {"query": sql, "parameters": parameters, **named}
            )
        )
        yield page
        if continuation is None:
            break


async def _page(
    container: ContainerProxy, continuation: str | None, asked: dict[str, Any]
) -> tuple[Page, str | None]:
    """With the token of what follows."""
    given: Any = container.query_items(**asked, max_item_count=ROWS_A_PAGE).by_page(continuation)
    async with asyncio.timeout(PAGE_SECONDS):
        async for page in given:
            return [each async for each in page], given.continuation_token
    return [], None
