from collections.abc import Iterator

import httpx
import pytest

from support import fabric_services
from support.fabric_services import FabricServices
from support.stack import Stack, running


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole product, shared by the tests that don't break it."""
    with running(tmp_path_factory.mktemp("stack")) as stack:
        yield stack


@pytest.fixture(scope="session")
def fabric(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FabricServices]:
    """Shared by the tests that don't break it; the workspace *Practice* is connected."""
    folder = tmp_path_factory.mktemp("fabric")
    with fabric_services.running(folder, **fabric_services.QUICK) as fabric:
        fabric.connect()
        yield fabric


@pytest.fixture
def client(stack: Stack) -> Iterator[httpx.Client]:
    with stack.client() as client:
        yield client
