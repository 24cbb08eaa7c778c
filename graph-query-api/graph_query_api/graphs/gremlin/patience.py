"""Scripts that are sent until they are done, however often the server says: not now."""

import asyncio
import random
from collections.abc import Mapping
from typing import Any, Protocol

from graph_query_api.graphs.gremlin.client import Answer
from graph_query_api.graphs.gremlin.errors import (
    Changed,
    GremlinError,
    OutcomeUnknown,
    Throttled,
    Unreachable,
)
from graph_query_api.graphs.gremlin.pace import Pace

PATIENCE = 300.0
"""Seconds without any success after which it is given up."""
FIRST_PATIENCE = 30.0
"""The same before the first success: a wrong address shall not be waited for."""
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 10.0


class Submitting(Protocol):
    async def submit(self, script: str, bindings: Mapping[str, Any]) -> Answer: ...


class Stalled(Exception):
    """``last``: what the server said at last."""

    def __init__(self, seconds: float, last: GremlinError) -> None:
        super().__init__(f"The Gremlin server has done nothing for {seconds:g} s.")
        self.last = last


class PatientClient:
    """Shares one pace and one patience among all who submit; sums up what it costs.

    ``first_patience``: for who can't wait as long for the first success as a load.
    """

    def __init__(self, client: Submitting, pace: Pace, first_patience: float | None = None) -> None:
        self.pace = pace
        self.charge = 0.0
        self._client = client
        self._limit = FIRST_PATIENCE if first_patience is None else first_patience
        self._last_success = asyncio.get_running_loop().time()

    async def submit(
        self, script: str, bindings: Mapping[str, Any], tries: int | None = None
    ) -> Answer:
        """At least once: a script that writes may find its own work done, wholly or in part.

        The last of so many failures is raised if ``tries`` are named; those to connect don't
        count. Raises Stalled, and each GremlinError that no patience helps against.
        """
        failures = tried = 0
        while True:
            try:
                async with self.pace.turn():
                    answer = await self._client.submit(script, bindings)
            except (Throttled, OutcomeUnknown, Changed) as error:
                left = self._left(error)
                failures += 1
                tried += not isinstance(error, Unreachable)
                if isinstance(error, Throttled):  # waits with all others, at the gate
                    self.pace.throttled(error.retry_after)
                if tried == tries:
                    raise
                if not isinstance(error, Throttled):
                    await pause(failures, left)
            else:
                self._went_well(answer)
                return answer

    def _went_well(self, answer: Answer) -> None:
        self.pace.went_well()
        self.charge += answer.charge
        self._limit = PATIENCE
        self._last_success = asyncio.get_running_loop().time()

    def _left(self, error: GremlinError) -> float:
        """Seconds that are still waited for a success."""
        left = self._last_success + self._limit - asyncio.get_running_loop().time()
        if left <= 0:
            raise Stalled(self._limit, error) from error
        return left


async def pause(attempt: int, most: float = LONGEST_PAUSE) -> None:
    """Longer from time to time, and never the same for all."""
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2**attempt)
    await asyncio.sleep(min(most, longest * random.uniform(0.5, 1.0)))  # noqa: S311 - no secret
