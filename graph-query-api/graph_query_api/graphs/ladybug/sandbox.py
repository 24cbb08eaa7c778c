"""What a query worker takes from itself before it answers the first query."""

import ctypes
import os
import resource
import sys
from pathlib import Path

# Linux system calls have the same numbers on x86-64 and arm64 here.
_CREATE_RULESET, _RESTRICT_SELF = 444, 446
_ASK_VERSION = 1
_FILE_ACTIONS = (1 << 13) - 1
"""Every right of Landlock's first version: read, write, execute, list, make, remove."""


def enter(memory: int) -> None:
    """No file can be opened, made or removed, and only so much more memory be taken.

    What is open stays usable. Without Landlock (an old kernel, another system) folders
    could still be made; the descriptor limit keeps all files out.
    """
    lowest_free = os.open(os.devnull, os.O_RDONLY)
    os.close(lowest_free)
    size = _virtual_size()
    _landlock()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest_free, lowest_free))
    if size:
        resource.setrlimit(resource.RLIMIT_AS, (size + memory, size + memory))


def has_landlock() -> bool:
    """Whether the kernel has it, and the container, if we are in one, lets us have it."""
    if not sys.platform.startswith("linux"):
        return False
    version: int = ctypes.CDLL(None).syscall(_CREATE_RULESET, None, 0, _ASK_VERSION)
    return version > 0


def _virtual_size() -> int:
    """In bytes; 0 where the system does not tell."""
    try:
        pages = Path("/proc/self/statm").read_text().split()[0]
    except FileNotFoundError:
        return 0
    return int(pages) * resource.getpagesize()


def _landlock() -> None:
    """Forbids every file action by path: a set of rules without any rule that allows one.

    The process must have given up new privileges before.
    """
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None, use_errno=True)
    actions = ctypes.c_uint64(_FILE_ACTIONS)
    rules = libc.syscall(_CREATE_RULESET, ctypes.byref(actions), ctypes.sizeof(actions), 0)
    if rules < 0:
        return
    libc.syscall(_RESTRICT_SELF, rules, 0)
    os.close(rules)
