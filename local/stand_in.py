"""The stand-in for Microsoft Fabric: practice on this machine, without an account."""

import asyncio
import importlib.util
import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from local.children import Command
from local.console import Console
from local.errors import CannotRunError

TESTS = Path(__file__).resolve().parent.parent / "tests"
NEEDED = ("deltalake", "trustme")
STARTING_SECONDS = 30.0
CHECKING_SECONDS = 60.0
POLL_SECONDS = 0.05

WORKSPACE = "Practice"
# Slow enough to see the phases, quick enough to wait for them
SPEEDS = {"load_seconds": 0.8, "refresh_seconds": 5, "ontology_seconds": 3, "retry_after": 1}
CALLS_PER_MINUTE = 3000
"""It has no quota."""
PRACTICE = (
    "Fabric is a stand-in here, for practice: nothing leaves this machine, and nothing costs."
)
LOOPBACK = "127.0.0.1,localhost"
"""Which no proxy can reach. Programs read the name in either case."""


def command(data_dir: Path, port: int, log: Path) -> Command:
    """Always the same ports, so that it is found again when it had to be started again.
    What it holds survives that. Raises CannotRunError."""
    if missing := [name for name in NEEDED if importlib.util.find_spec(name) is None]:
        raise CannotRunError(
            f"The Fabric stand-in needs {' and '.join(missing)}, which are installed for "
            "development only. `make setup` installs them."
        )
    own = [f"--port={port}", f"--data={data_dir}"]
    speeds = [f"--set={name}={value}" for name, value in SPEEDS.items()]
    path = os.pathsep.join(filter(None, (str(TESTS), os.environ.get("PYTHONPATH"))))
    argv = [sys.executable, "-m", "peers.fabric", *own, *speeds]
    return Command("stand-in", argv, log, {"PYTHONPATH": path})


async def environment(log: Path) -> Mapping[str, str]:
    """What the services need to use the one that writes to ``log``, once it is ready."""
    about = await _about(log)
    return {
        "FABRIC": "stand-in",
        "FABRIC_CALLS_PER_MINUTE": str(CALLS_PER_MINUTE),
        **dict.fromkeys(("NO_PROXY", "no_proxy"), LOOPBACK),
        **about["env"],
    }


async def connect(client: httpx.AsyncClient, console: Console, log: Path) -> None:
    """Makes *Practice* the active workspace, also if another was when the last run ended."""
    wanted = {"workspace_id": (await _about(log))["workspace_id"], "name": WORKSPACE}
    connections = "/query/fabric/connections"
    try:
        answer = await client.post(connections, json=wanted, timeout=CHECKING_SECONDS)
        connection = answer.json().get("connection_id" if answer.status_code == 409 else "id")
        if connection:
            answer = await client.post(f"{connections}/{connection}/select")
        cause = answer.text[:500] if answer.is_error else ""
    except (httpx.TransportError, ValueError) as error:
        cause = str(error) or type(error).__name__
    connected = f"could not be connected: {cause}" if cause else "is the active one."
    console.say(f"{PRACTICE} Its workspace {WORKSPACE} {connected}")


async def _about(log: Path) -> dict[str, Any]:
    """What it says about itself. Raises CannotRunError when it says nothing."""
    deadline = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < deadline:
        if found := await asyncio.to_thread(_json_line, log):
            return found
        await asyncio.sleep(POLL_SECONDS)
    raise CannotRunError(f"The Fabric stand-in was not ready after {STARTING_SECONDS:g} s: {log}")


def _json_line(log: Path) -> dict[str, Any] | None:
    """The only JSON that it prints, once the line is whole."""
    text = log.read_text("utf-8", "replace") if log.exists() else ""
    whole = (line for line in text.splitlines(keepends=True) if line.endswith("\n"))
    return next((json.loads(line) for line in whole if line.startswith("{")), None)
