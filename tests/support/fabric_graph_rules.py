"""What holds for a graph model's definition, one function a rule, told from its JSON alone."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

Parts = Mapping[str, Any]

RULES: dict[str, Callable[[Parts], bool]] = {}
WORDS = {"STRING", "INT", "FLOAT", "BOOLEAN", "DATETIME"}
GUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
PATH = re.compile(
    rf"abfss://{GUID}@onelake\.dfs\.fabric\.microsoft\.com/{GUID}/Tables/(\w+/)?[A-Za-z0-9_]{{1,256}}"
)


def rule(id_: str) -> Callable[[Callable[[Parts], bool]], Callable[[Parts], bool]]:
    def keep(check: Callable[[Parts], bool]) -> Callable[[Parts], bool]:
        RULES[id_] = check
        return check

    return keep


def broken_rules(files: Mapping[str, str]) -> list[str]:
    parts = {path.removesuffix(".json"): json.loads(text) for path, text in files.items()}
    if not RULES["7.2.0-parts"](parts):
        return ["7.2.0-parts"]
    return [id_ for id_, check in RULES.items() if not check(parts)]


def nodes(p: Parts) -> dict[str, Any]:
    return {each["alias"]: each for each in p["graphType"]["nodeTypes"]}


def edges(p: Parts) -> dict[str, Any]:
    return {each["alias"]: each for each in p["graphType"]["edgeTypes"]}


def types(p: Parts) -> list[Any]:
    return [*p["graphType"]["nodeTypes"], *p["graphType"]["edgeTypes"]]


def tables(p: Parts) -> list[Any]:
    return [*p["graphDefinition"]["nodeTables"], *p["graphDefinition"]["edgeTables"]]


def differ(names: list[str]) -> bool:
    return len({name.casefold() for name in names}) == len(names)


@rule("7.2.0-parts")
def _(p: Parts) -> bool:
    return set(p) == {"graphType", "graphDefinition", "dataSources", "stylingConfiguration"}


@rule("7.2.0-schema")
def _(p: Parts) -> bool:
    versions = {name: "1.1.0" if name == "dataSources" else "1.0.0" for name in p}
    return all(
        p[name]["$schema"].endswith(f"/item/graphIndex/definition/{name}/{version}/schema.json")
        for name, version in versions.items()
    )


@rule("7.2.0-node-alias")
def _(p: Parts) -> bool:
    return differ([each["alias"] for each in p["graphType"]["nodeTypes"]])


@rule("7.2.7-edge-alias")
def _(p: Parts) -> bool:
    return differ([each["alias"] for each in types(p)])


@rule("7.2.0-edge-once")
def _(p: Parts) -> bool:
    """One edge type a label and pair of node types."""
    found = [
        (e["labels"][0], e["sourceNodeType"]["alias"], e["destinationNodeType"]["alias"])
        for e in p["graphType"]["edgeTypes"]
    ]
    return len(set(found)) == len(found)


@rule("7.2.7-underscore")
def _(p: Parts) -> bool:
    found = [n for t in types(p) for n in (t["alias"], *t["labels"], *_names(t))]
    return all(re.fullmatch(r"[A-Za-z]\w*", name, re.ASCII) for name in found)


@rule("7.2.0-labels")
def _(p: Parts) -> bool:
    return all(len(each["labels"]) == 1 for each in types(p))


@rule("7.2.0-primary-key")
def _(p: Parts) -> bool:
    return all(
        len(each["primaryKeyProperties"]) == 1 and set(each["primaryKeyProperties"]) <= _names(each)
        for each in p["graphType"]["nodeTypes"]
    )


@rule("7.2.5-property-type")
def _(p: Parts) -> bool:
    return all(each["type"] in WORDS for t in types(p) for each in t["properties"])


@rule("7.2.0-property-once")
def _(p: Parts) -> bool:
    return all(differ([each["name"] for each in t["properties"]]) for t in types(p))


@rule("7.2.7-same-type")
def _(p: Parts) -> bool:
    found = {(each["name"], each["type"]) for t in types(p) for each in t["properties"]}
    return len({name for name, _ in found}) == len(found)


@rule("7.2.0-edge-ends")
def _(p: Parts) -> bool:
    return all(
        each[end]["alias"] in nodes(p)
        for each in p["graphType"]["edgeTypes"]
        for end in ("sourceNodeType", "destinationNodeType")
    )


@rule("7.2.0-table-id")
def _(p: Parts) -> bool:
    return differ([each["id"] for each in tables(p)])


@rule("7.2.0-table-alias")
def _(p: Parts) -> bool:
    """Each type has its table, and each table its type."""
    of_nodes = [each["nodeTypeAlias"] for each in p["graphDefinition"]["nodeTables"]]
    of_edges = [each["edgeTypeAlias"] for each in p["graphDefinition"]["edgeTables"]]
    return sorted(of_nodes) == sorted(nodes(p)) and sorted(of_edges) == sorted(edges(p))


@rule("7.2.0-data-source")
def _(p: Parts) -> bool:
    there = [each["name"] for each in p["dataSources"]["dataSources"]]
    return differ(there) and sorted(there) == sorted(t["dataSourceName"] for t in tables(p))


@rule("7.2.0-data-source-type")
def _(p: Parts) -> bool:
    return all(each["type"] == "DeltaTable" for each in p["dataSources"]["dataSources"])


@rule("7.2.1-path")
def _(p: Parts) -> bool:
    found = [each["properties"]["path"] for each in p["dataSources"]["dataSources"]]
    return all(PATH.fullmatch(path) for path in found) and differ(found)


@rule("7.2.0-mapping")
def _(p: Parts) -> bool:
    by_alias = nodes(p) | edges(p)
    for table in tables(p):
        alias = table.get("nodeTypeAlias") or table["edgeTypeAlias"]
        mapped = [each["propertyName"] for each in table["propertyMappings"]]
        if alias not in by_alias or sorted(mapped) != sorted(_names(by_alias[alias])):
            return False
    return True


@rule("7.2.2-edge-keys")
def _(p: Parts) -> bool:
    for table in p["graphDefinition"]["edgeTables"]:
        source, target = table["sourceNodeKeyColumns"], table["destinationNodeKeyColumns"]
        if len(source) != 1 or len(target) != 1 or source == target:
            return False
    return True


@rule("7.2.0-styling")
def _(p: Parts) -> bool:
    layout = p["stylingConfiguration"]["modelLayout"]
    places = [(each["x"], each["y"]) for each in layout["positions"].values()]
    return (
        set(layout["positions"]) == set(nodes(p))
        and set(layout["styles"]) == {*nodes(p), *edges(p)}
        and len(set(places)) == len(places)
        and all(each["size"] > 0 for each in layout["styles"].values())
    )


def _names(type_: Any) -> set[str]:
    return {each["name"] for each in type_["properties"]}
