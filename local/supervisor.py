"""Starts the services and nginx, keeps them running, and stops them in the end."""

import asyncio
import signal
import sys
import time
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from local import nginx, sample
from local.children import Command, Say, keep_running
from local.console import Console
from local.errors import CannotRunError, SampleError
from local.hints import curl_lines
from local.settings import Settings

READY_SECONDS = 60.0
POLL_SECONDS = 0.2
READY_PATHS = ("/query/ready", "/api/ready")

BringUp = Callable[[asyncio.Event], Coroutine[Any, Any, None]]


def commands(settings: Settings) -> list[Command]:
    """What runs, in the order in which one needs the other."""
    environment = {
        "HOST": "127.0.0.1",
        "DATA_DIR": str(settings.data_dir.resolve()),
        "API_PORT": str(settings.api_port),
        "GRAPH_QUERY_API_PORT": str(settings.graph_query_api_port),
    }
    logs = settings.logs.resolve()
    nginx_argv = nginx.prepare(
        settings.data_dir / "nginx",
        listen=settings.listen,
        api=f"127.0.0.1:{settings.api_port}",
        graph_query_api=f"127.0.0.1:{settings.graph_query_api_port}",
        access_log=logs / "nginx-access.log",
    )
    python = (sys.executable, "-m")
    return [
        Command(
            "graph-query-api",
            [*python, "graph_query_api"],
            logs / "graph-query-api.log",
            environment,
        ),
        Command("api", [*python, "app"], logs / "api.log", environment),
        Command("nginx", nginx_argv, logs / "nginx.log"),
    ]


async def run(settings: Settings, console: Console) -> None:
    """Returns after SIGINT, SIGTERM or SIGHUP; raises CannotRunError if they do not come up."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    console.say(f"Starting graph-query-api, api and nginx; their logs are in {settings.logs}")
    _set_logs_aside(settings.logs)
    bring_up = partial(_bring_up, settings, console)
    await supervise(commands(settings), bring_up, console.say, stop)


async def supervise(
    children: Sequence[Command], bring_up: BringUp, say: Say, stop: asyncio.Event
) -> None:
    """Keeps the children running until ``stop`` is set, then stops them, the last one first.

    ``bring_up`` runs beside them and sets the event it is given when all of them answer.
    What it or a child raises stops them too, and is raised again.
    """
    ready = asyncio.Event()
    kept = [asyncio.create_task(keep_running(child, say, ready)) for child in children]
    waiting = {
        asyncio.create_task(stop.wait()),
        asyncio.create_task(bring_up(ready)),
        *kept,
    }
    try:
        while not stop.is_set():
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        say("Stopping")
    finally:
        for task in (*(waiting - set(kept)), *reversed(kept)):
            task.cancel()
            await asyncio.wait([task])


def _set_logs_aside(logs: Path) -> None:
    """Those of the run before are kept, so that they don't grow without end."""
    for log in logs.glob("*.log"):
        log.replace(log.with_suffix(".log.1"))


async def _bring_up(settings: Settings, console: Console, ready: asyncio.Event) -> None:
    # never by way of a proxy: this is our own machine
    async with httpx.AsyncClient(base_url=settings.url, timeout=10, trust_env=False) as client:
        await wait_until_ready(client, READY_SECONDS)
        ready.set()
        console.say(f"Ready: {settings.url}")
        loaded = await sample.is_loaded(client)
        if settings.sample and not loaded:
            try:
                await sample.load(client, console)
                loaded = True
            except SampleError as error:
                console.say(f"The sample was not loaded. {error}")
    for line in curl_lines(settings.url, with_sample=loaded):
        console.say(line)


async def wait_until_ready(client: httpx.AsyncClient, seconds: float) -> None:
    """Raises CannotRunError with the last answer when the time is up."""
    deadline = time.monotonic() + seconds
    for path in READY_PATHS:
        while (answer := await _answer(client, path)) != "200":
            if time.monotonic() > deadline:
                raise CannotRunError(
                    f"Not ready after {seconds:g} s: {client.base_url}{path} says: {answer}"
                )
            await asyncio.sleep(POLL_SECONDS)


async def _answer(client: httpx.AsyncClient, path: str) -> str:
    """``200``, or in words what came instead."""
    try:
        answer = await client.get(path)
    except httpx.TransportError as error:
        return sample.in_words(error)
    return "200" if answer.status_code == 200 else f"{answer.status_code} {answer.text[:500]}"
