"""Cosmos DB that is away, refuses us or never answers: said by name and cause, within limits."""

import asyncio
import base64
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from peers.cosmos.running import Cosmos
from peers.gremlin.server.running import GremlinServer
from peers.ports import free_port

from support.graph_query_app import RunningApp, problem, running
from support.packs import base_pack, tarballs

KEY = base64.b64encode(b"a key that must never be seen" * 3).decode()
READY_SECONDS = 10.0
REQUEST_SECONDS = 20.0


@pytest.fixture
def silent() -> Iterator[int]:
    """A port that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def documents_at(port: int) -> dict[str, Any]:
    return {"cosmos_nosql_endpoint": f"http://127.0.0.1:{port}/", "cosmos_nosql_key": KEY}


def graphs_at(port: int) -> dict[str, Any]:
    return {"cosmos_gremlin_endpoint": f"ws://127.0.0.1:{port}/", "cosmos_gremlin_key": KEY}


async def refused(app: RunningApp, name: str, *words: str) -> None:
    """``/ready`` says which one and why, in time."""
    began = time.monotonic()
    document = problem(await app.client.get("/query/ready", timeout=60), 503)
    assert time.monotonic() - began < READY_SECONDS
    assert document["checks"][name] != "ok"
    assert [word for word in words if word in document["checks"][name]], document["checks"]
    assert {other for other, found in document["checks"].items() if found == "ok"} == {
        *document["checks"]
    } - {name}


async def unavailable(answering: Any, *words: str) -> None:
    began = time.monotonic()
    document = problem(await answering, 503)
    assert time.monotonic() - began < REQUEST_SECONDS
    assert [word for word in words if word in document["detail"]], document["detail"]


async def upload(app: RunningApp, tmp_path: Path) -> httpx.Response:
    archive = tarballs(tmp_path / "pack", base_pack())["tickets"]
    return await app.client.post(
        "/query/upload/tickets",
        data={"scenario_name": "hello"},
        files={"file": archive.read_bytes()},
        timeout=60,
    )


async def test_documents_where_nobody_listens(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async with running(tmp_path / "data", **documents_at(free_port())) as app:
        await refused(app, "documents", "can't be reached")
        await unavailable(app.client.get("/query/scenarios"), "COSMOS_NOSQL_ENDPOINT")
        await unavailable(app.client.get("/query/docs/upload-jobs/x"), "can't be reached")
        events = (await upload(app, tmp_path)).text
        assert "event: error" in events
        assert "can't be reached" in events
        assert KEY not in events
    assert KEY not in str(capfd.readouterr())


async def test_documents_behind_what_never_answers(silent: int, tmp_path: Path) -> None:
    async with running(tmp_path / "data", **documents_at(silent)) as app:
        await asyncio.gather(
            refused(app, "documents", "within", "did not answer", "can't be reached"),
            unavailable(app.client.get("/query/scenarios/x"), "127.0.0.1"),
        )


async def test_a_wrong_key_to_the_documents(
    cosmos: Cosmos, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = {"cosmos_nosql_endpoint": cosmos.endpoint, "cosmos_nosql_key": KEY}
    async with running(tmp_path / "data", **settings) as app:
        await refused(app, "documents", "COSMOS_NOSQL_KEY")
        await unavailable(app.client.get("/query/scenarios"), "401")
        assert KEY not in (await app.client.get("/query/ready")).text
    assert KEY not in str(capfd.readouterr())


async def test_what_is_no_key_at_all(tmp_path: Path) -> None:
    settings = {**documents_at(free_port()), "cosmos_nosql_key": "see the vault"}
    async with running(tmp_path / "data", **settings) as app:
        await refused(app, "documents", "COSMOS_NOSQL_KEY is not the key")


async def test_graphs_where_nobody_listens(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async with running(tmp_path / "data", **graphs_at(free_port())) as app:
        await refused(app, "graphs", "COSMOS_GREMLIN_ENDPOINT")
        assert (await app.client.get("/query/scenarios")).json() == {"scenarios": []}
    assert KEY not in str(capfd.readouterr())


async def test_graphs_behind_what_never_answers(silent: int, tmp_path: Path) -> None:
    async with running(tmp_path / "data", query_timeout=3, **graphs_at(silent)) as app:
        await refused(app, "graphs", "within", "did not answer", "too long")


async def test_a_wrong_key_to_the_graphs(
    gremlin_server: GremlinServer, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = {
        "cosmos_gremlin_endpoint": gremlin_server.endpoint,
        "cosmos_gremlin_key": KEY,
        "cosmos_gremlin_dialect": "tinkerpop",
    }
    async with running(tmp_path / "data", **settings) as app:
        await refused(app, "graphs", "COSMOS_GREMLIN_KEY")
        assert KEY not in (await app.client.get("/query/ready")).text
    assert KEY not in str(capfd.readouterr())


async def test_it_works_again_when_the_documents_are_back(cosmos: Cosmos, tmp_path: Path) -> None:
    """Nothing has to be started anew."""
    port = free_port()
    settings = {
        "cosmos_nosql_endpoint": f"http://127.0.0.1:{port}/",
        "cosmos_nosql_key": cosmos.key,
    }
    async with running(tmp_path / "data", **settings) as app:
        await refused(app, "documents", "can't be reached")
        async with forwarded(port, cosmos.endpoint):
            assert (await app.client.get("/query/ready")).status_code == 200
            assert (await app.client.put("/query/scenarios/aa", json={})).status_code == 201


@asynccontextmanager
async def forwarded(port: int, endpoint: str) -> AsyncIterator[None]:
    """What arrives at ``port`` goes on to ``endpoint``."""
    target = urlsplit(endpoint)

    async def joined(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(target.hostname, target.port)
        await asyncio.gather(piped(reader, back), piped(there, writer))

    server = await asyncio.start_server(joined, "127.0.0.1", port)
    async with server:
        yield


async def piped(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while piece := await reader.read(1 << 16):
            writer.write(piece)
            await writer.drain()
    finally:
        writer.close()
