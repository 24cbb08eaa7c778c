"""Receiving a form over real HTTP: what is stored, what is refused, what is left behind."""

import asyncio
import errno
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.requests import ClientDisconnect
from starlette.types import Message

from service_kit import multipart
from service_kit.forms import FileTooLarge, FormError, FormTimeout, NotMultipart
from service_kit.multipart import receive_form
from service_kit.problems import ErrorKind
from service_kit.serving import ServiceSettings, new_app
from service_kit.storage import StorageFull, StorageUnavailable

BOUNDARY = "b0undary"
LIMIT = 5_000_000


@pytest.fixture
def app(tmp_path: Path) -> FastAPI:
    routes = APIRouter()

    @routes.post("/form")
    async def form(request: Request) -> Response:
        received = await receive_form(
            request,
            tmp_path,
            fields=("scenario_name", "backend"),
            files=("graph", "telemetry"),
            max_file_bytes=LIMIT,
        )
        files = {
            name: [file.filename, file.size, file.sha256] for name, file in received.files.items()
        }
        return JSONResponse({"fields": dict(received.fields), "files": files})

    return new_app(
        "Test",
        "/test",
        ServiceSettings(port=0, allowed_hosts=("test",)),
        errors={
            NotMultipart: ErrorKind(400, "Malformed form"),
            FormError: ErrorKind(422, "Invalid form"),
            FileTooLarge: ErrorKind(413, "File too large"),
        },
        routers=[routes],
    )


@pytest.fixture
def client(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


def part(disposition: str, content: bytes) -> bytes:
    return (
        f"--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n".encode()
        + content
        + b"\r\n"
    )


def body(*parts: bytes) -> bytes:
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


async def post(client: httpx.AsyncClient, content: bytes) -> httpx.Response:
    return await client.post(
        "/form",
        content=content,
        headers={"content-type": f"multipart/form-data; boundary={BOUNDARY}"},
    )


async def test_files_and_fields_in_any_order(client: httpx.AsyncClient, tmp_path: Path) -> None:
    graph = bytes(range(256)) * 9_000
    answer = await client.post(
        "/form",
        files={"graph": ("g.tgz", graph), "telemetry": ("t.tgz", b"\r\n--b0undary\r\n")},
        data={"scenario_name": "metro"},
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["fields"] == {"scenario_name": "metro"}
    assert answer.json()["files"]["graph"] == [
        "g.tgz",
        len(graph),
        hashlib.sha256(graph).hexdigest(),
    ]
    assert (tmp_path / "graph.tar.gz").read_bytes() == graph
    assert (tmp_path / "telemetry.tar.gz").read_bytes() == b"\r\n--b0undary\r\n"


@pytest.mark.parametrize(
    "disposition",
    [
        'name="graph"',
        "name=\"graph\"; filename*=UTF-8''%C3%BC.tgz",
        'name="graph"; filename="a\\"b;c.tgz"',
        'name="graph"; filename="日本.tgz"',
        'filename="x.tgz"; name="graph"',
    ],
)
async def test_a_file_is_known_by_its_part_whatever_its_file_name(
    client: httpx.AsyncClient, tmp_path: Path, disposition: str
) -> None:
    answer = await post(client, body(part(disposition, b"content")))
    assert answer.status_code == 200, answer.text
    assert (tmp_path / "graph.tar.gz").read_bytes() == b"content"


async def test_an_input_left_empty_counts_as_absent(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    answer = await post(client, body(part('name="graph"; filename=""', b"")))
    assert answer.json()["files"] == {}
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (body(part('name="nonsense"', b"x")), 422, "no part 'nonsense'"),
        (body(part("filename=x", b"x")), 422, "no part ''"),
        (body(part('name="graph"', b"x"), part('name="graph"', b"y")), 422, "sent twice"),
        (body(part('name="backend"; filename="x"', b"x")), 422, "text field"),
        (body(part('name="backend"', b"\xff")), 422, "not UTF-8"),
        (body(part('name="backend"', b"x" * 70_000)), 422, "65,536"),
        (body(part('name="graph"', b"x" * (LIMIT + 1))), 413, "5,000,000"),
        (body(part('name="graph"', b"x"))[:-9], 400, "ends before"),
        (b"garbage", 400, "damaged"),
        (b"", 400, "ends before"),
        (body(*[part('name="backend"', b"") for _ in range(100)]), 422, "sent twice"),
    ],
)
async def test_what_is_refused_leaves_nothing(
    client: httpx.AsyncClient, tmp_path: Path, content: bytes, status: int, words: str
) -> None:
    answer = await post(client, content)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in answer.json()["detail"]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("media_type", ["application/json", "multipart/form-data", ""])
async def test_a_body_that_is_no_form(client: httpx.AsyncClient, media_type: str) -> None:
    answer = await client.post("/form", content=b"x", headers={"content-type": media_type})
    assert answer.status_code == 400


async def test_a_content_length_over_the_limit_is_refused_unread(app: FastAPI) -> None:
    async def receive() -> dict[str, object]:
        pytest.fail("the body was read")

    sent: list[dict[str, object]] = []

    async def send(message: object) -> None:
        sent.append(message)  # type: ignore[arg-type]

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/form",
        "raw_path": b"/form",
        "query_string": b"",
        "headers": [
            (b"host", b"test"),
            (b"content-type", b"multipart/form-data; boundary=b"),
            (b"content-length", b"999999999999"),
        ],
    }
    await app(scope, receive, send)
    assert sent[0]["status"] == 413


