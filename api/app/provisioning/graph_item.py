"""The scenario's graph model: found or made, loaded, and asked whether it answers."""

from __future__ import annotations

from collections.abc import Mapping

from app.provisioning.graph_load import GraphLoad
from app.provisioning.graph_model import graph_model_files
from app.provisioning.graph_proof import Proof
from app.provisioning.journal import digest
from app.provisioning.lakehouse import Lakehouse
from app.provisioning.names import item_name
from app.provisioning.request import Preparation
from app.provisioning.run import Run
from fabric_client import NAME_IN_USE, FabricError, children, definition_parts

GRAPH_TYPES = frozenset({"GraphModel", "GraphIndex"})
"""Fabric's lineage calls a graph model by either name."""


async def find_graph_model(run: Run, scenario: str, stored: str) -> str:
    """The id of the scenario's graph model, or nothing where it has to be made.

    In this order: the one that an attempt before has made, the one that the scenario is queried
    in (``stored``), the one of its name, the one that belongs to the ontology of its name.
    """
    workspace = run.workspace
    for known in (run.journal.landed.graph_model_id, stored):
        if known and await _is_there(run, known):
            return known
    if run.journal.landed.graph_model_id:  # it is gone
        await run.journal.save(graph_model_id="", graph_definition="", graph_answers=False)
    if found := await run.fabric.find_graph_model(workspace, item_name(scenario)):
        return found["id"]
    name = run.target.ontology_name or item_name(scenario)
    if ontology := await run.fabric.find_ontology(workspace, name):
        relations = await run.fabric.downstream(workspace, ontology["id"])
        for child in children(relations, ontology["id"], GRAPH_TYPES):
            return child["id"]
    return ""


async def provide_graph(
    run: Run, lakehouse: Lakehouse, preparation: Preparation, found: str
) -> str:
    """Its id, once it holds what the tables do. ``found``: that of `find_graph_model`."""
    graph = preparation.graph
    files = graph_model_files(
        graph,
        workspace_id=lakehouse.workspace_id,
        lakehouse_id=lakehouse.id,
        schema=lakehouse.schema,
        styles=preparation.graph_styles,
    )
    landed = run.journal.landed
    load = GraphLoad(run)
    proof = Proof(run, graph)
    if landed.graph_model_id and landed.graph_definition == digest(files):
        graph_model = landed.graph_model_id
        if not landed.graph_answers:
            await load.resume(graph_model, proof)
    else:
        graph_model = await _send(run, load, graph.scenario, files, found)
        await load.wait(graph_model)
    if not landed.graph_answers:
        await proof.wait(graph_model)
        await run.journal.save(graph_answers=True)
    run.phases.tell("graph", "it answers")
    return graph_model


async def _send(
    run: Run, load: GraphLoad, scenario: str, files: Mapping[str, str], found: str
) -> str:
    """Makes the model or replaces its definition, either of which makes Fabric load the data."""
    parts = definition_parts(files)
    created = "" if found else await _create(run, scenario, parts)
    graph_model = created or found or await _by_name(run, scenario)
    if not created:
        await load.note_earlier(graph_model)
        run.phases.tell("graph", "replacing its definition", 0.05)
        await run.fabric.update_graph_model(
            run.workspace, graph_model, parts,
            on_wait=run.waiting("graph", "its definition: "),
        )  # fmt: skip
    await run.journal.save(
        graph_model_id=graph_model, graph_definition=digest(files), graph_answers=False
    )
    return graph_model


async def _create(run: Run, scenario: str, parts: list[dict[str, str]]) -> str:
    """Its id, or nothing where another was faster."""
    run.phases.tell("graph", "making it", 0.05)
    try:
        made = await run.fabric.create_graph_model(
            run.workspace,
            item_name(scenario),
            parts,
            f"Graph of the scenario {scenario}, made by Scenario Loader",
            on_wait=run.waiting("graph", "making it: "),
        )
    except FabricError as error:
        if error.code != NAME_IN_USE:
            raise
        return ""
    return made["id"]


async def _by_name(run: Run, scenario: str) -> str:
    name = item_name(scenario)
    if found := await run.fabric.find_graph_model(run.workspace, name):
        return found["id"]
    raise FabricError(
        "The name is taken, but no graph model of that name is listed",
        operation=f"Making the graph model {name}",
        code=NAME_IN_USE,
    )


async def _is_there(run: Run, graph_model: str) -> bool:
    try:
        await run.fabric.graph_model(run.workspace, graph_model)
    except FabricError as error:
        if error.status != 404:
            raise
        return False
    return True
