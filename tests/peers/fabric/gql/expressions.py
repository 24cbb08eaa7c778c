"""Expressions: parsed straight into functions of a row."""

from collections.abc import Callable
from typing import Any

from peers.fabric.gql.atoms import Atoms, constant, number, reader, uses_of
from peers.fabric.gql.operators import (
    ARITHMETIC,
    COMPARISONS,
    concatenated,
    conjunction,
    contained,
    disjunction,
    exclusive,
    on_texts,
)
from peers.fabric.gql.problems import GqlProblem, unsupported
from peers.fabric.gql.values import Expression, negated

_MAX_DEPTH = 100


class Expressions(Atoms):
    """By precedence, from OR down to signs."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._depth = 0

    def expression(self) -> Expression:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise GqlProblem("The expression is nested too deeply", "54000")
        found = self._either()
        self._depth -= 1
        return found

    def _either(self) -> Expression:
        found = self._all()
        while self.sees("OR") or self.sees("XOR"):
            alone = self.advance().word == "XOR"
            found = _joined(found, self._all(), exclusive if alone else disjunction)
        return found

    def _all(self) -> Expression:
        found = [self._not()]
        while self.take("AND"):
            found.append(self._not())
        if len(found) == 1:
            return found[0]
        parts = [part for each in found for part in each.split()]
        runs = [each.run for each in found]
        return Expression(
            lambda row: conjunction(run(row) for run in runs),
            uses_of(found),
            "BOOL",
            parts,
            any(each.aggregates for each in found),
        )

    def _not(self) -> Expression:
        if not self.take("NOT"):
            return self._comparison()
        inner = self._not()
        run = inner.run
        return Expression(
            lambda row: negated(run(row)), inner.uses, "BOOL", aggregates=inner.aggregates
        )

    def _comparison(self) -> Expression:
        left = self._concatenation()
        while True:
            if self.token.text in COMPARISONS and self.token.kind == "sign":
                compare = COMPARISONS[self.advance().text]
                left = _joined(left, self._concatenation(), compare)
            elif self.take("IS"):
                left = self._is(left)
            elif self.sees("NOT", "IN") or self.sees("IN"):
                turned = self.take("NOT")
                self.advance()
                found = _joined(left, self._concatenation(), contained)
                left = _turned(found) if turned else found
            elif self.take("STARTS", "WITH"):
                left = _joined(left, self._concatenation(), on_texts(str.startswith))
            elif self.take("ENDS", "WITH"):
                left = _joined(left, self._concatenation(), on_texts(str.endswith))
            elif self.take("CONTAINS"):
                left = _joined(left, self._concatenation(), on_texts(str.__contains__))
            else:
                return left

    def _is(self, left: Expression) -> Expression:
        turned = self.take("NOT")
        run = left.run
        if self.take("NULL"):
            found = Expression(
                lambda row: run(row) is None, left.uses, "BOOL", aggregates=left.aggregates
            )
        elif self.sees("TRUE") or self.sees("FALSE"):
            wanted = self.advance().word == "TRUE"
            found = Expression(lambda row: run(row) is wanted, left.uses, "BOOL")
        elif self.sees("LABELED") or self.sees("TYPED"):
            raise unsupported(f"IS {self.token.word}")
        else:
            self.fail("NULL is expected")
        return _turned(found) if turned else found

    def _concatenation(self) -> Expression:
        found = self._sum()
        while self.take("||"):
            found = _joined(found, self._sum(), concatenated, found.type)
        return found

    def _sum(self) -> Expression:
        found = self._product()
        while self.token.kind == "sign" and self.token.text in "+-" and not self.sees("-["):
            sign = self.advance().text
            found = _joined(found, self._product(), ARITHMETIC[sign], found.type)
        return found

    def _product(self) -> Expression:
        found = self._signed()
        while self.token.kind == "sign" and self.token.text in "*/%":
            sign = self.advance().text
            found = _joined(found, self._signed(), ARITHMETIC[sign], found.type)
        return found

    def _signed(self) -> Expression:
        if self.take("+"):
            return self._signed()
        if self.take("-"):
            if self.token.kind == "number":
                return constant(number("-" + self.advance().text))
            return _joined(constant(0), self._signed(), ARITHMETIC["-"])
        return self._property_of(self.atom())

    def _property_of(self, found: Expression) -> Expression:
        while self.take("."):
            name = self.property()
            found = Expression(
                reader(found.run, name), found.uses, self.types[name], aggregates=found.aggregates
            )
        return found


def _joined(
    left: Expression,
    right: Expression,
    combine: Callable[[Any, Any], Any],
    type_: str | None = "BOOL",
) -> Expression:
    first, second = left.run, right.run
    return Expression(
        lambda row: combine(first(row), second(row)),
        left.uses | right.uses,
        type_,
        aggregates=left.aggregates or right.aggregates,
    )


def _turned(found: Expression) -> Expression:
    run = found.run
    return Expression(
        lambda row: negated(run(row)), found.uses, "BOOL", aggregates=found.aggregates
    )
