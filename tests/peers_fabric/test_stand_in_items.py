"""Workspaces, items, names, lists and operations, spoken by hand."""

import pytest
from peers.fabric.running import Running

from support.fabric_rest import FabricRest, OperationFailed

HIDDEN = "Someone else's"


def test_only_what_one_may_see_is_listed(rest: FabricRest, stand_in: Running) -> None:
    names = [each["displayName"] for each in rest.pages("/workspaces")]
    assert "Practice" in names
    assert HIDDEN not in names
    hidden = rest.send("GET", f"/workspaces/{stand_in.workspaces[HIDDEN]}")
    assert (hidden.status_code, hidden.json()["errorCode"]) == (403, "InsufficientPrivileges")
    absent = rest.send("GET", "/workspaces/00000000-0000-0000-0000-000000000000")
    assert (absent.status_code, absent.json()["errorCode"]) == (404, "WorkspaceNotFound")
    assert rest.send("GET", "/workspaces/nonsense").status_code == 400


@pytest.mark.parametrize(
    ("workspace", "code"),
    [
        ("Practice without capacity", "FeatureNotAvailable"),
        ("Practice, viewers only", "InsufficientPrivileges"),
    ],
)
def test_where_nothing_can_be_made(
    rest: FabricRest, stand_in: Running, workspace: str, code: str
) -> None:
    rest.workspace = stand_in.workspaces[workspace]
    answer = rest.send("POST", "lakehouses", {"displayName": "lake"})
    assert (answer.status_code, answer.json()["errorCode"]) == (403, code)


def test_paused_capacity(rest: FabricRest, stand_in: Running) -> None:
    stand_in.set(capacity_active=False)
    assert next(rest.pages("/capacities"))["state"] == "Inactive"
    answer = rest.send("POST", "lakehouses", {"displayName": "lake"})
    assert answer.json()["errorCode"] == "CapacityNotActive"


def test_pages_end_with_nulls_or_nothing(rest: FabricRest, stand_in: Running) -> None:
    stand_in.set(page_size=2)
    for number in range(5):
        rest.create("graphModels", f"g{number}")
    first = rest.send("GET", "graphModels").json()
    assert len(first["value"]) == 2
    assert set(first["continuationToken"]) & set("+/=~#:")
    assert "continuationToken=" in first["continuationUri"]
    assert len(list(rest.pages("graphModels"))) == 5
    damaged = first["continuationToken"].replace("+", " ")
    again = rest.send("GET", "graphModels", params={"continuationToken": damaged})
    assert again.status_code == 400
    ends = []
    for count in (5, 6):
        stand_in.set(page_size=10)
        ends.append("continuationToken" in rest.send("GET", "graphModels").json())
        rest.create("graphModels", f"more{count}")
    assert ends == [True, False]


def test_paths_are_read_without_regard_to_case(rest: FabricRest) -> None:
    made = rest.create("GraphModels", "g")
    assert rest.send("GET", f"GRAPHMODELS/{made['id'].upper()}").json()["id"] == made["id"]


def test_names_are_taken_and_held(rest: FabricRest, stand_in: Running) -> None:
    made = rest.create("lakehouses", "Lake")["id"]
    again = rest.send("POST", "lakehouses", {"displayName": "lake"})
    assert (again.status_code, again.json()["errorCode"]) == (409, "ItemDisplayNameAlreadyInUse")
    stand_in.set(name_in_use_status=400)
    assert rest.send("POST", "lakehouses", {"displayName": "lake"}).status_code == 400
    rest.create("graphModels", "lake")  # another type, another name
    assert rest.send("DELETE", f"lakehouses/{made}").status_code == 200
    held = rest.send("POST", "lakehouses", {"displayName": "lake"}).json()
    assert (held["errorCode"], held["isRetriable"]) == ("ItemDisplayNameNotAvailableYet", True)
    stand_in.advance(61)
    rest.sign_in()
    rest.create("lakehouses", "lake")


NAMES = [
    ("ontologies", "1st", "3.5.t1-ontology-name"),
    ("ontologies", "a" * 100, "3.5.t1-ontology-name"),
    ("ontologies", "two words", "3.5.t1-ontology-name"),
    ("lakehouses", "a-b", "3.5.t2-lakehouse-name"),
    ("lakehouses", "é", "3.5.t2-lakehouse-name"),
    ("graphModels", "_g", "3.5.t3-graph-name"),
    ("graphModels", "g" * 91, "3.5.t3-graph-name"),
]


