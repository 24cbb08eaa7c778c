"""Provisioning requests over HTTP: one that streams beside the test, and its events."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from support.jobs import events
from support.stack import wait_until

Event = tuple[str, dict[str, Any]]


def ask(
    client: httpx.Client, goal: str, tarball: Path, workspace: str, **fields: str
) -> tuple[int, Any]:
    """Status, and the events in order; for what is refused, the problem document."""
    with tarball.open("rb") as file:
        request = client.build_request(
            "POST",
            f"/api/fabric/provision/{goal}",
            data={"workspace_id": workspace, **fields},
            files={"file": (tarball.name, file)},
        )
        answer = client.send(request, stream=True)
        try:
            if answer.status_code != 200:
                answer.read()
                return answer.status_code, answer.json()
            return 200, [*events(answer)]
        finally:
            answer.close()


class Streaming:
    """The events of a request as they come."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.ended = threading.Event()
        self.answer: httpx.Response | None = None

    def seen(self, phase: str) -> bool:
        return any(data.get("step") == phase for _, data in [*self.events])

    def wait_for(self, phase: str) -> None:
        wait_until(lambda: self.seen(phase) or self.ended.is_set(), what=f"phase {phase}")
        assert self.seen(phase), self.events

    def outcome(self) -> Event:
        assert self.ended.wait(60)
        return self.events[-1]


@contextmanager
def streaming(
    url: str, goal: str, tarball: Path, workspace: str, **fields: str
) -> Iterator[Streaming]:
    """Goes away at the end, whether the request has ended or not."""
    seen = Streaming()

    def read(client: httpx.Client) -> None:
        data = {"workspace_id": workspace, **fields}
        try:
            with (
                tarball.open("rb") as file,
                client.stream(
                    "POST",
                    f"/api/fabric/provision/{goal}",
                    data=data,
                    files={"file": (tarball.name, file)},
                ) as answer,
            ):
                seen.answer = answer
                for event in events(answer):
                    seen.events.append(event)
        except httpx.TransportError:
            pass  # closed by the test
        finally:
            seen.ended.set()

    with httpx.Client(base_url=url, timeout=60) as client:
        thread = threading.Thread(target=read, args=(client,))
        thread.start()
        try:
            yield seen
        finally:
            if seen.answer and not seen.ended.is_set():
                _cut(seen.answer)
            thread.join(30)
            assert not thread.is_alive()


def _cut(answer: httpx.Response) -> None:
    """Ends the connection below a reader in another thread."""
    stream = answer.extensions["network_stream"]
    stream.get_extra_info("socket").shutdown(2)
