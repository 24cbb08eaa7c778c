"""graph-query-api in this process, with its lifespan, spoken to by HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from graph_query_api.dependencies import Services
from graph_query_api.main import create_app
from graph_query_api.settings import Settings


@dataclass(frozen=True)
class RunningApp:
    app: FastAPI
    client: httpx.AsyncClient

    @property
    def services(self) -> Services:
        composed: Services = self.app.state.services
        return composed


@asynccontextmanager
async def running(data_dir: Path, **settings: Any) -> AsyncIterator[RunningApp]:
    app = create_app(Settings(_env_file=None, data_dir=data_dir, **settings))
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client,
    ):
        yield RunningApp(app, client)


def problem(response: httpx.Response, status: int) -> dict[str, Any]:
    """The problem document of an error answer, checked for what each must have."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = response.json()
    assert document["status"] == status
    assert {"type", "title", "detail", "request_id"} <= document.keys()
    return document
