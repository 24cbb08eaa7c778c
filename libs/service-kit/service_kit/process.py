"""What our child processes share: they never outlive their parent and carry no secrets."""

import contextlib
import ctypes
import os
import signal
import sys
from asyncio.subprocess import Process

KEPT_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONPATH", "TMPDIR")

PIPE_CLOSED = (ConnectionError, RuntimeError)
"""What a write to a process that has ended raises; the second is uvloop's."""

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38


def python(module: str) -> list[str]:
    """The command that runs a module of ours, whatever the working directory holds."""
    return [sys.executable, "-P", "-m", module]


def environment() -> dict[str, str]:
    """The parent's environment without what a child has no business to know."""
    return {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}


async def wait_for_end(process: Process) -> None:
    """Waits until the process is gone and its pipes are closed; it must be about to end.

    `communicate` with an input, even an empty one, would write to a pipe that may be closed.
    """
    if process.stdin:
        process.stdin.close()
    await process.communicate()


def die_with_parent() -> None:
    """Asks Linux to kill this process when its parent ends, and to grant it nothing new.

    Elsewhere the end of standard input has to do.
    """
    if not sys.platform.startswith("linux"):
        return
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
