"""Names: the slots, the scenario's own, and the resources called after it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal, get_args

from scenario_pack.problems import PackError, Problem

Slot = Literal["graph", "telemetry", "runbooks", "tickets", "prompts"]
SLOTS: tuple[Slot, ...] = get_args(Slot)


@dataclass(frozen=True, slots=True)
class Resources:
    """What `{graph_name}` and `{scenario_prefix}` in prompts stand for."""

    graph_name: str
    scenario_prefix: str

    @classmethod
    def of(cls, scenario: str) -> Resources:
        """The names that a scenario without a manifest gets."""
        return cls(f"{scenario}-topology", scenario)


MANIFEST = "scenario.yaml"
GRAPH_SCHEMA = "graph_schema.yaml"

_LEGAL = re.compile(r"[a-z0-9](?!.*--)[a-z0-9-]{0,48}[a-z0-9]")
_RESERVED_ENDINGS = ("-topology", "-telemetry", "-prompts", "-runbooks", "-tickets")
_SHOWN_CHARACTERS = 200


def check_scenario_name(name: str) -> None:
    """Raise PackError, in words, unless `name` can be a scenario's name."""
    if not _LEGAL.fullmatch(name):
        raise PackError(
            Problem(
                f'"{shown(name)}" can\'t be a scenario name: take 2 to 50 of a-z, 0-9 and "-", '
                'beginning and ending with a letter or digit, without "--"'
            )
        )
    for ending in _RESERVED_ENDINGS:
        if name.endswith(ending):
            raise PackError(
                Problem(
                    f'"{name}" can\'t be a scenario name: the ending "{ending}" is reserved '
                    "for what belongs to a scenario"
                )
            )


def renamed_resource(resource: str, old: str, new: str) -> str:
    """The resource's name once scenario `old` is called `new`.

    What begins with the old name begins with the new one. Resources of a manifest without
    a name get the new one in front, so that two copies of it still live side by side.
    """
    if not old:
        return "-".join(part for part in (new, resource) if part)
    return new + resource.removeprefix(old) if resource.startswith(old) else resource


# Where a manifest names resources, in both versions; "*" is every key or every item.
_RESOURCES = (
    ("data_sources", "graph", "config", "graph"),
    ("data_sources", "telemetry", "config", "container_prefix"),
    ("data_sources", "search_indexes", "*", "index_name"),
    ("data_sources", "search_indexes", "*", "blob_container"),
    ("cosmos", "gremlin", "graph"),
    ("search_indexes", "*", "name"),
)


def rename_resources(config: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    """A copy of a manifest's mapping for scenario `new`, its resources renamed with it."""
    result = {**config, "name": new}
    for path in _RESOURCES:
        result = _rename_at(result, path, old, new)
    return result


def _rename_at(value: Any, path: tuple[str, ...], old: str, new: str) -> Any:
    if not path:
        return renamed_resource(value, old, new) if isinstance(value, str) else value
    key, *rest = path
    if isinstance(value, list) and key == "*":
        return [_rename_at(item, tuple(rest), old, new) for item in value]
    if not isinstance(value, dict):
        return value
    keys = value.keys() if key == "*" else value.keys() & {key}
    return value | {name: _rename_at(value[name], tuple(rest), old, new) for name in keys}


def shown(text: str) -> str:
    """`text` fit for a message: control characters and broken bytes escaped, cut if long."""
    cut = text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…"
    return "".join(c if c.isprintable() else _escaped(c) for c in cut)


def _escaped(character: str) -> str:
    if "\udc80" <= character <= "\udcff":  # how an undecodable byte stands in a Python text
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")
