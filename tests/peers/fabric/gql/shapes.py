"""Patterns as they are written, before anyone decides where to begin."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from peers.fabric.gql.values import Expression

Labels = Callable[[frozenset[str]], bool]


@dataclass
class NodePattern:
    variable: str
    named: bool
    labels: Labels | None


@dataclass
class EdgePattern:
    variable: str
    named: bool
    labels: Labels | None
    forwards: bool
    backwards: bool
    least: int = 1
    most: int | None = 1
    quantified: bool = False
    conditions: Sequence[Expression] = ()
    """Of each edge, where there may be several."""


@dataclass
class PathPattern:
    name: str | None
    mode: str = ""
    shortest: bool = False
    nodes: list[NodePattern] = field(default_factory=list)
    edges: list[EdgePattern] = field(default_factory=list)
