"""The network: four core sites in a ring, three aggregation sites between each two, access
sites behind those, and the services that run over it."""

import heapq
import math
from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random

from samples.names import CUSTOMERS, DISTRICTS, INNER, RINGS

CENTRE = (53.2310, 0.3420)
KM_PER_DEGREE = 111.2
STREETS_ARE_LONGER = 1.25
CAPACITY_GBPS = {"core": 100, "aggregation": 40, "express": 40, "access": 10}
OUTER = tuple(code for ring in RINGS for code in ring)


@dataclass(frozen=True)
class Node:
    """A router, switch or access node, alone at its site."""

    id: str
    label: str
    district: str
    street: int
    lat: float
    lon: float

    @property
    def site(self) -> str:
        return f"SITE{self.id[2:]}"


@dataclass(frozen=True)
class Span:
    id: str
    ends: tuple[Node, Node]
    ducts: tuple[str, str]
    length_km: float


@dataclass(frozen=True)
class Link:
    id: str
    kind: str
    ends: tuple[str, str]
    spans: tuple[Span, ...]

    @property
    def length_km(self) -> float:
        return sum(span.length_km for span in self.spans)

    @property
    def ducts(self) -> frozenset[str]:
        return frozenset(duct for span in self.spans for duct in span.ducts)


@dataclass(frozen=True)
class Service:
    id: str
    customer: str
    kind: str
    tier: str
    mbps: int
    ends: tuple[str, str]
    primary: tuple[Link, ...]
    protection: tuple[Link, ...]


@dataclass
class Network:
    nodes: dict[str, Node] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)

    def paths(
        self, start: str, end: str, avoid: Collection[str] = (), ducts: Collection[str] = ()
    ) -> tuple[Link, ...]:
        """The shortest way; what is to be avoided is used only where there is no other."""
        queue: list[tuple[float, int, str, tuple[Link, ...]]] = [(0.0, 0, start, ())]
        seen: set[str] = set()
        count = 0
        while queue:
            cost, _, node, path = heapq.heappop(queue)
            if node == end:
                return path
            if node in seen:
                continue
            seen.add(node)
            for link in self.links:
                if node in link.ends:
                    other = link.ends[link.ends[0] == node]
                    unwanted = link.id in avoid or not link.ducts.isdisjoint(ducts)
                    count += 1  # keeps ties in the order in which they came
                    step = link.length_km + 1.0 + 1000.0 * unwanted
                    heapq.heappush(queue, (cost + step, count, other, (*path, link)))
        raise ValueError(f"{start} and {end} are not connected")


def duct_ids() -> dict[tuple[str, int], str]:
    """One duct a street: (district, number of the street) → id."""
    streets = [(code, street) for code in DISTRICTS for street in range(4)]
    return {each: f"DCT-{number:03}" for number, each in enumerate(streets, 1)}


def build(random: Random) -> Network:
    network = Network()
    _place_nodes(network, random)
    _lay_spans(network, random)
    _light_links(network)
    _sell_services(network, random)
    return network


def _place_nodes(network: Network, random: Random) -> None:
    for number, code in enumerate(INNER):
        lat, lon = _position(45 - 90 * number, 1.2)
        _add(network, f"CR-{code}-01", "CoreRouter", 0, lat, lon)
        _add(network, f"AN-{code}-02", "AccessNode", 2, *_near(lat, lon, random))
    for number, code in enumerate(OUTER):
        lat, lon = _position(30 - 30 * number, random.uniform(3.4, 5.2))
        _add(network, f"AG-{code}-01", "AggSwitch", 0, lat, lon)
        for street in (2, 3):
            _add(network, f"AN-{code}-0{street}", "AccessNode", street, *_near(lat, lon, random))


def _add(network: Network, id_: str, label: str, street: int, lat: float, lon: float) -> None:
    network.nodes[id_] = Node(id_, label, id_[3:5], street, round(lat, 5), round(lon, 5))


def _position(degrees: float, km: float) -> tuple[float, float]:
    angle = math.radians(degrees)
    per_degree = KM_PER_DEGREE * math.cos(math.radians(CENTRE[0]))
    return (
        CENTRE[0] + km * math.sin(angle) / KM_PER_DEGREE,
        CENTRE[1] + km * math.cos(angle) / per_degree,
    )


def _near(lat: float, lon: float, random: Random) -> tuple[float, float]:
    return lat + random.uniform(-0.009, 0.009), lon + random.uniform(-0.014, 0.014)


def distance_km(a: Node, b: Node) -> float:
    """Good to a metre or so over a city."""
    east = (a.lon - b.lon) * math.cos(math.radians(CENTRE[0]))
    return math.hypot(a.lat - b.lat, east) * KM_PER_DEGREE


