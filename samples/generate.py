"""Writes the CSVs of the sample scenario: ``python -m samples.generate [folder]``.

The same seed gives the same bytes. The manifest, the graph schema and the texts (runbooks,
tickets, prompts) are written by hand and lie beside them; they name entities of this network,
so read them again after changing anything here.
"""

import csv
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from random import Random

from samples import telemetry
from samples.names import CUSTOMERS, DEPOTS, DISTRICTS, INNER, TECHNICIANS
from samples.network import CAPACITY_GBPS, Network, build, duct_ids

SEED = 20260312
SCENARIO = Path(__file__).parent / "metro-fibre"

Row = Sequence[object]
Tables = dict[str, tuple[Sequence[str], Iterable[Row]]]

OPTICS = {"core": "100G-LR4", "aggregation": "40G-LR4", "express": "40G-LR4", "access": "10G-LR"}
SLA = {"gold": 99.99, "silver": 99.9, "bronze": 99.0}
MODELS = {"CoreRouter": "Tarn 9000", "AggSwitch": "Beck 5400", "AccessNode": "Rill 1200"}
SITE_KINDS = {"CoreRouter": "core", "AggSwitch": "aggregation", "AccessNode": "access"}


def generate(scenario: Path) -> None:
    """Writes ``data/entities`` and ``data/telemetry`` below the scenario's folder."""
    network = build(Random(SEED))
    day = telemetry.Day(network, Random(SEED + 1))
    entities = scenario / "data" / "entities"
    for name, (columns, rows) in _entities(network, Random(SEED + 2)).items():
        _write(entities / f"{name}.csv", columns, rows)
    tables = scenario / "data" / "telemetry"
    _write(tables / "LinkTelemetry.csv", telemetry.LINK_COLUMNS, day.link_rows())
    _write(tables / "ServiceTelemetry.csv", telemetry.SERVICE_COLUMNS, day.service_rows())


