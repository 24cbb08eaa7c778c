import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from local import children
from local.children import Command, keep_running
from local.errors import CannotRunError
from local.supervisor import supervise
from support.stack import wait_until

ROOT = Path(__file__).resolve().parents[2]


def python(folder: Path, name: str, code: str) -> Command:
    return Command(
        name, [sys.executable, "-c", code], folder / f"{name}.log", {"FOLDER": str(folder)}
    )


async def until(path: Path) -> None:
    async with asyncio.timeout(10):
        while not path.exists():
            await asyncio.sleep(0.01)


def ready() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


async def stopped(task: asyncio.Task[object]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_process_that_ends_is_started_again_ever_later(tmp_path: Path) -> None:
    said: list[str] = []
    enough = asyncio.Event()

    def say(line: str) -> None:
        said.append(line)
        if len(said) == 3:
            enough.set()

    child = python(tmp_path, "api", "print('no luck'); raise SystemExit(3)")
    task = asyncio.create_task(keep_running(child, say, ready(), first_wait=0.01))
    await asyncio.wait_for(enough.wait(), 10)
    await stopped(task)
    assert said[0] == "api ended (exit status 3); starting it again in 0.01 s\n  no luck"
    assert [line.split(" again in ")[1].split()[0] for line in said] == ["0.01", "0.02", "0.04"]


async def test_the_wait_has_a_limit_and_health_resets_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    enough = asyncio.Event()

    def say(line: str) -> None:
        said.append(line)
        if len(said) == 4:
            monkeypatch.setattr(children, "HEALTHY_SECONDS", 0)
        if len(said) == 5:
            enough.set()

    monkeypatch.setattr(children, "LONGEST_WAIT", 0.02)
    child = python(tmp_path, "api", "")
    task = asyncio.create_task(keep_running(child, say, ready(), first_wait=0.01))
    await asyncio.wait_for(enough.wait(), 10)
    await stopped(task)
    waits = [line.split(" again in ")[1].split()[0] for line in said]
    assert waits == ["0.01", "0.02", "0.02", "0.02", "0.01"]


async def test_a_process_that_never_starts_is_given_up_with_its_last_words(tmp_path: Path) -> None:
    child = python(tmp_path, "api", "raise SystemExit('SERVICE_KEY: set it')")
    with pytest.raises(CannotRunError) as caught:
        await keep_running(child, lambda _: None, asyncio.Event(), first_wait=0.01)
    lines = str(caught.value).splitlines()
    assert lines[0] == "api ended 3 times while starting (exit status 1):"
    assert lines[-2:] == ["  SERVICE_KEY: set it", f"All of it: {child.log}"]


async def test_a_process_that_will_not_end_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children, "STOP_SECONDS", 0.2)
    code = (
        "import os, pathlib, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "pathlib.Path(os.environ['FOLDER'], 'up').write_text(str(os.getpid())); time.sleep(60)"
    )
    task = asyncio.create_task(keep_running(python(tmp_path, "api", code), print, ready()))
    await until(tmp_path / "up")
    await stopped(task)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "up").read_text()), 0)


TELLS_ITS_END = """
import os, pathlib, signal, sys, time
folder = pathlib.Path(os.environ["FOLDER"])
def end(*_):
    with (folder / "ended").open("a") as file:
        file.write("{name} ")
    sys.exit()
signal.signal(signal.SIGTERM, end)
(folder / "{name}-up").touch()
time.sleep(60)
"""


async def test_they_are_stopped_one_after_the_other_the_last_one_first(tmp_path: Path) -> None:
    names = ["store", "api", "front"]
    stop = asyncio.Event()

    async def bring_up(answered: asyncio.Event) -> None:
        for name in names:
            await until(tmp_path / f"{name}-up")
        answered.set()
        stop.set()

    said: list[str] = []
    commands = [python(tmp_path, name, TELLS_ITS_END.format(name=name)) for name in names]
    await supervise(commands, bring_up, said.append, stop)
    assert (tmp_path / "ended").read_text().split() == ["front", "api", "store"]
    assert said == ["Stopping"]


async def test_what_goes_wrong_while_coming_up_stops_everything(tmp_path: Path) -> None:
    async def bring_up(_: asyncio.Event) -> None:
        await until(tmp_path / "api-up")
        raise CannotRunError("Not ready")

    commands = [python(tmp_path, "api", TELLS_ITS_END.format(name="api"))]
    with pytest.raises(CannotRunError, match="Not ready"):
        await supervise(commands, bring_up, print, asyncio.Event())
    assert (tmp_path / "ended").read_text() == "api "


@pytest.mark.skipif(sys.platform != "linux", reason="needs PDEATHSIG")
def test_they_do_not_outlive_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    code = f"""
import asyncio, pathlib, sys
from local.children import Command
from local.supervisor import supervise
folder = pathlib.Path({str(tmp_path)!r})
child = Command("api", [sys.executable, "-c", {TELLS_ITS_END.format(name="api")!r}],
                folder / "api.log", {{"FOLDER": str(folder)}})
async def bring_up(ready): await asyncio.sleep(60)
asyncio.run(supervise([child], bring_up, print, asyncio.Event()))
"""
    supervisor = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    try:
        wait_until((tmp_path / "api-up").exists, what="the child to start")
    finally:
        supervisor.send_signal(signal.SIGKILL)
        supervisor.wait()
    wait_until((tmp_path / "ended").exists, what="the child to end")
