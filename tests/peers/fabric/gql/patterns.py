"""Graph patterns: MATCH's own language."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from peers.fabric.gql.atoms import reader
from peers.fabric.gql.expressions import Expressions
from peers.fabric.gql.plan import Plan
from peers.fabric.gql.problems import GqlProblem, unsupported
from peers.fabric.gql.shapes import EdgePattern, NodePattern, PathPattern
from peers.fabric.gql.values import Expression, equal

Labels = Callable[[frozenset[str]], bool]
_MODES = ("WALK", "TRAIL", "SIMPLE", "ACYCLIC")
_numbers = count(1)


@dataclass
class Block:
    """What one MATCH says."""

    paths: list[PathPattern] = field(default_factory=list)
    conditions: list[Expression] = field(default_factory=list)


class Patterns(Expressions):
    def exists(self) -> Expression:
        self.expect("EXISTS")
        closing = "}" if self.take("{") else ")" if self.take("(") else self.fail("{ is expected")
        outer = set(self.scope)
        self.take("MATCH")
        plan = self.match()
        if self.take("RETURN"):
            self.expression()
        self.expect(closing)
        self.scope = outer
        return Expression(
            lambda row: next(plan.rows([row]), None) is not None, plan.uses & outer, "BOOL"
        )

    def match(self) -> Plan:
        """What follows MATCH, with its WHERE; its variables come into scope."""
        if self.sees("REPEATABLE") or self.sees("DIFFERENT"):
            raise unsupported(f"{self.token.word} as a match mode")
        outer, block = set(self.scope), Block()
        block.paths.append(self._path(block))
        while self.take(","):
            block.paths.append(self._path(block))
        if self.take("WHERE"):
            block.conditions += self._condition()
        return Plan(self.graph, block.paths, block.conditions, outer, self.deadline)

    def _condition(self) -> list[Expression]:
        found = self.expression()
        if found.aggregates:
            raise GqlProblem("A condition on rows holds an aggregate", "42000")
        return list(found.split())

    def _path(self, block: Block) -> PathPattern:
        name = None
        if self.ahead().text == "=" and not self.sees("("):
            name = self.name("path")
            self.advance()
        path = PathPattern(name)
        if self.take("ANY", "SHORTEST"):
            path.shortest = True
        elif self.sees("ALL", "SHORTEST") or self.sees("ANY") or self.sees("SHORTEST"):
            raise unsupported(f"{self.token.word} {self.ahead().word}")
        else:
            self.take("ALL")
        if self.token.word in _MODES:
            path.mode = self.advance().word
        if not self.take("PATHS"):
            self.take("PATH")
        path.nodes.append(self._node(block))
        while self.token.kind == "sign" and self.token.text in _EDGES:
            path.edges.append(self._edge(block, path))
            path.nodes.append(self._node(block))
        if name:
            self.scope.add(name)
        return path

    def _node(self, block: Block) -> NodePattern:
        self.expect("(")
        if self.sees("("):
            raise unsupported("A path in brackets")
        variable, named = self._variable_name()
        labels = self._labels()
        self._inside(variable, block.conditions, ")")
        self.expect(")")
        return NodePattern(variable, named, labels)

    def _edge(self, block: Block, path: PathPattern) -> EdgePattern:
        opening = self.advance().text
        variable, named, labels = f"#{next(_numbers)}", False, None
        inline: list[Expression] = []
        closing = opening
        if opening in ("-[", "<-["):
            variable, named = self._variable_name()
            labels = self._labels()
            self._inside(variable, inline, "]-")
            closing = self.advance().text
            if closing not in ("]-", "]->"):
                self.fail("]- or ]-> is expected")
        edge = EdgePattern(variable, named, labels, *_directions(opening, closing))
        if self._quantifier(edge):
            edge.conditions = inline
            bounded = edge.most is not None or path.shortest or path.mode not in ("", "WALK")
            if not bounded:
                raise unsupported("A quantifier without an upper bound in a WALK")
        else:
            block.conditions += inline
        return edge

    def _quantifier(self, edge: EdgePattern) -> bool:
        if self.take("*"):
            edge.least, edge.most = 0, None
        elif self.take("+"):
            edge.least, edge.most = 1, None
        elif self.take("?"):
            edge.least, edge.most = 0, 1
        elif self.take("{"):
            edge.least = int(self.advance().text) if self.token.kind == "number" else 0
            edge.most = edge.least
            if self.take(","):
                edge.most = int(self.advance().text) if self.token.kind == "number" else None
            self.expect("}")
        else:
            return False
        edge.quantified = True
        return True

    def _variable_name(self) -> tuple[str, bool]:
        token = self.token
        ends = token.kind == "sign" or token.word in ("IS", "WHERE")
        if ends:
            return f"#{next(_numbers)}", False
        name = self.name("variable")
        self.scope.add(name)
        return name, True

    def _labels(self) -> Labels | None:
        if not (self.take(":") or self.take("IS")):
            return None
        return self._any_label()

    def _any_label(self) -> Labels:
        found = self._all_labels()
        while self.take("|"):
            found = _either(found, self._all_labels())
        return found

    def _all_labels(self) -> Labels:
        found = self._one_label()
        while self.take("&"):
            found = _both(found, self._one_label())
        return found

    def _one_label(self) -> Labels:
        if self.take("!"):
            inner = self._one_label()
            return lambda labels: not inner(labels)
        if self.take("%"):
            return bool
        if self.take("("):
            found = self._any_label()
            self.expect(")")
            return found
        name = self.label()
        return lambda labels: name in labels

    def _inside(self, variable: str, conditions: list[Expression], closing: str) -> None:
        """{property: value} and WHERE of an element."""
        if self.take("{"):
            while not self.take("}"):
                property_ = self.property()
                self.expect(":")
                conditions.append(_equals(variable, property_, self.expression()))
                if not self.take(","):
                    self.expect("}")
                    break
        if self.take("WHERE"):
            conditions += self._condition()
        if self.token.text[:1] != closing[:1]:
            self.fail(f"{closing} is expected")


def _equals(variable: str, property_: str, value: Expression) -> Expression:
    read, run = reader(lambda row: row[variable], property_), value.run
    return Expression(lambda row: equal(read(row), run(row)), value.uses | {variable}, "BOOL")


def _either(first: Labels, second: Labels) -> Labels:
    return lambda labels: first(labels) or second(labels)


def _both(first: Labels, second: Labels) -> Labels:
    return lambda labels: first(labels) and second(labels)


_EDGES = ("-[", "<-[", "->", "<-", "-", "<->")


def _directions(opening: str, closing: str) -> tuple[bool, bool]:
    """Whether the edge may go forwards, and backwards."""
    if opening in ("->", "<-", "-", "<->"):
        return opening != "<-", opening != "->"
    left, right = opening == "<-[", closing == "]->"
    return right or not left, left or not right
