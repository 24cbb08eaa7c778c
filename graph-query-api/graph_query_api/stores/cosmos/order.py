"""The order of a list in Cosmos DB, in sections, and the place where a page ended.

The SDK can't continue a sorted query, and an index for sorting holds neither documents without
the member nor ones that hold a list or an object there. So a list is read in sections, each with
a query of its own: what misses the member, plain values, and lists and objects.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from graph_query_api.errors import InvalidContinuation
from graph_query_api.stores.cosmos.query import Parameters, Statement, column, condition, type_test
from graph_query_api.stores.cosmos.shape import EXACT, KEY, stored_path
from graph_query_api.stores.query import OrderBy, Path, Query

MISSING, NULL, FALSE, TRUE, NUMBER, TEXT, NESTED = range(7)
ID = column(("id",))
POSITION = 3  # values of a Position


@dataclass(frozen=True, slots=True)
class Position:
    """Where a document stands: the rank of its value's type, the value where it has an order."""

    rank: int
    value: Any
    key: str

    def as_list(self) -> list[Any]:
        return [self.rank, self.value, self.key]

    @classmethod
    def from_list(cls, values: Sequence[Any]) -> "Position":
        """Raises InvalidContinuation for what ``as_list`` never gave."""
        rank, value, key = values
        kinds = {NUMBER: int | float, TEXT: str}
        if rank not in range(7) or not isinstance(value, kinds.get(rank, int)):
            raise InvalidContinuation
        if not isinstance(key, str):
            raise InvalidContinuation
        return cls(rank, value, key)

    @classmethod
    def of(cls, item: dict[str, Any], order: OrderBy | None) -> "Position":
        key = str(item[KEY])
        if order is None:
            return cls(MISSING, 0, key)
        match _found(item, stored_path(order.path)):
            case None:
                return cls(NULL, 0, key)
            case bool() as truth:
                return cls(TRUE if truth else FALSE, 0, key)
            case int() | float() as number:
                return cls(NUMBER, number if abs(number) <= EXACT else float(number), key)
            case str() as text:
                return cls(TEXT, text, key)
            case list() | dict():
                return cls(NESTED, 0, key)
        return cls(MISSING, 0, key)


def _found(item: Any, path: Path) -> Any:
    for member in path:
        if not isinstance(item, dict) or member not in item:
            return ...
        item = item[member]
    return item


@dataclass(frozen=True, slots=True)
class _Section:
    ranks: range
    test: str
    """What all of its documents fulfil."""
    by_value: bool


def statements(query: Query, after: Position | None) -> Iterator[Statement]:
    """Queries that together give what follows ``after``, in order."""
    descending = bool(query.order and query.order.descending)
    sections = _sections(query.order)
    for section in reversed(sections) if descending else sections:
        parameters = Parameters()
        terms = [section.test] if section.test else []
        if after is not None:
            if after.rank in section.ranks:
                terms.append(_beyond(query.order, section, after, parameters))
                after = None
            else:
                continue
        if query.where is not None:
            terms.append(condition(query.where, parameters))
        where = f" WHERE {' AND '.join(terms)}" if terms else ""
        yield Statement(
            f"SELECT * FROM c{where} ORDER BY {_order_by(query.order, section, descending)}",
            parameters.given,
        )


def _sections(order: OrderBy | None) -> list[_Section]:
    if order is None:
        return [_Section(range(1), "", by_value=False)]
    at = column(order.path)
    return [
        _Section(range(NULL), f"NOT IS_DEFINED({at})", by_value=False),
        _Section(range(NULL, NESTED), f"IS_PRIMITIVE({at})", by_value=True),
        _Section(range(NESTED, 7), f"(IS_ARRAY({at}) OR IS_OBJECT({at}))", by_value=False),
    ]


def _order_by(order: OrderBy | None, section: _Section, descending: bool) -> str:
    columns = [column(order.path), ID] if order and section.by_value else [ID]
    direction = "DESC" if descending else "ASC"
    return ", ".join(f"{each} {direction}" for each in dict.fromkeys(columns))


def _beyond(
    order: OrderBy | None, section: _Section, after: Position, parameters: Parameters
) -> str:
    sign = "<" if order and order.descending else ">"
    later = f"{ID} {sign} {parameters.add(after.key)}"
    if order is None or not section.by_value:
        return later
    at = column(order.path)
    further = range(NULL, after.rank) if order.descending else range(after.rank + 1, NESTED)
    same = _of_rank(at, after.rank)
    if after.rank in {NUMBER, TEXT}:
        value = parameters.add(after.value)
        later = f"({at} {sign} {value} OR ({at} = {value} AND {later}))"
    terms = [f"({same} AND {later})", *(_of_rank(at, rank) for rank in further)]
    return f"({' OR '.join(terms)})"


def _of_rank(at: str, rank: int) -> str:
    match rank:
        case 1:
            return f"IS_NULL({at})"
        case 2 | 3:
            return f"{at} = {'true' if rank == TRUE else 'false'}"
    return f"{type_test(0 if rank == NUMBER else '')}({at})"
