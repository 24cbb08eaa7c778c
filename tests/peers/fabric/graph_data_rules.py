"""What a graph model's definition must keep to in view of the Delta tables it names."""

from collections.abc import Iterator, Mapping, Sequence

from peers.fabric.delta import Schema
from peers.fabric.graph_filter import OPERATORS, columns_of, operators_of
from peers.fabric.graph_model import TYPES, GraphTable, Model
from peers.fabric.rules import Breach, of_graph

_column = of_graph("7.2.0-column", "mapped columns and key columns are in the table")
_filter = of_graph("7.2.3-filter", f"filters compare columns: {', '.join(sorted(OPERATORS))}")
_edge_keys = of_graph(
    "7.2.2-edge-keys",
    "as many source and destination key columns as the node types' keys have properties",
    stage="load",
    guess=False,
)
_key_order = of_graph(
    "7.2.4-edge-key-order",
    "key columns are in the order of the key's properties: their types agree",
    stage="load",
    silent=True,
)
_partition = of_graph("7.3.5-partition-key", "a partition column is not the only key", stage="load")
_delta_type = of_graph("7.3.5-delta-type", "columns have types that the graph takes", stage="load")

_mapped = of_graph("4.3.2-column-mapping", "Delta tables have no column mapping")
_agrees = of_graph(
    "4.3.3-column-type",
    "a property has the type of its column: else nothing equals it",
    silent=True,
)
too_long = of_graph(
    "7.3.5-string-length",
    "strings have at most 65,535 bytes",
    "StringTooLong",
    stage="load",
)
MAX_STRING = 65_535

_INGESTIBLE = {"boolean", "byte", "integer", "long", "float", "double", "string"} | {
    *("date", "timestamp", "timestamp_ntz"),
}
_COMPARABLE = dict.fromkeys(("byte", "integer", "long", "float", "double"), "number")


_OF_COLUMN = {
    **dict.fromkeys(("byte", "integer", "long"), "INT64"),
    **dict.fromkeys(("float", "double"), "FLOAT64"),
    **dict.fromkeys(("date", "timestamp", "timestamp_ntz"), "ZONED DATETIME"),
    "boolean": "BOOL",
    "string": "STRING",
}


def about_types(model: Model, table: GraphTable, schema: Schema) -> Iterator[Breach]:
    """Of columns that the graph takes at all."""
    declared = {each.alias: each.properties for each in model.types}.get(table.alias, {})
    for name, column in table.mappings:
        there = _OF_COLUMN.get(schema.columns.get(column, ""))
        said = TYPES.get(declared.get(name, ""))
        if there and said and there != said:
            yield _agrees(f"{table.id} has {name} as {said}, and the column {column} is {there}")


def about_columns(table: GraphTable, schema: Schema) -> Iterator[Breach]:
    if schema.mapped:
        yield _mapped(f"The Delta table of {table.id} has column mapping")
    columns = [column for _, column in table.mappings]
    for column in (*columns, *table.source_keys, *table.target_keys):
        if column not in schema.columns:
            yield _column(f"{table.id} uses the column {column}, which the table does not have")
    if table.filter is not None:
        for operator in operators_of(table.filter):
            if operator not in OPERATORS:
                yield _filter(f"{table.id} filters with {operator}")
        for column in columns_of(table.filter):
            if column not in schema.columns:
                yield _filter(f"{table.id} filters by the column {column}")


def about_loading(model: Model, schemas: Mapping[str, Schema | None]) -> Iterator[Breach]:
    nodes = {each.alias: each for each in model.node_types}
    key_types = _key_types(model, schemas)
    for table in model.node_tables:
        schema, node = schemas.get(table.source), nodes.get(table.alias)
        if schema is None or node is None:
            continue
        keys = [column for name, column in table.mappings if name in node.keys]
        if len(keys) == 1 and keys[0] in schema.partitions:
            yield _partition(f"{table.id} has the partition column {keys[0]} as its key")
    for table in (*model.node_tables, *model.edge_tables):
        schema = schemas.get(table.source)
        for _, column in table.mappings if schema else ():
            word = schema.columns.get(column, "string") if schema else ""
            if word not in _INGESTIBLE and not word.startswith("decimal"):
                yield _delta_type(f"The column {column} is of type {word}")
    edges = {each.alias: each for each in model.edge_types}
    for table in model.edge_tables:
        schema, edge = schemas.get(table.source), edges.get(table.alias)
        if schema is None or edge is None:
            continue
        for keys_, end in ((table.source_keys, edge.source), (table.target_keys, edge.target)):
            wanted = key_types.get(end)
            if wanted is None:
                continue
            if len(keys_) != len(wanted):
                yield _edge_keys("Edge source/destination key column count does not match")
            elif [_comparable(schema.columns.get(key, "")) for key in keys_] != list(wanted):
                yield _key_order(f"The key columns {list(keys_)} do not fit the key of {end}")


def _key_types(model: Model, schemas: Mapping[str, Schema | None]) -> Mapping[str, Sequence[str]]:
    """What the columns behind each node type's key hold."""
    found = {}
    for node in model.node_types:
        for table in model.node_tables:
            schema = schemas.get(table.source)
            if table.alias == node.alias and schema is not None:
                mapped = dict(table.mappings)
                columns = [mapped.get(key, "") for key in node.keys]
                found[node.alias] = [_comparable(schema.columns.get(each, "")) for each in columns]
    return found


def _comparable(word: str) -> str:
    return _COMPARABLE.get(word, word)