def _lay_spans(network: Network, random: Random) -> None:
    """A site's cables leave clockwise by its first street and anticlockwise by its second, so
    a core span and the first span of the ring beside it share a duct: that is the weakness."""
    ducts = duct_ids()

    def lay(a: str, street_a: int, b: str, street_b: int) -> None:
        ends = (network.nodes[a], network.nodes[b])
        length = round(distance_km(*ends) * STREETS_ARE_LONGER * random.uniform(1.0, 1.15), 2)
        pair = (ducts[ends[0].district, street_a], ducts[ends[1].district, street_b])
        network.spans.append(Span(f"SPN-{len(network.spans) + 1:03}", ends, pair, length))

    core = [f"CR-{code}-01" for code in INNER]
    for number in range(4):
        lay(core[number], 0, core[(number + 1) % 4], 1)
    lay(core[0], 3, core[2], 3)
    lay(core[1], 3, core[3], 3)
    for number, ring in enumerate(RINGS):
        switches = [f"AG-{code}-01" for code in ring]
        around = [core[number], *switches, core[(number + 1) % 4]]
        for a, b in pairwise(around):
            lay(a, 0, b, 1)
        lay(f"AN-{INNER[number]}-02", 2, switches[0], 1)
        for place, code in enumerate(ring):
            neighbour = switches[place + 1] if place < 2 else switches[1]
            lay(f"AN-{code}-02", 2, switches[place], 0)
            lay(f"AN-{code}-02", 3, neighbour, 1)
            lay(f"AN-{code}-03", 3, switches[place], 1)


def _light_links(network: Network) -> None:
    """One link a span, and from the middle of each ring an express link to either core."""

    def light(kind: str, ends: tuple[str, str], *spans: Span) -> None:
        network.links.append(Link(f"LNK-{len(network.links) + 1:03}", kind, ends, spans))

    between = {frozenset((s.ends[0].id, s.ends[1].id)): s for s in network.spans}
    for span in network.spans:
        labels = {node.label for node in span.ends}
        if "AccessNode" in labels:
            kind = "access"
        else:
            kind = "core" if labels == {"CoreRouter"} else "aggregation"
        light(kind, (span.ends[0].id, span.ends[1].id), span)
    for number, (first, middle, last) in enumerate(RINGS):
        for side, core in ((first, INNER[number]), (last, INNER[(number + 1) % 4])):
            stops = (f"AG-{middle}-01", f"AG-{side}-01", f"CR-{core}-01")
            hops = [between[frozenset(pair)] for pair in pairwise(stops)]
            light("express", (stops[0], stops[-1]), *hops)


HEAD_END = {"Internet access": "CR-OQ-01", "Broadband": "CR-OQ-01", "Mobile backhaul": "CR-MG-01"}
MBPS = {
    "Internet access": (200, 500, 1000, 2000),
    "Broadband": (4000, 6000, 8000),
    "Mobile backhaul": (2000, 3000),
    "Leased line": (100, 1000),
}
EXTRA_SITES = {"mobile operator": 6, "public": 2, "emergency": 2, "health": 2, "utility": 2}


def _sell_services(network: Network, random: Random) -> None:
    access = [node for node in network.nodes if node.startswith("AN-")]
    for name, (sector, tier) in CUSTOMERS.items():
        home = _home(name, access, random)
        for number in range(EXTRA_SITES.get(sector, 1)):
            if sector == "mobile operator":
                kind, home = "Mobile backhaul", random.choice(access)
            elif sector == "residential":
                kind = "Broadband"
            else:
                kind = "Leased line" if number else "Internet access"
            others = [node for node in access if node != home]
            end = HEAD_END.get(kind) or random.choice(others)
            mbps = random.choice(MBPS[kind])
            network.services.append(_service(network, name, kind, tier, mbps, (home, end)))


def _home(customer: str, access: list[str], random: Random) -> str:
    """In the district (or beside the street) that the name tells, else anywhere."""
    for code, words in DISTRICTS.items():
        if any(customer.startswith(word) for word in words):
            return random.choice([node for node in access if node[3:5] == code])
    return random.choice(access)


def _service(
    network: Network, customer: str, kind: str, tier: str, mbps: int, ends: tuple[str, str]
) -> Service:
    """Gold is protected by way of other ducts, silver only by other links, bronze not at all."""
    primary = network.paths(*ends)
    protection: tuple[Link, ...] = ()
    if tier != "bronze":
        ducts = frozenset().union(*(link.ducts for link in primary)) if tier == "gold" else ()
        protection = network.paths(*ends, avoid={link.id for link in primary}, ducts=ducts)
    id_ = f"SVC-{len(network.services) + 1:03}"
    return Service(id_, customer, kind, tier, mbps, ends, primary, protection)
