"""Every fault that can be switched on, and how it looks on the wire."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from peers.fabric.faults import BESIDE, INSTEAD
from peers.fabric.running import Running

from support.fabric_definitions import fill, graph_parts
from support.fabric_rest import FabricRest, OperationFailed


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("cold-start", 500, "ColdStartTimeout"),
        ("graph-not-loaded", 500, "GraphIsNotLoaded"),
        ("engine-failure", 500, "GraphEngineFailure"),
        ("token-expired", 401, "TokenExpired"),
        ("feature-not-available", 403, "FeatureNotAvailable"),
        ("insufficient-privileges", 403, "InsufficientPrivileges"),
        ("capacity-not-active", 400, "CapacityNotActive"),
        ("capacity-limit", 429, "CapacityLimitExceeded"),
        ("name-held", 400, "ItemDisplayNameNotAvailableYet"),
        ("result-late", 404, "OperationResultNotFound"),
        ("throttled", 429, "RequestBlocked"),
    ],
)
def test_answers_in_place_of_the_work(
    rest: FabricRest, stand_in: Running, kind: str, status: int, code: str
) -> None:
    number = stand_in.fault(kind, "/lakehouses$", method="POST")
    assert rest.send("GET", "lakehouses").status_code == 200
    answer = rest.send("POST", "lakehouses", {"displayName": "lake"})
    assert (answer.status_code, answer.json()["errorCode"]) == (status, code)
    assert stand_in.hits(number) == 1
    rest.create("lakehouses", "lake")  # nothing was done, and once is enough


@pytest.mark.parametrize(
    ("options", "header"),
    [
        ({"retry_after": "2"}, "2"),
        ({"retry_after": "0"}, "0"),
        ({"retry_after": "3600"}, "3600"),
        ({"retry_after": None}, None),
    ],
)
def test_how_long_to_wait(
    rest: FabricRest, stand_in: Running, options: dict[str, Any], header: str | None
) -> None:
    stand_in.fault("throttled", "/workspaces$", **options)
    assert rest.send("GET", "/workspaces").headers.get("retry-after") == header


def test_a_date_to_wait_for(rest: FabricRest, stand_in: Running) -> None:
    stand_in.fault("throttled", "/workspaces$", retry_after="date", seconds=90)
    until = parsedate_to_datetime(rest.send("GET", "/workspaces").headers["retry-after"])
    assert 60 < (until - datetime.now(UTC)).total_seconds() <= 91


def test_the_shapes_of_429(rest: FabricRest, stand_in: Running) -> None:
    for body in ("blocked", "problem", "nested", "empty"):
        stand_in.fault("throttled", "/workspaces$", body=body)
    bodies = [rest.send("GET", "/workspaces") for _ in range(4)]
    assert bodies[0].json()["errorCode"] == "RequestBlocked"
    assert bodies[1].json()["isRetriable"] is True
    assert bodies[2].json()["error"]["code"] == "RequestBlocked"
    assert bodies[3].content == b""


def test_server_errors_and_errors_in_own_words(rest: FabricRest, stand_in: Running) -> None:
    stand_in.fault("server-error", "/workspaces$", status=503)
    stand_in.fault("error", "/workspaces$", status=409, code="X", message="no", retriable=True)
    stand_in.fault("error", "/workspaces$", status=502, text="<html>bad gateway</html>")
    first, second, third = (rest.send("GET", "/workspaces") for _ in range(3))
    assert first.status_code == 503
    assert second.json() | {"requestId": ""} == {
        "errorCode": "X",
        "message": "no",
        "isRetriable": True,
        "requestId": "",
    }
    assert "html" in third.text


def test_nth_and_times(rest: FabricRest, stand_in: Running) -> None:
    stand_in.fault("server-error", "/capacities$", nth=2, times=2)
    codes = [rest.send("GET", "/capacities").status_code for _ in range(5)]
    assert codes == [200, 500, 500, 200, 200]
    stand_in.fault("server-error", "/capacities$", times=None)
    assert {rest.send("GET", "/capacities").status_code for _ in range(3)} == {500}
    stand_in.no_faults()
    assert rest.send("GET", "/capacities").status_code == 200


def test_a_lost_response_leaves_the_work_done(rest: FabricRest, stand_in: Running) -> None:
    stand_in.fault("lost-response", "/graphModels$", method="POST")
    with pytest.raises(httpx.RemoteProtocolError):
        rest.send("POST", "graphModels", {"displayName": "g"})
    again = rest.send("POST", "graphModels", {"displayName": "g"})
    assert again.json()["errorCode"] == "ItemDisplayNameAlreadyInUse"
    assert stand_in.requests("/graphModels$")[0]["status"] == "cut"


def test_a_cut_connection_leaves_nothing_done(
    rest: FabricRest, stand_in: Running, lakehouse: str
) -> None:
    stand_in.fault("cut", "/graphModels$", method="POST")
    stand_in.fault("cut-body", "/Files/a$", method="PATCH", bytes=1000, host="onelake")
    broken = (httpx.RemoteProtocolError, httpx.WriteError, httpx.ReadError)
    with pytest.raises(broken):
        rest.send("POST", "graphModels", {"displayName": "g"})
    assert rest.create("graphModels", "g")
    with pytest.raises(broken):
        rest.put(lakehouse, "Files/a", b"x" * 5_000_000)
    rest.put(lakehouse, "Files/a", b"x" * 5_000_000)


def test_headers_of_a_started_operation(rest: FabricRest, stand_in: Running) -> None:
    stand_in.set(retry_after=1)
    for kind in ("no-location", "no-operation-id", "foreign-location"):
        stand_in.fault(kind, "/graphModels$", method="POST")
        answer = rest.send("POST", "graphModels", {"displayName": kind.replace("-", "_")})
        here = ("location" in answer.headers, "x-ms-operation-id" in answer.headers)
        assert here == (kind != "no-location", kind != "no-operation-id")
        stand_in.no_faults()
    foreign = answer.headers["location"]
    assert foreign.startswith("https://localhost:")
    assert rest.http.get(foreign).json()["status"] == "Succeeded"
    assert (
        stand_in.requests()[-1] | {"host": "foreign", "authorized": False}
        == stand_in.requests()[-1]
    )
    for value in ("0", "3600", None):
        stand_in.fault("retry-after", "/graphModels$", method="POST", value=value)
        answer = rest.send("POST", "graphModels", {"displayName": f"g{value}"})
        assert answer.headers.get("retry-after") == value


@pytest.mark.parametrize("kind", ["percent-null", "percent-missing"])
def test_no_percentage(rest: FabricRest, stand_in: Running, kind: str) -> None:
    started = rest.send("POST", "graphModels", {"displayName": "g"})
    stand_in.fault(kind, "/operations/")
    state = rest.send("GET", f"/operations/{started.headers['x-ms-operation-id']}").json()
    assert state.get("percentComplete") is None
    assert ("percentComplete" in state) == (kind == "percent-null")


def test_a_result_that_is_late(rest: FabricRest, stand_in: Running) -> None:
    started = rest.send("POST", "graphModels", {"displayName": "g"})
    assert rest.done(started)
    stand_in.fault("result-late", "/result$", times=2)
    path = f"/operations/{started.headers['x-ms-operation-id']}/result"
    assert [rest.send("GET", path).status_code for _ in range(3)] == [404, 404, 200]


@pytest.mark.parametrize(
    ("path", "collection"),
    [
        ("/lakehouses$", "lakehouses"),
        ("/graphModels$", "graphModels"),
        ("/ontologies$", "ontologies"),
    ],
)
def test_creating_fails_in_its_operation(
    rest: FabricRest, stand_in: Running, path: str, collection: str
) -> None:
    stand_in.fault("operation-fails", path, method="POST", code="Boom", message="no luck")
    with pytest.raises(OperationFailed, match="no luck"):
        rest.create(collection, "thing")
    assert list(rest.pages(collection)) == []
    rest.create(collection, "thing")


def test_loading_and_defining_fail_in_their_operations(
    rest: FabricRest, stand_in: Running, lakehouse: str
) -> None:
    stand_in.fault("operation-fails", "/load$", code="UnknownError")
    with pytest.raises(OperationFailed, match="UnknownError"):
        rest.table(lakehouse, "airport", "code\n1\n")
    fill(rest, lakehouse)
    graph = rest.create("graphModels", "g")["id"]
    stand_in.fault("operation-fails", "/updateDefinition$", code="ModelValidationError")
    parts = graph_parts(rest.workspace, lakehouse)
    with pytest.raises(OperationFailed, match="ModelValidationError"):
        rest.define("graphModels", graph, parts)
    stand_in.fault("job-fails", "/updateDefinition$", code="InternalError")
    rest.define("graphModels", graph, parts)
    assert rest.loaded(graph)["failureReason"]["errorCode"] == "InternalError"
    rest.send("POST", f"graphModels/{graph}/jobs/refreshGraph/instances")
    assert rest.loaded(graph)["status"] == "Completed"


def test_an_operation_takes_its_time(rest: FabricRest, stand_in: Running) -> None:
    stand_in.fault("operation-takes", "/graphModels$", seconds=2400, polls=2)
    started = rest.send("POST", "graphModels", {"displayName": "g"})
    path = f"/operations/{started.headers['x-ms-operation-id']}"
    assert rest.send("GET", path).json()["status"] == "Running"
    stand_in.speed(1000)
    assert rest.done(started)
    stand_in.speed(1)


def test_items_are_late_or_have_no_id(rest: FabricRest, stand_in: Running) -> None:
    stand_in.fault("late-in-list", "/graphModels$", method="POST", seconds=30)
    stand_in.fault("no-id", "/graphModels$", method="POST")
    assert "id" not in rest.create("graphModels", "g")
    assert list(rest.pages("graphModels")) == []
    stand_in.advance(31)
    assert len(list(rest.pages("graphModels"))) == 1


def test_an_answer_without_a_body(rest: FabricRest, stand_in: Running) -> None:
    stand_in.fault("empty-body", "/workspaces$")
    answer = rest.send("GET", "/workspaces")
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_slow_answer(rest: FabricRest, stand_in: Running) -> None:
    stand_in.fault("slow", "/workspaces$", seconds=0.3)
    rest.send("GET", "/workspaces")
    assert stand_in.requests("/workspaces$")[-1]["seconds"] >= 0.3


def test_names_turned_off_once(rest: FabricRest, stand_in: Running, lakehouse: str) -> None:
    stand_in.fault("friendly-name", "/Files", host="onelake")
    with pytest.raises(httpx.HTTPStatusError, match="403"):
        rest.put(lakehouse, "Files/a", b"x")


def test_what_is_no_fault_is_refused(stand_in: Running) -> None:
    with pytest.raises(ValueError, match="No such fault"):
        stand_in.fault("nonsense")
    with pytest.raises(ValueError, match="No such setting"):
        stand_in.set(nonsense=1)


def test_generation_one_and_held_names_stand_there(rest: FabricRest, stand_in: Running) -> None:
    stand_in.add_item("Ontology", "Old", generation=1)
    (old,) = rest.pages("ontologies")
    assert old["properties"] == {"generation": 1}
    stand_in.hold_name("Lakehouse", "Held", 30)
    answer = rest.send("POST", "lakehouses", {"displayName": "held"})
    assert answer.json()["errorCode"] == "ItemDisplayNameNotAvailableYet"


def test_every_kind_is_met_here_or_with_queries() -> None:
    text = Path(__file__).read_text()
    with_queries = {"continue", "truncate"}
    assert {kind for kind in INSTEAD | BESIDE if f'"{kind}"' not in text} <= with_queries
