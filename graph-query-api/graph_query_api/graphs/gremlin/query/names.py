"""Names that a caller's query uses, as they are called in the graph."""

from collections.abc import Mapping
from dataclasses import dataclass

from graph_query_api.graphs.catalog import GraphCatalog
from graph_query_api.graphs.gremlin.names import MOST_BYTES, is_legal
from graph_query_api.graphs.gremlin.query.tokens import Place, refused, shown

SYSTEM = "sl_"
_TOKENS = frozenset({"id", "label", "T"})


@dataclass(frozen=True)
class GraphNames:
    """The pack's name → its name in the graph, of all labels and of all properties."""

    labels: Mapping[str, str]
    properties: Mapping[str, str]

    @classmethod
    def of(cls, catalog: GraphCatalog) -> "GraphNames":
        types = (*catalog.vertices, *catalog.edges)
        return cls(
            {each.label: each.table for each in types},
            {each.name: each.column for kind in types for each in kind.properties},
        )

    def columns(self) -> tuple[str, ...]:
        """All properties that are the pack's; never none, as that would mean the store's too."""
        return tuple(dict.fromkeys(self.properties.values())) or (f"{SYSTEM}none",)


@dataclass(frozen=True)
class Naming:
    """Each method raises QueryRefused for what can't be a name, or is the store's own."""

    names: GraphNames
    partition_key: str

    def label(self, name: str, place: Place) -> str:
        return self._known(name, self.names.labels, place)

    def property(self, name: str, place: Place) -> str:
        return self._known(name, self.names.properties, place)

    def mark(self, name: str, place: Place) -> str:
        """A name of the query's own, such as a step's label."""
        if name.startswith(SYSTEM) or name == self.partition_key:
            raise refused(place, f"{shown(name)} is a name of the store's own. Choose another.")
        return _checked(name, place)

    def _known(self, name: str, known: Mapping[str, str], place: Place) -> str:
        if name in known:
            return _checked(known[name], place)
        if name in _TOKENS:
            raise refused(
                place, f"no element has the property {name}. Write id() or label() for those."
            )
        if name.startswith("_"):
            raise refused(place, f"{shown(name)} is no name of the pack. Use the pack's names.")
        return self.mark(name, place)


def _checked(name: str, place: Place) -> str:
    if name and len(name.encode()) <= MOST_BYTES and all(map(is_legal, name)):
        return name
    raise refused(
        place,
        f"'{shown(name)}' can't be a name in this graph. "
        "Names are letters, digits, blanks, - and _.",
    )