def _write(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _entities(network: Network, random: Random) -> Tables:
    return {
        **_places(network, random),
        **_equipment(network, random),
        **_cables(network, random),
        **_business(network),
        **_people(),
    }


def _places(network: Network, random: Random) -> Tables:
    ducts = duct_ids()
    nodes = network.nodes.values()
    return {
        "DimDistrict": (
            ("DistrictId", "Name", "Zone"),
            [(c, words[0], "inner" if c in INNER else "outer") for c, words in DISTRICTS.items()],
        ),
        "DimSite": (
            ("SiteId", "Name", "Kind", "Address", "Latitude", "Longitude", "BatteryHours"),
            [
                (
                    node.site,
                    f"{DISTRICTS[node.district][0]} {SITE_KINDS[node.label]}",
                    SITE_KINDS[node.label],
                    f"{random.randint(2, 140)} {DISTRICTS[node.district][node.street + 1]}",
                    f"{node.lat:.5f}",
                    f"{node.lon:.5f}",
                    {"core": 12, "aggregation": 8, "access": 4}[SITE_KINDS[node.label]],
                )
                for node in nodes
            ],
        ),
        "DimDuct": (
            ("DuctId", "Street", "Material", "DepthCm", "BuiltYear"),
            [
                (
                    duct,
                    DISTRICTS[code][street + 1],
                    random.choice(("PVC", "HDPE", "HDPE", "clay")),
                    random.choice((45, 60, 60, 75, 90)),
                    random.randint(1988, 2019),
                )
                for (code, street), duct in ducts.items()
            ],
        ),
        "FactSiteDistrict": (
            ("SiteId", "DistrictId"),
            [(node.site, node.district) for node in nodes],
        ),
        "FactDuctDistrict": (
            ("DuctId", "DistrictId"),
            [(duct, code) for (code, _), duct in ducts.items()],
        ),
    }


def _equipment(network: Network, random: Random) -> Tables:
    def node_table(label: str) -> tuple[Sequence[str], list[Row]]:
        return (
            (f"{label}Id", "Name", "Model", "Software", "InstalledYear"),
            [
                (
                    node.id,
                    f"{DISTRICTS[node.district][0]} {node.id[-2:]}",
                    MODELS[label],
                    random.choice(("7.4.2", "7.4.2", "7.5.1", "7.3.9")),
                    random.randint(2016, 2024),
                )
                for node in network.nodes.values()
                if node.label == label
            ],
        )

    return {
        **{f"Dim{label}": node_table(label) for label in MODELS},
        "FactNodeSite": (
            ("NodeType", "NodeId", "SiteId", "Rack"),
            [
                (node.label, node.id, node.site, f"R{random.randint(1, 6):02}")
                for node in network.nodes.values()
            ],
        ),
    }


def _cables(network: Network, random: Random) -> Tables:
    return {
        "DimFibreSpan": (
            ("SpanId", "Name", "LengthKm", "FibreCount", "LossDb", "BuiltYear"),
            [
                (
                    span.id,
                    " to ".join(DISTRICTS[node.district][0] for node in span.ends),
                    f"{span.length_km:.2f}",
                    random.choice((24, 48, 96)),
                    f"{0.6 + 0.26 * span.length_km:.2f}",
                    random.randint(2001, 2021),
                )
                for span in network.spans
            ],
        ),
        "DimTransportLink": (
            ("LinkId", "Name", "Kind", "CapacityGbps", "Optics", "LengthKm"),
            [
                (
                    link.id,
                    f"{link.ends[0]} to {link.ends[1]}",
                    link.kind,
                    CAPACITY_GBPS[link.kind],
                    OPTICS[link.kind],
                    f"{link.length_km:.2f}",
                )
                for link in network.links
            ],
        ),
        "FactSpanEnds": (
            ("SpanId", "Side", "SiteId", "Panel"),
            [
                (span.id, side, node.site, f"ODF-{random.randint(1, 9)}")
                for span in network.spans
                for side, node in zip("AZ", span.ends, strict=True)
            ],
        ),
        "FactSpanDucts": (
            ("SpanId", "DuctId", "Position"),
            [
                (span.id, duct, place)
                for span in network.spans
                for place, duct in enumerate(span.ducts, 1)
            ],
        ),
        "FactLinkSpans": (
            ("LinkId", "SpanId", "HopOrder"),
            [
                (link.id, span.id, place)
                for link in network.links
                for place, span in enumerate(link.spans, 1)
            ],
        ),
        "FactLinkEnds": (
            ("LinkId", "Side", "NodeType", "NodeId", "Port"),
            list(_link_ends(network)),
        ),
    }


def _link_ends(network: Network) -> Iterator[Row]:
    ports = dict.fromkeys(network.nodes, 0)
    for link in network.links:
        for side, node in zip("AZ", link.ends, strict=True):
            ports[node] += 1
            yield link.id, side, network.nodes[node].label, node, f"1/{ports[node]}"


def _business(network: Network) -> Tables:
    customers = {name: f"CUS-{number:03}" for number, name in enumerate(CUSTOMERS, 1)}
    return {
        "DimCustomer": (
            ("CustomerId", "Name", "Sector", "Phone"),
            [
                (id_, name, CUSTOMERS[name][0], f"01632 960{number:03}")
                for number, (name, id_) in enumerate(customers.items(), 100)
            ],
        ),
        "DimService": (
            ("ServiceId", "Name", "Kind", "Tier", "BandwidthMbps", "SlaAvailabilityPct"),
            [
                (s.id, f"{s.customer}: {s.kind}", s.kind, s.tier, s.mbps, SLA[s.tier])
                for s in network.services
            ],
        ),
        "FactServiceCustomer": (
            ("ServiceId", "CustomerId"),
            [(s.id, customers[s.customer]) for s in network.services],
        ),
        "FactServiceAccess": (
            ("ServiceId", "AccessNodeId", "Vlan"),
            [(s.id, s.ends[0], 100 + number) for number, s in enumerate(network.services)],
        ),
        "FactServicePath": (
            ("ServiceId", "PathRole", "HopOrder", "LinkId"),
            [
                (service.id, role, place, link.id)
                for service in network.services
                for role, path in (
                    ("primary", service.primary),
                    ("protection", service.protection),
                )
                for place, link in enumerate(path, 1)
            ],
        ),
    }


def _people() -> Tables:
    depots = {name: f"DEP-{number}" for number, name in enumerate(DEPOTS, 1)}
    technicians = [(f"TEC-{n:02}", *each) for n, each in enumerate(TECHNICIANS, 1)]
    return {
        "DimDepot": (
            ("DepotId", "Name", "Address"),
            [
                (id_, name, f"Unit {n}, {DISTRICTS[DEPOTS[name][0]][4]}")
                for n, (name, id_) in enumerate(depots.items(), 3)
            ],
        ),
        "DimTechnician": (
            ("TechnicianId", "Name", "Skill", "OnCall"),
            [(id_, name, skill, str(on).lower()) for id_, name, skill, _, on in technicians],
        ),
        "FactTechnicianDepot": (
            ("TechnicianId", "DepotId"),
            [(id_, depots[depot]) for id_, _, _, depot, _ in technicians],
        ),
        "FactDepotDistrict": (
            ("DepotId", "DistrictId"),
            [(depots[name], code) for name, (_, covered) in DEPOTS.items() for code in covered],
        ),
    }


if __name__ == "__main__":
    generate(Path(sys.argv[1]) if len(sys.argv) > 1 else SCENARIO)
