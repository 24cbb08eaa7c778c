"""The moment by which a query must be done."""

import time

from peers.fabric.gql.problems import QueryTimeout


class Deadline:
    """Shared by all steps of a query; set before it runs."""

    def __init__(self) -> None:
        self.moment = float("inf")
        self._ticks = 0

    def tick(self) -> None:
        self._ticks += 1
        if not self._ticks & 0x3FF and time.monotonic() > self.moment:
            raise QueryTimeout
