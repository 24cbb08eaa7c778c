"""Health, readiness, OpenAPI, and who owns the data directory."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from graph_query_api.data_directory import owned
from graph_query_api.errors import DataDirectoryBusy
from graph_query_api.settings import Settings
from support.graph_query_app import problem, running


async def test_alive_and_ready(tmp_path: Path) -> None:
    async with running(tmp_path) as app:
        assert (await app.client.get("/query/health")).json() == {"status": "ok"}
        ready = await app.client.get("/query/ready")
        assert ready.status_code == 200
        assert ready.json()["status"] == "ready"
        assert ready.json()["checks"]["documents"] == "ok"


async def test_not_ready_says_why(tmp_path: Path) -> None:
    async with running(tmp_path) as app:
        stores = app.services.readiness._checks["documents"].__self__  # type: ignore[attr-defined]
        writer, _ = stores._databases["scenarios"]
        await asyncio.to_thread(writer.close)
        ready = await app.client.get("/query/ready")
        document = problem(ready, 503)
        assert "shutting down" in document["checks"]["documents"]
        assert document["checks"]["documents"] in document["detail"]
        assert (await app.client.get("/query/health")).status_code == 200


async def test_openapi_stands_beside_the_documents(tmp_path: Path) -> None:
    async with running(tmp_path) as app:
        assert "openapi.json" in (await app.client.get("/query/openapi")).text
        paths = (await app.client.get("/query/openapi.json")).json()["paths"]
    for path in ("/query/docs/{container}", "/query/scenarios/{name}/search", "/query/ready"):
        assert path in paths


async def test_the_data_directory_has_one_owner(tmp_path: Path) -> None:
    async with running(tmp_path):
        with pytest.raises(DataDirectoryBusy), owned(tmp_path):
            pass
    with owned(tmp_path):
        pass


async def test_a_second_process_says_so_in_one_line(tmp_path: Path) -> None:
    with owned(tmp_path):
        environment = {**os.environ, "DATA_DIR": str(tmp_path), "GRAPH_QUERY_API_PORT": "0"}
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "graph_query_api"],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].startswith("Another process owns")
    assert "Traceback" not in done.stderr


def test_sizes_are_bytes_or_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_UPLOAD_BYTES", "5GiB")
    monkeypatch.setenv("QUERY_MEMORY", "1000000")
    monkeypatch.setenv("GRAPH_QUERY_API_PORT", "8200")
    monkeypatch.setenv("PORT", "9")
    settings = Settings(_env_file=None)
    assert (settings.max_upload_bytes, settings.query_memory) == (5 << 30, 1_000_000)
    assert settings.port == 8200
    assert settings.query_workers == 2
