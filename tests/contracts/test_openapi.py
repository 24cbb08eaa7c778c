"""The OpenAPI documents say what the services do: schemathesis looks for contradictions."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from support.stack import Stack, running

CONFIG = str(Path(__file__).parents[2] / "schemathesis.toml")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running(tmp_path_factory.mktemp("openapi"), QUERY_TIMEOUT="2") as stack:
        yield stack


@pytest.mark.parametrize("service", ["api", "query"])
def test_schemathesis(stack: Stack, tmp_path: Path, service: str) -> None:
    base = {"api": stack.api_url, "query": stack.graph_query_api_url}[service]
    run = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", CONFIG),
            *("run", f"{base}/{service}/openapi.json"),
            *("--max-examples", "20", "--generation-deterministic", "--no-color"),
            *("--request-timeout", "20"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-12_000:] + run.stderr[-2_000:]


@pytest.mark.parametrize("service", ["api", "query"])
def test_every_operation_is_described(stack: Stack, service: str) -> None:
    base = {"api": stack.api_url, "query": stack.graph_query_api_url}[service]
    document = httpx.get(f"{base}/{service}/openapi.json").json()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            where = f"{method} {path}"
            assert operation.get("summary"), where
            for parameter in operation.get("parameters", []):
                assert parameter.get("description"), (where, parameter["name"])
            form = operation.get("requestBody", {}).get("content", {}).get("multipart/form-data")
            for field, described in form["schema"]["properties"].items() if form else ():
                assert described.get("description"), (where, field)
            assert any(status.startswith("2") for status in operation["responses"]), where
            refused = {"421"} if method == "get" else {"403", "421"}
            assert refused <= operation["responses"].keys(), where
            for status, response in operation["responses"].items():
                assert response["description"], where
                if status >= "400":
                    assert "application/problem+json" in response["content"], (where, status)
    for name, schema in document["components"]["schemas"].items():
        for field, described in schema.get("properties", {}).items():
            assert described.get("description"), (name, field)


def test_both_pages_are_served_through_nginx(stack: Stack) -> None:
    with stack.client() as client:
        for service in ("api", "query"):
            page = client.get(f"/{service}/openapi")
            assert page.status_code == 200
            assert "text/html" in page.headers["content-type"]
