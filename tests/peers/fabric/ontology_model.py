"""A generation 2 ontology's parts, put together. (Ontology definition, TMDL.)"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from peers.fabric import tmdl
from peers.fabric.definitions import Part
from peers.fabric.tmdl import Node, TmdlProblem

REQUIRED = ("database.tmdl", "model.tmdl", "namespaces/default.tmdl")
_PATHS = re.compile(
    r"\.platform|database\.tmdl|model\.tmdl|namespaces/[^/]+\.tmdl|expressions\.tmdl"
    r"|tables/[^/]+\.tmdl|relationships\.tmdl|entities/[^/]+\.tmdl|entityRelationships\.tmdl"
    r"|(metrics|rules)/[^/]+\.tmdl"
)


TYPES = {"string", "int64", "double", "datetime", "boolean", "decimal"}
"""Of columns, in lower case."""


@dataclass
class Ontology:
    parts: dict[str, list[Node]] = field(default_factory=dict)
    problems: list[TmdlProblem] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    """Paths that no ontology has."""

    def below(self, folder: str, keyword: str) -> list[Node]:
        return [
            node
            for path, nodes in self.parts.items()
            if path.startswith(folder)
            for node in nodes
            if node.keyword == keyword
        ]

    @property
    def tables(self) -> dict[str, Node]:
        return {node.name: node for node in self.below("tables/", "table")}

    @property
    def entities(self) -> dict[str, Node]:
        return {local(node.name): node for node in self.below("entities/", "entity")}

    @property
    def expressions(self) -> dict[str, Node]:
        return {node.name: node for node in self.below("expressions.tmdl", "expression")}

    def column(self, table: str, name: str) -> Node | None:
        found = self.tables.get(table)
        columns = found.of("column") if found else []
        return next((each for each in columns if each.name == name), None)

    @property
    def relationships(self) -> list[Node]:
        return self.below("relationships.tmdl", "relationship")

    @property
    def entity_relationships(self) -> list[Node]:
        return self.below("entityRelationships.tmdl", "entityRelationship")


def read(parts: Sequence[Part]) -> Ontology:
    found = Ontology()
    for part in parts:
        if not _PATHS.fullmatch(part["path"]):
            found.unknown.append(part["path"])
        if not part["path"].endswith(".tmdl"):
            continue
        try:
            found.parts[part["path"]] = tmdl.parse(part["text"])
        except TmdlProblem as problem:
            problem.message = f"{part['path']}: {problem.message}"
            found.problems.append(problem)
    return found


def is_tmdl(parts: Sequence[Part]) -> bool:
    return any(part["path"].endswith(".tmdl") for part in parts)


def local(name: str) -> str:
    """An entity's name without the namespace that may stand before it."""
    return name.removeprefix("default.").removeprefix("default#")


def column(reference: str) -> tuple[str, str]:
    table, _, name = tmdl.unquoted(reference).partition(".")
    return table, name


def type_of(node: Node) -> str:
    return node.scalars.get("dataType", "").lower()


def is_guid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
