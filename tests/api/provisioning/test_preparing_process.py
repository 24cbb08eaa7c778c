"""Preparing in a process of its own, as the service does it."""

import asyncio
import json
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from app.provisioning.request import PREPARING, Preparation, PrepareRequest
from scenario_pack.archive import Limits
from service_kit.child import ChildProcesses, ChildStopped
from service_kit.process import environment, python
from support.packs import base_pack, csv_bytes, of_slot, tarball


@pytest.fixture
async def processes() -> AsyncIterator[ChildProcesses]:
    processes = ChildProcesses(PREPARING)
    yield processes
    await processes.aclose()
    assert children() == []


def request(folder: Path, **changed: bytes) -> dict[str, Any]:
    """For the base pack with some of its tables changed."""
    files = of_slot(base_pack(), "graph")
    files |= {f"data/entities/{name}.csv": content for name, content in changed.items()}
    work = folder / "work"
    work.mkdir()
    archive = tarball(folder / "pack.tar.gz", files)
    return PrepareRequest(str(archive), str(work), "hello", False, Limits()).as_dict()


def large(folder: Path) -> dict[str, Any]:
    rows = [[f"S{n}", "x" * 20, "y"] for n in range(300_000)]
    return request(folder, DimSite=csv_bytes(["SiteId", "Name", "City"], rows))


def children() -> list[int]:
    return [
        int(pid)
        for task in Path("/proc/self/task").iterdir()
        for pid in (task / "children").read_text().split()
        if PREPARING in Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    ]


async def test_events_end_with_the_preparation(processes: ChildProcesses, tmp_path: Path) -> None:
    *progress, (last, data) = [each async for each in processes.events(request(tmp_path))]
    assert last == "complete"
    assert {event for event, _ in progress} == {"progress"}
    preparation = Preparation.from_dict(data)
    assert preparation.counts["vertices"] == {"Site": 2, "Link": 1}
    assert all((tmp_path / "work" / file).is_file() for file in preparation.parquet.values())


async def test_problems_are_told_by_row(processes: ChildProcesses, tmp_path: Path) -> None:
    bad = request(tmp_path, DimSite=b"SiteId,Name,City\nS1,a,b\nS1,c,d\n,e,f\n")
    *_, (last, error) = [each async for each in processes.events(bad)]
    assert (last, error["error"]) == ("error", "Invalid pack")
    assert {(each["file"], each["row"]) for each in error["problems"]} == {
        ("data/entities/DimSite.csv", 3), ("data/entities/DimSite.csv", 4),
    }  # fmt: skip


async def test_an_archive_that_is_gone_says_nothing_of_where_it_was(
    processes: ChildProcesses, tmp_path: Path
) -> None:
    asked = {**request(tmp_path), "archive": str(tmp_path / "gone.tar.gz")}
    *_, (last, error) = [each async for each in processes.events(asked)]
    assert (last, error["error"]) == ("error", "Load failed")
    assert str(tmp_path) not in str(error)


async def test_it_is_killed_when_its_reader_goes(processes: ChildProcesses, tmp_path: Path) -> None:
    async with aclosing(processes.events(large(tmp_path))) as events:
        assert (await anext(events))[0] == "progress"
        (working,) = children()
        os.kill(working, signal.SIGSTOP)  # nothing but SIGKILL ends one that does not run
    assert not Path(f"/proc/{working}").exists()


async def test_it_is_killed_when_its_readers_task_is_cancelled(
    processes: ChildProcesses, tmp_path: Path
) -> None:
    begun = asyncio.Event()

    async def read() -> None:
        async with aclosing(processes.events(large(tmp_path))) as events:
            async for _ in events:
                begun.set()

    reader = asyncio.create_task(read())
    await begun.wait()
    (working,) = children()
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader
    assert not Path(f"/proc/{working}").exists()


async def test_one_that_is_killed_says_how_and_the_next_works(
    processes: ChildProcesses, tmp_path: Path
) -> None:
    async with aclosing(processes.events(large(tmp_path))) as events:
        await anext(events)
        for pid in children():
            os.kill(pid, signal.SIGKILL)
        with pytest.raises(ChildStopped, match="signal 9, SIGKILL"):
            [each async for each in events]
    (tmp_path / "next").mkdir()
    *_, (last, _) = [each async for each in processes.events(request(tmp_path / "next"))]
    assert last == "complete"


async def test_a_module_that_is_not_there(tmp_path: Path) -> None:
    nothing = ChildProcesses("no_such_module")
    with pytest.raises(ChildStopped, match="exit status 1"):
        [each async for each in nothing.events(request(tmp_path))]
    await nothing.aclose()


async def test_the_end_of_its_input_ends_it(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *python(PREPARING), stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=environment()
    )
    assert process.stdin
    assert process.stdout
    process.stdin.write(f"{json.dumps(large(tmp_path))}\n".encode())
    await process.stdout.readline()
    process.stdin.close()
    assert await asyncio.wait_for(process.wait(), 20) == 1
    await process.stdout.read()
