from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.api_service import Api, fake_graph_query, replica
from support.fake_graph_query import FakeGraphQuery
from support.packs import base_pack, tarballs


@pytest.fixture(scope="session")
def shared_graph_query() -> Iterator[FakeGraphQuery]:
    with fake_graph_query() as fake:
        yield fake


@pytest.fixture
def graph_query(shared_graph_query: FakeGraphQuery) -> Iterator[FakeGraphQuery]:
    shared_graph_query.reset()
    yield shared_graph_query
    assert shared_graph_query.complaints == []


@pytest.fixture
def start_api(graph_query: FakeGraphQuery, tmp_path: Path) -> Iterator[Callable[..., Api]]:
    """Starts a replica on the one store; ``data`` names its folder."""
    with ExitStack() as stack:

        def start(data: str = "data", **settings: Any) -> Api:
            return stack.enter_context(replica(graph_query, tmp_path / data, **settings))

        yield start


@pytest.fixture
def api(start_api: Callable[..., Api]) -> Api:
    return start_api()


@pytest.fixture
def client(api: Api) -> Iterator[httpx.Client]:
    with api.client() as client:
        yield client


@pytest.fixture(scope="session")
def pack(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The base pack's tarballs by slot."""
    return tarballs(tmp_path_factory.mktemp("pack"), base_pack())
