"""The place in a query that the parser has come to, and how much of it there may be."""

from collections.abc import Iterator
from contextlib import contextmanager

from graph_query_api.graphs.gremlin.query.tokens import Place, Token, refused, tokens, unexpected

MOST_STEPS = 300
"""Cosmos DB takes 400 in one traversal, and some are added."""
MOST_JOINED = 50
DEEPEST = 32


class Cursor:
    """Raises QueryRefused for what is not as it should be, and where there is too much."""

    def __init__(self, query: str) -> None:
        self._tokens = list(tokens(query))
        self._at = 0
        self._depth = 0
        self._steps = 0
        self._joined = 0

    @property
    def next(self) -> Token:
        return self._tokens[self._at]

    def take(self) -> Token:
        token = self.next
        self._at += token.kind != "end"
        return token

    def sign(self, sign: str) -> None:
        if self.next.text != sign:
            raise unexpected(self.next, f"{sign} is missing before")
        self.take()

    def word(self, wanted: str) -> Token:
        if self.next.kind != "word":
            raise unexpected(self.next, f"{wanted} is missing before")
        return self.take()

    @contextmanager
    def deeper(self) -> Iterator[None]:
        self._depth += 1
        if self._depth > DEEPEST:
            raise refused(self.next.place, f"a query is {DEEPEST} brackets deep at most.")
        yield
        self._depth -= 1

    def count_step(self, place: Place) -> None:
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise refused(place, f"a query has {MOST_STEPS} steps at most. Ask for less.")

    def count_joined(self, place: Place) -> None:
        self._joined += 1
        if self._joined > MOST_JOINED:
            raise refused(place, f"a query joins {MOST_JOINED} predicates at most. Use within().")
