"""Whoever asks for a scenario while it is replaced sees the old or the new, never half."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
from chaos.cosmos.packs import TABLE, Content

PAUSE_SECONDS = 0.2
NOT_FOUND = 404
NOT_NOW = {502, 503, 504}


class NotAnswered(Exception):
    """The service says that it can't just now."""


class NotThere(Exception):
    """There is no such scenario, or part."""


def graph(client: httpx.Client, scenario: str) -> object:
    body = _asked(client, "GET", f"{scenario}/topology", params={"limit": 100_000})
    return (
        dict(Counter(each["label"] for each in body["nodes"])),
        dict(Counter(each["label"] for each in body["edges"])),
    )


def telemetry(client: httpx.Client, scenario: str) -> object:
    question = {"table": TABLE, "columns": ["Mbps"]}
    body = _asked(client, "POST", f"{scenario}/telemetry/query", json=question)
    rows = [row["Mbps"] for row in body["data"]]
    assert len(rows) == len(set(rows)), f"rows of {scenario} come twice"
    return len(rows)


def runbooks(client: httpx.Client, scenario: str) -> object:
    names = [each["id"] for each in _asked(client, "GET", f"{scenario}/runbooks")["documents"]]
    return {name: _asked(client, "GET", f"{scenario}/runbooks/{name}")["content"] for name in names}


def prompts(client: httpx.Client, scenario: str) -> object:
    """The current ones."""
    found = _asked(client, "GET", f"{scenario}/prompts")["prompts"]
    return {each["name"]: each["content"] for each in reversed(found)}


PARTS: Mapping[str, Callable[[httpx.Client, str], object]] = {
    "graph": graph,
    "telemetry": telemetry,
    "prompts": prompts,
    "runbooks": runbooks,
}


def read(client: httpx.Client, scenario: str, content: Content) -> Iterator[str]:
    """What is not as it was packed."""
    for part, ask in PARTS.items():
        found = ask(client, scenario)
        if found != content.parts[part]:
            yield f"{part}: {found}, not {content.parts[part]}"


def torn(client: httpx.Client, scenario: str, old: Content | None, new: Content) -> Iterator[str]:
    """After an attempt that failed: what is neither as it was before nor all new."""
    for part, ask in PARTS.items():
        try:
            found = ask(client, scenario)
        except NotThere:
            found = None
        before = (old.parts[part],) if old else (None, {})
        if found not in (*before, new.parts[part]):
            yield f"after the first attempt {part} is {found}"


@contextmanager
def reading(
    client: httpx.Client, scenario: str, old: Content | None, new: Content
) -> Iterator[list[str]]:
    """Asks again and again while a scenario is replaced, and writes down what is neither old nor
    new."""
    halves: list[str] = []
    ended = threading.Event()

    def ask(old: Content) -> None:
        while not ended.is_set():
            for part in ("graph", "telemetry", "prompts"):
                try:
                    found = PARTS[part](client, scenario)
                except NotAnswered:
                    continue
                except (AssertionError, NotThere, httpx.TransportError) as error:
                    halves.append(f"a reader of {part}: {error}")
                    continue
                if found not in (old.parts[part], new.parts[part]):
                    halves.append(f"a reader saw {part}: {found}")
            ended.wait(PAUSE_SECONDS)

    threads = [threading.Thread(target=ask, args=(old,))] if old else []
    for thread in threads:
        thread.start()
    try:
        yield halves
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def _asked(client: httpx.Client, method: str, path: str, **request: Any) -> dict[str, Any]:
    answer = client.request(method, f"/query/scenarios/{path}", **request)
    if answer.status_code in NOT_NOW:
        raise NotAnswered(answer.text)
    if answer.status_code == NOT_FOUND:
        raise NotThere(answer.text)
    assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
    body: dict[str, Any] = answer.json()
    return body
