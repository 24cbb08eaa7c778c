"""What the fake can be told to do wrong, or slowly."""

import random
from dataclasses import dataclass, field, fields
from typing import Any

KEY = "a key that only the tests know"
CUT, CUT_AFTER, HALF = "cut", "cut-after", "half"
LATE, STALL, GARBAGE = "late", "stall", "garbage"


@dataclass
class Trouble:
    """Strikes requests ``nth``, counted from when it was set, and the ``times`` - 1 after it.

    ``kind``: a status, which comes before anything was done; ``cut`` the connection before or
    ``cut-after`` it was done; ``half`` of a script's elements are written, then it fails with
    ``status``; ``late``: done at once, answered after ``seconds``; ``stall``: nobody is answered
    for ``seconds``; ``garbage`` for an answer.
    """

    kind: str | int
    nth: int = 1
    times: int = 1
    seconds: float = 0.0
    status: int = 1009
    seen: int = 0

    def strikes(self) -> bool:
        self.seen += 1
        return self.nth <= self.seen < self.nth + self.times


@dataclass
class Knobs:
    partition_key: str = "pk"
    user: str = "/dbs/scenarios/colls/graphs"
    passwords: list[str] = field(default_factory=lambda: [KEY])
    """Those that are good now; a connection whose password is no more among them gets 401."""
    request_seconds: float = 0.0
    element_seconds: float = 0.0
    request_charge: float = 1.0
    write_charge: float = 10.0
    read_charge: float = 1.0
    charge_per_second: float = 0.0
    """The budget; 0: none."""
    most_in_flight: int = 0
    """Requests on one connection, beyond which it is too busy; 0: any number."""
    most_requests: int = 0
    """On one connection, which is cut then; 0: any number."""
    frame_results: int = 64
    troubles: list[Trouble] = field(default_factory=list)
    chances: dict[str, float] = field(default_factory=dict)
    """By kind as in Trouble: how likely each strikes a request, by ``seed``."""
    seed: int = 0

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    def set(self, **values: Any) -> None:
        known = {each.name for each in fields(self)}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"There is no knob {name!r}. There are {sorted(known)}")
            setattr(self, name, _troubles(value) if name == "troubles" else value)
        if "seed" in values:
            self.random = random.Random(self.seed)

    def trouble(self) -> Trouble | None:
        """For the request that has just come."""
        struck = [each for each in self.troubles if each.strikes()]
        if struck:
            return struck[0]
        for kind, chance in self.chances.items():
            if self.random.random() < chance:
                return Trouble(int(kind) if kind.isdigit() else kind, seconds=0.05)
        return None


def _troubles(given: list[Any]) -> list[Trouble]:
    return [each if isinstance(each, Trouble) else Trouble(**each) for each in given]


@dataclass
class Budget:
    """Units that were not used are kept for a second; a request is done, then paid."""

    knobs: Knobs
    left: float = 0.0
    at: float = float("-inf")

    def wait(self, now: float) -> float:
        """Seconds until there is something left; 0: now."""
        rate = self.knobs.charge_per_second
        if not rate:
            return 0.0
        self.left = min(rate, self.left + (now - self.at) * rate)
        self.at = now
        return max(0.0, -self.left / rate) if self.left <= 0 else 0.0

    def pay(self, charge: float) -> None:
        self.left -= charge
