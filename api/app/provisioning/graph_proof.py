"""A graph is there when it answers, and with as many vertices and edges as were loaded."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator
from itertools import islice

from app.errors import StepFailed
from app.provisioning.model import FabricGraph
from app.provisioning.run import Run
from app.provisioning.together import together
from fabric_client import FabricError, FabricTimeout, FabricUnavailable, quote_identifier

QUERIES = 4
"""At once."""
QUERY_SECONDS = 180.0
PROOF_SECONDS = 300.0
"""What can be queried is a snapshot that may follow some minutes after the load."""
FIRST_PAUSE = 0.5

_NOT_YET = frozenset({"GraphIsNotLoaded", "GraphNotQueryable"})

Wanted = tuple[str, str, int]
"""What, the query that counts it, and how many there should be."""


class Proof:
    def __init__(self, run: Run, graph: FabricGraph) -> None:
        self._run = run
        self._graph = graph

    async def wait(self, graph_model: str) -> None:
        """Raises StepFailed if it does not answer as it should within some minutes."""
        pause, end = FIRST_PAUSE, time.monotonic() + self._run.at_most(PROOF_SECONDS)
        self._run.phases.tell("graph", "asking whether it answers", 0.9)
        while wrong := await self._wrong(graph_model):
            if time.monotonic() > end:
                raise StepFailed(
                    f"The graph was loaded, but {wrong}. Look at its last refresh in Fabric's "
                    "portal, then retry."
                )
            self._run.phases.tell("graph", f"not yet: {wrong}")
            await asyncio.sleep(pause)
            pause = min(pause * 2, 15.0)

    async def holds(self, graph_model: str) -> bool:
        return not await self._wrong(graph_model)

    async def _wrong(self, graph_model: str) -> str:
        """The first thing that is not as it should be, in words."""
        workspace = self._run.workspace
        if not await self._run.fabric.queryable_graph_type(workspace, graph_model):
            return "nothing can be queried yet"
        try:
            for some in _batched(self._wanted(), QUERIES):
                asked = [
                    asyncio.create_task(self._difference(graph_model, *wanted)) for wanted in some
                ]
                await together(*asked)
                if wrong := next(filter(None, (each.result() for each in asked)), ""):
                    return wrong  # each query counts against a quota
        except (FabricError, FabricTimeout) as error:
            if error.code not in _NOT_YET and not isinstance(error, FabricUnavailable):
                raise
            return str(error)
        return ""

    async def _difference(self, graph_model: str, what: str, gql: str, rows: int) -> str:
        result = await self._run.fabric.execute_query(
            self._run.workspace, graph_model, gql, timeout=self._run.at_most(QUERY_SECONDS)
        )
        counted = result.rows[0]["n"] if result.rows else 0
        return "" if counted == rows else f"it has {counted:,} of {rows:,} {what}"

    def _wanted(self) -> Iterator[Wanted]:
        types = {node.label: quote_identifier(node.node_type) for node in self._graph.nodes}
        for node in self._graph.nodes:
            query = f"MATCH (n:{types[node.label]}) RETURN count(n) AS n"
            yield f"vertices {node.label}", query, node.rows
        for edge in self._graph.edges:
            pattern = (
                f"(:{types[edge.source]})-[e:{quote_identifier(edge.edge_type)}]->"
                f"(:{types[edge.target]})"
            )
            query = f"MATCH {pattern} RETURN count(e) AS n"
            yield f"edges {edge.label}", query, edge.rows


def _batched(wanted: Iterable[Wanted], size: int) -> Iterator[list[Wanted]]:
    """(Python has it from 3.12 on.)"""
    rest = iter(wanted)
    while some := list(islice(rest, size)):
        yield some
