from collections.abc import Iterator

import pytest

from support.front import Front, fronted, served


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with (
        served() as api,
        served() as graph_query_api,
        fronted(
            tmp_path_factory.mktemp("front"), api=api, graph_query_api=graph_query_api
        ) as running,
    ):
        yield running
