"""docker-compose.yml as Compose reads it."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yml"


def compose(values: Mapping[str, str]) -> dict[str, Any]:
    """With the values of ``${NAME:-default}`` and ``${NAME:?message}`` filled in.

    After the YAML is read, as Compose does: what is empty is an empty text. A variable of a
    service that has no value is passed on if it is set, and else is not there at all.
    """
    found: dict[str, Any] = _filled(yaml.safe_load(COMPOSE.read_text()), values)
    for service in found["services"].values():
        given = service.get("environment", {})
        passed = {
            name: value if value is not None else values.get(name) for name, value in given.items()
        }
        service["environment"] = {
            name: value for name, value in passed.items() if value is not None
        }
    return found


def _filled(node: Any, values: Mapping[str, str]) -> Any:
    if isinstance(node, dict):
        return {key: _filled(value, values) for key, value in node.items()}
    if isinstance(node, list):
        return [_filled(value, values) for value in node]
    return _text(node, values) if isinstance(node, str) else node


def _text(text: str, values: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        name, kind, rest = match.groups()
        found = values.get(name) or ""
        if not found and kind == ":?":
            raise KeyError(f"{name}: {rest}")
        return found or rest

    return re.sub(r"\$\{(\w+)(:-|:\?)([^}]*)\}", value, text)
