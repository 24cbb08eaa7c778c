"""Lakehouses, tables, graph models, ontologies, lineage."""

import base64
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabric_client import (
    NAME_IN_USE,
    SCHEMAS_ENABLED,
    FabricError,
    FabricTimeout,
    FabricUnavailable,
    children,
    default_schema,
    definition_parts,
    read_parts,
)
from support.scripted_fabric import (
    FakeTime,
    ScriptedFabric,
    accepted,
    ok,
    problem,
    state,
)

LAKEHOUSES = "/workspaces/w/lakehouses"
HOUSE = {"id": "lh", "displayName": "House", "type": "Lakehouse"}
LOAD = f"{LAKEHOUSES}/lh/tables/router/load"


async def test_a_create_that_is_done_at_once(fabric: ScriptedFabric) -> None:
    fabric.on("POST", LAKEHOUSES, ok(HOUSE, 201))
    async with fabric.client() as client:
        assert await client.create_lakehouse("w", "House", "of ours") == HOUSE
    assert fabric.sent() == {"displayName": "House", "description": "of ours"}


@pytest.mark.parametrize("result", [ok(HOUSE), ok({"displayName": "House"}), problem(404, "x")])
async def test_a_create_by_an_operation_with_or_without_a_result(
    fabric: ScriptedFabric, result: httpx.Response
) -> None:
    """The list comes late, too."""
    fabric.on("POST", LAKEHOUSES, accepted())
    fabric.on("GET", "/operations/op-1", state("Succeeded"))
    fabric.on("GET", "/operations/op-1/result", result)
    fabric.on("GET", LAKEHOUSES, ok({"value": []}), ok({"value": [HOUSE]}))
    async with fabric.client() as client:
        assert (await client.create_lakehouse("w", "house"))["id"] == "lh"


async def test_a_made_item_that_is_never_listed(fabric: ScriptedFabric, time: FakeTime) -> None:
    fabric.on("POST", LAKEHOUSES, ok({}, 201))
    fabric.on("GET", LAKEHOUSES, ok({"value": []}))
    async with fabric.client() as client:
        with pytest.raises(FabricTimeout, match="does not list it"):
            await client.create_lakehouse("w", "House")
    assert time.now == pytest.approx(60)


@pytest.mark.parametrize("status", [400, 409])
async def test_a_taken_name_is_the_callers_to_decide(fabric: ScriptedFabric, status: int) -> None:
    fabric.on("POST", LAKEHOUSES, problem(status, NAME_IN_USE))
    async with fabric.client() as client:
        with pytest.raises(FabricError) as raised:
            await client.create_lakehouse("w", "House")
    assert raised.value.code == NAME_IN_USE
    assert len(fabric.seen) == 1


@pytest.mark.parametrize("status", [400, 409])
async def test_a_create_repeated_after_429_may_meet_its_own_first_try(
    fabric: ScriptedFabric, status: int
) -> None:
    throttled = problem(429, "RequestBlocked", headers={"Retry-After": "1"})
    fabric.on("POST", LAKEHOUSES, throttled, problem(status, NAME_IN_USE))
    fabric.on("GET", LAKEHOUSES, ok({"value": [HOUSE]}))
    async with fabric.client() as client:
        assert await client.create_lakehouse("w", "House") == HOUSE


async def test_the_name_is_found_taken_in_the_repeated_creates_operation(
    fabric: ScriptedFabric,
) -> None:
    throttled = problem(429, "RequestBlocked", headers={"Retry-After": "1"})
    fabric.on("POST", LAKEHOUSES, throttled, accepted())
    taken = {"errorCode": NAME_IN_USE, "message": "taken"}
    fabric.on("GET", "/operations/op-1", ok({"status": "Failed", "error": taken}))
    fabric.on("GET", LAKEHOUSES, ok({"value": [HOUSE]}))
    async with fabric.client() as client:
        assert await client.create_lakehouse("w", "House") == HOUSE


@pytest.mark.parametrize("lost", [httpx.ReadError("reset"), problem(502, "Gateway")])
async def test_a_lost_create_is_looked_for_before_it_is_sent_again(
    fabric: ScriptedFabric, lost: httpx.Response | Exception
) -> None:
    fabric.on("POST", LAKEHOUSES, lost, ok(HOUSE, 201))
    fabric.on("GET", LAKEHOUSES, ok({"value": [HOUSE]}))
    async with fabric.client() as client:
        assert await client.create_lakehouse("w", "House") == HOUSE
    assert fabric.calls() == [f"POST {LAKEHOUSES}", f"GET {LAKEHOUSES}"]


