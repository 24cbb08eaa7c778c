"""How a MATCH is carried out: where to begin, and which way to go from there.

Each step takes rows and gives rows with one more variable. A condition is judged as soon as all
its variables have values.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from peers.fabric.gql.deadline import Deadline
from peers.fabric.gql.expand import Move, expand
from peers.fabric.gql.shapes import EdgePattern, Labels, NodePattern, PathPattern
from peers.fabric.gql.values import Expression, Path, Row, truth
from peers.fabric.graph import Edge, Graph, Node

Step = Callable[[Iterable[Row]], Iterator[Row]]


class Plan:
    def __init__(
        self,
        graph: Graph,
        paths: Sequence[PathPattern],
        conditions: Sequence[Expression],
        outer: set[str],
        deadline: Deadline,
    ) -> None:
        self._graph = graph
        self._deadline = deadline
        self._bound = set(outer)
        self._left = list(conditions)
        self._steps: list[Step] = []
        self.variables = _named(paths) - outer
        self.uses = frozenset().union(_named(paths), *(each.uses for each in conditions))
        self._filter()
        waiting = list(paths)
        while waiting:
            path = min(waiting, key=self._cost)
            waiting.remove(path)
            self._walk(path)

    def rows(self, rows: Iterable[Row]) -> Iterator[Row]:
        for step in self._steps:
            rows = step(rows)
        return iter(rows)

    def optional_rows(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Where nothing matches, the row itself with nulls."""
        for row in rows:
            matched = False
            for found in self.rows([row]):
                matched = True
                yield found
            if not matched:
                yield {**row, **dict.fromkeys(self.variables)}

    def _cost(self, path: PathPattern) -> int:
        return min(self._start_cost(node) for node in path.nodes)

    def _start_cost(self, node: NodePattern) -> int:
        """Nodes to look at; those with conditions of their own are good places to begin."""
        if node.variable in self._bound:
            return -1
        total = sum(len(self._graph.nodes[alias]) for alias in self._aliases(node.labels))
        own = self._bound | {node.variable}
        tested = any(node.variable in each.uses and each.uses <= own for each in self._left)
        return total // 100 if tested else total

    def _walk(self, path: PathPattern) -> None:
        costs = [self._start_cost(node) for node in path.nodes]
        start = costs.index(min(costs))
        self._begin(path.nodes[start])
        for index in range(start, len(path.edges)):
            self._go(path.nodes[index], path.edges[index], path.nodes[index + 1], path, onward=True)
        for index in range(start - 1, -1, -1):
            self._go(
                path.nodes[index + 1], path.edges[index], path.nodes[index], path, onward=False
            )
        if path.name or path.mode not in ("", "WALK"):
            self._steps.append(_whole_path(path))
            self._bind(path.name or "#")

    def _begin(self, node: NodePattern) -> None:
        aliases = self._aliases(node.labels)
        variable, ticking = node.variable, self._deadline.tick
        if variable in self._bound:
            self._steps.append(_checked(variable, frozenset(aliases)))
            return
        nodes = [each for alias in aliases for each in self._graph.nodes[alias]]

        def scan(rows: Iterable[Row]) -> Iterator[Row]:
            for row in rows:
                for each in nodes:
                    ticking()
                    yield {**row, variable: each}

        self._steps.append(scan)
        self._bind(variable)

    def _go(
        self,
        start: NodePattern,
        edge: EdgePattern,
        end: NodePattern,
        path: PathPattern,
        *,
        onward: bool,
    ) -> None:
        move = Move(
            start.variable,
            edge,
            end.variable,
            frozenset(
                each.alias
                for each in self._graph.edge_types
                if edge.labels is None or edge.labels(frozenset(each.labels))
            ),
            frozenset(self._aliases(end.labels)),
            outgoing=edge.forwards if onward else edge.backwards,
            incoming=edge.backwards if onward else edge.forwards,
            edge_known=edge.variable in self._bound,
            end_known=end.variable in self._bound,
            mode=path.mode,
            shortest=path.shortest,
            onward=onward,
        )
        self._steps.append(expand(move, self._deadline.tick))
        self._bound.add(edge.variable)
        self._bind(end.variable)

    def _bind(self, variable: str) -> None:
        self._bound.add(variable)
        self._filter()

    def _filter(self) -> None:
        ready = [each for each in self._left if each.uses <= self._bound]
        self._left = [each for each in self._left if not each.uses <= self._bound]
        if ready:
            self._steps.append(kept([each.run for each in ready]))

    def _aliases(self, labels: Labels | None) -> list[str]:
        return [
            each.alias
            for each in self._graph.node_types
            if labels is None or labels(frozenset(each.labels))
        ]


def kept(tests: Sequence[Callable[[Row], object]]) -> Step:
    def step(rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            if all(truth(test(row)) for test in tests):
                yield row

    return step


def _checked(variable: str, aliases: frozenset[str]) -> Step:
    def step(rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            node = row[variable]
            if isinstance(node, Node) and node.type.alias in aliases:
                yield row

    return step


def _whole_path(path: PathPattern) -> Step:
    def step(rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            elements: list[Node | Edge] = [row[path.nodes[0].variable]]
            for edge, node in zip(path.edges, path.nodes[1:], strict=True):
                if edge.quantified:
                    elements += row[f"{edge.variable}#"]
                else:
                    elements.append(row[edge.variable])
                elements.append(row[node.variable])
            if _allowed(path.mode, elements):
                yield {**row, path.name or "#": Path(tuple(elements))}

    return step


def _allowed(mode: str, elements: Sequence[Node | Edge]) -> bool:
    nodes, edges = elements[::2], elements[1::2]
    if mode == "TRAIL":
        return len(set(edges)) == len(edges)
    if mode == "ACYCLIC":
        return len(set(nodes)) == len(nodes)
    if mode == "SIMPLE":
        return len(set(nodes[:-1])) == len(nodes[:-1]) and (nodes[-1] not in nodes[1:-1])
    return True


def _named(paths: Sequence[PathPattern]) -> set[str]:
    found = {each.name for each in paths if each.name}
    for path in paths:
        found |= {each.variable for each in path.nodes if each.named}
        found |= {each.variable for each in path.edges if each.named}
    return found
