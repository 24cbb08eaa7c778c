"""Server-Sent Events: one ``event:`` and one ``data:`` line of JSON each, LF line ends."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any

from sse_starlette import EventSourceResponse, ServerSentEvent

PING_SECONDS = 15
SEND_TIMEOUT_SECONDS = 30

Event = tuple[str, dict[str, Any]]


def stream_responses(events: Sequence[str], description: str) -> dict[int | str, dict[str, Any]]:
    """For a route's ``responses=``: what OpenAPI says of an event stream."""
    event = {
        "type": "object",
        "properties": {
            "event": {"enum": list(events)},
            "data": {"type": "string", "contentMediaType": "application/json"},
        },
        "required": ["event", "data"],
    }
    text = (
        f"Server-Sent Events, each with one line of JSON: {description}; a comment line each 15 s"
    )
    return {200: {"description": text, "content": {"text/event-stream": {"schema": event}}}}


def event_stream(events: AsyncGenerator[Event, None]) -> EventSourceResponse:
    """Answers with the events as they come, and a ping (a comment line) when idle.

    The iterator is closed when the client goes away or does not read for 30 s:
    clean up in a ``finally`` without waiting there.
    """

    async def encoded() -> AsyncIterator[ServerSentEvent]:
        async with aclosing(events):
            async for name, data in events:
                text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
                yield ServerSentEvent(data=text, event=name, sep="\n")

    return EventSourceResponse(
        encoded(),
        sep="\n",
        ping=PING_SECONDS,
        send_timeout=SEND_TIMEOUT_SECONDS,
        ping_message_factory=lambda: ServerSentEvent(comment="ping", sep="\n"),
    )
