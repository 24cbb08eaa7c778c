"""The scenario's ontology: a second view of the same tables, which a graph can do without.

So whatever keeps it from being made is told as a warning, and nothing fails. Fabric may take a
definition and drop parts of it without a word; hence it is read back and counted.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.provisioning.journal import digest
from app.provisioning.lakehouse import Lakehouse
from app.provisioning.names import item_name
from app.provisioning.ontology import ontology_files
from app.provisioning.ontology_counts import OntologyCounts, count_ontology
from app.provisioning.request import Preparation
from app.provisioning.run import Run
from fabric_client import (
    NAME_IN_USE,
    FabricError,
    FabricSignInFailed,
    FabricTimeout,
    FabricUnavailable,
    Item,
    definition_parts,
    read_parts,
)
from fabric_client.cures import cure, in_words
from scenario_pack.problems import PackWarning

PLATFORM = "https://developer.microsoft.com/json-schemas/fabric/gitIntegration/platformProperties"
DESCRIPTION = "Ontology of the scenario {}, made by Scenario Loader"
SECONDS = 1800.0
_REFUSED = frozenset({400, 200})
"""As an answer, or as the end of an operation, whose own answer is 200."""

Warnings = list[dict[str, Any]]


class OntologyNotMade(Exception):
    """Why, and what helps."""


@dataclass(frozen=True, slots=True)
class Ontology:
    """``id`` is empty where there is none; ``incomplete`` where Fabric has not kept all of it."""

    id: str
    warnings: Warnings
    incomplete: bool = False


async def provide_ontology(run: Run, lakehouse: Lakehouse, preparation: Preparation) -> Ontology:
    """Never raises for what Fabric refuses: then a warning says what is missing."""
    run.phases.begin("ontology")
    try:
        async with asyncio.timeout(SECONDS):
            ontology = await _provided(run, lakehouse, preparation)
    except (FabricError, OntologyNotMade, TimeoutError) as error:
        words = _in_words(error)
        run.phases.tell("ontology", words)
        run.phases.finish("ontology", "warning")
        return Ontology("", [_warning("ontology_missing", f"the ontology was not made. {words}")])
    run.phases.tell("ontology", "as it was sent" if not ontology.incomplete else "incomplete")
    run.phases.finish("ontology", "warning" if ontology.incomplete else "done")
    return ontology


def _in_words(error: Exception) -> str:
    if isinstance(error, FabricError):
        return in_words(error)
    if isinstance(error, TimeoutError):
        return f"Fabric was not done with it after {SECONDS / 60:.0f} min. Look into the workspace."
    return str(error)


async def _provided(run: Run, lakehouse: Lakehouse, preparation: Preparation) -> Ontology:
    files, warnings = _files(lakehouse, preparation, bound_relationships=True)
    landed = run.journal.landed
    ontology, lost = landed.ontology_id, list[dict[str, Any]]()
    if not ontology or landed.ontology_definition != digest(files):
        ontology, files, lost = await _sent(run, lakehouse, preparation, files)
    if not run.journal.landed.ontology_checked:
        lost += await _read_back(run, ontology, count_ontology(files))
        await run.journal.save(ontology_checked=not lost)
    return Ontology(ontology, warnings + lost, incomplete=bool(lost))


async def _sent(
    run: Run, lakehouse: Lakehouse, preparation: Preparation, files: dict[str, str]
) -> tuple[str, dict[str, str], Warnings]:
    """Its id, and the definition that Fabric took."""
    scenario, wanted = preparation.graph.scenario, digest(files)
    name = run.target.ontology_name or item_name(scenario)
    lost: Warnings = []
    try:
        ontology = await _send(run, name, scenario, files)
    except FabricError as error:
        if not _is_refusal(error):
            raise
        # how relationships are bound to tables is the part that is least documented
        files, _ = _files(lakehouse, preparation, bound_relationships=False)
        ontology = await _send(run, name, scenario, files)
        detail = f"relationships of the ontology are without their data. {error}"
        lost.append(_warning("ontology_relationships_unbound", detail))
    await run.journal.save(ontology_id=ontology, ontology_definition=wanted, ontology_checked=False)
    return ontology, files, lost


def _files(
    lakehouse: Lakehouse, preparation: Preparation, *, bound_relationships: bool
) -> tuple[dict[str, str], Warnings]:
    return ontology_files(
        preparation.graph,
        workspace_id=lakehouse.workspace_id,
        workspace_name=lakehouse.workspace_name,
        lakehouse_id=lakehouse.id,
        lakehouse_name=lakehouse.name,
        schema=lakehouse.schema,
        bound_relationships=bound_relationships,
    )


def _is_refusal(error: FabricError) -> bool:
    """Of what the definition says, as far as can be told."""
    passing = isinstance(error, FabricUnavailable | FabricTimeout | FabricSignInFailed)
    return error.status in _REFUSED and not passing and not cure(error)


async def _send(run: Run, name: str, scenario: str, files: Mapping[str, str]) -> str:
    workspace = run.workspace
    found = await run.fabric.find_ontology(workspace, name)
    if found is None:
        try:
            return (await _create(run, name, scenario, files))["id"]
        except FabricError as error:
            if error.code != NAME_IN_USE:
                raise
        found = await run.fabric.find_ontology(workspace, name)
        if found is None:
            raise OntologyNotMade(
                f"Its name, {name}, is taken by something that is not listed. Choose another name."
            )
    await _require_replaceable(run, found["id"], name, scenario)
    run.phases.tell("ontology", "replacing its definition", 0.2)
    await run.fabric.update_ontology(
        workspace, found["id"], definition_parts(files), on_wait=run.waiting("ontology")
    )
    return found["id"]


async def _create(run: Run, name: str, scenario: str, files: Mapping[str, str]) -> Item:
    """With its definition, since an empty one can't be filled any more."""
    run.phases.tell("ontology", "making it", 0.2)
    return await run.fabric.create_ontology(
        run.workspace,
        name,
        definition_parts({".platform": _platform(name), **files}),
        DESCRIPTION.format(scenario),
        on_wait=run.waiting("ontology"),
    )


