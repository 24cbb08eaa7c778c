"""The lines of a file as Python's csv module wants them, byte for byte."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import BinaryIO

MAX_FIELD_BYTES = 1 << 20

_BROKEN_BYTE = re.compile("[\udc80-\udcff]")


class Lines(Iterator[str]):
    """Decoded lines; a byte that is not UTF-8 becomes a lone surrogate (`undecodable` finds it).

    After the last line comes the line `END`, and `ended` is true: a csv reader that does not
    give it back as a record of its own is still inside a quote.
    """

    END = "end"

    def __init__(self, stream: BinaryIO, longest: int) -> None:
        # The csv module has but one limit for the whole process; nobody here needs another.
        csv.field_size_limit(MAX_FIELD_BYTES)
        self.count = 0
        self.bytes = 0
        self.ended = False
        self._stream = stream
        self._longest = longest

    def __next__(self) -> str:
        raw = self._stream.readline(self._longest)
        if not raw:
            if self.ended:
                raise StopIteration
            self.ended = True
            return self.END
        self.count += 1
        self.bytes += len(raw)
        if not raw.endswith(b"\n"):
            if len(raw) == self._longest:
                raise csv.Error(_TOO_LONG)
            raw += b"\n"
        return raw.decode("utf-8", "surrogateescape")


_TOO_LONG = "field larger than field limit"


def is_too_long(error: csv.Error) -> bool:
    """Whether it is about a field that is too long, and not about a lone CR, the other one."""
    return str(error).startswith(_TOO_LONG)


def in_words(error: csv.Error) -> str:
    if is_too_long(error):
        return "a field longer than 1 MiB begins in this row, or a quote that is never closed"
    return "a carriage return (CR) stands outside quotes; end lines with LF or CRLF"


def undecodable(text: str) -> str | None:
    """The first byte that is not UTF-8, in hexadecimal; None if there is none."""
    if text.isascii():
        return None
    found = _BROKEN_BYTE.search(text)
    return f"{ord(found[0]) - 0xDC00:02X}" if found else None
