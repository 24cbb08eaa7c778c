"""What the person at the terminal sees: lines, and one line of progress that is rewritten."""

from typing import TextIO

ERASE_LINE = "\r\x1b[K"


class Console:
    """On a terminal progress is rewritten in place, else each new step is a line of its own."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._rewrites = out.isatty()
        self._open = False
        self._last_step = ""

    def say(self, text: str) -> None:
        self._write(text, end="\n")
        self._open = False

    def progress(self, step: str, text: str) -> None:
        if self._rewrites:
            self._write(f"{text[:100]}", end="")
            self._open = True
        elif step != self._last_step:
            self._write(text, end="\n")
        self._last_step = step

    def _write(self, text: str, end: str) -> None:
        self._out.write(f"{ERASE_LINE if self._open else ''}{text}{end}")
        self._out.flush()