def requests_of(chunks: list[bytes], *, gone: bool = False) -> Request:
    messages: Iterator[dict[str, object]] = iter(
        [
            *({"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks),
            {"type": "http.disconnect"} if gone else {"type": "http.request", "body": b""},
        ]
    )

    async def receive() -> dict[str, object]:
        return next(messages)

    content_type = f"multipart/form-data; boundary={BOUNDARY}".encode()
    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", content_type)]}
    return Request(scope, receive)


async def test_a_client_that_goes_away_leaves_nothing(tmp_path: Path) -> None:
    request = requests_of([part('name="graph"', b"x" * 3_000_000)], gone=True)
    with pytest.raises(ClientDisconnect):
        await receive_form(request, tmp_path, fields=(), files=("graph",), max_file_bytes=LIMIT)
    assert not list(tmp_path.iterdir())


async def test_an_upload_that_stops_coming_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(multipart, "IDLE_SECONDS", 0.1)
    request = requests_of([part('name="graph"', b"x" * 3_000_000)])
    come = request._receive

    async def then_nothing() -> Message:
        message = await come()
        return message if message["body"] else await asyncio.Future()

    request._receive = then_nothing
    with pytest.raises(FormTimeout):
        await receive_form(request, tmp_path, fields=(), files=("graph",), max_file_bytes=LIMIT)
    assert not list(tmp_path.iterdir())


async def test_a_cancelled_upload_leaves_nothing(tmp_path: Path) -> None:
    async def hangs() -> dict[str, object]:
        await asyncio.Event().wait()
        raise AssertionError

    request = requests_of([])
    request._receive = hangs
    task = asyncio.create_task(
        receive_form(request, tmp_path, fields=(), files=("graph",), max_file_bytes=LIMIT)
    )
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("number", "error", "words"),
    [
        (errno.ENOSPC, StorageFull, "Free some space"),
        (errno.EDQUOT, StorageFull, "Free some space"),
        (errno.EIO, StorageUnavailable, "Input/output error"),
        (errno.EROFS, StorageUnavailable, "Read-only file system"),
    ],
)
async def test_a_disk_that_takes_nothing_is_said_and_leaves_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    error: type[Exception],
    words: str,
) -> None:
    def full(fd: int, slices: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "writev", full)
    request = requests_of([body(part('name="graph"', b"x" * 3_000_000))])
    with pytest.raises(error) as raised:
        await receive_form(request, tmp_path, fields=(), files=("graph",), max_file_bytes=LIMIT)
    assert words in (getattr(raised.value, "detail", "") or str(raised.value))
    assert not list(tmp_path.iterdir())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=400), cuts=st.lists(st.integers(1, 60), min_size=1))
async def test_content_survives_any_chunking(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, cuts: list[int]
) -> None:
    directory = tmp_path_factory.mktemp("form")
    content = content.replace(b"\r\n--" + BOUNDARY.encode(), b"")
    whole = body(part('name="graph"', content), part('name="backend"', b"embedded"))
    chunks: list[bytes] = []
    for cut in cuts * (len(whole) // sum(cuts) + 1):
        chunks.append(whole[:cut])
        whole = whole[cut:]
    form = await receive_form(
        requests_of([c for c in chunks if c]),
        directory,
        fields=("backend",),
        files=("graph",),
        max_file_bytes=LIMIT,
    )
    assert form.fields == {"backend": "embedded"}
    # a part without any file name and content is an input left empty
    assert (directory / "graph.tar.gz").exists() == bool(content)
    if content:
        assert form.files["graph"].sha256 == hashlib.sha256(content).hexdigest()
        assert form.files["graph"].path.read_bytes() == content
