import json
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clients import sse
from app.clients.sse import EventTooLarge, read_events

names = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), min_size=1, max_size=8)
payloads = st.recursive(
    st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(
        st.text(), inner
    ), max_leaves=4,
)  # fmt: skip


async def pieces(raw: bytes, cuts: list[int]) -> AsyncIterator[bytes]:
    ends = sorted({min(cut, len(raw)) for cut in cuts} | {len(raw)})
    start = 0
    for end in ends:
        yield raw[start:end]
        start = end


async def read(raw: bytes, cuts: list[int] | None = None) -> list[tuple[str, str]]:
    return [event async for event in read_events(pieces(raw, cuts or []))]


@given(
    st.lists(st.tuples(names, payloads)), st.lists(st.integers(0, 400)), st.sampled_from(
        ["\n", "\r\n"]
    ), st.booleans(),
)  # fmt: skip
async def test_gives_what_was_written_however_it_is_cut(
    events: list[tuple[str, object]], cuts: list[int], newline: str, pings: bool
) -> None:
    text = ""
    for name, data in events:
        text += f": ping{newline}{newline}" if pings else ""
        lines = json.dumps(data, indent=1, ensure_ascii=False).split("\n")
        body = newline.join(f"data: {line}" for line in lines)
        text += f"event: {name}{newline}{body}{newline}{newline}"
    read_back = await read(text.encode("utf-8", "replace"), cuts)
    wanted = [
        (name, json.loads(json.dumps(data, ensure_ascii=False).encode("utf-8", "replace")))
        for name, data in events
    ]
    assert [(name.removeprefix(" "), json.loads(data)) for name, data in read_back] == [
        (name.removeprefix(" "), data) for name, data in wanted
    ]


@given(st.binary(max_size=300), st.lists(st.integers(0, 300)))
async def test_any_bytes_give_the_same_events_however_they_are_cut(
    raw: bytes, cuts: list[int]
) -> None:
    assert await read(raw, cuts) == await read(raw)


async def test_an_event_that_breaks_off_is_not_given() -> None:
    assert await read(b"event: a\ndata: 1\n\nevent: complete\ndata: {}\n") == [("a", "1")]


async def test_events_without_data_or_name() -> None:
    assert await read(b"event: x\n\ndata:1\n\nid: 3\nretry: 5\ndata\n\n") == [
        ("message", "1"),
        ("message", ""),
    ]


async def test_one_event_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "MAX_EVENT_CHARS", 1000)
    with pytest.raises(EventTooLarge):
        await read(b"data: " + b"x" * 2000)
    with pytest.raises(EventTooLarge):
        await read(b"data: 1234567890\n" * 200)