async def test_a_create_that_went_through_but_is_listed_late_is_not_doubled(
    fabric: ScriptedFabric,
) -> None:
    fabric.on("POST", LAKEHOUSES, httpx.ReadError("reset"), problem(409, NAME_IN_USE))
    fabric.on("GET", LAKEHOUSES, *[ok({"value": []})] * 3, ok({"value": [HOUSE]}))
    async with fabric.client() as client:
        assert await client.create_lakehouse("w", "House") == HOUSE


async def test_creating_ends(fabric: ScriptedFabric) -> None:
    fabric.on("POST", LAKEHOUSES, problem(500, "Broken"))
    fabric.on("GET", LAKEHOUSES, ok({"value": []}))
    async with fabric.client() as client:
        with pytest.raises(FabricUnavailable):
            await client.create_lakehouse("w", "House")
    assert fabric.calls().count(f"POST {LAKEHOUSES}") == 3


async def test_names_are_found_whatever_their_case(fabric: ScriptedFabric) -> None:
    fabric.on(
        "GET",
        LAKEHOUSES,
        ok({"value": [{"id": "x", "displayName": "Houses"}], "continuationToken": "+="}),
        ok({"value": [HOUSE]}),
        ok({"value": []}),
    )
    async with fabric.client() as client:
        found = await client.find_lakehouse("w", "hOUSE")
        assert found
        assert found["id"] == "lh"
        assert await client.find_lakehouse("w", "hOUSE") is None


async def test_loading_a_table(fabric: ScriptedFabric) -> None:
    fabric.on("POST", LOAD, accepted(retry_after="1"))
    fabric.on("GET", "/operations/op-1", state("Running"), state("Succeeded"))
    async with fabric.client() as client:
        await client.load_table("w", "lh", "router", "Files/x/router.parquet")
    assert fabric.sent(0) == {
        "relativePath": "Files/x/router.parquet",
        "pathType": "File",
        "mode": "Overwrite",
        "formatOptions": {"format": "Parquet"},
    }


async def test_csv_has_options_that_parquet_refuses(fabric: ScriptedFabric) -> None:
    fabric.on("POST", LOAD, ok(None, 200))
    async with fabric.client() as client:
        await client.load_table("w", "lh", "router", "Files/r.csv", format="Csv")
    assert fabric.sent()["formatOptions"] == {"format": "Csv", "header": True, "delimiter": ","}


async def test_a_lakehouse_with_schemas_gets_the_table_in_its_default_one(
    fabric: ScriptedFabric,
) -> None:
    fabric.on("POST", LOAD, problem(400, SCHEMAS_ENABLED))
    fabric.on("GET", f"{LAKEHOUSES}/lh", ok({**HOUSE, "properties": {"defaultSchema": "gold"}}))
    fabric.on("POST", f"{LAKEHOUSES}/lh/schemas/gold/tables/router/load", accepted())
    fabric.on("GET", "/operations/op-1", state("Succeeded"))
    async with fabric.client() as client:
        await client.load_table("w", "lh", "router", "Files/r.parquet")
    assert fabric.seen[2].url.params["beta"] == "true"
    assert fabric.sent(2) == fabric.sent(0)


async def test_a_named_schema_is_used_at_once(fabric: ScriptedFabric) -> None:
    fabric.on("POST", f"{LAKEHOUSES}/lh/schemas/dbo/tables/router/load", ok(None, 200))
    async with fabric.client() as client:
        await client.load_table("w", "lh", "router", "Files/r.parquet", schema="dbo")
    assert len(fabric.seen) == 1


async def test_a_lost_load_is_repeated_since_it_overwrites(fabric: ScriptedFabric) -> None:
    fabric.on("POST", LOAD, httpx.ReadError("reset"), accepted())
    fabric.on("GET", "/operations/op-1", state("Succeeded"))
    async with fabric.client() as client:
        await client.load_table("w", "lh", "router", "Files/r.parquet")


@pytest.mark.parametrize(
    ("properties", "schema"),
    [
        ({"defaultSchema": "dbo"}, "dbo"),
        ({"defaultSchema": None}, None),
        ({}, None),
        (None, None),
    ],
)
def test_schemas_are_seen_by_the_default_one(
    properties: dict[str, Any] | None, schema: str | None
) -> None:
    assert default_schema({**HOUSE, "properties": properties}) == schema  # type: ignore[typeddict-item]
    assert default_schema(HOUSE) is None  # type: ignore[arg-type]


