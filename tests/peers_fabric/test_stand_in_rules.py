"""Each rule refuses a definition that breaks it, and takes it again when the breach is mended."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake import write_deltalake
from peers.fabric.definitions import as_dict
from peers.fabric.running import Running

from support.fabric_breakages import GRAPH, ONTOLOGY, Parts
from support.fabric_definitions import fill, graph_parts, ontology_parts
from support.fabric_rest import FabricRest, OperationFailed

ELSEWHERE = {
    "7.3.5-partition-key",
    "7.3.5-delta-type",
    "6.3.1-sql-endpoint",
}
"""Breaches that lie in the lakehouse, not in the definition."""


@pytest.fixture(scope="module")
def airports(process: Running) -> Iterator[tuple[FabricRest, str]]:
    """A lakehouse with tables; definitions come and go."""
    rest = FabricRest(process)
    lakehouse: str = rest.create("lakehouses", "lake")["id"]
    fill(rest, lakehouse)
    yield rest, lakehouse
    rest.http.close()


def _parts(parts: Parts) -> list[dict[str, str]]:
    return [{"path": path, "text": text} for path, text in parts.items()]


def _graph(rest: FabricRest, lakehouse: str) -> Parts:
    return {part["path"]: part["text"] for part in graph_parts(rest.workspace, lakehouse)}


def _ontology(rest: FabricRest, lakehouse: str) -> Parts:
    found = ontology_parts(rest.workspace, lakehouse, "lake")
    return {part["path"]: part["text"] for part in found}


def _rules_of_load(rest: FabricRest, graph: str) -> list[str]:
    job = rest.loaded(graph)
    if job["status"] == "Completed":
        return []
    return [each["errorCode"] for each in job["failureReason"]["moreDetails"]]


def test_every_rule_has_its_breakage(process: Running) -> None:
    of = {
        about: {r["id"] for r in process.rules() if r["about"] == about}
        for about in ("graph", "ontology")
    }
    assert of["graph"] - ELSEWHERE == set(GRAPH)
    assert of["ontology"] - ELSEWHERE == set(ONTOLOGY)


@pytest.mark.parametrize("rule", GRAPH)
def test_graph_rule(airports: tuple[FabricRest, str], process: Running, rule: str) -> None:
    rest, lakehouse = airports
    right = _graph(rest, lakehouse)
    stage = {each["id"]: each["stage"] for each in process.rules()}[rule]
    name = "g_" + rule.replace("-", "_").replace(".", "_")
    broken = _parts(GRAPH[rule](dict(right)))
    if stage == "load":
        graph = rest.create("graphModels", name, **as_dict(broken))["id"]
        assert rule in _rules_of_load(rest, graph)
    else:
        with pytest.raises(OperationFailed) as refused:
            rest.create("graphModels", name, **as_dict(broken))
        assert rule in refused.value.rules
        graph = rest.create("graphModels", name)["id"]
    rest.define("graphModels", graph, _parts(right))
    assert _rules_of_load(rest, graph) == []
    rest.send("DELETE", f"graphModels/{graph}")


@pytest.mark.parametrize("rule", ONTOLOGY)
def test_ontology_rule(airports: tuple[FabricRest, str], rule: str) -> None:
    rest, lakehouse = airports
    right = _ontology(rest, lakehouse)
    name = "o_" + rule.replace("-", "_").replace(".", "_")
    with pytest.raises(OperationFailed) as refused:
        rest.create("ontologies", name, **as_dict(_parts(ONTOLOGY[rule](dict(right)))))
    assert rule in refused.value.rules
    made = rest.create("ontologies", name, **as_dict(_parts(right)))["id"]
    rest.send("DELETE", f"ontologies/{made}")


def test_what_fabric_passes_over_silently_can_be_taken(
    airports: tuple[FabricRest, str], process: Running
) -> None:
    rest, lakehouse = airports
    broken = ONTOLOGY["6.3.4-annotations"](_ontology(rest, lakehouse))
    process.set(silent_rules="accept")
    try:
        made = rest.create("ontologies", "silent", **as_dict(_parts(broken)))["id"]
    finally:
        process.set(silent_rules="refuse")
    rest.send("DELETE", f"ontologies/{made}")


@pytest.mark.parametrize(
    ("rule", "column", "partitions"),
    [
        ("7.3.5-delta-type", pa.array([[1], [2]]), None),
        ("7.3.5-partition-key", pa.array(["x", "y"]), ["code"]),
    ],
)
def test_rule_of_the_delta_table(
    airports: tuple[FabricRest, str], process: Running, rule: str, column: Any, partitions: Any
) -> None:
    rest, lakehouse = airports
    home = Path(process.ca_bundle).parent / "onelake" / rest.workspace / lakehouse / "Tables"
    table = pa.table({"code": ["US", "UK"], "name": column})
    right = _graph(rest, lakehouse)
    write_deltalake(
        home / "odd", table, mode="overwrite", schema_mode="overwrite", partition_by=partitions
    )
    sources = json.loads(right["dataSources.json"])
    sources["dataSources"][1]["properties"]["path"] = _odd(sources)
    broken = right | {"dataSources.json": json.dumps(sources)}
    name = "t_" + rule.replace("-", "_").replace(".", "_")
    graph = rest.create("graphModels", name, **as_dict(_parts(broken)))["id"]
    assert rule in _rules_of_load(rest, graph)


def _odd(sources: Any) -> str:
    path: str = sources["dataSources"][1]["properties"]["path"]
    return path.replace("/country", "/odd")


def test_sql_endpoint_before_it_is_there(
    airports: tuple[FabricRest, str], process: Running
) -> None:
    rest, lakehouse = airports
    endpoint = next(
        each["id"]
        for each in rest.pages("items", type="SQLEndpoint")
        if each["displayName"] == "lake"
    )
    right = _ontology(rest, lakehouse)
    by_sql = right | {
        "expressions.tmdl": "expression 'DirectLake - lake' =\n\t\tlet\n\t\t    Source = "
        f'Sql.Database("host", "{endpoint}")\n\t\tin\n\t\t    Source\n'
    }
    by_sql = {
        path: text.replace(
            "\t\t\texpressionSource", "\t\t\tschemaName: dbo\n\t\t\texpressionSource"
        )
        for path, text in by_sql.items()
    }
    process.advance(-60)
    try:
        with pytest.raises(OperationFailed) as refused:
            rest.create("ontologies", "by_sql", **as_dict(_parts(by_sql)))
    finally:
        process.advance(60)
    assert refused.value.rules == ["6.3.1-sql-endpoint"] * 2
    rest.create("ontologies", "by_sql", **as_dict(_parts(by_sql)))
