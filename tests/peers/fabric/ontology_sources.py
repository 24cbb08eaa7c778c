"""Where a generation 2 ontology's tables come from: partitions, expressions, Delta tables."""

import re
from collections.abc import Iterator

from peers.fabric import delta
from peers.fabric.delta import Schema
from peers.fabric.ontology_model import TYPES, Ontology, type_of
from peers.fabric.rules import Breach, of_ontology
from peers.fabric.tenant import Item, Tenant
from peers.fabric.tmdl import Node, unquoted

_partition = of_ontology("6.3.t6-partition", "a table has one partition, with a source")
_expression = of_ontology(
    "6.3.1-expression", "expressionSource names an expression over a lakehouse"
)
_endpoint = of_ontology("6.3.1-sql-endpoint", "an SQL endpoint is used once it is provisioned")
_annotations = of_ontology(
    "6.3.4-annotations",
    "ONT_WorkspaceId, ONT_ItemId, ONT_ItemKind and ONT_ItemName name the lakehouse",
    silent=True,
)
_schema_name = of_ontology(
    "6.3.2-schema-name", "the lakehouse's schema if it has some, dbo by SQL, else none"
)
_table = of_ontology("6.3.3-entity-name", "entityName is a Delta table of the lakehouse")
_column = of_ontology("6.3.t6-source-column", "sourceColumn is a column of the Delta table")
_type = of_ontology("6.4.0-column-type", "a column has its Delta column's type")
_mapped = of_ontology("6.5.3-column-mapping", "Delta tables have no column mapping")

_LAKE = re.compile(r'AzureStorage\.DataLake\("https://[\w.-]+/([\w-]{36})/([\w-]{36})"')
_SQL = re.compile(r'Sql\.Database\("[^"]*",\s*"([\w-]{36})"')
_OF_DELTA = {
    **dict.fromkeys(("byte", "short", "integer", "long"), "int64"),
    **dict.fromkeys(("float", "double"), "double"),
    **dict.fromkeys(("date", "timestamp"), "datetime"),
    "boolean": "boolean",
}
"""Delta's words to those of columns; all others are strings."""


def breaches(ontology: Ontology, tenant: Tenant) -> Iterator[Breach]:
    for table in ontology.tables.values():
        partitions = table.of("partition")
        source = partitions[0].one("source") if len(partitions) == 1 else None
        if len(partitions) != 1 or (source is None and partitions[0].value != "m"):
            yield _partition(f"{table.name} has {len(partitions)} partitions with a source")
            continue
        if source is None or partitions[0].value != "entity":
            continue
        name = unquoted(source.scalars.get("expressionSource", ""))
        expression = ontology.expressions.get(name)
        lakehouse = _lakehouse(expression, tenant)
        if lakehouse is None:
            yield _expression(f"{table.name} comes from the expression {name}")
            continue
        by_sql = expression is not None and _SQL.search(expression.value) is not None
        yield from _about_source(table, partitions[0], source, lakehouse, by_sql, tenant)


def _about_source(
    table: Node, partition: Node, source: Node, lakehouse: Item, by_sql: bool, tenant: Tenant
) -> Iterator[Breach]:
    if by_sql and not _provisioned(lakehouse, tenant):
        yield _endpoint("The SQL endpoint is not provisioned yet")
    if not _annotated(partition, lakehouse):
        yield _annotations(f"The partition of {table.name} does not say where it comes from")
    schema_name = source.scalars.get("schemaName")
    if schema_name != "dbo" if by_sql else (schema_name is not None) != lakehouse.schemas:
        yield _schema_name(f"{table.name} has the schemaName {schema_name}")
    path = tenant.onelake / lakehouse.workspace_id / lakehouse.id / "Tables"
    if lakehouse.schemas and schema_name:
        path /= schema_name
    name = unquoted(source.scalars.get("entityName", ""))
    schema = delta.schema(path / name) if re.fullmatch(r"\w+", name) else None
    if schema is None:
        yield _table(f"{table.name} comes from the Delta table {name}")
        return
    if schema.mapped:
        yield _mapped(f"The Delta table {name} has column mapping")
    yield from _about_columns(table, schema)


def _about_columns(table: Node, schema: Schema) -> Iterator[Breach]:
    for each in table.of("column"):
        name = unquoted(each.scalars.get("sourceColumn", ""))
        if name not in schema.columns:
            yield _column(f"{table.name}.{each.name} comes from the column {name}")
            continue
        found, said = schema.columns[name], type_of(each)
        fits = (
            said in ("double", "decimal", "string")
            if found.startswith("decimal")
            else (said == _OF_DELTA.get(found, "string"))
        )
        if said in TYPES and not fits:
            yield _type(f"{table.name}.{each.name} is {said}, and {found} in Delta")


def _lakehouse(expression: Node | None, tenant: Tenant) -> Item | None:
    if expression is None:
        return None
    if match := _LAKE.search(expression.value):
        item = tenant.items.get(match[2].lower())
        return item if item and item.workspace_id == match[1].lower() else None
    if match := _SQL.search(expression.value):
        endpoint = tenant.items.get(match[1].lower())
        return tenant.items.get(endpoint.parent or "") if endpoint else None
    return None


def _annotated(partition: Node, lakehouse: Item) -> bool:
    found = {each.name: each.value for each in partition.of("annotation")}
    return (
        found.get("ONT_WorkspaceId") == lakehouse.workspace_id
        and found.get("ONT_ItemId") == lakehouse.id
        and found.get("ONT_ItemKind") == "Lakehouse"
        and bool(found.get("ONT_ItemName"))
    )


def _provisioned(lakehouse: Item, tenant: Tenant) -> bool:
    now = tenant.clock.now()
    return any(
        each.parent == lakehouse.id and each.listed_from <= now for each in tenant.items.values()
    )
