"""Graph models over Delta tables: loading, readiness, queries."""

import json

import pytest
from peers.fabric.definitions import as_dict
from peers.fabric.running import Running

from support.fabric_definitions import fill, graph_parts
from support.fabric_rest import FabricRest, OperationFailed


@pytest.fixture
def graph(rest: FabricRest, lakehouse: str) -> str:
    fill(rest, lakehouse)
    definition = {"format": "json", **_definition(rest, lakehouse)}
    made: str = rest.create("graphModels", "airports", definition=definition)["id"]
    assert rest.loaded(made)["status"] == "Completed"
    return made


def _definition(rest: FabricRest, lakehouse: str) -> dict[str, object]:
    found: dict[str, object] = as_dict(graph_parts(rest.workspace, lakehouse))["definition"]
    return found


def test_counts_and_neighbours(rest: FabricRest, graph: str) -> None:
    labels = {"airport": 3, "country": 2}
    for label, number in labels.items():
        assert rest.rows(graph, f"MATCH (n:`{label}`) RETURN count(*) AS n") == [{"n": number}]
    neighbours = rest.rows(
        graph,
        "MATCH (a:airport)-[r:route]->(b) WHERE a.code = 'AUS' RETURN b.code AS c, r.km AS km",
    )
    assert neighbours == [{"c": "JFK", "km": 2435}]
    both = "MATCH (a:airport {code: 'JFK'})-[:route]-(b) RETURN count(*) AS n"
    assert rest.rows(graph, both) == [{"n": 3}]


def test_first_query_after_a_load_is_told_to_ask_again(rest: FabricRest, graph: str) -> None:
    path, body = f"graphModels/{graph}/executeQuery", {"query": "MATCH (n) RETURN count(*) AS n"}
    first = rest.send("POST", path, body, params={"beta": "true"}).json()
    assert first["status"]["code"] == "02000"
    assert first["result"]["columns"] == first["result"]["data"] == []
    token = first["result"]["nextPage"]
    in_body = rest.send("POST", path, body | {"continuationToken": token}, params={"beta": "true"})
    assert in_body.json()["result"]["data"] == [{"n": 5}]  # begun anew, not gone on with
    other = rest.send(
        "POST",
        path,
        {"query": "RETURN 1 AS x"},
        params={"beta": "true", "continuationToken": token},
    )
    assert other.status_code == 400


def test_token_in_the_address_goes_on(rest: FabricRest, graph: str, stand_in: Running) -> None:
    stand_in.fault("continue", "executeQuery", polls=3)
    assert rest.rows(graph, "RETURN 1 AS x") == [{"x": 1}]
    asked = stand_in.requests("executeQuery")
    assert len(asked) == 4


def test_errors_come_with_status_200(rest: FabricRest, graph: str) -> None:
    found = rest.query(graph, "MATCH (n:airport) RETURN n.absent AS x")
    assert found["status"]["code"] == "42000"
    assert found["status"]["diagnostics"]["_graphaneGqlStatus"]["value"] == "G2000"
    assert rest.query(graph, "INSERT (:airport)")["status"]["code"] == "42000"


def test_truncation_is_said(rest: FabricRest, graph: str, stand_in: Running) -> None:
    rest.query(graph, "RETURN 1 AS x")
    stand_in.fault("truncate", "executeQuery", rows=2)
    found = rest.query(graph, "MATCH (n) RETURN n.code AS c")
    assert len(found["result"]["data"]) == 2
    assert found["additionalStatuses"][0]["code"] == "01000"


def test_beta_is_required(rest: FabricRest, graph: str) -> None:
    path = f"graphModels/{graph}"
    assert rest.send("GET", f"{path}/getQueryableGraphType").status_code == 400
    assert rest.send("POST", f"{path}/executeQuery", {"query": "RETURN 1 AS x"}).status_code == 400


