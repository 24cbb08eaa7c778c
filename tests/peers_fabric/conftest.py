"""One stand-in a module, and for each test as it was at the start."""

from collections.abc import Iterator
from typing import Any

import pytest
from peers.fabric.running import Running, running

from support.fabric_rest import FabricRest

QUICK: dict[str, Any] = {
    "retry_after": None,
    "load_seconds": 0,
    "ontology_seconds": 0,
    "refresh_seconds": 0,
    "graph_properties_seconds": 0,
    "sql_endpoint_seconds": 0,
}


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("fabric"), **QUICK) as here:
        yield here


@pytest.fixture
def stand_in(process: Running) -> Running:
    process.reset()
    return process


@pytest.fixture
def rest(stand_in: Running) -> Iterator[FabricRest]:
    client = FabricRest(stand_in)
    yield client
    client.http.close()


@pytest.fixture
def lakehouse(rest: FabricRest) -> str:
    made: str = rest.create("lakehouses", "lake")["id"]
    return made
