"""The configuration of nginx, by a real nginx before two stand-ins."""

import http.client
import json
import re
import subprocess
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from peers.ports import free_port

from local import nginx
from local.errors import CannotRunError
from support.front import Front, fronted, served
from support.name_server import name_server
from support.stack import wait_until

PROBLEM = "application/problem+json"
STREAMED = ("/query/upload/graph", "/api/fabric/provision/graph")
"""Uploads that are answered by events."""


def raw(
    front: Front, method: str, target: str, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Sends the target exactly as written; httpx would normalise it."""
    connection = http.client.HTTPConnection(urlsplit(front.url).netloc, timeout=10)
    try:
        connection.putrequest(method, target, skip_host="Host" in headers)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def test_nginx_accepts_it(tmp_path: Path) -> None:
    argv = nginx.prepare(
        tmp_path / "state",
        listen="127.0.0.1:8080",
        api="127.0.0.1:1",
        graph_query_api="127.0.0.1:2",
        access_log=tmp_path / "access.log",
    )
    tested = subprocess.run([*argv, "-t"], capture_output=True, text=True, check=False, timeout=20)
    assert tested.returncode == 0, tested.stderr
    assert "warn" not in tested.stderr
    assert not {path.name for path in tmp_path.iterdir()} - {"state", "access.log"}


def test_every_placeholder_is_filled_and_no_other_is_known() -> None:
    names = set(re.findall(r"\$\{(\w+)\}", nginx.TEMPLATE.read_text()))
    assert names == {
        *("LISTEN", "API", "GRAPH_QUERY_API", "RESOLVER", "HTML", "STATE", "ACCESS_LOG"),
    }
    assert nginx.render("a ${NAME} $host", {"NAME": "b"}) == "a b $host"
    with pytest.raises(KeyError):
        nginx.render("${OTHER}", {})


@pytest.mark.parametrize("value", ['a"b', "a$b", "a\nb", "a\\b"])
def test_values_that_would_change_the_configuration_are_refused(value: str) -> None:
    with pytest.raises(CannotRunError, match="STATE"):
        nginx.render("${STATE}", {"STATE": value})


@pytest.mark.parametrize(
    "target",
    [
        "/query/docs",
        "/query/docs/upload-jobs",
        "/query/docs/upload-jobs?limit=1",
        "/query/%64ocs/upload-jobs",
        "/%71uery/docs/upload-jobs",
        "//query/docs/upload-jobs",
        "/query//docs/upload-jobs",
        "/query/./docs/upload-jobs",
        "/query/x/../docs/upload-jobs",
        "/query/x/%2e%2e/docs/upload-jobs",
        "/query/x%2f..%2fdocs/upload-jobs",
        "/query%2fdocs/upload-jobs",
        "/api/../query/docs/upload-jobs",
        "/query/scenarios/a/parts/graph",
        "/query/scenarios/a/parts",
        "/query/scenarios//a/./parts/graph?x=1",
        "/query/scenarios/a%2fparts%2fgraph",
        "/query/scenarios/a/%70arts/graph",
        "/query/scenarios/b/../a/parts/graph",
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_what_is_for_services_is_not_there_however_it_is_spelt(
    front: Front, target: str, method: str
) -> None:
    status, headers, body = raw(front, method, target, Content_Length="0")
    assert (status, headers["content-type"]) == (404, PROBLEM)
    assert json.loads(body)["title"] == "Not found"


def test_requests_reach_their_service_as_they_were_sent(front: Front) -> None:
    _, headers, body = raw(
        front, "GET", "/query/scenarios/a%2Fb?q=%20", Host="localhost:9", X_Request_ID="mine-1"
    )
    arrived = json.loads(body)
    assert arrived["path"] == "/query/scenarios/a%2Fb?q=%20"
    assert arrived["headers"]["Host"] == "localhost:9"
    assert arrived["headers"]["X-Request-ID"] == "mine-1"
    assert arrived["headers"]["X-Forwarded-For"] == "127.0.0.1"
    assert "server" not in headers or "/" not in headers["server"].replace("nginx", "")


@pytest.mark.parametrize(
    "path", ["/query/scenarios/a/runbooks/parts/graph", "/query/fabric/connections/check"]
)
def test_what_looks_like_it_is_still_there(front: Front, path: str) -> None:
    _, _, body = raw(front, "GET", path)
    assert json.loads(body)["path"] == path


@pytest.mark.parametrize("given", ["", 'a"b', "x" * 65])
def test_a_request_without_a_plain_id_gets_one(front: Front, given: str) -> None:
    answer = httpx.get(f"{front.url}/api/health", headers={"X-Request-ID": given})
    assert re.fullmatch(r"[0-9a-f]{32}", answer.json()["headers"]["X-Request-ID"])


def test_a_body_too_large_for_a_plain_request_is_a_problem(front: Front) -> None:
    status, headers, body = raw(front, "PUT", "/query/scenarios/x", Content_Length=str(9 << 20))
    problem = json.loads(body)
    assert (status, headers["content-type"]) == (413, PROBLEM)
    assert problem | {"request_id": ""} == {
        "type": "urn:problem:too-large",
        "title": "Too large",
        "status": 413,
        "detail": "The request is larger than this address takes.",
        "request_id": "",
    }
    assert headers["x-request-id"] == problem["request_id"]


@pytest.mark.parametrize(("method", "path"), [("TRACE", "/api/health"), ("POST", "/")])
def test_a_method_that_nginx_refuses_is_a_problem(front: Front, method: str, path: str) -> None:
    status, headers, body = raw(front, method, path)
    assert (status, headers["content-type"]) == (405, PROBLEM)
    assert json.loads(body)["type"] == "urn:problem:method-not-allowed"


def test_a_large_upload_passes(front: Front) -> None:
    answer = httpx.post(f"{front.url}/api/upload-jobs", content=bytes(20 << 20))
    assert answer.json() == {"path": "/api/upload-jobs", "received": 20 << 20}


@pytest.mark.parametrize("path", ["/api/upload-jobs", *STREAMED])
def test_an_upload_is_passed_on_while_it_comes(front: Front, path: str) -> None:
    """However large it will be: the answer is there before the first byte of the body."""
    status, _, body = raw(front, "POST", f"{path}?early", Content_Length=str(4 << 30))
    assert (status, json.loads(body)["path"]) == (409, f"{path}?early")


def test_headers_that_are_too_long_are_a_problem(front: Front) -> None:
    status, headers, body = raw(front, "GET", "/api/health", X_Long="x" * 40_000)
    assert (status, headers["content-type"]) == (400, PROBLEM)
    assert json.loads(body)["status"] == 400


@pytest.mark.parametrize("path", STREAMED)
def test_events_arrive_when_they_are_sent(front: Front, path: str) -> None:
    started = time.monotonic()
    with httpx.stream("POST", f"{front.url}{path}") as answer:
        first = next(answer.iter_text())
        assert time.monotonic() - started < 0.9
    assert first == "event: progress\ndata: {}\n\n"


def test_a_service_that_is_down_is_a_problem_until_it_is_back(tmp_path: Path) -> None:
    nobody = f"127.0.0.1:{free_port()}"
    with served() as api, fronted(tmp_path, api=api, graph_query_api=nobody) as front:
        for _ in range(3):
            down = httpx.get(f"{front.url}/query/ready")
            assert (down.status_code, down.headers["content-type"]) == (502, PROBLEM)
            assert down.json()["type"] == "urn:problem:service-not-reachable"
        assert httpx.get(f"{front.url}/api/ready").status_code == 200


def test_a_service_that_moves_is_found_again(tmp_path: Path) -> None:
    """As a container does that is started anew; one that is not there yet holds up nothing."""
    with served() as api, name_server() as names:
        host, _, port = api.partition(":")
        names["api"] = "127.0.0.2"
        upstreams = {"api": f"api:{port} resolve", "graph_query_api": "not-yet:80 resolve"}
        with fronted(tmp_path, **upstreams, resolver=names.address) as front:
            for path in ("/api/ready", "/query/ready"):
                assert httpx.get(f"{front.url}{path}").status_code == 502
            names["api"] = host
            wait_until(
                lambda: httpx.get(f"{front.url}/api/ready").status_code == 200,
                what="the new address to be found",
            )


def test_requests_are_logged(front: Front) -> None:
    httpx.get(f"{front.url}/api/health?probe", headers={"X-Request-ID": "log-me"})

    def logged() -> list[dict[str, Any]]:  # it is written after the answer was sent
        lines = [json.loads(line) for line in front.access_log.read_text().splitlines()]
        return [line for line in lines if line["request_id"] == "log-me"]

    [line] = wait_until(logged, what="nginx to log it")
    assert (line["uri"], line["status"]) == ("/api/health?probe", 200)