def test_nothing_is_loaded_before_the_definition(rest: FabricRest) -> None:
    empty = rest.create("graphModels", "empty")["id"]
    beta = {"beta": "true"}
    assert (
        rest.send("GET", f"graphModels/{empty}/getQueryableGraphType", params=beta).status_code
        == 204
    )
    asked = rest.send(
        "POST", f"graphModels/{empty}/executeQuery", {"query": "RETURN 1 AS x"}, params=beta
    )
    assert (asked.status_code, asked.json()["errorCode"]) == (500, "GraphIsNotLoaded")
    assert rest.send("POST", f"graphModels/{empty}/jobs/refreshGraph/instances").status_code == 202
    assert rest.loaded(empty)["failureReason"]["errorCode"] == "GraphNotRefreshable"


def test_queryable_type_is_the_loaded_one(rest: FabricRest, graph: str) -> None:
    beta = {"beta": "true"}
    found = rest.send("GET", f"graphModels/{graph}/getQueryableGraphType", params=beta).json()
    assert [each["labels"] for each in found["nodeTypes"]] == [["airport"], ["country"]]
    assert found["edgeTypes"][1]["destinationNodeType"] == {"alias": "country_nodeType"}
    shown = rest.send("GET", f"graphModels/{graph}").json()["properties"]
    assert shown["queryReadiness"] == "Full"


def test_refresh_sees_new_rows(rest: FabricRest, graph: str, lakehouse: str) -> None:
    rest.table(lakehouse, "country", "code,name\nUS,United States\nUK,Britain\nFR,France\n")
    count = "MATCH (n:country) RETURN count(*) AS n"
    assert rest.rows(graph, count) == [{"n": 2}]
    started = rest.send("POST", f"graphModels/{graph}/jobs/refreshGraph/instances")
    assert f"/items/{graph}/jobs/instances/" in started.headers["location"]
    assert rest.loaded(graph)["status"] == "Completed"
    assert rest.rows(graph, count) == [{"n": 3}]


def test_refresh_by_the_name_of_the_job(rest: FabricRest, graph: str) -> None:
    path = f"items/{graph}/jobs/instances"
    wrong = rest.send("POST", path, params={"jobType": "Refresh"})
    assert (wrong.status_code, wrong.json()["errorCode"]) == (400, "InvalidJobType")
    assert rest.send("POST", path, params={"jobType": "RefreshGraph"}).status_code == 202
    rest.loaded(graph)
    assert len(list(rest.pages(path, jobType="Refresh"))) == 2


@pytest.mark.parametrize("answer", ["Deduped", "RefreshAlreadyInProgress"])
def test_refresh_beside_a_running_one(
    rest: FabricRest, graph: str, stand_in: Running, answer: str
) -> None:
    stand_in.set(refresh_seconds=60, refresh_while_running=answer)
    path = f"graphModels/{graph}/jobs/refreshGraph/instances"
    rest.send("POST", path)
    second = rest.send("POST", path).headers["location"].rpartition("/")[2]
    job = rest.send("GET", f"items/{graph}/jobs/instances/{second}").json()
    assert answer in (job["status"], job["failureReason"]["errorCode"])
    stand_in.advance(61)
    ended = list(rest.pages(f"items/{graph}/jobs/instances"))
    assert len(ended) == 3


def test_wrong_path_is_refused_in_the_operation(rest: FabricRest, lakehouse: str) -> None:
    parts = graph_parts(rest.workspace, lakehouse)
    with pytest.raises(OperationFailed, match="DataSourceSchemaFetchFailed") as caught:
        rest.create("graphModels", "airports", **as_dict(parts))
    assert caught.value.code == "ModelValidationError"
    assert list(rest.pages("graphModels")) == []


def test_whole_elements_as_json(rest: FabricRest, graph: str) -> None:
    query = "MATCH (:airport {code: 'AUS'})-[r:route]->() RETURN TO_JSON_STRING(r) AS r"
    edge = json.loads(rest.rows(graph, query)[0]["r"])
    assert (edge["labels"], edge["properties"], len(edge["ends"])) == (["route"], {"km": 2435}, 2)


def test_graph_is_there_after_the_operation_only(rest: FabricRest, graph: str) -> None:
    parts = graph_parts(rest.workspace, "0" * 8)
    with pytest.raises(OperationFailed):
        rest.define("graphModels", graph, parts)
    assert rest.rows(graph, "MATCH (n) RETURN count(*) AS n") == [{"n": 5}]
