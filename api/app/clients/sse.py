"""Reads Server-Sent Events."""

import codecs
from collections.abc import AsyncIterator

MAX_EVENT_CHARS = 16 << 20


class EventTooLarge(Exception):
    pass


async def read_events(chunks: AsyncIterator[bytes]) -> AsyncIterator[tuple[str, str]]:
    """Yields ``(event, data)`` for each event that has data and was ended by a blank line.

    Takes LF and CRLF, comments (pings), several ``data:`` lines, and fields it does
    not know. An event that the stream breaks off is not given.

    Raises:
        EventTooLarge: an event, or a line of one, over 16 M characters.
    """
    event, data, size = "", list[str](), 0
    async for line in _lines(chunks):
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                yield event or "message", "\n".join(data)
            event, data, size = "", [], 0
        elif name == "event":
            event = value
        elif name == "data":
            data.append(value)
            size += len(value)
            if size > MAX_EVENT_CHARS:
                raise EventTooLarge


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
    parts: list[str] = []
    size = 0
    async for chunk in chunks:
        *ended, rest = decoder.decode(chunk).split("\n")
        for line in ended:
            yield ("".join(parts) + line).removesuffix("\r")
            parts, size = [], 0
        parts.append(rest)
        size += len(rest)
        if size > MAX_EVENT_CHARS:
            raise EventTooLarge