@pytest.mark.parametrize(("collection", "name", "rule"), NAMES)
def test_names_have_rules(rest: FabricRest, collection: str, name: str, rule: str) -> None:
    answer = rest.send("POST", collection, {"displayName": name})
    assert answer.status_code == 400
    assert answer.json()["moreDetails"][0]["errorCode"] == rule
    assert answer.headers["x-ms-public-api-error-code"] == answer.json()["errorCode"]


CREATES: list[tuple[dict[str, object], str]] = [
    ({"description": "d" * 257}, "3.5.t4-description"),
    ({"creationPayload": {"enableSchemas": False}}, "3.4.t1-enable-schemas"),
    ({"creationPayload": {}, "definition": {"parts": []}}, "3.2.2-creation"),
]


@pytest.mark.parametrize(("body", "rule"), CREATES)
def test_create_requests_have_rules(rest: FabricRest, body: dict[str, object], rule: str) -> None:
    with pytest.raises(OperationFailed) as refused:
        rest.create("lakehouses", "lake", **body)
    assert refused.value.rules == [rule]


def test_rules_of_creating_are_all_here(stand_in: Running) -> None:
    of = {each["id"] for each in stand_in.rules() if each["about"] == "names"}
    assert of == {rule for *_, rule in NAMES} | {rule for _, rule in CREATES}


def test_an_operation_is_polled_to_its_end(rest: FabricRest, stand_in: Running) -> None:
    stand_in.set(item_seconds=100, retry_after=20)
    started = rest.send("POST", "lakehouses", {"displayName": "lake"})
    assert (started.status_code, started.content) == (202, b"")
    assert started.headers["retry-after"] == "20"
    operation = started.headers["x-ms-operation-id"]
    assert started.headers["location"].endswith(f"/v1/operations/{operation}")
    stand_in.advance(25)
    running = rest.send("GET", f"/operations/{operation}")
    assert (running.json()["status"], running.json()["percentComplete"]) == ("Running", 25)
    assert running.headers["retry-after"] == "20"
    assert rest.send("GET", f"/operations/{operation}/result").status_code == 400
    stand_in.advance(100)
    assert rest.done(started)["displayName"] == "lake"
    ended = rest.send("GET", f"/operations/{operation}")
    assert ended.headers["location"].endswith(f"/operations/{operation}/result")
    assert "retry-after" not in ended.headers
    unknown = rest.send("GET", "/operations/00000000-0000-0000-0000-000000000000")
    assert unknown.json()["errorCode"] == "OperationNotFound"


def test_an_operation_is_seen_running_as_often_as_asked(
    rest: FabricRest, stand_in: Running
) -> None:
    stand_in.set(polls=3)
    started = rest.send("POST", "lakehouses", {"displayName": "lake"})
    assert rest.done(started)
    states = stand_in.requests("^/v1/operations/[^/]+$")
    assert len(states) >= 4


def test_answers_may_come_at_once(rest: FabricRest, stand_in: Running) -> None:
    stand_in.set(create_status=201, definition_status=200)
    made = rest.send("POST", "graphModels", {"displayName": "g"})
    assert (made.status_code, made.json()["displayName"]) == (201, "g")
    found = rest.send("POST", f"graphModels/{made.json()['id']}/getDefinition")
    assert (found.status_code, len(found.json()["definition"]["parts"])) == (200, 1)


def test_lakehouse_properties_come_with_get(rest: FabricRest, stand_in: Running) -> None:
    stand_in.set(sql_endpoint_seconds=30)
    made = rest.create("lakehouses", "lake")
    assert "properties" not in made
    path = f"lakehouses/{made['id']}"
    shown = rest.send("GET", path).json()["properties"]
    assert shown["sqlEndpointProperties"] == {"provisioningStatus": "InProgress"}
    assert "defaultSchema" not in shown
    stand_in.advance(31)
    later = rest.send("GET", path).json()["properties"]["sqlEndpointProperties"]
    assert later["provisioningStatus"] == "Success"
    assert {each["type"] for each in rest.pages("items")} == {"Lakehouse", "SQLEndpoint"}


def test_new_items_may_be_listed_late(rest: FabricRest, stand_in: Running) -> None:
    stand_in.set(list_seconds=10)
    made = rest.create("graphModels", "g")["id"]
    assert list(rest.pages("graphModels")) == []
    assert rest.send("GET", f"graphModels/{made}").status_code == 200
    stand_in.advance(11)
    assert [each["id"] for each in rest.pages("graphModels")] == [made]


def test_quota_by_bucket(rest: FabricRest, stand_in: Running) -> None:
    stand_in.set(quota=3)
    codes = [rest.send("GET", "/workspaces").status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429]
    assert rest.send("GET", "/operations/x").status_code == 404
    stand_in.advance(61)
    assert rest.send("GET", "/workspaces").status_code == 200