async def _require_replaceable(run: Run, ontology: str, name: str, scenario: str) -> None:
    item = await run.fabric.ontology(run.workspace, ontology)
    owner = re.fullmatch(DESCRIPTION.format("(.*)"), item.get("description", ""))
    if owner and owner[1] != scenario:
        raise OntologyNotMade(
            f"The ontology {name} is that of the scenario {owner[1]}. Give another ontology_name."
        )
    if (item.get("properties") or {}).get("generation") == 1:
        raise OntologyNotMade(
            f"There is an ontology {name} of the first generation, which Fabric retires on "
            "31 January 2027 and which can't be converted. Rename or remove it in the workspace, "
            "then load again."
        )


async def _read_back(run: Run, ontology: str, sent: OntologyCounts) -> Warnings:
    run.phases.tell("ontology", "reading it back", 0.8)
    definition = await run.fabric.ontology_definition(
        run.workspace, ontology, on_wait=run.waiting("ontology", "reading it back: ")
    )
    read = count_ontology(read_parts(definition))
    if not read.entities and sent.entities:
        await run.journal.save(ontology_id="")
        raise OntologyNotMade(
            "Fabric took its definition and kept nothing of it. Look at the ontology in the "
            "workspace; remove it if it is of the first generation."
        )
    if read == sent:
        return []
    detail = (
        f"Fabric kept {read.bound_entities} of {sent.bound_entities} entities and "
        f"{read.bound_relationships} of {sent.bound_relationships} relationships with their data"
    )
    return [_warning("ontology_incomplete", detail)]


def _platform(name: str) -> str:
    return json.dumps(
        {
            "$schema": f"{PLATFORM}/2.0.0/schema.json",
            "metadata": {"type": "Ontology", "displayName": name},
            "config": {"version": "2.0", "logicalId": "00000000-0000-0000-0000-000000000000"},
        }
    )


def _warning(kind: str, detail: str) -> dict[str, Any]:
    return PackWarning(kind, detail, count=1, examples=[]).as_dict()
