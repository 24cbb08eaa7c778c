"""Typed reading of YAML mappings that keeps every problem instead of stopping at the first."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from scenario_pack.problems import PackError, Problem
from scenario_pack.yaml_nodes import Mapping, Node, Scalar, ScalarValue, Sequence

_T = TypeVar("_T")

_FLAGS = {
    **dict.fromkeys(("true", "yes", "on"), True),
    **dict.fromkeys(("false", "no", "off"), False),
}


class Section:
    """A mapping of a file, its place in it, and the problems found in the whole file so far.

    What is missing or of a wrong type reads as empty and is noted with its line; the caller
    goes on and calls `finish` or `problems` at the end.
    """

    def __init__(self, node: Mapping, path: str, file: str, problems: list[Problem]) -> None:
        self.node = node
        self._path = path
        self._file = file
        self._problems = problems

    @classmethod
    def root(cls, node: Node, file: str) -> Section:
        """Raises PackError if the file holds no mapping."""
        if isinstance(node, Mapping):
            return cls(node, "", file, [])
        found = "nothing" if _is_null(node) else f"only {_kind(node)}"
        detail = f'the file holds {found}; it must hold keys and values ("name: ...")'
        raise PackError(Problem(detail, file=file, line=node.line))

    def problems(self) -> tuple[Problem, ...]:
        """All problems found in the file so far, by line."""
        return tuple(sorted(self._problems, key=lambda problem: problem.line or 0))

    def finish(self) -> None:
        """Raise PackError with all problems of the file, if there are any."""
        if self._problems:
            raise PackError(self.problems())

    def fault(self, key: str, detail: str) -> None:
        """Note a problem with the value of `key`, or with the whole section if it is absent."""
        where = self._path_of(key)
        node = self.node.get(key, self.node)
        self._problems.append(Problem(f"{where} {detail}", file=self._file, line=node.line))

    def text(self, key: str) -> str:
        """The text as it is written in the file, which must be there."""
        node = self.node.get(key)
        if node is None or (isinstance(node, Scalar) and node.value is None and not node.text):
            self.fault(key, "is missing")
        elif not isinstance(node, Scalar):
            self.fault(key, f"must be a text, not {_kind(node)}")
        elif not node.text:
            self.fault(key, "is empty")
        else:
            return node.text
        return ""

    def optional_text(self, key: str, default: str = "") -> str:
        """The text as written; `default` if it is absent, null or empty."""
        node = self.node.get(key)
        return default if node is None or _is_null(node) else self.text_or_empty(key) or default

    def text_or_empty(self, key: str) -> str:
        """The text as written, which must be there but may be empty."""
        node = self.node.get(key)
        if isinstance(node, Scalar):
            return node.text
        self.fault(key, "is missing" if node is None else f"must be a text, not {_kind(node)}")
        return ""

    def value(self, key: str) -> ScalarValue:
        """A text, number, true, false or null with its YAML type."""
        node = self.node.get(key)
        if isinstance(node, Scalar):
            return node.value
        if node is not None:
            self.fault(key, f"must be a single value, not {_kind(node)}")
        return None

    def flag(self, key: str) -> bool:
        """True or false; false if it is absent."""
        node = self.node.get(key)
        if node is None or _is_null(node):
            return False
        value = _FLAGS.get(node.text.lower()) if isinstance(node, Scalar) else None
        if value is None:
            self.fault(key, "must be true or false")
        return bool(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts as written; empty if it is absent."""
        texts = []
        for index, node in enumerate(self._items(key)):
            if isinstance(node, Scalar):
                texts.append(node.text)
            else:
                self._item_fault(key, index, node, f"must be a text, not {_kind(node)}")
        return tuple(texts)

    def section(self, key: str) -> Section:
        """The mapping below `key`; an empty one if it is absent."""
        node = self.node.get(key)
        if isinstance(node, Mapping):
            return self._child(node, self._path_of(key))
        empty = Mapping(self.node.line)
        if node is None or _is_null(node):
            return self._child(empty, self._path_of(key))
        self.fault(key, f"must hold keys and values, not {_kind(node)}")
        return Section(empty, self._path_of(key), self._file, [])  # what it lacks is no news

    def sections(self, key: str) -> list[Section]:
        """The mappings of the list below `key`; none if it is absent."""
        found = []
        for index, node in enumerate(self._items(key)):
            if isinstance(node, Mapping):
                found.append(self._child(node, f"{self._path_of(key)}[{index}]"))
            else:
                self._item_fault(key, index, node, f"must hold keys and values, not {_kind(node)}")
        return found

    def judged(self, key: str, read: Callable[[Section], _T]) -> list[tuple[_T, bool]]:
        """What `read` makes of each mapping of the list, and whether it found no fault there."""
        judged = []
        for section in self.sections(key):
            before = len(self._problems)
            judged.append((read(section), len(self._problems) == before))
        return judged

    def named_sections(self) -> list[tuple[str, Section]]:
        """Each key with the mapping below it."""
        return [(key, self.section(key)) for key in self.node]

    def _items(self, key: str) -> Sequence:
        node = self.node.get(key)
        if isinstance(node, Sequence):
            return node
        if node is not None and not _is_null(node):
            self.fault(key, f"must be a list, not {_kind(node)}")
        return Sequence(self.node.line)

    def _item_fault(self, key: str, index: int, node: Node, detail: str) -> None:
        where = f"{self._path_of(key)}[{index}]"
        self._problems.append(Problem(f"{where} {detail}", file=self._file, line=node.line))

    def _child(self, node: Mapping, path: str) -> Section:
        return Section(node, path, self._file, self._problems)

    def _path_of(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None


def _kind(node: Node) -> str:
    if isinstance(node, Mapping):
        return "keys and values"
    return "a list" if isinstance(node, Sequence) else "a single value"
