"""Replicas of the api service, served in this process beside a fake graph-query-api."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from peers.ports import free_port

from app.main import create_app
from app.settings import Settings
from support.fake_graph_query import FakeGraphQuery
from support.served import Served, serving
from support.stack import Service

SERVICE_KEY = "not-a-secret"


@dataclass
class Api:
    """One replica, and the folder it keeps its files in."""

    served: Served
    data: Path

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.served.url, timeout=30)

    def owner(self) -> str:
        return (self.data / "staging" / ".owner").read_text()

    def staged(self) -> list[str]:
        """What is in the staging folder, without the owners' files."""
        return sorted(
            path.name
            for path in (self.data / "staging").iterdir()
            if not path.name.startswith((".owner", ".probe"))
        )


@contextmanager
def fake_graph_query() -> Iterator[FakeGraphQuery]:
    fake = FakeGraphQuery(service_key=SERVICE_KEY)
    with serving(fake.app) as served:
        fake.url = served.url
        yield fake
    assert fake.complaints == []


@contextmanager
def replica(graph_query: FakeGraphQuery, data: Path, **settings: Any) -> Iterator[Api]:
    defaults = {
        "graph_query_api": graph_query.url,
        "data_dir": data,
        "service_key": SERVICE_KEY,
        "poll_seconds": 0.1,
    }
    made = Settings(_env_file=None, **{**defaults, **settings})
    with serving(create_app(made)) as served:
        yield Api(served, data)


@contextmanager
def api_process(graph_query: FakeGraphQuery, folder: Path, **settings: Any) -> Iterator[Service]:
    """A replica as a process of its own, as ``python -m app`` starts it; killed at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    environment = {
        "API_PORT": port,
        "GRAPH_QUERY_API": graph_query.url,
        "DATA_DIR": folder,
        "SERVICE_KEY": SERVICE_KEY,
        "POLL_SECONDS": 0.1,
        **{name.upper(): value for name, value in settings.items()},
    }
    service = Service(
        "api",
        [sys.executable, "-m", "app"],
        f"http://127.0.0.1:{port}/api/ready",
        folder / f"api-{port}.log",
        {name: str(value) for name, value in environment.items()},
    )
    try:
        service.start()
        yield service
    finally:
        service.kill()
