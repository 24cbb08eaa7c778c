"""YAML as it is written: no guessed booleans, no doubled keys, no bombs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from scenario_pack.names import shown
from scenario_pack.problems import PackError, Problem
from scenario_pack.yaml_nodes import Mapping, Node, Scalar, Sequence, scalar_value

MAX_NODES = 200_000
MAX_DEPTH = 64
# Of all texts together, with each alias counted as what it stands for.
MAX_UNFOLDED = 32 << 20

_TAGS = "tag:yaml.org,2002:"

_Event = Any  # PyYAML's stubs name no attributes of the events


def parse(text: str, file: str) -> Node:
    """The one document in `text`; raises PackError with file and line."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _Builder(file, yaml.parse(text, Loader=loader)).document()
    except yaml.MarkedYAMLError as error:
        raise PackError(_broken(error, text, file)) from None
    except yaml.reader.ReaderError as error:
        line = text.encode()[: error.position].count(b"\n") + 1
        detail = f"broken YAML: the character U+{error.character:04X} is not allowed"
        raise PackError(Problem(detail, file=file, line=line)) from None


def _broken(error: yaml.MarkedYAMLError, text: str, file: str) -> Problem:
    words = shown(error.problem or str(error))
    if error.context:
        words += f" ({shown(error.context)})"
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return Problem(f"broken YAML: {words}", file=file)
    lines = text.split("\n")
    if mark.line < len(lines) and lines[mark.line][mark.column :].startswith("\t"):
        words = "a tab stands where YAML takes only blanks"
    return Problem(
        f"broken YAML at column {mark.column + 1}: {words}", file=file, line=mark.line + 1
    )


@dataclass(slots=True)
class _Size:
    """How deep a node is, and how much text it unfolds to."""

    depth: int = 1
    unfolded: int = 0

    def add(self, child: _Size) -> None:
        self.depth = max(self.depth, child.depth + 1)
        self.unfolded += child.unfolded


class _Builder:
    """Builds nodes from parser events, so that every bound holds before memory is spent.

    An alias shares the node it stands for; what it would unfold to is only counted.
    """

    def __init__(self, file: str, events: Iterator[_Event]) -> None:
        self._file = file
        self._events = events
        self._anchors: dict[str, tuple[Node, _Size]] = {}
        self._nodes = 0
        self._doubled: list[Problem] = []

    def document(self) -> Node:
        node: Node = Scalar("", None, 1)
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._error(event, 'a second document begins ("---"); only one is read')
            elif isinstance(event, yaml.NodeEvent):
                node, _ = self._node(event, 1)
        if self._doubled:
            raise PackError(self._doubled)
        return node

    def _node(self, event: _Event, depth: int) -> tuple[Node, _Size]:
        if isinstance(event, yaml.AliasEvent):
            found = self._alias(event, depth)
        else:
            found = self._fresh(event, depth)
            if event.anchor:
                self._anchors[event.anchor] = found
        if found[1].unfolded > MAX_UNFOLDED:
            raise self._error(event, "the aliases unfold to more than can be read")
        return found

    def _alias(self, event: _Event, depth: int) -> tuple[Node, _Size]:
        found = self._anchors.get(event.anchor)
        if found is None:
            detail = f'the alias "*{shown(event.anchor)}" has no anchor before it'
            raise self._error(event, detail)
        self._check_depth(event, depth + found[1].depth - 1)
        return found

    def _fresh(self, event: _Event, depth: int) -> tuple[Node, _Size]:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise self._error(event, f"more than {MAX_NODES:,} values")
        self._check_depth(event, depth)
        if isinstance(event, yaml.ScalarEvent):
            scalar = self._scalar(event)
            return scalar, _Size(unfolded=len(scalar.text) + 8)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(event, depth)
        return self._sequence(event, depth)

    def _scalar(self, event: _Event) -> Scalar:
        self._check_tag(event, "str")
        is_plain = event.implicit[0] and event.tag is None
        value = scalar_value(event.value) if is_plain else event.value
        return Scalar(event.value, value, _line(event))

    def _sequence(self, start: _Event, depth: int) -> tuple[Sequence, _Size]:
        self._check_tag(start, "seq")
        items, size = Sequence(_line(start)), _Size()
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            item, item_size = self._node(event, depth + 1)
            items.append(item)
            size.add(item_size)
        return items, size

    def _mapping(self, start: _Event, depth: int) -> tuple[Mapping, _Size]:
        self._check_tag(start, "map")
        mapping, size = Mapping(_line(start)), _Size()
        merged: list[Node] = []
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._key(event, depth)
            value, value_size = self._node(next(self._events), depth + 1)
            size.add(value_size)
            size.unfolded += len(key) + 8
            if key == "<<" and event.implicit[0]:
                merged += value if isinstance(value, Sequence) else [value]
            elif key in mapping:
                self._doubled.append(self._problem(event, f'the key "{shown(key)}" is given twice'))
            else:
                mapping[key] = value
        self._merge(start, mapping, merged)
        return mapping, size

    def _key(self, event: _Event, depth: int) -> str:
        node, _ = self._node(event, depth + 1)
        if not isinstance(node, Scalar):
            raise self._error(event, "a key must be a text, not a list or mapping")
        return node.text

    def _merge(self, start: _Event, mapping: Mapping, merged: list[Node]) -> None:
        """What `<<` brings in never replaces a key of the mapping's own, nor an earlier one."""
        for other in merged:
            if not isinstance(other, Mapping):
                raise self._error(start, '"<<" can only bring in mappings')
            for key, value in other.items():
                mapping.setdefault(key, value)

    def _check_depth(self, event: _Event, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise self._error(event, f"nested more than {MAX_DEPTH} levels deep")

    def _check_tag(self, event: _Event, allowed: str) -> None:
        if event.tag not in {None, "!", _TAGS + allowed}:
            tag = shown(event.tag.replace(_TAGS, "!!", 1))
            raise self._error(event, f'the tag "{tag}" is not taken; leave it out')

    def _problem(self, event: _Event, detail: str) -> Problem:
        return Problem(detail, file=self._file, line=_line(event))

    def _error(self, event: _Event, detail: str) -> PackError:
        return PackError([*self._doubled, self._problem(event, detail)])


def _line(event: _Event) -> int:
    return int(event.start_mark.line) + 1
