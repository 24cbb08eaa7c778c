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

from local import nginx, sample, stand_in
from local.children import Command, Say, keep_running
from local.console import Console
from local.errors import CannotRunError, SampleError
from local.hints import curl_lines, fabric_lines
from local.settings import Settings, identity

READY_SECONDS = 60.0
POLL_SECONDS = 0.2
READY_PATHS = ("/query/ready", "/api/ready")
STAND_IN_LOG = "stand-in.log"

BringUp = Callable[[asyncio.Event], Coroutine[Any, Any, None]]


def commands(settings: Settings) -> list[Command]:
    """What runs, in the order in which one needs the other."""
    environment = {
        "HOST": "127.0.0.1",
        "DATA_DIR": str(settings.data_dir.resolve()),
        "API_PORT": str(settings.api_port),
        "GRAPH_QUERY_API_PORT": str(settings.graph_query_api_port),
        "FABRIC": settings.fabric,
        **identity(),
    }
    logs = settings.logs.resolve()
    nginx_argv = nginx.prepare(
        settings.data_dir / "nginx",
        listen=settings.listen,
        api=f"127.0.0.1:{settings.api_port}",
        graph_query_api=f"127.0.0.1:{settings.graph_query_api_port}",
        access_log=logs / "nginx-access.log",
    )
    first, waits_for = [], None
    if settings.fabric == "stand-in":
        data_dir = (settings.data_dir / "stand-in").resolve()
        first = [stand_in.command(data_dir, settings.fabric_stand_in_port, logs / STAND_IN_LOG)]
        waits_for = partial(stand_in.environment, logs / STAND_IN_LOG)

    def service(name: str, module: str) -> Command:
        argv = [sys.executable, "-m", module]
        return Command(name, argv, logs / f"{name}.log", environment, waits_for)

    return [
        *first,
        service("graph-query-api", "graph_query_api"),
        service("api", "app"),
        Command("nginx", nginx_argv, logs / "nginx.log"),
    ]


async def run(settings: Settings, console: Console) -> None:
    """Returns after SIGINT, SIGTERM or SIGHUP; raises CannotRunError if they do not come up."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    children = commands(settings)
    *names, last = [child.name for child in children]
    console.say(f"Starting {', '.join(names)} and {last}; their logs are in {settings.logs}")
    _set_logs_aside(settings.logs)
    bring_up = partial(_bring_up, settings, console)
    await supervise(children, bring_up, console.say, stop)


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
        ours = sample.IN_COSMOS if settings.cosmos_gremlin_endpoint else sample.EMBEDDED
        if settings.fabric == "stand-in":
            ours = sample.IN_FABRIC
            await stand_in.connect(client, console, settings.logs / STAND_IN_LOG)
        loaded = await _load_sample(client, console, ours, wanted=settings.sample)
    for line in curl_lines(settings.url, ours if loaded else None):
        console.say(line)
    if settings.fabric == "stand-in":
        for line in fabric_lines(settings.url):
            console.say(line)
    console.say("Ctrl-C stops everything.")


async def _load_sample(
    client: httpx.AsyncClient, console: Console, ours: sample.Sample, *, wanted: bool
) -> bool:
    """Whether it is there in the end."""
    loaded = await sample.is_loaded(client, ours)
    if loaded or not wanted:
        return loaded
    try:
        await sample.load(client, console, ours)
    except SampleError as error:
        console.say(f"The sample was not loaded. {error}")
        return False
    return True


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
