"""What can go wrong between the service and Cosmos DB, and where: a run's is a pure function of
its seed."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Literal

from peers.faults import Fault
from peers.faults import Kind as FaultKind

MIXED = 16
"""Runs of everything at random, of `make chaos`"""
MIXED_RATE = 0.08
MIXED_STALL_SECONDS = 2.0
"""Of many, one after the other"""
THROTTLED = 429

Server = Literal["nosql", "gremlin"]


@dataclass(frozen=True, slots=True)
class Place:
    """``operation`` is a regular expression, for what the way to the server calls its requests.

    ``drops``: only met where something is removed.
    """

    name: str
    server: Server
    operation: str
    drops: bool = False


PLACES = (
    Place("job records", "nosql", "^(POST|PUT) docs scenarios/upload-jobs"),
    Place("leases", "nosql", "^(POST|PUT|DELETE) docs scenarios/leases"),
    Place("scenario switch", "nosql", "^(POST|PUT) docs scenarios/scenarios"),
    Place("journal", "nosql", "^(POST|PUT) docs scenarios/loads"),
    Place("catalogs", "nosql", "^POST docs scenarios/(graphs|tables)"),
    Place("documents in bulk", "nosql", "^POST docs scenarios/(runbooks|prompts)"),
    Place("telemetry batches", "nosql", "^UPSERT docs telemetry/"),
    Place("counting telemetry", "nosql", "^QUERY docs telemetry/"),
    Place("vertices", "gremlin", r"^g\.addV"),
    Place("edges", "gremlin", r"addE\("),
    Place("checks", "gremlin", r"^g\.[VE]\(\)\.has.*gte\(low\).*count\(\)$"),
    Place("drops", "gremlin", r"\.drop\(\)$", drops=True),
)


@dataclass(frozen=True, slots=True)
class Kind:
    """``passes``: a load gets over it at its first attempt. ``lasting``: seconds after which it
    is over, however many requests it has struck. ``then_cut``: those after it are."""

    name: str
    fault: FaultKind
    times: Sequence[int] = (1,)
    seconds: float = 0.0
    status: int = 503
    passes: bool = True
    lasting: float | None = None
    then_cut: bool = False


OUTAGE_SECONDS = 20.0
ALWAYS = 1 << 60

KINDS = (
    Kind("cut before", "cut", (1, 3)),
    Kind("cut after", "lose", (1, 3)),
    Kind("throttled", "refuse", (1, 5), 0.3, THROTTLED),
    Kind("unavailable", "refuse", (1, 3)),
    Kind("stall", "stall", (1,), 5.0),
    Kind("long stall", "stall", (1,), 18.0, passes=False),
    Kind("late", "stall", (1,), 18.0, passes=False, lasting=17.0, then_cut=True),
    Kind("outage", "cut", (ALWAYS,), passes=False, lasting=OUTAGE_SECONDS),
)


@dataclass(frozen=True, slots=True)
class Strike:
    place: Place
    kind: Kind
    times: int
    rate: float = 1.0

    def faults(self, seed: int) -> list[Fault]:
        kind, operation = self.kind, self.place.operation
        own = Fault(
            kind.fault,
            operation,
            times=self.times,
            rate=self.rate,
            seconds=kind.seconds,
            status=kind.status,
            dice=random.Random(seed),
        )
        return [own, Fault("cut", operation)] if kind.then_cut else [own]

    def __str__(self) -> str:
        times = "" if self.times >= ALWAYS else f" {self.times} ×"
        rate = "" if self.rate == 1 else f" {self.rate:.0%}"
        return f"{self.place.name}: {self.kind.name}{times}{rate}"


@dataclass(frozen=True, slots=True)
class Plan:
    """``reloads``: a scenario that is there. ``deletes``: it in the end, among troubles too."""

    seed: int
    strikes: tuple[Strike, ...]
    reloads: bool
    deletes: bool

    @property
    def passes(self) -> bool:
        """The first attempt ends well."""
        return all(each.kind.passes and each.rate == 1 for each in self.strikes)

    @property
    def lasting(self) -> float | None:
        return max((each.kind.lasting or 0 for each in self.strikes), default=0) or None

    def __str__(self) -> str:
        words = ["reload" if self.reloads else "load", *(["delete"] if self.deletes else [])]
        mixed = len(self.strikes) > len(KINDS)
        strikes = "everything at random" if mixed else " + ".join(map(str, self.strikes))
        return f"{' and '.join(words)}; {strikes}"


def one_at_a_time() -> list[Strike]:
    """Each kind in each place, its variants in turns."""
    return [
        Strike(place, kind, kind.times[number % len(kind.times)])
        for number, (place, kind) in enumerate(product(PLACES, KINDS))
    ]


def everywhere() -> list[Plan]:
    """Each variant of each kind in each place."""
    strikes = [Strike(place, kind, n) for place in PLACES for kind in KINDS for n in kind.times]
    return [_plan(-number, (each,)) for number, each in enumerate(strikes, 1)]


def mixed(seed: int) -> tuple[Strike, ...]:
    """All kinds but the longest, everywhere, all the time, at random."""
    nosql = Place("NoSQL", "nosql", " docs")
    gremlin = Place("Gremlin", "gremlin", "")
    chosen = random.Random(seed)
    kinds = [
        replace(each, seconds=min(each.seconds, MIXED_STALL_SECONDS))
        for each in KINDS
        if each.passes
    ]
    return tuple(
        Strike(place, kind, ALWAYS, rate=chosen.random() * MIXED_RATE)
        for place, kind in product((nosql, gremlin), kinds)
    )


SINGLE = one_at_a_time()


def plan(seed: int) -> Plan:
    """The first seeds are one kind in one place each, all others everything at random."""
    return _plan(seed, (SINGLE[seed],) if seed < len(SINGLE) else mixed(seed))


def _plan(seed: int, strikes: tuple[Strike, ...]) -> Plan:
    drops = any(each.place.drops for each in strikes)
    return Plan(seed, strikes, reloads=seed % 2 == 1, deletes=drops or seed % 5 == 4)


def seeds() -> Sequence[int]:
    return range(len(SINGLE) + MIXED)
