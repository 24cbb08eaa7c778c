"""Provisioning a workspace of Fabric: the one use case behind the job's graph step and the routes.

A workspace is provisioned by one at a time. At the end the scenario's graph is switched to the
graph model; until then, what is queried is the former one, whose tables may be replaced already.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from app.clients.graph_query import Complete, GraphQueryClient
from app.models import WorkspaceHolder
from app.provisioning.journal import Journal
from app.provisioning.lakehouse import Lakehouse
from app.provisioning.model import Column, FabricGraph
from app.provisioning.phases import Observer
from app.provisioning.pipeline import Goal, Pipeline, Provisioned
from app.provisioning.request import PrepareRequest
from app.provisioning.run import Target
from app.services.jobs import timestamp
from app.services.workspace_leases import OnWait, WorkspaceLeases
from app.staging.folder import StagingFolder
from scenario_pack.archive import Limits

PORTAL = "https://app.fabric.microsoft.com/groups"


@dataclass(frozen=True, slots=True)
class Order:
    """``scenario`` is empty where the pack's manifest says it. ``owner`` holds the job's lease."""

    goal: Goal
    archive: Path
    target: Target
    scenario: str = ""
    workspace_name: str = ""
    job_id: str | None = None
    owner: str = ""

    def holder(self) -> WorkspaceHolder:
        return WorkspaceHolder(
            workspace_id=self.target.workspace_id,
            workspace_name=self.workspace_name,
            scenario=self.scenario,
            job_id=self.job_id,
            since=timestamp(),
        )


class FabricProvisioning:
    """``portal``: whether items can be seen in Fabric's portal, which a stand-in has not."""

    def __init__(
        self,
        pipeline: Pipeline,
        leases: WorkspaceLeases,
        staging: StagingFolder,
        client: GraphQueryClient,
        limits: Limits,
        *,
        portal: bool,
    ) -> None:
        self._pipeline = pipeline
        self._leases = leases
        self._staging = staging
        self._client = client
        self._limits = limits
        self._portal = portal

    async def holders(self) -> list[WorkspaceHolder]:
        return await self._leases.holders()

    async def take(self, order: Order, on_wait: OnWait | None = None) -> AsyncExitStack:
        """The workspace, to be closed by the caller; its turn is waited for only with
        ``on_wait``, otherwise WorkspaceBusy is raised. Looking needs no turn.
        """
        stack = AsyncExitStack()
        if order.goal != "check":
            await stack.enter_async_context(self._leases.held(order.holder(), on_wait))
        return stack

    async def provision(self, order: Order, journal: Journal, observer: Observer) -> Complete:
        """With the workspace taken. Raises StepFailed with cause and cure."""
        async with self._staging.incoming() as work:
            request = PrepareRequest(
                archive=str(order.archive),
                work=str(work),
                scenario=order.scenario,
                check_only=order.goal in {"check", "ontology"},
                limits=self._limits,
            )
            provisioned = await self._pipeline.provision(
                order.goal,
                request,
                order.target,
                journal,
                partial(self._stored_model, order),
                observer,
            )
        result = self._result(provisioned)
        if order.goal == "graph":
            await self._switch(order, provisioned, result["store"])
        metadata = provisioned.preparation.scenario_metadata
        return Complete(result, provisioned.warnings, metadata)

    async def _stored_model(self, order: Order, scenario: str) -> str:
        store = await self._client.graph_store(scenario)
        same = str(store.get("workspace_id", "")).lower() == order.target.workspace_id.lower()
        return str(store.get("graph_model_id") or "") if same else ""

    async def _switch(
        self, order: Order, provisioned: Provisioned, store: Mapping[str, Any]
    ) -> None:
        part = {
            "job_id": order.job_id or "",
            "owner": order.owner,
            "store": {name: value for name, value in store.items() if name != "location"},
            "counts": provisioned.preparation.counts,
            "warnings_count": len(provisioned.warnings),
            "catalog": _catalog(provisioned.preparation.graph),
        }
        await self._client.put_graph_part(provisioned.preparation.graph.scenario, part)

    def _result(self, provisioned: Provisioned) -> dict[str, Any]:
        preparation = provisioned.preparation
        result = {**preparation.counts, "names": preparation.graph.names()}
        if provisioned.lakehouse:
            result["store"] = self._store(provisioned, provisioned.lakehouse)
        return {**result, "phases": provisioned.phases}

    def _store(self, provisioned: Provisioned, lakehouse: Lakehouse) -> dict[str, Any]:
        ids = {
            "graph_model_id": provisioned.graph_model_id,
            "ontology_id": provisioned.ontology.id,
        }
        return {
            "workspace_id": lakehouse.workspace_id,
            "workspace_name": lakehouse.workspace_name,
            "lakehouse_id": lakehouse.id,
            "lakehouse_name": lakehouse.name,
            **{name: value for name, value in ids.items() if value},
            "location": f"{lakehouse.workspace_name}/{lakehouse.name}",
            "tables": [table.table for table in provisioned.preparation.graph.tables],
            "links": _links(provisioned, lakehouse) if self._portal else {},
        }


def _links(provisioned: Provisioned, lakehouse: Lakehouse) -> dict[str, str]:
    """Pages of the portal. (Their addresses are as people see them; no document lists them.)"""
    home = f"{PORTAL}/{lakehouse.workspace_id}"
    pages = {
        "lakehouse": ("lakehouses", lakehouse.id),
        "graph": ("graphmodels", provisioned.graph_model_id),
        "ontology": ("ontologies", provisioned.ontology.id),
    }
    found = {name: f"{home}/{kind}/{id_}" for name, (kind, id_) in pages.items() if id_}
    return {"workspace": f"{home}/list", **found}


def _catalog(graph: FabricGraph) -> dict[str, Any]:
    return {
        "node_types": [
            {
                "label": node.label,
                "node_type": node.node_type,
                "key": node.key.name,
                "properties": [_property(column) for column in node.columns],
                "rows": node.rows,
            }
            for node in graph.nodes
        ],
        "edge_types": [
            {
                "label": edge.label,
                "edge_type": edge.edge_type,
                "source": edge.source,
                "target": edge.target,
                "properties": [_property(column) for column in edge.columns],
                "rows": edge.rows,
            }
            for edge in graph.edges
        ],
    }


def _property(column: Column) -> dict[str, str]:
    return {"name": column.property, "property": column.name, "type": column.type}
