"""What a graph model's definition must keep to. (Graph model definition; graph limitations.)"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from peers.fabric import delta, graph_data_rules, graph_fields
from peers.fabric.definitions import Part
from peers.fabric.delta import Schema
from peers.fabric.graph_model import PARTS, TYPES, EdgeType, Model, NodeType
from peers.fabric.rules import Breach, of_graph
from peers.fabric.tenant import Tenant

_IMPORT = "ALMOperationImportFailed"


_parts = of_graph("7.2.0-parts", f"there are {', '.join(PARTS)}", _IMPORT)
_json = of_graph("7.2.0-json", "each part is a JSON object with the fields it needs", _IMPORT)
_schema = of_graph("7.2.0-schema", "$schema is a known one", _IMPORT)
_alias = of_graph("7.2.0-node-alias", "aliases of node types are there and differ")
_edge_alias = of_graph("7.2.7-edge-alias", "aliases of edge types differ", guess=False)
_underscore = of_graph("7.2.7-underscore", "names do not start with an underscore", guess=False)
_labels = of_graph("7.2.0-labels", "each type has a label")
_key = of_graph("7.2.0-primary-key", "a node type's key is one or more of its properties")
_type = of_graph("7.2.5-property-type", "STRING, INT, FLOAT, DOUBLE, BOOLEAN, DATETIME")
_once = of_graph("7.2.0-property-once", "a type has each property once")
_same = of_graph("7.2.7-same-type", "properties of the same name have the same type")
_ends = of_graph("7.2.0-edge-ends", "an edge type joins node types that are there")
_table_id = of_graph("7.2.0-table-id", "ids of node and edge tables differ")
_table_alias = of_graph("7.2.0-table-alias", "node and edge tables name types that are there")
_source = of_graph("7.2.0-data-source", "tables name data sources that are there, once")
_source_type = of_graph("7.2.0-data-source-type", "data sources are Delta tables")
_reference = of_graph("7.2.1-item-reference", "data sources name item references that are there")
_path = of_graph("7.2.1-path", "a data source's path leads to a Delta table", guess=False)
_mapping = of_graph("7.2.0-mapping", "mapped properties are the type's, each once")
_key_mapped = of_graph("7.2.0-key-mapped", "a node table maps its type's key")
_SCHEMAS = {
    "graphType.json": "1.0.0",
    "graphDefinition.json": "1.0.0",
    "dataSources.json": "1.1.0",
    "stylingConfiguration.json": "1.0.0",
}


def about_parts(parts: Sequence[Part]) -> Iterator[Breach]:
    there = {part["path"] for part in parts}
    for name in PARTS:
        if name not in there:
            yield _parts(f"The part {name} is missing")


def unreadable(error: Exception) -> Breach:
    found: Breach = _json(
        f"A field is missing or of the wrong kind: {type(error).__name__} {error}"
    )
    return found


def breaches(model: Model, tenant: Tenant) -> Iterator[Breach]:
    yield from _about_schemas(model)
    yield from graph_fields.about(model.documents)
    yield from _about_types(model)
    yield from _about_tables(model)
    schemas = {each.name: _schema_of(tenant, model, each.name) for each in model.sources}
    yield from _about_sources(model, schemas)
    for table in (*model.node_tables, *model.edge_tables):
        if (schema := schemas.get(table.source)) is not None:
            yield from graph_data_rules.about_columns(table, schema)
            yield from graph_data_rules.about_types(model, table, schema)
    yield from graph_data_rules.about_loading(model, schemas)


def path_of(tenant: Tenant, model: Model, source: str) -> Path | None:
    for each in model.sources:
        if each.name == source:
            if each.reference is None:
                return delta.locate(tenant, each.path)
            if each.reference in model.references:
                return delta.inside(tenant, *model.references[each.reference], each.path)
    return None


def _schema_of(tenant: Tenant, model: Model, source: str) -> Schema | None:
    path = path_of(tenant, model, source)
    return delta.schema(path) if path else None


def _about_schemas(model: Model) -> Iterator[Breach]:
    base = "https://developer.microsoft.com/json-schemas/fabric/item"
    for name, document in model.documents.items():
        found = str(document.get("$schema", ""))
        stem, version = name.removesuffix(".json"), _SCHEMAS[name]
        known = {
            f"{base}/graphIndex/definition/{stem}/{version}/schema.json",
            f"{base}/graphInstance/definition/{stem}/1.0.0/schema.json",
        }
        if found not in known:
            yield _schema(f"{name} has the $schema {found!r}")


def _about_types(model: Model) -> Iterator[Breach]:
    yield from _doubled((each.alias for each in model.node_types), _alias, "node alias")
    yield from _doubled((each.alias for each in model.edge_types), _edge_alias, "edge alias")
    types: dict[str, str] = {}
    for each in model.types:
        if not each.labels:
            yield _labels(f"{each.alias} has no label")
        for name in (each.alias, *each.labels, *each.names):
            if not name or name.startswith("_"):
                yield _underscore(f"Not a name: {name!r}")
        yield from _doubled(each.names, _once, f"property of {each.alias}")
        for name, type_ in each.properties.items():
            if type_ not in TYPES:
                yield _type(f"{each.alias}.{name} has the type {type_!r}")
            elif TYPES[type_] != types.setdefault(name, TYPES[type_]):
                yield _same(f"{name} is {type_} in {each.alias} and {types[name]} elsewhere")
    for node in model.node_types:
        if not node.keys or not set(node.keys) <= set(node.properties):
            yield _key(f"The key of {node.alias} is {list(node.keys)}")
    aliases = {each.alias for each in model.node_types}
    for edge in model.edge_types:
        if not {edge.source, edge.target} <= aliases:
            yield _ends(f"{edge.alias} joins {edge.source} and {edge.target}")


def _about_tables(model: Model) -> Iterator[Breach]:
    tables = (*model.node_tables, *model.edge_tables)
    yield from _doubled((each.id for each in tables), _table_id, "table id")
    types: dict[str, NodeType | EdgeType] = {}
    types |= {each.alias: each for each in model.edge_types}
    edge_aliases = set(types)
    types |= {each.alias: each for each in model.node_types}
    for table in tables:
        of_edge = table in model.edge_tables
        if (table.alias not in types) or (of_edge and table.alias not in edge_aliases):
            yield _table_alias(f"{table.id} names the type {table.alias}")
            continue
        type_ = types[table.alias]
        mapped = [name for name, _ in table.mappings]
        for name in mapped:
            if name not in type_.properties:
                yield _mapping(f"{table.id} maps {name}, which {table.alias} does not have")
        yield from _doubled(mapped, _mapping, f"mapping of {table.id}")
        keys = set(type_.keys) & set(type_.properties) if isinstance(type_, NodeType) else set()
        if not keys <= set(mapped):
            yield _key_mapped(f"{table.id} does not map the key {sorted(keys)}")


def _about_sources(model: Model, schemas: Mapping[str, Schema | None]) -> Iterator[Breach]:
    names = [each.name for each in model.sources]
    yield from _doubled(names, _source, "data source")
    for table in (*model.node_tables, *model.edge_tables):
        if table.source not in names:
            yield _source(f"{table.id} names the data source {table.source}")
    for source in model.sources:
        if source.type != "DeltaTable":
            yield _source_type(f"{source.name} is of type {source.type}")
        if source.reference is not None and source.reference not in model.references:
            yield _reference(f"{source.name} names the item {source.reference}")
        elif schemas[source.name] is None:
            yield _path(f"[DataSourceSchemaFetchFailed] No Delta table at {source.path}")


def _doubled(names: Iterable[str], breach: Any, what: str) -> Iterator[Breach]:
    for name, times in Counter(names).items():
        if times > 1 or not name:
            yield breach(f"The {what} {name!r} is there {times} times")
