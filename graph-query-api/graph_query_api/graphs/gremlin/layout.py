"""How a graph lies in a Gremlin graph that it shares with all others.

Vertices and edges carry the generation of their load, and numbers that make topology
possible without any order on the server: a vertex its place by key within its label,
an edge the places of both its ends. Ids and partition keys are computed from a row alone.
"""

import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from graph_query_api.graphs.catalog import EdgeType, GraphCatalog, Pair
from graph_query_api.graphs.gremlin.client import GremlinAddress

Dialect = Literal["cosmos", "tinkerpop"]

LOAD = "sl_load"
KEY = "sl_key"
NUMBER = "sl_n"
PAIR = "sl_pair"
SOURCE = "sl_s"
TARGET = "sl_t"

VERTICES_A_BUCKET = 20_000
MOST_BUCKETS = 64


@dataclass(frozen=True)
class GremlinTarget:
    """``partition_key``: the graph's, without its slash."""

    address: GremlinAddress
    dialect: Dialect
    partition_key: str

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> "GremlinTarget":
        return cls(**{**kept, "address": GremlinAddress(**kept["address"])})


@dataclass(frozen=True)
class LoadedGraph:
    """A complete load. ``charge`` is what it has cost, in request units."""

    catalog: GraphCatalog
    buckets: int
    charge: float

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> "LoadedGraph":
        catalog = GraphCatalog.from_dict(kept["catalog"])
        return cls(catalog, kept["buckets"], kept["charge"])


def element_id(generation: str, public_id: str) -> str:
    """What Cosmos DB takes as an id, whatever the pack's ids are written with."""
    return hashlib.sha256(f"{generation}\0{public_id}".encode()).hexdigest()[:32]


def buckets_of(vertices: int) -> int:
    """A load is spread over so many partition keys; one holds 10,000 RU/s and 20 GB at most."""
    return max(1, min(MOST_BUCKETS, -(-vertices // VERTICES_A_BUCKET)))


def partition_of(generation: str, key: str, buckets: int) -> str:
    return f"{generation}-{zlib.crc32(key.encode()) % buckets}"


def pairs_of(catalog: GraphCatalog) -> list[tuple[EdgeType, Pair]]:
    """In the order that ``sl_pair`` counts."""
    return [(edge, pair) for edge in catalog.edges for pair in edge.pairs]
