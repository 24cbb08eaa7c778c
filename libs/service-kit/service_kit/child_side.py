"""What runs inside a child process of ``ChildProcesses``.

The request is the first line of standard input; the end of input ends the process, as
does the end of the parent. Events are lines of JSON on standard output: ``progress``
and, last, ``complete`` or ``error``.
"""

import json
import os
import sys
import threading
from collections.abc import Callable
from typing import Any, NoReturn

from service_kit.process import die_with_parent

Emit = Callable[[str, dict[str, Any]], None]
Request = dict[str, Any]


def serve(
    run: Callable[[Request, Emit], dict[str, Any]],
    failure: Callable[[Request, Exception], dict[str, Any]],
) -> NoReturn:
    """Does the one task and ends the process.

    ``run`` may emit ``progress`` and gives the data of ``complete``; ``failure`` gives
    those of ``error`` for what it raised.
    """
    die_with_parent()
    output = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # standard output is for events alone
    request = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_exit_at_end_of_input, daemon=True).start()

    def emit(event: str, data: dict[str, Any]) -> None:
        output.write(_line(event, data))

    try:
        emit("complete", run(request, emit))
    except Exception as error:  # noqa: BLE001 - whatever an engine raises ends this task alone
        emit("error", failure(request, error))
    # the thread that watches standard input would hold up an ordinary end
    os._exit(0)


def _line(event: str, data: dict[str, Any]) -> bytes:
    text = json.dumps({"event": event, "data": data}, ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def _exit_at_end_of_input() -> None:
    sys.stdin.buffer.read()
    os._exit(1)
