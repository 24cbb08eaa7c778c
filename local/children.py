"""Processes that are started again when they end."""

import asyncio
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from local.errors import CannotRunError

FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
HEALTHY_SECONDS = 60.0
STOP_SECONDS = 10.0
DEATHS_AT_START = 3
LAST_LINES = 8

Say = Callable[[str], None]


@dataclass(frozen=True)
class Command:
    """A process to keep running; what it prints goes to ``log``."""

    name: str
    argv: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    waits_for: Callable[[], Awaitable[Mapping[str, str]]] | None = None
    """Before each start; gives more of the environment."""


async def keep_running(
    command: Command, say: Say, ready: asyncio.Event, first_wait: float = FIRST_WAIT
) -> NoReturn:
    """Runs until cancelled, and then stops the process before it returns.

    Waits 1, 2, 4 … 30 s before it starts it again, 1 s after a minute of health. Raises
    CannotRunError when the process ends for the third time before ``ready``.
    """
    wait, deaths = first_wait, 0
    while True:
        started = time.monotonic()
        ended = await _run_once(command)
        deaths += 1
        if time.monotonic() - started >= HEALTHY_SECONDS:
            wait = first_wait
        lines = [f"  {line}" for line in last_lines(command.log)]
        if not ready.is_set() and deaths >= DEATHS_AT_START:
            cause = f"{command.name} ended {deaths} times while starting ({ended}):"
            raise CannotRunError("\n".join([cause, *lines, f"All of it: {command.log}"]))
        say("\n".join([f"{command.name} ended ({ended}); starting it again in {wait:g} s", *lines]))
        await asyncio.sleep(wait)
        wait = min(2 * wait, LONGEST_WAIT)


async def _run_once(command: Command) -> str:
    """Runs to its end; says in words how it ended."""
    environment = {**os.environ, **command.environment}
    if command.waits_for:
        environment |= await command.waits_for()
    with command.log.open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "local.tethered", *command.argv),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
            # Ctrl-C reaches the whole group of the terminal; only the supervisor shall hear it
            start_new_session=True,
        )
    try:
        return how_it_ended(await process.wait())
    except asyncio.CancelledError:
        await _stop(process)
        raise


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()


def how_it_ended(status: int) -> str:
    return f"exit status {status}" if status >= 0 else f"killed by {signal.Signals(-status).name}"


def last_lines(log: Path) -> list[str]:
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 4096))
        text = file.read().decode("utf-8", "replace")
    return list(deque(filter(str.strip, text.splitlines()), maxlen=LAST_LINES))
