"""From a graph tarball to a graph in Fabric that answers.

::

    prepare ─┬─ lakehouse ─┬─ upload ─ tables ─┬─ graph
    (and look at the workspace)                └─ ontology

Nothing is made before the whole pack was found good. Each phase can be done again, and none that
the journal has is; nothing is ever deleted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from app.errors import StepFailed
from app.provisioning.graph_item import find_graph_model, provide_graph
from app.provisioning.journal import Journal
from app.provisioning.lakehouse import Found, Lakehouse, look, provide
from app.provisioning.landing import Landing, listed_tables
from app.provisioning.ontology_item import Ontology, provide_ontology
from app.provisioning.phases import NAMES, Observer, PhaseName, Phases
from app.provisioning.preparation import Preparer
from app.provisioning.request import Preparation, PrepareRequest
from app.provisioning.run import Run, Target
from app.provisioning.together import together
from fabric_client import FabricClient, OneLake

Goal = Literal["graph", "lakehouse", "ontology", "check"]

_PHASES: dict[Goal, tuple[PhaseName, ...]] = {
    "graph": NAMES,
    "lakehouse": ("prepare", "lakehouse", "upload", "tables"),
    "ontology": ("prepare", "lakehouse", "ontology"),
    "check": ("prepare", "lakehouse"),
}

NO_TABLES = "Load the tables first, with /api/fabric/provision/lakehouse."

StoredModel = Callable[[str], Awaitable[str]]
"""Scenario → id of the graph model that it is queried in, or nothing."""


@dataclass(frozen=True, slots=True)
class Provisioned:
    """``lakehouse`` is None, and ids are empty, where the goal did not lead there."""

    preparation: Preparation
    phases: list[dict[str, Any]]
    lakehouse: Lakehouse | None = None
    graph_model_id: str = ""
    ontology: Ontology = field(default_factory=lambda: Ontology("", []))

    @property
    def warnings(self) -> list[dict[str, Any]]:
        of_lakehouse = self.lakehouse.warnings() if self.lakehouse else []
        return [*self.preparation.warnings, *of_lakehouse, *self.ontology.warnings]


class Pipeline:
    """``ontology``: whether scenarios get one."""

    def __init__(
        self, fabric: FabricClient, onelake: OneLake, preparer: Preparer, *, ontology: bool
    ) -> None:
        self._fabric = fabric
        self._onelake = onelake
        self._preparer = preparer
        self._ontology = ontology

    async def provision(
        self,
        goal: Goal,
        request: PrepareRequest,
        target: Target,
        journal: Journal,
        stored_model: StoredModel,
        observer: Observer,
    ) -> Provisioned:
        """Raises StepFailed with cause and cure, and then the journal has what was reached."""
        wanted = _PHASES[goal]
        if not self._ontology and goal == "graph":
            wanted = tuple(name for name in wanted if name != "ontology")
        phases = Phases(observer, wanted)
        run = Run(self._fabric, self._onelake, target, journal, phases)
        try:
            return await self._reach(goal, wanted, request, run, stored_model)
        except BaseException:
            phases.stop()
            raise

    async def _reach(
        self,
        goal: Goal,
        wanted: tuple[PhaseName, ...],
        request: PrepareRequest,
        run: Run,
        stored_model: StoredModel,
    ) -> Provisioned:
        preparation, found = await self._begin(request, run)
        if goal == "check":
            run.phases.finish("lakehouse")
            return Provisioned(preparation, run.phases.as_dicts())
        with run.phases.blaming("lakehouse"):
            if "tables" not in wanted and found.lakehouse is None:
                raise StepFailed(f"There is no lakehouse {run.target.lakehouse_name}. {NO_TABLES}")
            lakehouse = await provide(run, found)
            if "tables" not in wanted:
                await _require_tables(run, lakehouse, preparation)
            model = ""
            if "graph" in wanted:
                scenario = preparation.graph.scenario
                model = await find_graph_model(run, scenario, await stored_model(scenario))
        run.phases.finish("lakehouse")
        if "tables" in wanted:
            await Landing(run, lakehouse, preparation, Path(request.work)).all()
        items = _Items(run, lakehouse, preparation)
        await items.make([name for name in wanted if name in ("graph", "ontology")], model)
        return Provisioned(
            preparation, run.phases.as_dicts(), lakehouse, items.graph_model_id, items.ontology
        )

    async def _begin(self, request: PrepareRequest, run: Run) -> tuple[Preparation, Found]:
        preparing = asyncio.create_task(self._prepare(request, run))
        looking = asyncio.create_task(_look_around(run))
        await together(preparing, looking)
        return preparing.result(), looking.result()

    async def _prepare(self, request: PrepareRequest, run: Run) -> Preparation:
        with run.phases.running("prepare"):
            preparation = await self._preparer.prepare(request, run.phases)
            run.phases.tell("prepare", _amount(preparation))
        return preparation


class _Items:
    """Graph model and ontology, made side by side."""

    def __init__(self, run: Run, lakehouse: Lakehouse, preparation: Preparation) -> None:
        self.graph_model_id = ""
        self.ontology = Ontology("", [])
        self._made_of = (run, lakehouse, preparation)
        self._run = run

    async def make(self, wanted: Sequence[PhaseName], found: str) -> None:
        """``found``: the graph model that is there already, if any."""
        works = {"graph": lambda: self._graph(found), "ontology": self._ontology}
        await together(*(works[name]() for name in wanted), halted=asyncio.Event())

    async def _graph(self, found: str) -> None:
        with self._run.phases.running("graph"):
            self.graph_model_id = await provide_graph(*self._made_of, found)

    async def _ontology(self) -> None:
        self.ontology = await provide_ontology(*self._made_of)


async def _look_around(run: Run) -> Found:
    run.phases.begin("lakehouse")
    with run.phases.blaming("lakehouse"):
        return await look(run)


def _amount(preparation: Preparation) -> str:
    vertices = sum(preparation.counts["vertices"].values())
    edges = sum(preparation.counts["edges"].values())
    return f"{vertices:,} vertices, {edges:,} edges"


async def _require_tables(run: Run, lakehouse: Lakehouse, preparation: Preparation) -> None:
    missing = {table.table for table in preparation.graph.tables}
    missing -= await listed_tables(run, lakehouse)
    if missing:
        names = ", ".join(sorted(missing)[:5])
        raise StepFailed(f"{len(missing)} tables are not in the lakehouse: {names}. {NO_TABLES}")
