"""Puts a prepared graph into a Gremlin server, beside those that are there. Runs in the loading
process."""

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

from graph_query_api.errors import StoreUnavailable
from graph_query_api.graphs.catalog import GraphCatalog, LoadNotVerified
from graph_query_api.graphs.gremlin.check import Check
from graph_query_api.graphs.gremlin.client import GremlinClient
from graph_query_api.graphs.gremlin.errors import GremlinError, LimitBroken, TooLarge
from graph_query_api.graphs.gremlin.layout import GremlinTarget, LoadedGraph, buckets_of
from graph_query_api.graphs.gremlin.names import catalog_of
from graph_query_api.graphs.gremlin.pace import Pace
from graph_query_api.graphs.gremlin.patience import PatientClient, Stalled
from graph_query_api.graphs.gremlin.rows import Rows
from graph_query_api.graphs.gremlin.scripts import Shape, Shapes
from graph_query_api.graphs.gremlin.words import in_words
from graph_query_api.graphs.gremlin.writer import NotWritten, Writer
from scenario_pack.names import GRAPH_SCHEMA, shown
from scenario_pack.problems import PackError, Problem
from scenario_pack.progress import OnProgress, Progress, remark

if TYPE_CHECKING:
    from scenario_pack.graph_tables import PreparedGraph

CONNECTIONS = 16
WORTH_TELLING = 0.05
"""Such a share of throttled requests, above which the graph's throughput decides the time."""


def load_graph(
    prepared: "PreparedGraph", target: GremlinTarget, generation: str, on_progress: OnProgress
) -> LoadedGraph:
    """Writes the graph under its generation, and reads it back; parts of a load that failed stay.

    Raises LoadNotVerified, PackError for what no script can hold, and StoreUnavailable.
    """
    catalog = catalog_of(prepared, target.partition_key)
    buckets = buckets_of(sum(each.rows for each in catalog.vertices))
    try:
        charge = asyncio.run(_load(prepared, target, generation, catalog, buckets, on_progress))
    except NotWritten as error:
        raise _not_written(error) from error
    except Stalled as error:
        raise StoreUnavailable(f"{error} {in_words(error.last, target)}") from error
    except GremlinError as error:
        raise in_words(error, target) from error
    return LoadedGraph(catalog, buckets, charge)


async def _load(
    prepared: "PreparedGraph",
    target: GremlinTarget,
    generation: str,
    catalog: GraphCatalog,
    buckets: int,
    on_progress: OnProgress,
) -> float:
    """Returns the charge."""
    rows = Rows(prepared, catalog, Shapes(target, generation), buckets)
    async with GremlinClient(target.address, connections=CONNECTIONS) as connections:
        client = PatientClient(connections, Pace(CONNECTIONS))
        told = _Told(catalog, client.pace, on_progress)
        writer = Writer(client, CONNECTIONS, told.written)
        await writer.write_all(rows.vertices())
        await writer.write_all(rows.edges())
        await Check(client, target, generation, catalog, buckets).run(prepared)
        return client.charge


class _Told:
    """The rows done so far, by label."""

    def __init__(self, catalog: GraphCatalog, pace: Pace, on_progress: OnProgress) -> None:
        self._pace = pace
        self._progress = Progress(on_progress)
        self._done: Counter[str] = Counter()
        self._rows: Counter[str] = Counter()
        for vertex in catalog.vertices:
            self._rows[vertex.label] += vertex.rows
        for edge in catalog.edges:
            self._rows[edge.label] += edge.rows

    def written(self, shape: Shape, count: int) -> None:
        label = shape.label
        self._done[label] += count
        done, rows = self._done[label], self._rows[label]
        tell = self._progress.finish if done == rows else self._progress.update
        tell(f"Loading {shown(label)}{self._throttled()}", done, rows)

    def _throttled(self) -> str:
        share = self._pace.throttled_share
        return remark(f"throttled {share:.0%}") if share >= WORTH_TELLING else ""


def _not_written(error: NotWritten) -> Exception:
    label = shown(error.label)
    if isinstance(error.why, LimitBroken | TooLarge):
        detail = (
            f"{label}: one of them is larger than the graph's server takes in one script (64 KB); "
            "shorten its texts, or name only the properties that are needed"
        )
        return PackError(Problem(detail, GRAPH_SCHEMA))
    return LoadNotVerified(f"{label}: the graph's server does not take them: {error}. ")
