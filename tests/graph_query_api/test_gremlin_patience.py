"""Patience with a Gremlin server ends when it was said to end."""

import asyncio
import random
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from graph_query_api.graphs.gremlin import patience
from graph_query_api.graphs.gremlin.client import Answer
from graph_query_api.graphs.gremlin.errors import Unreachable
from graph_query_api.graphs.gremlin.pace import Pace
from graph_query_api.graphs.gremlin.patience import PatientClient, Stalled


class Gone:
    async def submit(self, _script: str, _bindings: Mapping[str, Any]) -> Answer:
        raise Unreachable(0, "nobody listens")


def test_no_pause_is_longer_than_the_patience_that_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses of 0.2, 0.4 and 0.8 s leave 0.15; the next one would be of 1.6 s."""
    now = 0.0

    async def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    clock = SimpleNamespace(time=lambda: now)
    ours = SimpleNamespace(sleep=sleep, get_running_loop=lambda: clock)
    monkeypatch.setattr(patience, "asyncio", ours)
    monkeypatch.setattr(random, "uniform", lambda _, longest: longest)

    async def ask() -> None:
        with pytest.raises(Stalled, match="done nothing"):
            await PatientClient(Gone(), Pace(1), 1.55).submit("g.V()", {})

    asyncio.run(ask())
    assert now == pytest.approx(1.55)
