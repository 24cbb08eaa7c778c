"""Whether a load that was written is there, as readers will see it."""

import asyncio
from dataclasses import dataclass
from itertools import starmap
from typing import TYPE_CHECKING, Any

from graph_query_api.graphs.catalog import GraphCatalog, LoadNotVerified, Pair
from graph_query_api.graphs.gremlin.layout import (
    KEY,
    LOAD,
    NUMBER,
    PAIR,
    SOURCE,
    GremlinTarget,
    element_id,
    pairs_of,
    partition_of,
)
from graph_query_api.graphs.gremlin.patience import PatientClient, pause
from graph_query_api.graphs.gremlin.scripts import at
from graph_query_api.graphs.ids import vertex_id
from scenario_pack.names import shown

if TYPE_CHECKING:
    from scenario_pack.graph_tables import EdgeTable, PreparedGraph

COUNTED_AT_ONCE = 20_000
"""A count costs a request unit an element, and may take 30 s."""
LOOKS = 7
"""What was just written may take some seconds to show in Cosmos DB, by its consistency level."""
MOST_NEIGHBOURS = 1_000

_VERTICES = (
    f"g.V().has('{LOAD}', {LOAD}).hasLabel(name)"
    f".has('{NUMBER}', gte(low)).has('{NUMBER}', lt(high)).count()"
)
_EDGES = (
    f"g.E().has('{LOAD}', {LOAD}).has('{PAIR}', {PAIR})"
    f".has('{SOURCE}', gte(low)).has('{SOURCE}', lt(high)).count()"
)


@dataclass(frozen=True)
class Check:
    """Raises LoadNotVerified where the server holds something else than was prepared."""

    client: PatientClient
    target: GremlinTarget
    generation: str
    catalog: GraphCatalog
    buckets: int

    async def run(self, prepared: "PreparedGraph") -> None:
        for kind in self.catalog.vertices:
            bound = {"name": kind.table}
            await self._expect(kind.label, kind.rows, _VERTICES, bound, _ranges(kind.rows))
        for number, (edge, pair) in enumerate(pairs_of(self.catalog)):
            if pair.rows:
                await self._expect(edge.label, pair.rows, _EDGES, {PAIR: number}, self._of(pair))
        tables = {(e.label, e.source_label, e.target_label): e for e in prepared.edges}
        for number, (edge, pair) in enumerate(pairs_of(self.catalog)):
            if pair.rows:
                table = tables[edge.label, pair.source, pair.target]
                await self._compare_neighbours(prepared, table, number, edge.table)

    def _of(self, pair: Pair) -> list[tuple[int, int]]:
        """Ranges of sources that have about so many edges as are counted at once."""
        sources = self.catalog.by_label[pair.source].rows
        return _ranges(sources, max(1, sources * COUNTED_AT_ONCE // pair.rows))

    async def _expect(
        self,
        label: str,
        rows: int,
        script: str,
        bound: dict[str, Any],
        ranges: list[tuple[int, int]],
    ) -> None:
        async def count(first: int, last: int) -> int:
            found = await self._ask(script, {**bound, "low": first, "high": last})
            return int(found[0])

        for look in range(LOOKS):
            found = sum(await asyncio.gather(*starmap(count, ranges)))
            if found >= rows:
                break
            await pause(look + 1)
        if found != rows:
            raise LoadNotVerified(
                f"{shown(label)}: {rows:,} rows were prepared, but the graph holds {found:,}. "
                "Load it again."
            )

    async def _compare_neighbours(
        self, prepared: "PreparedGraph", table: "EdgeTable", pair: int, name: str
    ) -> None:
        """Of the source with the fewest."""
        ((source, count),) = prepared.con.execute(
            f"SELECT _source, count(*) AS n FROM {table.relation} GROUP BY _source "
            "ORDER BY n, _source LIMIT 1"
        ).fetchall()
        if count > MOST_NEIGHBOURS:
            return
        wanted = prepared.con.execute(
            f"SELECT _target FROM {table.relation} WHERE _source = ?", [source]
        ).fetchall()
        found = await self._neighbours(table.source_label, source, pair, name)
        if sorted(found) != sorted(target for (target,) in wanted):
            raise LoadNotVerified(
                f"{shown(table.label)}: the graph has other neighbours of {shown(source)} than "
                "were prepared. Load it again."
            )

    async def _neighbours(self, label: str, key: str, pair: int, name: str) -> list[str]:
        script = (
            f"g.V({at(self.target.dialect, 'a', 'b')}).outE(name).has('{LOAD}', {LOAD})"
            f".has('{PAIR}', {PAIR}).inV().values('{KEY}')"
        )
        place = {
            "a": partition_of(self.generation, key, self.buckets),
            "b": element_id(self.generation, vertex_id(label, key)),
        }
        return await self._ask(script, {**place, "name": name, PAIR: pair})

    async def _ask(self, script: str, bound: dict[str, Any]) -> list[Any]:
        answer = await self.client.submit(script, {LOAD: self.generation, **bound})
        return answer.results


def _ranges(rows: int, step: int = COUNTED_AT_ONCE) -> list[tuple[int, int]]:
    return [(start, start + step) for start in range(0, max(1, rows), step)]
