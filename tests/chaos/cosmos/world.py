"""The product before servers that stand for Cosmos DB, and troubles on both ways there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from chaos.cosmos.held import Held, held
from chaos.cosmos.packs import Pack
from peers.cosmos import faulty as on_nosql
from peers.cosmos.running import Cosmos, running_cosmos
from peers.faults import Faulty
from peers.gremlin import faulty as on_gremlin
from peers.gremlin.server.running import GremlinServer, running_gremlin_server

from support.cosmos_settings import cosmos_settings
from support.replicas import replicas

# A job is taken for dead after 12 s; a load is, and what was replaced goes, after 9 s. That is more
# than a stall and than a query may take, and less than an outage.
SETTINGS = {
    "LEASE_SECONDS": "12",
    "LEASE_RENEW_SECONDS": "3",
    "LOAD_RENEW_SECONDS": "1.5",
    "QUERY_TIMEOUT": "8",
}


@dataclass(frozen=True)
class World:
    nosql: Faulty
    gremlin: Faulty
    held: Held
    api: httpx.Client
    queries: httpx.Client
    folder: Path
    of_others: frozenset[str]
    """Generations that were in the servers before"""
    loaded: dict[str, Pack] = field(default_factory=dict)
    """By scenario, those that were not deleted."""

    @property
    def held_back(self) -> int:
        return self.nosql.held_back + self.gremlin.held_back

    def no_faults(self) -> None:
        self.nosql.clear()
        self.gremlin.clear()


@contextmanager
def world(folder: Path) -> Iterator[World]:
    with (
        running_cosmos() as nosql,
        running_gremlin_server() as gremlin,
        before(folder, nosql, gremlin) as here,
    ):
        yield here


@contextmanager
def before(folder: Path, nosql: Cosmos, gremlin: GremlinServer) -> Iterator[World]:
    with (
        held(nosql, gremlin) as truth,
        on_nosql.faulty(nosql.endpoint) as to_nosql,
        on_gremlin.faulty(gremlin.endpoint) as to_gremlin,
    ):
        of_others = frozenset[str]().union(*truth.generations().values())
        where = cosmos_settings(nosql, gremlin) | {
            "COSMOS_NOSQL_ENDPOINT": to_nosql.endpoint,
            "COSMOS_GREMLIN_ENDPOINT": to_gremlin.endpoint,
        }
        with (
            replicas(folder, 1, **SETTINGS, **where) as (replica,),
            replica.client() as api,
            replica.queries as queries,
        ):
            here = World(to_nosql, to_gremlin, truth, api, queries, folder, of_others)
            yield here
            here.no_faults()
