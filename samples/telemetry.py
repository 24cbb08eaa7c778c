"""A day of telemetry, 12 March 2026 (UTC), and what the cut in Tannery Lane does to it.

09:20  an excavator bends the duct: light falls a little, errors rise
09:42  the duct is cut: its links go dark, bronze and badly protected services with them,
       the rest moves to the other side of the ring, which fills up
10:25  the operations centre moves silver services by hand
14:05  spliced: light is back, a little weaker than before
14:25  traffic is back where it belongs
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from samples.network import CAPACITY_GBPS, Link, Network, Service, duct_ids

MIDNIGHT = datetime(2026, 3, 12)  # noqa: DTZ001 - written with a Z
CUT_DUCT = duct_ids()["OQ", 0]
BENT, CUT, MOVED, SPLICED, RESTORED = 560, 582, 625, 845, 865  # minutes of the day
DAY = 24 * 60
LINK_EVERY, SERVICE_EVERY = 5, 15
DARK_DBM = -40.0
PEAK_UTILIZATION = {"core": 46, "aggregation": 36, "express": 30, "access": 38}

LINK_COLUMNS = (
    "Timestamp", "LinkId", "OpticalPowerDbm", "ErrorRatePpm", "UtilizationPct", "LatencyMs",
)  # fmt: skip
SERVICE_COLUMNS = (
    "SampleId", "Timestamp", "ServiceId", "AvailabilityPct", "LatencyMs", "JitterMs",
    "PacketLossPct", "ThroughputMbps",
)  # fmt: skip


@dataclass(frozen=True)
class LinkLook:
    """What a link is like on a good day, and how much of its capacity the detour takes."""

    power: float
    peak: float
    detour: float
    dirty: bool


class Day:
    def __init__(self, network: Network, random: Random) -> None:
        self._network = network
        self._random = random
        self._cut = {link.id for link in network.links if CUT_DUCT in link.ducts}
        self._links = self._look_at_links()

    def link_rows(self) -> Iterator[tuple[str, ...]]:
        for minute in range(0, DAY, LINK_EVERY):
            for link in self._network.links:
                yield (_stamp(minute), link.id, *self._link_figures(link, minute))

    def service_rows(self) -> Iterator[tuple[str, ...]]:
        for minute in range(0, DAY, SERVICE_EVERY):
            for service in self._network.services:
                sample = f"{service.id}-{minute // 60:02}{minute % 60:02}"
                figures = self._service_figures(service, minute)
                yield (sample, _stamp(minute), service.id, *figures)

    def _look_at_links(self) -> dict[str, LinkLook]:
        random, links = self._random, self._network.links
        dirty = next(link.id for link in links if link.ends == ("AN-RM-03", "AG-RM-01"))
        peaks = {link.id: PEAK_UTILIZATION[link.kind] * random.uniform(0.8, 1.12) for link in links}
        moved = dict.fromkeys(peaks, 0.0)
        for link in links:
            if link.id in self._cut:
                gbps = peaks[link.id] * CAPACITY_GBPS[link.kind]
                for other in self._network.paths(*link.ends, avoid=self._cut):
                    moved[other.id] += gbps / CAPACITY_GBPS[other.kind]
        return {
            link.id: LinkLook(
                power=-2.6 - 0.26 * link.length_km - random.uniform(0.4, 1.6),
                peak=peaks[link.id],
                detour=moved[link.id],
                dirty=link.id == dirty,
            )
            for link in links
        }

    def _link_figures(self, link: Link, minute: int) -> tuple[str, str, str, str]:
        look, noise = self._links[link.id], self._random.gauss
        hit = link.id in self._cut
        if hit and CUT <= minute < SPLICED:
            return f"{DARK_DBM + noise(0, 0.08):.2f}", "", "0.0", ""
        bend = (minute - BENT) / (CUT - BENT) if hit and BENT <= minute < CUT else 0.0
        splice = 0.35 if hit and minute >= SPLICED else 0.0
        power = look.power - 2.8 * bend - splice - 2.4 * look.dirty + noise(0, 0.06)
        used = 0.0 if hit and SPLICED <= minute < RESTORED else self._utilization(look, minute)
        errors = abs(noise(0.05, 0.03)) + 60 * bend**2 + 18 * look.dirty * abs(noise(1, 0.3))
        errors += 1.4 * max(0.0, used - 85) ** 2
        latency = 0.04 + 0.005 * link.length_km + 0.03 * used / (102 - used) + abs(noise(0, 0.003))
        return f"{power:.2f}", f"{errors:.2f}", f"{used:.1f}", f"{latency:.3f}"

    def _utilization(self, look: LinkLook, minute: int) -> float:
        rerouted = look.detour if CUT <= minute < RESTORED else 0.0
        used = (look.peak + rerouted) * _busy(minute) * self._random.gauss(1, 0.025)
        return min(99.4, max(1.0, used))

    def _service_figures(self, service: Service, minute: int) -> tuple[str, ...]:
        noise = self._random.gauss
        before = range(minute - SERVICE_EVERY, minute)
        up = sum(self._path(service, each) is not None for each in before) / SERVICE_EVERY
        path = self._path(service, minute)
        availability = f"{100 * up:.1f}"
        if path is None:
            return availability, "", "", "100.00", "0.0"
        full = max(self._utilization(self._links[link.id], minute) for link in path)
        crowded = max(0.0, full - 85) / 15
        latency = sum(0.35 + 0.01 * link.length_km for link in path) * (1 + 2.2 * crowded)
        jitter = 0.08 + 0.9 * crowded + abs(noise(0, 0.02))
        loss = abs(noise(0, 0.004)) + 1.6 * crowded**2
        mbps = service.mbps * 0.6 * _busy(minute) * noise(1, 0.05) * (1 - loss / 100)
        return (
            availability,
            f"{latency + abs(noise(0, 0.05)):.2f}",
            f"{jitter:.2f}",
            f"{loss:.2f}",
            f"{mbps:.1f}",
        )

    def _path(self, service: Service, minute: int) -> tuple[Link, ...] | None:
        """The links that carry the service in this minute, or None while it is down."""
        if not CUT <= minute < RESTORED or not self._hits(service.primary):
            return service.primary
        if service.protection and not self._hits(service.protection):
            return service.protection
        if service.tier == "silver" and minute >= MOVED:
            return self._network.paths(*service.ends, avoid=self._cut)
        return service.primary if minute >= SPLICED else None

    def _hits(self, path: tuple[Link, ...]) -> bool:
        return any(link.id in self._cut for link in path)


def _busy(minute: int) -> float:
    """How busy the city is, from 0.3 in the small hours to 1 at three in the afternoon."""
    return 0.65 + 0.35 * math.cos(2 * math.pi * (minute / 60 - 15) / 24)


def _stamp(minute: int) -> str:
    return f"{MIDNIGHT + timedelta(minutes=minute):%Y-%m-%dT%H:%M:%SZ}"
