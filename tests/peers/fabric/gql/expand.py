"""From a node along edges to the next."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from peers.fabric.gql.shapes import EdgePattern
from peers.fabric.gql.values import Row, truth
from peers.fabric.graph import Edge, Node

Tick = Callable[[], None]
Step = Callable[[Iterable[Row]], Iterator[Row]]


@dataclass(frozen=True, slots=True)
class Move:
    start: str
    edge: EdgePattern
    end: str
    edge_aliases: frozenset[str]
    end_aliases: frozenset[str]
    outgoing: bool
    incoming: bool
    edge_known: bool
    end_known: bool
    mode: str
    shortest: bool
    onward: bool
    """Whether the pattern is walked as it is written."""


def expand(move: Move, tick: Tick) -> Step:
    if move.edge.quantified:
        return lambda rows: _far(move, tick, rows)
    return lambda rows: _near(move, tick, rows)


def _near(move: Move, tick: Tick, rows: Iterable[Row]) -> Iterator[Row]:
    variable, end = move.edge.variable, move.end
    for row in rows:
        node = row[move.start]
        if node is None:
            continue
        for edge, other in _next(move, node):
            tick()
            if other.type.alias not in move.end_aliases:
                continue
            if move.end_known and row[end] is not other:
                continue
            if move.edge_known and row[variable] is not edge:
                continue
            yield {**row, variable: edge, end: other}


def _next(move: Move, node: Node) -> Iterator[tuple[Edge, Node]]:
    """A loop is one edge, whichever way it is gone."""
    aliases = move.edge_aliases
    if move.outgoing:
        for edge in node.outgoing:
            if edge.type.alias in aliases:
                yield edge, edge.target
    if move.incoming:
        for edge in node.incoming:
            if edge.type.alias in aliases and not (move.outgoing and edge.source is edge.target):
                yield edge, edge.source


def _far(move: Move, tick: Tick, rows: Iterable[Row]) -> Iterator[Row]:
    """As many edges as the quantifier allows; their variable holds the list of them."""
    find = _shortest if move.shortest else _walks
    for row in rows:
        node = row[move.start]
        if node is None:
            continue
        for edges, nodes in find(move, node, row, tick):
            other = nodes[-1]
            if other.type.alias not in move.end_aliases:
                continue
            if move.end_known and row[move.end] is not other:
                continue
            between = _between(edges, nodes)
            listed = list(edges)
            if not move.onward:
                listed.reverse()
                between.reverse()
            variable = move.edge.variable
            yield {**row, variable: listed, f"{variable}#": between, move.end: other}


Walk = tuple[tuple[Edge, ...], tuple[Node, ...]]


def _walks(move: Move, start: Node, row: Row, tick: Tick) -> Iterator[Walk]:
    least, most = move.edge.least, move.edge.most
    waiting: list[Walk] = [((), (start,))]
    while waiting:
        edges, nodes = waiting.pop()
        tick()
        if len(edges) >= least:
            yield edges, nodes
        if most is not None and len(edges) >= most:
            continue
        for edge, other in _next(move, nodes[-1]):
            if _goes_on(move.mode, edges, nodes, edge, other) and _holds(move, row, edge):
                waiting.append(((*edges, edge), (*nodes, other)))


def _shortest(move: Move, start: Node, row: Row, tick: Tick) -> Iterator[Walk]:
    """One path to each node that is reached."""
    least, most = move.edge.least, move.edge.most
    seen = {start}
    layer: list[Walk] = [((), (start,))]
    if least == 0:
        yield layer[0]
    while layer and (most is None or len(layer[0][0]) < most):
        following: list[Walk] = []
        for edges, nodes in layer:
            for edge, other in _next(move, nodes[-1]):
                tick()
                if other not in seen and _holds(move, row, edge):
                    seen.add(other)
                    following.append(((*edges, edge), (*nodes, other)))
        layer = following
        for walk in layer:
            if len(walk[0]) >= least:
                yield walk


def _goes_on(
    mode: str, edges: tuple[Edge, ...], nodes: tuple[Node, ...], edge: Edge, other: Node
) -> bool:
    if mode == "TRAIL":
        return edge not in edges
    if mode == "ACYCLIC":
        return other not in nodes
    if mode == "SIMPLE":
        return other not in nodes[1:] and (len(nodes) == 1 or nodes[-1] is not nodes[0])
    return True


def _holds(move: Move, row: Row, edge: Edge) -> bool:
    if not move.edge.conditions:
        return True
    seen = {**row, move.edge.variable: edge}
    return all(truth(each.run(seen)) for each in move.edge.conditions)


def _between(edges: tuple[Edge, ...], nodes: tuple[Node, ...]) -> list[Edge | Node]:
    """The edges and the nodes between them."""
    found: list[Edge | Node] = []
    for number, edge in enumerate(edges):
        if number:
            found.append(nodes[number])
        found.append(edge)
    return found
