"""``python -m local.tethered COMMAND…`` becomes the command, which is told to end (SIGTERM)
as soon as the process that started it is gone, even if that was killed with -9.

Only Linux can do that; elsewhere it just becomes the command.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            sys.exit("The process that started this one has gone.")
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606 - a command of our own, without a shell


if __name__ == "__main__":
    main()
