"""Several of both services on one Cosmos DB: api *n* uses graph-query-api *n*."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from peers.ports import free_port

from support.stack import Service
from support.watched import Watched, watched


@dataclass
class Replica:
    api: Service
    graph_query_api: Service
    watched: Watched
    """What api asks its graph-query-api for"""

    @property
    def url(self) -> str:
        return self.api.ready_url.removesuffix("/api/ready")

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=60)

    @property
    def queries(self) -> httpx.Client:
        url = self.graph_query_api.ready_url.removesuffix("/query/ready")
        return httpx.Client(base_url=url, timeout=60)


@contextmanager
def replicas(folder: Path, count: int, **settings: str) -> Iterator[list[Replica]]:
    """The apis share a staging folder; each graph-query-api has its own for what it derives."""
    with ExitStack() as stack:
        started = [_launched(stack, folder, number, settings) for number in range(1, count + 1)]
        for replica in started:
            replica.graph_query_api.await_ready()
            replica.api.await_ready()
        yield started


def _launched(stack: ExitStack, folder: Path, number: int, settings: dict[str, str]) -> Replica:
    ports = {name: str(free_port()) for name in ("API_PORT", "GRAPH_QUERY_API_PORT")}
    environment = {**ports, **settings}
    address = f"http://127.0.0.1:{ports['GRAPH_QUERY_API_PORT']}"
    graph_query_api = Service(
        f"graph-query-api-{number}",
        [sys.executable, "-m", "graph_query_api"],
        f"{address}/query/ready",
        folder / f"graph-query-api-{number}.log",
        {**environment, "DATA_DIR": str(folder / f"derived-{number}")},
    )
    _launch(stack, graph_query_api)
    between = stack.enter_context(watched(address))
    api = Service(
        f"api-{number}",
        [sys.executable, "-m", "app"],
        f"http://127.0.0.1:{ports['API_PORT']}/api/ready",
        folder / f"api-{number}.log",
        {**environment, "DATA_DIR": str(folder / "shared"), "GRAPH_QUERY_API": between.url},
    )
    _launch(stack, api)
    return Replica(api, graph_query_api, between)


def _launch(stack: ExitStack, service: Service) -> None:
    stack.callback(_stop, service)
    service.launch()


def _stop(service: Service) -> None:
    if service.process and service.process.poll() is None:
        service.stop()
