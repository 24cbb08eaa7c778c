"""``python -m local`` with Fabric: its stand-in is the real one, the services are small."""

import json
import os
import re
import signal
import socket
import ssl
from pathlib import Path
from typing import Any

import httpx
import pytest
from peers.ports import free_port

from local import stand_in, supervisor
from local.errors import CannotRunError
from local.preflight import check_ports
from local.settings import load_settings
from support.make_run import Run, children, command_line, running
from support.stack import wait_until


def three_free_ports() -> int:
    """The first of them."""
    while True:
        first = free_port()
        try:
            for port in (first + 1, first + 2):
                socket.create_server(("127.0.0.1", port)).close()
        except (OSError, OverflowError):
            continue
        return first


def given(run: Run, variable: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((run.data / f"{variable}.json").read_text())
    return found


def answers(environment: dict[str, str]) -> bool:
    """As a service sees it: Fabric wants to be signed in to."""
    tls = ssl.create_default_context(cafile=environment["FABRIC_CA_BUNDLE"])
    try:
        answer = httpx.get(f"{environment['FABRIC_API_URL']}/workspaces", verify=tls)
    except httpx.TransportError:
        return False
    return answer.status_code == 401


def test_practice_with_the_stand_in(tmp_path: Path) -> None:
    settings = {"FABRIC": "stand-in", "FABRIC_STAND_IN_PORT": str(three_free_ports())}
    with running(tmp_path, **settings) as run:
        run.says("Ctrl-C stops everything.")
        assert "Starting stand-in, graph-query-api, api and nginx" in run.output()
        assert "for practice" in run.output()
        assert "Its workspace Practice is the active one." in run.output()
        assert (run.data / "selected").exists()
        connected: dict[str, Any] = json.loads((run.data / "connection").read_text())
        assert connected["name"] == "Practice"

        environment = given(run, "API_PORT")
        assert given(run, "GRAPH_QUERY_API_PORT") == environment
        assert environment["FABRIC"] == "stand-in"
        assert answers(environment)

        assert (run.data / "backend").read_text() == "fabric-gql"
        [line] = [line for line in run.output().splitlines() if "graph=@" in line]
        assert re.search(f"curl -s {run.url}/api/upload-jobs .*-F backend=fabric-gql", line)

        [pid] = [pid for pid in children(run.process.pid) if "peers.fabric" in command_line(pid)]
        os.kill(pid, signal.SIGKILL)
        run.says("stand-in ended (killed by SIGKILL); starting it again in 1 s")
        wait_until(lambda: answers(environment), what="the stand-in at the same address")
    assert not answers(environment)

    (run.data / "selected").unlink()
    with running(tmp_path, **settings) as again:
        again.says("Ctrl-C stops everything.")
        assert given(again, "API_PORT") == environment
        assert "Submitting" not in again.output()
        assert (run.data / "selected").exists(), "though the connection was there already"


def test_its_ports_are_three_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FABRIC", "stand-in")
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("FABRIC_STAND_IN_PORT", str(port - 2))
        with pytest.raises(CannotRunError, match=f"{port}: .* Set FABRIC_STAND_IN_PORT to another"):
            check_ports(load_settings().ports[3:])
    monkeypatch.setenv("API_PORT", str(port))
    with pytest.raises(CannotRunError, match="_API_PORT and FABRIC_STAND_IN_PORT must be diff"):
        load_settings()


def test_what_the_stand_in_needs_and_is_not_there_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stand_in, "NEEDED", ("json", "not_there_at_all"))
    with pytest.raises(CannotRunError, match=r"needs not_there_at_all,.* `make setup` installs"):
        stand_in.command(tmp_path, 9443, tmp_path / "log")


async def test_a_stand_in_that_says_nothing_is_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stand_in, "STARTING_SECONDS", 0.1)
    log = tmp_path / "log"
    log.write_text('A warning\n{"env": {"A": "not yet a who')
    with pytest.raises(CannotRunError, match="not ready after"):
        await stand_in.environment(log)
    log.write_text('A warning\n{"env": {"A": "b"}}\n')
    assert (await stand_in.environment(log)).items() >= {"FABRIC": "stand-in", "A": "b"}.items()


def test_the_identity_may_stand_in_the_settings_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text(
        "FABRIC=on\nAZURE_TENANT_ID=kept\nAZURE_CLIENT_ID=kept\nAZURE_CLIENT_SECRET=\nPATH=x\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AZURE_CLIENT_ID", "set")
    commands = {each.name: each for each in supervisor.commands(load_settings())}
    assert set(commands) == {"graph-query-api", "api", "nginx"}
    for name in ("graph-query-api", "api"):
        more = {
            variable: value
            for variable, value in commands[name].environment.items()
            if re.match("FABRIC|AZURE|PATH", variable)
        }
        assert more == {"FABRIC": "on", "AZURE_TENANT_ID": "kept"}, "the rest is inherited"
