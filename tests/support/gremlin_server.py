"""One real Gremlin Server for all tests of a run that ask for it."""

from collections.abc import Iterator

import pytest
from peers.gremlin.server.running import GremlinServer, running_gremlin_server
from peers.installed import NotInstalled


@pytest.fixture(scope="session")
def gremlin_server() -> Iterator[GremlinServer]:
    """Shared: a test uses ids and labels of its own, and leaves what others wrote."""
    try:
        with running_gremlin_server() as server:
            yield server
    except NotInstalled as error:
        pytest.skip(str(error))
