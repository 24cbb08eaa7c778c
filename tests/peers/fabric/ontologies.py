"""Ontologies: their two generations, and what they bring along. (Fabric REST, ontology.)"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any

from peers.fabric import ontology_json, ontology_model, ontology_rules, ontology_sources, tmdl
from peers.fabric.calls import Call
from peers.fabric.definitions import Part, platform, without_platform
from peers.fabric.kinds import OntologyName, bring_database
from peers.fabric.operations import Due
from peers.fabric.refusals import Refusal
from peers.fabric.rules import Breach, refuse
from peers.fabric.tenant import Item, Workspace

_EMPTY = [
    {"path": "database.tmdl", "text": "database\n\tcompatibilityLevel: 1000000\n"},
    {"path": "model.tmdl", "text": "model Model\n\nref namespace default\n"},
    {"path": "namespaces/default.tmdl", "text": "namespace default\n\tlineageTag: default\n"},
]


class Ontologies(OntologyName):
    type = "Ontology"
    collection = "ontologies"

    def seconds(self) -> float:
        return self.tenant.settings.ontology_seconds

    def check_definition(self, workspace: Workspace, parts: Sequence[Part]) -> None:  # noqa: ARG002
        if self.tenant.settings.definition_errors == "response":
            self._check(parts)

    def fill(self, item: Item, body: Mapping[str, Any]) -> None:
        """Without a definition it is of the new generation; else the parts decide."""
        definition = body.get("definition") or {}
        paths = [{"path": str(part.get("path"))} for part in definition.get("parts") or ()]
        old = bool(paths) and not ontology_model.is_tmdl(paths)
        item.generation = 1 if old else 2

    async def make(self, call: Call, item: Item, parts: Sequence[Part] | None, due: Due) -> None:  # noqa: ARG002
        if parts is not None:
            await asyncio.to_thread(self._check, parts)
        await due()
        item.parts = list(parts) if parts is not None else list(_EMPTY)
        self._bring_companions(item)

    async def redefine(self, call: Call, item: Item, parts: Sequence[Part], due: Due) -> None:  # noqa: ARG002
        given = 2 if ontology_model.is_tmdl(parts) else 1
        if given != item.generation:
            await due()
            if self.tenant.settings.wrong_generation == "refuse":
                message = f"The parts are not of generation {item.generation}"
                raise Refusal(400, "ALMOperationImportFailed", message, guess=True)
            return
        await asyncio.to_thread(self._check, parts)
        await due()
        item.parts = list(parts)

    def properties(self, item: Item) -> dict[str, Any]:
        return {"generation": item.generation}

    def definition(self, item: Item) -> list[Part]:
        """In another order than sent, and with the words of the service."""
        own = without_platform(item.parts or [])
        if item.generation == 2:
            own = [{"path": part["path"], "text": _rewritten(part["text"])} for part in own]
        else:
            own = [{"path": p["path"], "text": json.dumps(json.loads(p["text"]))} for p in own]
        return [*sorted(own, key=lambda part: part["path"], reverse=True), platform(item)]

    def _bring_companions(self, item: Item) -> None:
        """They go with it, and the graph is empty. Their names are guesses."""
        tenant, short = self.tenant, item.id.replace("-", "")
        where = {"folder_id": item.folder_id, "parent": item.id}
        tenant.make(item.workspace_id, "GraphModel", f"{item.name}_graph_{short}", **where)
        if item.generation == 1:
            tenant.make(item.workspace_id, "Lakehouse", f"{item.name}_lh_{short}", **where)
            return
        house = tenant.make(item.workspace_id, "Eventhouse", f"{item.name}_eh_{short}", **where)
        bring_database(tenant, house)

    def _check(self, parts: Sequence[Part]) -> None:
        strict = self.tenant.settings.silent_rules == "refuse"
        refuse(self._breaches(without_platform(parts)), silent=strict)

    def _breaches(self, parts: Sequence[Part]) -> list[Breach]:
        if not ontology_model.is_tmdl(parts):
            try:
                return list(ontology_json.breaches(parts))
            except (KeyError, TypeError, AttributeError) as error:
                message = f"A field is missing or of the wrong kind: {error!r}"
                raise Refusal(400, "ALMOperationImportFailed", message, guess=True) from None
        ontology = ontology_model.read(parts)
        found = list(ontology_rules.breaches(ontology))
        if not ontology.problems:
            found += ontology_sources.breaches(ontology, self.tenant)
        return found


def _rewritten(text: str) -> str:
    return tmdl.write(tmdl.parse(text))
