"""Children that are gone before anybody has written to them or waited for them."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process

import pytest
import uvloop

from service_kit.process import PIPE_CLOSED, wait_for_end


async def gone() -> Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "", stdin=PIPE, stdout=PIPE
    )
    assert process.stdin
    while not process.stdin.transport.is_closing():
        await asyncio.sleep(0.01)
    await process.wait()
    return process


@pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_the_end_of_a_child_that_is_gone(new_loop) -> None:  # type: ignore[no-untyped-def]
    async def wait() -> None:
        await asyncio.wait_for(wait_for_end(await gone()), 10)

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(wait())


@pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_write_to_a_child_that_is_gone(new_loop) -> None:  # type: ignore[no-untyped-def]
    async def write() -> None:
        process = await gone()
        assert process.stdin
        process.stdin.write(b"x")
        await process.stdin.drain()

    with asyncio.Runner(loop_factory=new_loop) as runner, pytest.raises(PIPE_CLOSED):
        runner.run(write())
