"""Which trouble a run meets: a pure function of its seed."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count, product
from typing import Any

from chaos.fabric.kinds import FOREVER, KINDS, LASTING, Kind, Variant
from chaos.fabric.places import PHASES, PLACES, Place

RUNS = 120
"""Of `make chaos`, at least."""
TOGETHER = 3


@dataclass(frozen=True, slots=True)
class Strike:
    kind: Kind
    variant: Variant
    place: Place

    def faults(self) -> list[dict[str, Any]]:
        """For the stand-in."""
        own = self._fault(self.kind.name, self.variant.options)
        along = [self._fault(self.kind.along, {})] if self.kind.along else []
        return [own, *along]

    def _fault(self, kind: str, options: object) -> dict[str, Any]:
        place = self.place
        return {
            "kind": kind,
            "host": place.host,
            "method": place.method,
            "path": place.path,
            "nth": place.nth,
            "times": self.variant.times,
            "options": options,
        }

    def __str__(self) -> str:
        times = "always" if self.variant.times is LASTING else f"{self.variant.times} ×"
        options = " ".join(f"{name}={value}" for name, value in self.variant.options.items())
        return f"{self.place.name}: {self.kind.name} {times} {options}".rstrip()


@dataclass(frozen=True, slots=True)
class Plan:
    seed: int
    strikes: tuple[Strike, ...]

    @property
    def passes(self) -> bool:
        """The first attempt ends well."""
        return len(self.strikes) == 1 and self.strikes[0].variant.passes

    @property
    def standing(self) -> bool:
        return any(strike.place.standing for strike in self.strikes)

    @property
    def stale(self) -> bool:
        return any(strike.place.stale for strike in self.strikes)

    @property
    def waits_forever(self) -> bool:
        return any(strike.variant.options.get("seconds") == FOREVER for strike in self.strikes)

    def __str__(self) -> str:
        return " + ".join(map(str, self.strikes))


def one_at_a_time() -> list[Strike]:
    """Each variant of each kind, and each kind in each phase where it can strike."""
    turn = count()
    found = []
    for kind, phase in product(KINDS, PHASES):
        places = [each for each in PLACES if each.phase == phase and kind.strikes(each)]
        if places:
            number = next(turn)
            variant = kind.variants[number % len(kind.variants)]
            found.append(Strike(kind, variant, places[number % len(places)]))
    missing = {(kind.name, number) for kind in KINDS for number in range(len(kind.variants))}
    missing -= {(each.kind.name, each.kind.variants.index(each.variant)) for each in found}
    for kind in KINDS:
        for number in range(len(kind.variants)):
            if (kind.name, number) in missing:
                places = [each for each in PLACES if kind.strikes(each)]
                found.append(Strike(kind, kind.variants[number], places[next(turn) % len(places)]))
    return found


def everywhere() -> list[Strike]:
    return [
        Strike(kind, variant, place)
        for kind, place in product(KINDS, PLACES)
        if kind.strikes(place)
        for variant in kind.variants
    ]


SINGLE = one_at_a_time()


def plan(seed: int) -> Plan:
    """The first seeds are one fault each, all others three at random together."""
    if seed < len(SINGLE):
        return Plan(seed, (SINGLE[seed],))
    chosen = random.Random(seed)
    return Plan(seed, tuple(_drawn(chosen) for _ in range(TOGETHER)))


def seeds() -> Sequence[int]:
    return range(max(RUNS, len(SINGLE) + RUNS // 5))


def _drawn(chosen: random.Random) -> Strike:
    kind = chosen.choice(KINDS)
    place = chosen.choice([each for each in PLACES if kind.strikes(each)])
    return Strike(kind, chosen.choice(kind.variants), place)
