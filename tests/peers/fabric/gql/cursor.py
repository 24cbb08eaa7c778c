"""Where a parser stands, and what can be seen from there."""

from collections.abc import Mapping, Sequence
from typing import NoReturn

from peers.fabric.gql.deadline import Deadline
from peers.fabric.gql.lexer import Token, tokens
from peers.fabric.gql.problems import GqlProblem, no_such
from peers.fabric.gql.reserved import RESERVED
from peers.fabric.graph import Graph


class Cursor:
    def __init__(self, query: str, graph: Graph) -> None:
        self.text = query
        self.deadline = Deadline()
        self.graph = graph
        self.types: Mapping[str, str] = graph.types
        self._tokens: Sequence[Token] = tokens(query)
        self._at = 0

    @property
    def token(self) -> Token:
        return self._tokens[self._at]

    def ahead(self, number: int = 1) -> Token:
        return self._tokens[min(self._at + number, len(self._tokens) - 1)]

    def advance(self) -> Token:
        token = self.token
        self._at += 1
        return token

    def sees(self, *words: str) -> bool:
        """Whether these words or signs come next."""
        seen = [self.ahead(number) for number in range(len(words))]
        return all(
            word in (each.word, each.text if each.kind == "sign" else "")
            for word, each in zip(words, seen, strict=True)
        )

    def take(self, *words: str) -> bool:
        if not self.sees(*words):
            return False
        self._at += len(words)
        return True

    def expect(self, word: str) -> Token:
        if not self.sees(word):
            self.fail(f"{word} is expected")
        return self.advance()

    def name(self, what: str) -> str:
        token = self.token
        if token.kind == "quoted" and token.value:
            return self.advance().value
        if token.kind != "word":
            self.fail(f"A {what} is expected")
        if token.word in RESERVED:
            self.fail(f"{token.text} is a reserved word; in back-quotes it can be a {what}")
        return self.advance().text

    def label(self) -> str:
        name = self.name("label")
        if not any(name in each.labels for each in self.graph.element_types):
            raise no_such("label", name)
        return name

    def property(self) -> str:
        name = self.name("property")
        if name not in self.types:
            raise no_such("property", name)
        return name

    def fail(self, message: str) -> NoReturn:
        found = self.token.text or "the end"
        raise GqlProblem(f"{message}, but there is {found!r}", at=self.token.start)
