"""Labels and property names as they can stand in a Gremlin script, between single quotes.

All labels and properties of a graph share one namespace, so that a key of a map that the
server answers with is one name of the pack, whichever element it came from.
"""

import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING

from graph_query_api.graphs.catalog import EdgeType, GraphCatalog, Pair, Property, VertexType
from graph_query_api.graphs.unique_names import unique

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scenario_pack.graph_tables import EdgeTable, PreparedGraph, VertexTable
    from scenario_pack.value_types import Column

MOST_BYTES = 255
ROOM_FOR_NUMBER = 10

RESERVED = frozenset({"id", "label", "T", "ttl"})
"""``ttl`` would make Cosmos DB delete the element after so many seconds."""

_OURS = "sl_"


def engine_names(originals: Iterable[str], partition_key: str) -> dict[str, str]:
    """Original → its name in the graph, for all labels and properties of a pack."""
    reserved = RESERVED | {partition_key}
    return unique(originals, _legal, lambda _, seen: seen in reserved, folded=str)


def catalog_of(prepared: "PreparedGraph", partition_key: str) -> GraphCatalog:
    """Gives every label and property its name in the graph."""
    names = engine_names(_originals(prepared), partition_key)
    tables: dict[str, list[EdgeTable]] = {}
    for table in prepared.edges:
        tables.setdefault(table.label, []).append(table)
    return GraphCatalog(
        tuple(
            VertexType(each.label, names[each.label], _properties(each.columns, names), each.rows)
            for each in prepared.vertices
        ),
        tuple(
            EdgeType(label, names[label], _properties(of[0].columns, names), _pairs(of))
            for label, of in tables.items()
        ),
    )


def _originals(prepared: "PreparedGraph") -> Iterable[str]:
    tables: list[VertexTable | EdgeTable] = [*prepared.vertices, *prepared.edges]
    for table in tables:
        yield table.label
        yield from (column.name for column in table.columns)


def _properties(columns: "Sequence[Column]", names: "Mapping[str, str]") -> tuple[Property, ...]:
    return tuple(Property(each.name, names[each.name], each.type) for each in columns)


def _pairs(tables: "Sequence[EdgeTable]") -> tuple[Pair, ...]:
    return tuple(Pair(each.source_label, each.target_label, each.rows) for each in tables)


def _legal(name: str) -> str:
    nearest = "".join(sign if is_legal(sign) else "_" for sign in name)
    if nearest.startswith(_OURS):
        nearest = nearest.replace("_", "-", 1)
    if nearest.startswith("_"):
        nearest = f"-{nearest[1:]}"
    if nearest == name and 0 < len(name.encode()) <= MOST_BYTES:
        return name
    short = nearest.encode()[: MOST_BYTES - ROOM_FOR_NUMBER].decode(errors="ignore")
    return short or "-"


def is_legal(sign: str) -> bool:
    """In a name. Many scripts write their vowels as marks upon letters."""
    return sign in "_- " or unicodedata.category(sign)[0] in "LNM"
