"""Ontologies: two generations, companions, and definitions that come back changed."""

import json
from typing import Any

import pytest
from peers.fabric import tmdl
from peers.fabric.definitions import as_dict
from peers.fabric.running import Running
from peers.fabric.tmdl import TmdlProblem

from support.fabric_definitions import fill, ontology_parts
from support.fabric_rest import FabricRest, OperationFailed

MINIMAL = [
    {"path": "database.tmdl", "text": "database Ontology\n\tcompatibilityLevel: 1000000\n"},
    {"path": "model.tmdl", "text": "model Ontology\n\nref namespace default\n"},
    {"path": "namespaces/default.tmdl", "text": "namespace default\n\tlineageTag: default\n"},
]


def _json_parts() -> list[dict[str, str]]:
    common = {"namespace": "usertypes", "namespaceType": "Custom"}
    site = {"id": "20", "name": "code", "valueType": "String"}
    router = {"id": "10", "name": "code", "valueType": "String"}
    documents: dict[str, Any] = {
        "definition.json": {},
        "EntityTypes/1/definition.json": {
            "id": "1",
            "name": "Router",
            "entityIdParts": ["10"],
            "properties": [router],
            **common,
        },
        "EntityTypes/2/definition.json": {
            "id": "2",
            "name": "Site",
            "entityIdParts": ["20"],
            "properties": [site],
            **common,
        },
        "RelationshipTypes/3/definition.json": {
            "id": "3",
            "name": "at",
            "source": {"entityTypeId": "1"},
            "target": {"entityTypeId": "2"},
            **common,
        },
        "RelationshipTypes/3/Contextualizations/a.json": {
            "sourceKeyRefBindings": [{"sourceColumnName": "r", "targetPropertyId": "10"}],
            "targetKeyRefBindings": [{"sourceColumnName": "s", "targetPropertyId": "20"}],
        },
        "EntityTypes/1/DataBindings/b.json": {
            "dataBindingConfiguration": {
                "propertyBindings": [{"sourceColumnName": "r", "targetPropertyId": "10"}]
            }
        },
    }
    return [{"path": path, "text": json.dumps(each)} for path, each in documents.items()]


def _generation(rest: FabricRest, ontology: str) -> int:
    found: int = rest.send("GET", f"ontologies/{ontology}").json()["properties"]["generation"]
    return found


def test_the_parts_decide_on_the_generation(rest: FabricRest) -> None:
    empty = rest.create("ontologies", "Empty")
    assert "properties" not in empty
    assert _generation(rest, empty["id"]) == 2
    assert _generation(rest, rest.create("ontologies", "New", **as_dict(MINIMAL))["id"]) == 2
    old = rest.create("ontologies", "Old", **as_dict(_json_parts()))["id"]
    assert _generation(rest, old) == 1


def test_parts_of_the_other_generation_are_dropped_silently(
    rest: FabricRest, stand_in: Running
) -> None:
    made = rest.create("ontologies", "Empty")["id"]
    rest.define("ontologies", made, _json_parts())
    found = rest.done(rest.send("POST", f"ontologies/{made}/getDefinition"))
    assert {part["path"] for part in found["definition"]["parts"]} == {
        *(part["path"] for part in MINIMAL),
        ".platform",
    }
    stand_in.set(wrong_generation="refuse")
    with pytest.raises(OperationFailed, match="ALMOperationImportFailed"):
        rest.define("ontologies", made, _json_parts())


def test_companions_come_and_go(rest: FabricRest, stand_in: Running) -> None:
    made = rest.create("ontologies", "New")["id"]
    types = {each["type"]: each for each in rest.pages("items")}
    assert set(types) == {"Ontology", "GraphModel", "Eventhouse", "KQLDatabase"}
    graph = types["GraphModel"]
    assert graph["displayName"] == f"New_graph_{made.replace('-', '')}"
    rest.send("POST", f"graphModels/{graph['id']}/jobs/refreshGraph/instances")
    assert rest.loaded(graph["id"])["failureReason"]["errorCode"] == "GraphNotRefreshable"
    path = f"items/{made}/relations/downstream"
    assert rest.send("GET", path).status_code == 400
    for parent_first in (False, True):
        stand_in.set(cascade_item_is_parent=parent_first)
        found = rest.send("GET", path, params={"beta": "true"}).json()
        assert made in [each["id"] for each in found["items"]]
        edge = next(each for each in found["relations"] if graph["id"] in each.values())
        assert edge["itemId"] == (made if parent_first else graph["id"])
    rest.send("DELETE", f"ontologies/{made}")
    assert list(rest.pages("items")) == []


def test_a_definition_comes_back_in_the_words_of_the_service(
    rest: FabricRest, lakehouse: str
) -> None:
    import base64

    fill(rest, lakehouse)
    sent = ontology_parts(rest.workspace, lakehouse, "lake")
    made = rest.create("ontologies", "Airports", **as_dict(sent))["id"]
    found = rest.done(rest.send("POST", f"ontologies/{made}/getDefinition"))["definition"]["parts"]
    texts = {each["path"]: base64.b64decode(each["payload"]).decode() for each in found}
    assert set(texts) == {each["path"] for each in sent} | {".platform"}
    assert [each["path"] for each in found] != [each["path"] for each in sent]
    entity = texts["entities/Airport.tmdl"]
    assert "\r\n" in entity
    assert entity.index("property city") < entity.index("property code")
    for each in sent:
        again = tmdl.parse(texts[each["path"]])
        assert tmdl.write(again) == tmdl.write(tmdl.parse(each["text"]))


