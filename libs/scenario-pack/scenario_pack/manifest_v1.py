"""Version 1.0 of scenario.yaml, read as version 2."""

from __future__ import annotations

from scenario_pack.sections import Section
from scenario_pack.yaml_nodes import Mapping, Node, Scalar


def as_data_sources(root: Section) -> Mapping:
    """The `data_sources` that version 2 would have, with the lines of what was written.

    Resource names get the scenario's name in front, since version 1 shared them.
    """
    name = root.optional_text("name")
    gremlin = root.section("cosmos").section("gremlin")
    nosql = root.section("cosmos").section("nosql")
    sources = Mapping(root.node.line)
    if gremlin.node:
        config = _copied(gremlin, "database", "partition_key")
        _put(config, "graph", gremlin.optional_text("graph", "topology"), name)
        sources["graph"] = _connected("cosmosdb-gremlin", config)
    if nosql.node:
        config = _copied(nosql, "database", "containers")
        _put(config, "container_prefix", name, name)
        sources["telemetry"] = _connected("cosmosdb-nosql", config)
    if "search_indexes" in root.node:
        sources["search_indexes"] = _indexes(root, name)
    return sources


def _indexes(root: Section, name: str) -> Mapping:
    indexes = Mapping(root.node.line)
    for section in root.sections("search_indexes"):
        texts = [section.optional_text(key) for key in ("name", "container", "source")]
        slot = next((slot for slot in ("runbooks", "tickets") if slot[:-1] in " ".join(texts)), "")
        if slot:  # an index of anything else is kept in the config, and that is all
            index = _copied(section, "source")
            _put(index, "index_name", texts[0] or slot, name)
            _put(index, "blob_container", texts[1] or slot, name)
            indexes[slot] = index
    return indexes


def _copied(section: Section, *keys: str) -> Mapping:
    result = Mapping(section.node.line)
    result.update({key: section.node[key] for key in keys if key in section.node})
    return result


def _put(mapping: Mapping, key: str, resource: str, name: str) -> None:
    text = resource if not name or resource.startswith(name) else f"{name}-{resource}"
    mapping[key] = Scalar(text, text or None, mapping.line)


def _connected(connector: str, config: Mapping) -> Mapping:
    part = Mapping(config.line)
    nodes: dict[str, Node] = {
        "connector": Scalar(connector, connector, config.line),
        "config": config,
    }
    part.update(nodes)
    return part
