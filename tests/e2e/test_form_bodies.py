"""Multipart as clients really send it, through nginx: what is clear is taken, the rest refused in
words, and no part is dropped in silence."""

import json
import socket
import subprocess
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from support.jobs import wait_for_end
from support.packs import base_pack, tarballs
from support.stack import Stack

HEAD = b"--b\r\nContent-Disposition: form-data; "
NAME = HEAD + b'name="scenario_name"\r\n\r\nforms\r\n'
END = b"--b--\r\n"


@pytest.fixture(scope="module")
def ticket(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    packed = tarballs(tmp_path_factory.mktemp("pack"), base_pack("forms"))
    return packed["tickets"].read_bytes()


@pytest.fixture(autouse=True)
def only_its_own_jobs(client: httpx.Client) -> Iterator[None]:
    yield
    for job in client.get("/api/upload-jobs?scenario=forms").json()["jobs"]:
        wait_for_end(client, job["id"])
        assert client.delete(f"/api/upload-jobs/{job['id']}").status_code == 204


def part(disposition: bytes, content: bytes) -> bytes:
    return HEAD + disposition + b"\r\n\r\n" + content + b"\r\n"


def post(client: httpx.Client, *parts: bytes, boundary: str = "b") -> httpx.Response:
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    return client.post("/api/upload-jobs", content=b"".join(parts), headers=headers)


def test_chunked_from_a_pipe_with_expect(client: httpx.Client, stack: Stack, ticket: bytes) -> None:
    command = [
        *("curl", "-sS", f"{stack.url}/api/upload-jobs", "-F", "scenario_name=forms"),
        *("-F", "tickets=@-;filename=x.tgz", "-H", "Transfer-Encoding: chunked"),
        *("-H", "Expect: 100-continue", "-w", " %{http_code}"),
    ]
    out = subprocess.run(command, input=ticket, capture_output=True, check=True, timeout=60).stdout
    body, _, status = out.decode().rpartition(" ")
    assert status == "201", body
    job = wait_for_end(client, json.loads(body)["job_id"])
    assert (job["status"], job["steps"][3]["bytes"]) == ("done", len(ticket))


@pytest.mark.parametrize(
    "disposition",
    [
        b"name=\"tickets\"; filename*=UTF-8''%C3%BC%E6%97%A5.tgz",
        b'name="tickets"',
        'name="tickets"; filename="日本 ü.tgz"'.encode(),
        b'name="tickets"; filename="a\\"b;c.tgz"',
        b'name="tickets"; filename="a;name=graph.tgz"',
        b'filename="../../x.tgz"; name="tickets"',
        b"name=tickets; filename=x.tgz\r\nContent-Type: application/octet-stream",
    ],
)
@pytest.mark.parametrize("field_last", [False, True])
def test_what_is_clear_is_taken(
    client: httpx.Client, ticket: bytes, disposition: bytes, field_last: bool
) -> None:
    parts = [NAME, part(disposition, ticket)]
    answer = post(client, *(reversed(parts) if field_last else parts), END)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"/api/upload-jobs/{answer.json()['job_id']}"
    job = wait_for_end(client, answer.json()["job_id"])
    assert [each["name"] for each in job["steps"] if each["sha256"]] == ["tickets"]
    assert job["status"] == "done", job


REFUSED: list[tuple[str, list[bytes], int, str]] = [
    ("the same slot twice", [part(b'name="tickets"', b"x"), part(b'name="tickets"', b"y")], 422,
     "twice"),
    ("the same field twice", [NAME, part(b'name="tickets"', b"x")], 422, "twice"),
    ("no name", [part(b'filename="x.tgz"', b"x")], 422, "no part"),
    ("another name", [part(b'name="ticket"', b"x")], 422, "no part 'ticket'"),
    ("a list", [part(b'name="tickets[]"', b"x")], 422, "no part"),
    ("a field as a file", [part(b'name="backend"; filename="x"', b"embedded")], 422, "text field"),
    ("no disposition", [b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n"], 422, "no part"),
    ("a part without an end", [HEAD + b'name="tickets"\r\n\r\nx'], 400, ""),
    ("text before the first part", [b"hello\r\n"], 400, ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("parts", "status", "words"),
    [case[1:] for case in REFUSED],
    ids=[case[0] for case in REFUSED],
)
def test_the_unclear_is_refused_in_words(
    client: httpx.Client, parts: list[bytes], status: int, words: str
) -> None:
    before = client.get("/api/upload-jobs").json()
    body = [*parts, NAME, END] if status == 422 else parts
    problem(post(client, *body), status, words)
    assert client.get("/api/upload-jobs").json() == before


def problem(answer: httpx.Response, status: int, words: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert words in document["detail"]
    assert document["type"].startswith("urn:problem:")


@pytest.mark.parametrize("boundary", ["x", "b b", '""', "=" * 300])
def test_a_boundary_that_is_another(client: httpx.Client, ticket: bytes, boundary: str) -> None:
    problem(post(client, NAME, part(b'name="tickets"', ticket), END, boundary=boundary), 400, "")


def test_pieces_of_one_byte(stack: Stack, client: httpx.Client, ticket: bytes) -> None:
    body = NAME + part(b'name="tickets"', ticket) + END
    head = (
        "POST /api/upload-jobs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    host, port = stack.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as line:
        line.sendall(head.encode())
        for byte in body:
            line.sendall(b"1\r\n%c\r\n" % byte)
        line.sendall(b"0\r\n\r\n")
        assert line.recv(100).startswith(b"HTTP/1.1 201 ")


class TestFromElsewhere:
    """A foreign page or host gets nothing done: through nginx, and at each service."""

    @pytest.fixture(params=["nginx", "service"])
    def bases(self, request: pytest.FixtureRequest, stack: Stack) -> dict[str, str]:
        if request.param == "nginx":
            return {"api": stack.url, "query": stack.url}
        return {"api": stack.api_url, "query": stack.graph_query_api_url}

    CHANGES = (
        ("api", "POST", "/api/upload-jobs"),
        ("api", "DELETE", "/api/upload-jobs/00000000-0000-4000-8000-000000000000"),
        ("api", "POST", "/api/upload-jobs/00000000-0000-4000-8000-000000000000/retry"),
        ("query", "POST", "/query/upload/tickets"),
        ("query", "PUT", "/query/scenarios/forms"),
        ("query", "DELETE", "/query/scenarios/forms"),
        ("query", "POST", "/query/scenarios/forms/graph"),
    )

    @pytest.mark.parametrize(
        ("header", "value", "status"),
        [
            ("Origin", "https://evil.example", 403),
            ("Origin", "null", 403),
            ("Host", "evil.example", 421),
            ("Host", "127.0.0.1.evil.example:8080", 421),
        ],
    )
    def test_changes_are_refused(
        self, bases: dict[str, str], ticket: bytes, header: str, value: str, status: int
    ) -> None:
        files = {"file": ticket, "tickets": ticket}
        for service, method, path in self.CHANGES:
            answer = httpx.request(
                method, bases[service] + path, headers={header: value}, files=files
            )
            problem(answer, status, "")

    def test_reading_is_for_our_hosts_only(self, bases: dict[str, str]) -> None:
        for service, path in (("api", "/api/upload-jobs"), ("query", "/query/scenarios")):
            url = bases[service] + path
            problem(httpx.get(url, headers={"Host": "evil.example"}), 421, "ALLOWED_HOSTS")
            assert httpx.get(url, headers={"Origin": "https://evil.example"}).status_code == 200
            preflight = {"Origin": "https://evil.example", "Access-Control-Request-Method": "PUT"}
            answer = httpx.options(url, headers=preflight)
            assert answer.status_code == 405
            assert "access-control-allow-origin" not in answer.headers
