"""The product's Gremlin client before the strict stand-in, in the process of the test."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from peers.gremlin.fake.knobs import KEY
from peers.gremlin.fake.server import Fake, serving

from graph_query_api.graphs.gremlin.client import GremlinAddress, GremlinClient


@asynccontextmanager
async def fake_gremlin(**knobs: Any) -> AsyncIterator[tuple[Fake, GremlinAddress]]:
    fake = Fake(**knobs)
    async with serving(fake) as endpoint:
        yield fake, GremlinAddress(endpoint, "scenarios", "graphs", KEY)


@asynccontextmanager
async def client_before_fake(
    *, connections: int = 1, in_flight: int = 1, request_seconds: float = 10.0, **knobs: Any
) -> AsyncIterator[tuple[GremlinClient, Fake]]:
    async with (
        fake_gremlin(**knobs) as (fake, address),
        GremlinClient(
            address,
            connections=connections,
            in_flight=in_flight,
            request_seconds=request_seconds,
        ) as client,
    ):
        yield client, fake
