"""What every answer of a service has, whatever its routes do."""

import json
import re
from collections.abc import AsyncGenerator
from typing import Any, ClassVar

import httpx
import pytest
from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import ValidationError

from service_kit.problems import PROBLEM_RESPONSES, ErrorKind
from service_kit.serving import ServiceSettings, new_app
from service_kit.sse import Event, event_stream


class NotThere(Exception):
    detail = "No such thing."
    extensions: ClassVar = {"job_id": "j1"}
    headers: ClassVar = {"Retry-After": "5"}


@pytest.fixture
def client() -> httpx.AsyncClient:
    app = APIRouter()

    @app.get("/missing", responses=PROBLEM_RESPONSES(404))
    async def missing() -> None:
        raise NotThere

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("secret-token")

    @app.post("/echo")
    async def echo(number: int) -> int:
        return number

    @app.get("/echo")
    async def last() -> int:
        return 1

    @app.get("/events")
    async def events() -> Response:
        async def two() -> AsyncGenerator[Event, None]:
            yield "progress", {"detail": "é\n"}
            yield "complete", {"n": 2**60}

        return event_stream(two())

    service = new_app(
        "Test",
        "/test",
        ServiceSettings(port=0),
        errors={NotThere: ErrorKind(404, "Not found")},
        routers=[app],
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(service), base_url="http://localhost:1")


async def test_a_domain_error_becomes_a_problem_document(client: httpx.AsyncClient) -> None:
    answer = await client.get("/missing", headers={"X-Request-ID": "my-id"})
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "5"
    assert answer.headers["x-request-id"] == "my-id"
    assert answer.json() == {
        "type": "urn:problem:not-found",
        "title": "Not found",
        "status": 404,
        "detail": "No such thing.",
        "request_id": "my-id",
        "job_id": "j1",
    }


async def test_the_unforeseen_says_nothing_but_its_request_id(client: httpx.AsyncClient) -> None:
    answer = await client.get("/broken", headers={"X-Request-ID": "bad id\tx"})
    assert answer.status_code == 500
    assert answer.json()["request_id"] == answer.headers["x-request-id"] != "bad id\tx"
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("DELETE", "/echo", 405), ("POST", "/echo?number=x", 422)],
)
async def test_the_frameworks_own_errors_too(
    client: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await client.request(method, path)
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json"
    if status == 405:
        assert answer.headers["allow"] == "GET, POST"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[::1", "a b"])
async def test_a_foreign_host_is_misdirected(client: httpx.AsyncClient, host: str) -> None:
    assert (await client.get("/missing", headers={"Host": host})).status_code == 421


@pytest.mark.parametrize("host", ["localhost:9", "127.0.0.1", "LOCALHOST", "[::1]:80"])
async def test_our_hosts_are_served(client: httpx.AsyncClient, host: str) -> None:
    assert (await client.post("/echo?number=1", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://evil.example", 403),
        ("null", 403),
        ("http://localhost.evil.example", 403),
        ("file://localhost", 403),
        ("http://localhost:8080", 200),
        ("https://127.0.0.1", 200),
    ],
)
async def test_only_our_own_pages_may_change_things(
    client: httpx.AsyncClient, origin: str, status: int
) -> None:
    answer = await client.post("/echo?number=1", headers={"Origin": origin})
    assert answer.status_code == status
    reading = await client.get("/events", headers={"Origin": origin})
    assert reading.status_code == 200


async def test_events_are_two_lines_each_with_lf_ends(client: httpx.AsyncClient) -> None:
    answer = await client.get("/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert b"\r" not in answer.content
    first, second, rest = answer.content.split(b"\n\n")
    assert first.split(b"\n")[0] == b"event: progress"
    assert json.loads(first.split(b"\n")[1].removeprefix(b"data: ")) == {"detail": "é\n"}
    assert second == b'event: complete\ndata: {"n":1152921504606846976}'
    assert rest == b""


async def test_metrics_count_by_route(client: httpx.AsyncClient) -> None:
    await client.get("/missing")
    text = (await client.get("/metrics")).text
    assert 'http_requests_total{method="GET",route="/missing",status="404"} 1.0' in text


async def test_openapi_refers_to_the_problem_document(client: httpx.AsyncClient) -> None:
    document = (await client.get("/test/openapi.json")).json()
    schema = {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}
    for path, method, status in (("/missing", "get", "404"), ("/echo", "post", "422")):
        response = document["paths"][path][method]["responses"][status]
        assert response["content"] == {"application/problem+json": schema}
    assert {"ProblemDocument", "ProblemItem"} <= document["components"]["schemas"].keys()
    assert "HTTPValidationError" not in document["components"]["schemas"]


async def test_the_openapi_page_needs_nothing_from_elsewhere(client: httpx.AsyncClient) -> None:
    page = await client.get("/test/openapi")
    assert page.status_code == 200
    assets = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert assets
    for asset in assets:
        assert (await client.get(asset)).status_code == 200


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"host": "0.0.0.0"}, "no sign-in yet"),
        ({"host": "example.com"}, "no sign-in yet"),
        ({"host": "0.0.0.0", "allow_anonymous": True}, "SERVICE_KEY"),
        ({"port": 70_000}, "65535"),
    ],
)
def test_unsafe_settings_are_refused(values: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        ServiceSettings(**{"port": 1, **values})


def test_settings_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", "a.example, b.example")
    monkeypatch.setenv("HOST", "::1")
    settings = ServiceSettings(port=1)
    assert settings.allowed_hosts == ("a.example", "b.example")
    assert settings.host == "::1"
