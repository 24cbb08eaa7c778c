"""The service as an app. What it is made of is in ``adapters`` and ``composition``."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from graph_query_api import problems
from graph_query_api.composition import opened
from graph_query_api.routers import (
    docs,
    fabric_connections,
    health,
    knowledge,
    parts,
    queries,
    scenarios,
    uploads,
)
from graph_query_api.routers import fabric as fabric_items
from graph_query_api.settings import Settings
from service_kit.serving import new_app


def create_app(settings: Settings) -> FastAPI:
    """The service; its stores are opened when it starts and closed when it stops."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with opened(settings) as app.state.services:
            yield

    return new_app(
        "Scenario Loader: documents, ingest and queries",
        "/query",  # whose page is not at /query/docs: that is the documents' place
        settings,
        errors=problems.ERRORS,
        routers=(
            health.router,
            docs.router,
            scenarios.router,
            knowledge.router,
            queries.router,
            uploads.router,
            parts.router,
            fabric_connections.router,
            fabric_items.router,
        ),
        lifespan=lifespan,
    )
