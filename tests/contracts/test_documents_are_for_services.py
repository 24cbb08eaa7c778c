"""What is for services is never reached through nginx, in whatever way the path is written."""

import http.client
from collections.abc import Iterator

import pytest

from support.stack import Stack, running


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running(tmp_path_factory.mktemp("documents"), SERVICE_KEY="a-key") as stack:
        yield stack


PATHS = [
    "/query/docs/upload-jobs",
    "/query/docs",
    "/query/docs/",
    "/query/%64ocs/upload-jobs",
    "//query/docs/upload-jobs",
    "/query//docs/upload-jobs",
    "/query/./docs/upload-jobs",
    "/query/x/../docs/upload-jobs",
    "/query/x/%2e%2e/docs/upload-jobs",
    "/query%2fdocs/upload-jobs",
    "/api/../query/docs/upload-jobs",
    "/query/docs%2fupload-jobs",
    "/query/docs;x/upload-jobs",
    "/query/scenarios/a/parts/graph",
    "/query/scenarios/a%2fparts%2fgraph",
    "/query/scenarios/a;x/parts/graph",
]


@pytest.mark.parametrize("path", PATHS)
def test_not_through_nginx(stack: Stack, path: str) -> None:
    assert _status(stack.url, path) in {400, 404}


def test_in_capitals_it_is_an_address_of_the_console(stack: Stack) -> None:
    with stack.client() as client:
        answer = client.get("/QUERY/DOCS/upload-jobs", headers={"X-Service-Key": "a-key"})
    # 404 where the console is not built
    assert answer.headers["content-type"].startswith("text/html") or answer.status_code == 404


def test_only_with_the_key(stack: Stack) -> None:
    base = stack.graph_query_api_url
    assert _status(base, "/query/docs/upload-jobs") == 401
    assert _status(base, "/query/docs/upload-jobs", {"X-Service-Key": "other"}) == 401
    assert _status(base, "/query/docs/upload-jobs", {"X-Service-Key": "a-key"}) == 200


def _status(base: str, path: str, headers: dict[str, str] | None = None) -> int:
    """Sends the path exactly as written, which other clients would tidy up."""
    connection = http.client.HTTPConnection(base.removeprefix("http://"), timeout=10)
    try:
        connection.request("GET", path, headers=headers or {})
        return connection.getresponse().status
    finally:
        connection.close()