def test_a_refused_one_is_gone_again(rest: FabricRest) -> None:
    parts = [MINIMAL[0], MINIMAL[1]]
    with pytest.raises(OperationFailed) as refused:
        rest.create("ontologies", "Half", **as_dict(parts))
    assert refused.value.rules == ["6.3.0-parts", "6.3.t3-model-refs"][: len(refused.value.rules)]
    assert list(rest.pages("items")) == []


def test_metadata_is_changed_on_request_only(rest: FabricRest) -> None:
    made = rest.create("ontologies", "First")["id"]
    about = {
        "metadata": {"type": "Ontology", "displayName": "Second", "description": "new"},
        "config": {"version": "2.0"},
    }
    parts = [*MINIMAL, {"path": ".platform", "text": json.dumps(about)}]
    rest.define("ontologies", made, parts)
    assert rest.send("GET", f"ontologies/{made}").json()["displayName"] == "First"
    path = f"ontologies/{made}/updateDefinition"
    rest.done(rest.send("POST", path, as_dict(parts), params={"updateMetadata": "true"}))
    assert rest.send("GET", f"ontologies/{made}").json()["displayName"] == "Second"


BREACHES = {
    "6.2.t2-parts": lambda d: d.pop("definition.json"),
    "6.2.t10-id": lambda d: d["EntityTypes/1/definition.json"]["properties"][0].update(id="20"),
    "6.2.t14-name": lambda d: d["EntityTypes/1/definition.json"].update(name="site"),
    "6.2.t11-namespace": lambda d: d["EntityTypes/1/definition.json"].update(namespace="mine"),
    "6.2.t18-value-type": lambda d: d["EntityTypes/1/definition.json"]["properties"][0].update(
        valueType="Float"
    ),
    "6.2.t16-key": lambda d: d["EntityTypes/1/definition.json"].update(entityIdParts=["20"]),
    "6.5.4-same-value-type": lambda d: d["EntityTypes/1/definition.json"]["properties"][0].update(
        valueType="BigInt"
    ),
    "6.2.0-binding": lambda d: d["EntityTypes/1/DataBindings/b.json"]["dataBindingConfiguration"][
        "propertyBindings"
    ][0].update(targetPropertyId="20"),
    "6.2.7-different-ends": lambda d: d["RelationshipTypes/3/definition.json"].update(
        target={"entityTypeId": "1"}
    ),
    "6.2.0-ends": lambda d: d["RelationshipTypes/3/definition.json"].update(
        target={"entityTypeId": "9"}
    ),
    "6.2.6-contextualization": lambda d: d["RelationshipTypes/3/Contextualizations/a.json"].update(
        targetKeyRefBindings=[]
    ),
}


@pytest.mark.parametrize("rule", BREACHES)
def test_rules_of_the_old_generation(rest: FabricRest, rule: str) -> None:
    documents = {part["path"]: json.loads(part["text"]) for part in _json_parts()}
    BREACHES[rule](documents)
    parts = [{"path": path, "text": json.dumps(each)} for path, each in documents.items()]
    with pytest.raises(OperationFailed) as refused:
        rest.create("ontologies", "Old", **as_dict(parts))
    assert rule in refused.value.rules


def test_rules_of_the_old_generation_are_all_here(stand_in: Running) -> None:
    of = {each["id"] for each in stand_in.rules() if each["about"] == "ontology-1"}
    assert of == set(BREACHES)


EXPORTED = """/// Many lines
/// of description
table 'My table'
\tlineageTag: 511c9558-03d7-4738-be6f-e4647f6ce481

\tcolumn customer_id
\t\tdataType: int64
\t\tisKey
\t\tsourceColumn: customer_id

\tpartition 'My table' = entity
\t\tmode: directLake
\t\tsource
\t\t\tentityName: customers
\t\t\texpressionSource: 'DirectLake - O''Brien'

\t\tannotation ONT_WorkspaceName = Demo Workspace

\t\tannotation ONT_PinnedAtUtc = 2026-09-18T15:12:44.063Z
"""


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_tmdl_as_the_portal_writes_it(ends: str) -> None:
    (table,) = tmdl.parse(EXPORTED.replace("\n", ends))
    assert (table.name, table.description) == ("My table", "Many lines\nof description")
    (column,) = table.of("column")
    assert column.scalars == {"dataType": "int64", "isKey": "true", "sourceColumn": "customer_id"}
    (partition,) = table.of("partition")
    source = partition.one("source")
    assert source
    assert tmdl.unquoted(source.scalars["expressionSource"]) == "DirectLake - O'Brien"
    assert partition.of("annotation")[1].value == "2026-09-18T15:12:44.063Z"
    assert tmdl.parse(tmdl.write([table])) == [table]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("entity X\n    lineageTag: a\n", "tabs"),
        ("entity X\n\t\tlineageTag: a\n", "indentation"),
        ("entity My entity-x\n", "quoting"),
        ("entity X\n\n\tproperty a\n\n\tlineageTag: a\n", "order"),
        ("entity X\n\tsynonym x\n\n\tproperty a\n", "order"),
        ("= = =\n", "syntax"),
    ],
)
def test_tmdl_that_cannot_be_read(text: str, kind: str) -> None:
    with pytest.raises(TmdlProblem) as refused:
        tmdl.parse(text)
    assert refused.value.kind == kind