async def test_tables_are_listed_under_data(fabric: ScriptedFabric) -> None:
    row = {"name": "router", "type": "Managed", "format": "delta", "location": "abfss://…"}
    fabric.on(
        "GET",
        f"{LAKEHOUSES}/lh/tables",
        ok({"data": [row], "continuationToken": "x"}),
        ok({"data": [], "continuationToken": None, "continuationUri": None}),
    )
    async with fabric.client() as client:
        assert await client.tables("w", "lh") == [row]
    assert fabric.seen[1].url.params["maxResults"] == "100"


async def test_a_graph_model(fabric: ScriptedFabric) -> None:
    models = "/workspaces/w/graphModels"
    model = {"id": "g", "displayName": "net", "type": "GraphModel"}
    parts = definition_parts({"graphType.json": "{}"})
    fabric.on("POST", models, ok(model, 201))
    fabric.on("GET", models, ok({"value": [model]}))
    fabric.on("POST", f"{models}/g/updateDefinition", ok(None, 200))
    fabric.on("POST", f"{models}/g/getDefinition", ok({"definition": {"parts": parts}}))
    async with fabric.client() as client:
        await client.create_graph_model("w", "net", parts, "ours")
        assert fabric.sent()["definition"] == {"format": "json", "parts": parts}
        await client.update_graph_model("w", "g", parts)
        assert "updateMetadata" not in fabric.seen[-1].url.params
        await client.update_graph_model("w", "g", definition_parts({".platform": "{}"}))
        assert fabric.seen[-1].url.params["updateMetadata"] == "true"
        definition = await client.graph_model_definition("w", "g")
        assert read_parts(definition) == {"graphType.json": b"{}"}
        assert await client.graph_models("w") == [model]
        assert await client.find_graph_model("w", "NET") == model


async def test_a_definition_by_an_operation(fabric: ScriptedFabric) -> None:
    path = "/workspaces/w/ontologies/o/getDefinition"
    fabric.on("POST", path, accepted())
    fabric.on("GET", "/operations/op-1", state("Succeeded"))
    fabric.on(
        "GET",
        "/operations/op-1/result",
        problem(404, "OperationNotFound"),
        ok({"definition": {"parts": []}}),
    )
    async with fabric.client() as client:
        assert read_parts(await client.ontology_definition("w", "o")) == {}


async def test_no_definition_is_an_error(fabric: ScriptedFabric) -> None:
    fabric.on("POST", "/workspaces/w/ontologies/o/getDefinition", ok(None, 200))
    async with fabric.client() as client:
        with pytest.raises(FabricError) as raised:
            await client.ontology_definition("w", "o")
    assert raised.value.code == "NoDefinition"


async def test_an_ontology(fabric: ScriptedFabric) -> None:
    ontologies = "/workspaces/w/ontologies"
    made = {"id": "o", "displayName": "Net", "type": "Ontology", "properties": {"generation": 2}}
    fabric.on("POST", ontologies, ok(made, 201))
    fabric.on("GET", ontologies, ok({"value": [made]}))
    fabric.on("GET", f"{ontologies}/o", ok(made))
    fabric.on("POST", f"{ontologies}/o/updateDefinition", accepted())
    fabric.on("GET", "/operations/op-1", state("Succeeded"))
    parts = definition_parts({"database.tmdl": "database"})
    async with fabric.client() as client:
        await client.create_ontology("w", "Net", parts)
        assert fabric.sent()["definition"] == {"parts": parts}
        assert (await client.ontology("w", "o"))["properties"]["generation"] == 2
        await client.update_ontology("w", "o", parts)
        assert await client.find_ontology("w", "net") == made


async def test_a_refused_definition_is_judged_by_the_operation_not_the_list(
    fabric: ScriptedFabric,
) -> None:
    fabric.on("POST", "/workspaces/w/ontologies", accepted())
    fabric.on("GET", "/workspaces/w/ontologies", ok({"value": [{**HOUSE, "displayName": "Net"}]}))
    why = {"errorCode": "ALMOperationImportFailed", "message": "bad part"}
    fabric.on("GET", "/operations/op-1", ok({"status": "Failed", "error": why}))
    async with fabric.client() as client:
        with pytest.raises(FabricError) as raised:
            await client.create_ontology("w", "Net", definition_parts({"a": "b"}))
    assert raised.value.code == "ALMOperationImportFailed"


