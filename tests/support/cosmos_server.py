"""One server that stands for Cosmos DB for NoSQL for all tests of a worker that ask for it."""

from collections.abc import Iterator

import pytest
from peers.cosmos.running import Cosmos, running_cosmos
from peers.installed import NotInstalled


@pytest.fixture(scope="session")
def cosmos() -> Iterator[Cosmos]:
    """Shared: a test uses a database or scenarios of its own."""
    try:
        with running_cosmos() as server:
            yield server
    except NotInstalled as error:
        pytest.skip(str(error))
