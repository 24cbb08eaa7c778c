"""What nginx serves to a browser."""

import re
from collections.abc import Iterator

import httpx
import pytest

from support.stack import Stack

FIRST_SCRIPT_BYTES = 250_000
ASSETS = re.compile(r'(?:src|href)="(/assets/[^"]+)"')


@pytest.fixture
def client(console: Stack) -> Iterator[httpx.Client]:
    with console.client() as client:
        yield client


def test_the_first_script_is_small(client: httpx.Client) -> None:
    first = ASSETS.findall(client.get("/").text)
    assert first
    received = 0
    for address in first:
        with client.stream("GET", address, headers={"Accept-Encoding": "gzip"}) as answer:
            size = sum(map(len, answer.iter_raw()))
            assert size < 1_000 or answer.headers["content-encoding"] == "gzip", address
            received += size
    assert received <= FIRST_SCRIPT_BYTES


def test_assets_are_kept_and_the_page_is_not(client: httpx.Client) -> None:
    page = client.get("/")
    assert page.headers["cache-control"] == "no-cache"
    for address in ASSETS.findall(page.text):
        assert "immutable" in client.get(address).headers["cache-control"]


@pytest.mark.parametrize("path", ["/scenarios/metro-fibre", "/scenarios/a/graph", "/settings"])
def test_each_page_has_an_address(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.text == client.get("/").text
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["/assets/missing.js", "/assets/missing", "/missing.js", "/samples/missing.tar.gz"]
)
def test_a_file_that_is_missing_is_not_the_page(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/api/missing", "/query/missing", "/query/docs/upload-jobs"])
def test_services_answer_for_themselves(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_sample_is_there(client: httpx.Client) -> None:
    for slot in ("graph", "telemetry", "runbooks", "tickets", "prompts"):
        answer = client.get(f"/samples/metro-fibre-{slot}.tar.gz")
        assert answer.headers["content-type"] == "application/gzip"
        assert "content-encoding" not in answer.headers
        assert answer.content[:2] == b"\x1f\x8b"


def test_the_page_may_run_only_its_own_script(client: httpx.Client) -> None:
    answer = client.get("/")
    policy = dict(
        each.strip().split(" ", 1) for each in answer.headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert not re.search(r"<script(?![^>]*\bsrc=)|https?://", answer.text)