async def test_the_type_of_a_graph_that_is_not_loaded_is_none(fabric: ScriptedFabric) -> None:
    path = "/workspaces/w/graphModels/g/getQueryableGraphType"
    fabric.on("GET", path, ok(None, 204), ok({"nodeTypes": [], "edgeTypes": []}))
    async with fabric.client() as client:
        assert await client.queryable_graph_type("w", "g") is None
        assert await client.queryable_graph_type("w", "g") == {"nodeTypes": [], "edgeTypes": []}
    assert fabric.seen[0].url.params["beta"] == "true"


@pytest.mark.parametrize("parent_first", [True, False])
async def test_children_whichever_way_the_edge_points(
    fabric: ScriptedFabric, parent_first: bool
) -> None:
    ends = ("o", "g") if parent_first else ("g", "o")
    other = ("x", "o")
    document = {
        "items": [
            {"id": "o", "type": "Ontology", "displayName": "Net"},
            {"id": "g", "type": "GraphModel", "displayName": "Net_graph"},
            {"id": "x", "type": "GraphModel", "displayName": "unrelated"},
            {"id": "e", "type": "Eventhouse", "displayName": "Net_e"},
        ],
        "relations": [
            {"itemId": ends[0], "dependentOnItemId": ends[1], "relationType": "CascadeDelete"},
            {"itemId": other[0], "dependentOnItemId": other[1], "relationType": "Datasource"},
            {"itemId": "e", "dependentOnItemId": "o", "relationType": "CascadeDelete"},
        ],
    }
    fabric.on("GET", "/workspaces/w/items/o/relations/downstream", ok(document))
    async with fabric.client() as client:
        relations = await client.downstream("w", "o")
    assert fabric.seen[0].url.params["beta"] == "true"
    found = children(relations, "o", frozenset({"GraphModel", "GraphIndex"}))
    assert [item["id"] for item in found] == ["g"]


async def test_workspaces_capacities_and_items(fabric: ScriptedFabric) -> None:
    fabric.on("GET", "/workspaces", ok({"value": [{"id": "w"}]}))
    fabric.on("GET", "/capacities", ok({"value": [{"id": "c"}]}))
    fabric.on("GET", "/workspaces/w/items", ok({"value": [{"id": "i"}]}))
    async with fabric.client() as client:
        assert await client.workspaces() == [{"id": "w"}]
        assert await client.capacities() == [{"id": "c"}]
        assert await client.items("w", "GraphModel") == [{"id": "i"}]
        assert fabric.seen[-1].url.params["type"] == "GraphModel"
        await client.items("w")
        assert "type" not in fabric.seen[-1].url.params


async def test_names_cannot_leave_their_segment(fabric: ScriptedFabric) -> None:
    async with fabric.client() as client:
        with pytest.raises(FabricError):
            await client.workspace("../capacities?x=#y")
        assert fabric.seen[0].url.raw_path == b"/v1/workspaces/..%2Fcapacities%3Fx%3D%23y"
        for name in ("", ".", ".."):
            with pytest.raises(ValueError, match="part of an address"):
                await client.workspace(name)


@given(
    st.dictionaries(
        st.text(st.characters(blacklist_characters="\\", blacklist_categories=["Cs"]), min_size=1)
        .map(lambda path: path.lstrip("/"))
        .filter(bool),
        st.binary() | st.text(st.characters(blacklist_categories=["Cs"])),
    )
)
def test_parts_come_back(files: dict[str, str | bytes]) -> None:
    parts = definition_parts(files)
    assert all(part["payloadType"] == "InlineBase64" for part in parts)
    wanted = {
        path: content.encode() if isinstance(content, str) else content
        for path, content in files.items()
    }
    assert read_parts({"definition": {"parts": parts}}) == wanted
    assert read_parts({"parts": parts}) == wanted


@pytest.mark.parametrize("path", ["", "/a.json", "a\\b.json"])
def test_paths_that_fabric_refuses(path: str) -> None:
    with pytest.raises(ValueError, match="path of a definition"):
        definition_parts({path: ""})


@pytest.mark.parametrize("part", [{}, {"path": "a"}, {"path": "a", "payload": "?"}, "a", None])
def test_unreadable_parts(part: object) -> None:
    with pytest.raises(FabricError):
        read_parts({"parts": [{"path": "b", "payload": base64.b64encode(b"b").decode()}, part]})
