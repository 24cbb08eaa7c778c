"""Labels and property names as the engine can hold them.

Table names share one namespace and ignore case, and so do the columns of a table.
Everything else is legal between backticks, but for a few characters.
"""

from collections.abc import Callable, Collection, Iterable, Mapping

from graph_query_api.graphs.unique_names import unique

KEY = "_key"
NUMBER = "_n"

RESERVED_PROPERTIES = frozenset({KEY, NUMBER, "_id", "_label", "_src", "_dst"})

# A dot in a table name is taken for a database; a property called * for all of them.
_ILLEGAL_IN_TABLES = "`\0."
_ILLEGAL_IN_PROPERTIES = "`\0"


def table_names(labels: Iterable[str], taken: Collection[str] = ()) -> dict[str, str]:
    """Label → table, for labels of one kind; ``taken`` are the tables of the other kind."""
    used = {table.casefold() for table in taken}
    return unique(labels, _legal_in(_ILLEGAL_IN_TABLES), lambda _, folded: folded in used)


def column_names(properties: Mapping[str, str], settled: dict[str, str]) -> dict[str, str]:
    """Property → column, for the properties of one label with their types.

    ``settled`` has the type of each column of the labels before, and gets those of this
    one: a path over labels that have one column as two types crashes the engine.
    """

    def is_taken(name: str, folded: str) -> bool:
        kind = properties[name]
        return folded in RESERVED_PROPERTIES or settled.get(folded, kind) != kind

    names = unique(properties, _legal_in(_ILLEGAL_IN_PROPERTIES), is_taken)
    settled |= {column.casefold(): properties[name] for name, column in names.items()}
    return names


def quoted(name: str) -> str:
    return f"`{name}`"


def literal(text: str) -> str:
    """A string literal of the engine's."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _legal_in(illegal: str) -> Callable[[str], str]:
    replacements = str.maketrans(dict.fromkeys(illegal, "_"))

    def legal(name: str) -> str:
        replaced = name.translate(replacements)
        return "_" if replaced in {"", "*"} else replaced

    return legal
