"""``python -m local`` as a whole, with stand-ins for the two services and a real nginx."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from peers.ports import free_port

from support.make_run import ROOT, children, command_line, refused, running
from support.stack import wait_until

SLOTS = {"graph", "telemetry", "runbooks", "tickets", "prompts"}


def test_it_starts_loads_the_sample_once_and_ends_with_ctrl_c(tmp_path: Path) -> None:
    with running(tmp_path) as run:
        run.says("Ctrl-C stops everything.")
        output = run.output()
        assert f"Ready: {run.url}" in output
        assert "Sample metro-fibre: 40 %, graph: 7 of 9 rows" in output
        assert "job job-1 is done" in output
        assert output.count(f"curl -s {run.url}") + output.count(f"curl -s '{run.url}") == 5
        sent = (tmp_path / "data" / "parts").read_text().split()
        assert sent[:2] == ["scenario_name", "backend"]
        assert set(sent[2:]) == SLOTS
        assert (tmp_path / "data" / "backend").read_text() == "embedded"
        run.process.send_signal(signal.SIGINT)
        assert run.ends() == 0
        with pytest.raises(httpx.ConnectError):
            httpx.get(run.url)
    with running(tmp_path) as again:
        again.says("Ctrl-C stops everything.")
        assert "Submitting" not in again.output()
        assert "/topology" in again.output()
    assert (tmp_path / "data" / "logs" / "api.log.1").exists()


def test_the_sample_is_not_sent_when_it_is_not_wanted(tmp_path: Path) -> None:
    with running(tmp_path, SAMPLE="0") as run:
        run.says("Ctrl-C stops everything.")
        assert "Submitting" not in run.output()
        assert "/topology" not in run.output()


def test_a_sample_that_fails_is_explained_and_everything_goes_on(tmp_path: Path) -> None:
    with running(tmp_path, JOB_STATUS="error") as run:
        run.says("Ctrl-C stops everything.")
        assert "not loaded. The job job-1 ended as error: graph failed" in run.output()
        assert "a.csv 7: Twice the same id" in run.output()
        assert httpx.get(f"{run.url}/api/ready").status_code == 200


def test_a_service_that_dies_is_started_again(tmp_path: Path) -> None:
    with running(tmp_path, SAMPLE="0") as run:
        run.says("Ctrl-C stops everything.")
        [pid] = [pid for pid in children(run.process.pid) if "app" in command_line(pid)]
        os.kill(pid, signal.SIGKILL)
        run.says("api ended (killed by SIGKILL); starting it again in 1 s")
        wait_until(lambda: httpx.get(f"{run.url}/api/ready").status_code == 200, what="api again")


# --- what keeps it from starting is one plain line ------------------------------------------


@pytest.mark.parametrize("variable", ["PORT", "API_PORT", "GRAPH_QUERY_API_PORT"])
def test_a_port_in_use(tmp_path: Path, variable: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        line = refused(tmp_path, **{variable: str(port)})
    assert re.match(rf"Can't listen on 127\.0\.0\.1:{port}: Address already in use\.", line)
    assert f"Set {variable} to another port" in line


def test_a_data_directory_of_another_run(tmp_path: Path) -> None:
    with running(tmp_path, SAMPLE="0") as run:
        run.says("Ready")
        line = refused(tmp_path / "second", DATA_DIR=run.settings["DATA_DIR"])
        assert f"belongs to another run (process {run.process.pid})" in line


def test_a_data_directory_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    line = refused(tmp_path, DATA_DIR=str(tmp_path / "file" / "data"))
    assert line.startswith(f"Can't write to DATA_DIR {tmp_path}/file/data: Not a directory.")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"PORT": "many"}, "PORT: "),
        (
            {"PORT": "8000", "API_PORT": "8000"},
            "API_PORT and GRAPH_QUERY_API_PORT must be different",
        ),
        ({"HOST": "0.0.0.0"}, "HOST=0.0.0.0 is beyond loopback"),
    ],
)
def test_settings_that_cannot_be_used(tmp_path: Path, settings: dict[str, str], words: str) -> None:
    assert words in refused(tmp_path, **settings)


def test_no_nginx(tmp_path: Path) -> None:
    code = (
        "import sys; sys.executable = '/nowhere/python';"
        "from local.__main__ import main; sys.exit(main())"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PATH": "/nowhere", "DATA_DIR": str(tmp_path), "PORT": str(free_port())},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert ended.returncode == 1
    assert "There is no nginx on PATH" in ended.stderr
    assert "Traceback" not in ended.stderr
