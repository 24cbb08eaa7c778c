"""What a manifest says about its scenario, as the scenario's document keeps it."""

from typing import Any

from scenario_pack.manifest import Manifest

_TEXTS = ("display_name", "description", "domain", "version")
_LISTS = ("use_cases", "example_questions", "agents")


def scenario_metadata(manifest: Manifest) -> dict[str, Any]:
    """JSON with the resources under the scenario's own name; ``config`` is the whole manifest.

    What is no text where one is expected is in ``config`` alone.
    """
    config = manifest.config
    return {
        **{name: _text(config.get(name)) for name in _TEXTS},
        **{name: config.get(name) or [] for name in _LISTS},
        "graph_styles": manifest.graph_styles,
        "resources": {
            "graph": manifest.graph.graph,
            "graph_database": manifest.graph.database,
            "telemetry_prefix": manifest.telemetry.container_prefix,
            "telemetry_database": manifest.telemetry.database,
            "search_indexes": {
                slot: index.index_name for slot, index in sorted(manifest.search.items())
            },
        },
        "config": config,
    }


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
