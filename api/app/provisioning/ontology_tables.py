"""The side of an ontology that faces the lakehouse: tables, their columns, where they come from.

Source of the shapes: Fabric item definitions, Ontology (TMDL).
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.provisioning.model import Column, EdgeTable, NodeTable
from app.provisioning.names import SOURCE_KEY, TARGET_KEY
from app.provisioning.tmdl import TmdlObject, one_line, quoted
from scenario_pack.value_types import ValueType

DATA_TYPES: Mapping[ValueType, str] = {
    "text": "string",
    "integer": "int64",
    "float": "double",
    "boolean": "boolean",
    "timestamp": "dateTime",
}
_LINEAGE = uuid.uuid5(uuid.NAMESPACE_OID, "scenario loader, ontology")


def lineage(scenario: str, kind: str, *names: str) -> str:
    """The id by which Fabric knows an object again, the same in each run."""
    return str(uuid.uuid5(_LINEAGE, json.dumps([scenario, kind, *names])))


def in_order(node: NodeTable) -> Sequence[Column]:
    return [node.key, *sorted(node.columns[1:], key=lambda column: column.name)]


@dataclass(frozen=True, slots=True)
class OntologyTables:
    """``schema`` is the lakehouse's, if it has schemas."""

    scenario: str
    workspace_id: str
    workspace_name: str
    lakehouse_id: str
    lakehouse_name: str
    schema: str | None

    def expression(self) -> TmdlObject:
        lake = f"https://onelake.dfs.fabric.microsoft.com/{self.workspace_id}/{self.lakehouse_id}"
        source = f'AzureStorage.DataLake("{lake}", [HierarchicalNavigation=true])'
        text = f"let\n    Source = {source}\nin\n    Source"
        fields = {"lineageTag": lineage(self.scenario, "expression")}
        return TmdlObject("expression", self._expression_name, text, fields)

    def of_node(self, node: NodeTable) -> TmdlObject:
        key, *others = in_order(node)
        columns = [self._column(node.table, key, is_key=True)]
        return self._table(node.table, columns + [self._column(node.table, o) for o in others])

    def of_edge(self, edge: EdgeTable) -> TmdlObject:
        """Only of what joins: relationships have no properties."""
        ends = [Column(name, name, "text") for name in (SOURCE_KEY, TARGET_KEY)]
        return self._table(edge.table, [self._column(edge.table, end) for end in ends])

    @property
    def _expression_name(self) -> str:
        return f"DirectLake - {one_line(self.lakehouse_name)}"

    def _table(self, table: str, columns: Iterable[TmdlObject]) -> TmdlObject:
        fields = {"lineageTag": lineage(self.scenario, "table", table)}
        return TmdlObject("table", table, "", fields, [*columns, self._partition(table)])

    def _column(self, table: str, column: Column, *, is_key: bool = False) -> TmdlObject:
        fields: dict[str, str | None] = {"dataType": DATA_TYPES[column.type]}
        if is_key:
            fields["isKey"] = None
        fields["lineageTag"] = lineage(self.scenario, "column", table, column.name)
        fields["sourceColumn"] = quoted(column.name)
        return TmdlObject("column", column.name, fields=fields)

    def _partition(self, table: str) -> TmdlObject:
        fields = {"entityName": quoted(table)}
        if self.schema:
            fields["schemaName"] = quoted(self.schema)
        fields["expressionSource"] = quoted(self._expression_name)
        children = [TmdlObject("source", fields=fields), *self._annotations()]
        return TmdlObject("partition", table, "entity", {"mode": "directLake"}, children)

    def _annotations(self) -> Iterable[TmdlObject]:
        """Without the first four the portal knows no source, and entities have no instances."""
        origin = {
            "ONT_WorkspaceId": self.workspace_id,
            "ONT_ItemId": self.lakehouse_id,
            "ONT_ItemKind": "Lakehouse",
            "ONT_ItemName": one_line(self.lakehouse_name),
            "ONT_WorkspaceName": one_line(self.workspace_name),
        }
        return [TmdlObject("annotation", name, text) for name, text in origin.items() if text]
