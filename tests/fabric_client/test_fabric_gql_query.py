"""Graph queries: continuation, statuses, truncation, cold starts, values."""

import math
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from fabric_client import (
    FabricError,
    FabricQueryFailed,
    FabricTimeout,
    FabricUnavailable,
    GqlResult,
)
from fabric_client.gql_values import decoder
from support.scripted_fabric import FakeTime, ScriptedFabric, ok, problem

PATH = "/workspaces/w/graphModels/g/executeQuery"


def _answer(code: str = "00000", result: object = None, **more: Any) -> httpx.Response:
    status = {"code": code, "description": f"note {code}", "diagnostics": more.pop("says", {})}
    table = {"kind": "TABLE", "columns": [], "data": []}
    return ok({"status": status, "additionalStatuses": [], "result": result or table, **more})


def _table(gql_type: str, *values: object) -> dict[str, Any]:
    columns = [{"name": "v", "gqlType": gql_type, "jsonType": "?"}]
    return {"kind": "TABLE", "columns": columns, "data": [{"v": value} for value in values]}


async def _run(fabric: ScriptedFabric, **options: Any) -> GqlResult:
    async with fabric.client() as client:
        return await client.execute_query("w", "g", "MATCH (n) RETURN n.v AS v", **options)


async def test_a_query(fabric: ScriptedFabric) -> None:
    fabric.on("POST", PATH, _answer(result=_table("INT64", 1, "9007199254740993")))
    result = await _run(fabric)
    assert result == GqlResult(
        [("v", "INT64")], [{"v": 1}, {"v": 9007199254740993}], truncated=False
    )
    assert fabric.sent() == {"query": "MATCH (n) RETURN n.v AS v"}
    assert dict(fabric.seen[0].url.params) == {"beta": "true"}


async def test_a_running_query_is_asked_for_by_the_address_with_the_same_body(
    fabric: ScriptedFabric, time: FakeTime
) -> None:
    token = "a+b/c=%2B"
    waiting = {"kind": "TABLE", "columns": [], "data": [], "nextPage": token}
    fabric.on("POST", PATH, *[_answer("02000", waiting)] * 3, _answer(result=_table("STRING", "x")))
    said: list[str] = []
    result = await _run(fabric, on_wait=said.append)
    assert result.rows == [{"v": "x"}]
    assert [call.url.params.get("continuationToken") for call in fabric.seen] == [
        None,
        *[token] * 3,
    ]
    assert b"continuationToken=a%2Bb%2Fc%3D%252B" in fabric.seen[-1].url.query
    assert len({call.content for call in fabric.seen}) == 1
    assert time.now == pytest.approx(3.5)
    assert set(said) == {"the query is running"}


@pytest.mark.parametrize("code", ["02000", "00001", "00000"])
async def test_no_rows(fabric: ScriptedFabric, code: str) -> None:
    fabric.on("POST", PATH, _answer(code, {"kind": "NOTHING"}))
    assert await _run(fabric) == GqlResult([], [], truncated=False)


async def test_truncation_is_said(fabric: ScriptedFabric) -> None:
    cut = {
        "code": "01000",
        "description": "warning",
        "diagnostics": {"_graphaneGqlStatus": {"gqlType": "STRING", "value": "01M11"}},
    }
    fabric.on("POST", PATH, _answer(result=_table("INT64", 1), additionalStatuses=[cut]))
    result = await _run(fabric)
    assert result.truncated
    assert result.warnings == ("warning",)


async def test_a_warning_is_no_truncation(fabric: ScriptedFabric) -> None:
    says = {"_graphaneGqlStatus": {"gqlType": "STRING", "value": "01G11"}}
    fabric.on("POST", PATH, _answer("01000", _table("INT64", 1), says=says))
    result = await _run(fabric)
    assert not result.truncated
    assert result.warnings == ("note 01000",)


async def test_errors_come_with_status_200(fabric: ScriptedFabric) -> None:
    status = {
        "code": "42000",
        "description": "syntax error",
        "diagnostics": {
            "_graphaneGqlStatus": {"gqlType": "STRING", "value": "42001"},
            "_graphaneIsUserError": {"gqlType": "BOOL", "value": True},
            "_errorLocation": {"gqlType": "STRING", "value": "line 1, column 15"},
        },
        "cause": {"code": "22007", "description": "bad date", "diagnostics": {}},
    }
    fabric.on("POST", PATH, ok({"status": status}))
    with pytest.raises(FabricQueryFailed, match=r"syntax error; bad date \(line 1, col") as raised:
        await _run(fabric)
    assert raised.value.by_user
    assert raised.value.code == "42001"
    assert len(fabric.seen) == 1


async def test_system_errors_are_repeated_only_where_they_pass(fabric: ScriptedFabric) -> None:
    transient = {"_graphaneIsTransientError": {"gqlType": "BOOL", "value": True}}
    fabric.on(
        "POST",
        PATH,
        _answer("50000", says=transient),
        _answer(result=_table("INT64", 1)),
        _answer("50000"),
    )
    assert (await _run(fabric)).rows == [{"v": 1}]
    with pytest.raises(FabricQueryFailed) as raised:
        await _run(fabric)
    assert not raised.value.by_user


async def test_answers_that_are_no_answer_are_failures(fabric: ScriptedFabric) -> None:
    fabric.on("POST", PATH, ok({}))
    with pytest.raises(FabricQueryFailed):
        await _run(fabric)


async def test_a_cold_graph_is_waited_for(fabric: ScriptedFabric, time: FakeTime) -> None:
    cold = problem(500, "ColdStartTimeout")
    fabric.on("POST", PATH, cold, cold, cold, _answer(result=_table("INT64", 1)))
    said: list[str] = []
    assert (await _run(fabric, on_wait=said.append)).rows == [{"v": 1}]
    assert 35 <= time.now <= 70
    assert said[0] == "the graph is starting"


async def test_a_graph_that_stays_cold(fabric: ScriptedFabric, time: FakeTime) -> None:
    fabric.on("POST", PATH, problem(500, "ColdStartTimeout"))
    with pytest.raises(FabricUnavailable):
        await _run(fabric)
    assert len(fabric.seen) == 6
    assert time.now < 300


async def test_a_cold_graph_for_which_there_is_no_time(
    fabric: ScriptedFabric, time: FakeTime
) -> None:
    """The cause is that it is cold, not that the query takes long."""
    fabric.on("POST", PATH, problem(500, "ColdStartTimeout"))
    with pytest.raises(FabricUnavailable) as raised:
        await _run(fabric, timeout=30)
    assert raised.value.code == "ColdStartTimeout"
    assert time.now <= 30


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (ok(None, 204), "GraphIsNotLoaded"),
        (problem(500, "GraphIsNotLoaded"), "GraphIsNotLoaded"),
        (problem(400, "GraphNotQueryable"), "GraphNotQueryable"),
        (problem(500, "GraphEngineFailure"), "GraphEngineFailure"),
        (problem(408, "QueryTimeout"), "QueryTimeout"),
        (problem(499, "ClientCancelled"), "ClientCancelled"),
    ],
)
async def test_what_a_repetition_would_not_cure(
    fabric: ScriptedFabric, answer: httpx.Response, code: str
) -> None:
    fabric.on("POST", PATH, answer)
    with pytest.raises(FabricError) as raised:
        await _run(fabric)
    assert raised.value.code == code
    assert len(fabric.seen) == 1


async def test_a_query_has_its_limit(fabric: ScriptedFabric, time: FakeTime) -> None:
    waiting = {"kind": "TABLE", "columns": [], "data": [], "nextPage": "t"}
    fabric.on("POST", PATH, _answer("02000", waiting))
    with pytest.raises(FabricTimeout, match="No result after 30 s"):
        await _run(fabric, timeout=30)
    assert 20 <= time.now <= 30


async def test_a_throttled_query_does_not_wait_beyond_its_limit(
    fabric: ScriptedFabric, time: FakeTime
) -> None:
    fabric.on("POST", PATH, problem(429, "CapacityLimitExceeded"))
    with pytest.raises(FabricUnavailable):
        await _run(fabric, timeout=30)
    assert time.now == 0


async def test_a_query_that_hangs_ends_at_its_limit(fabric: ScriptedFabric) -> None:
    def forever(_: str) -> None:
        raise TimeoutError

    fabric.on("POST", PATH, problem(503, "Busy"))
    with pytest.raises(FabricTimeout):
        await _run(fabric, on_wait=forever)


@pytest.mark.parametrize(
    ("gql_type", "wire", "value"),
    [
        ("INT64", 5, 5),
        ("INT64", "-9223372036854775808", -(2**63)),
        ("UINT64 NOT NULL", "18446744073709551615", 2**64 - 1),
        ("INT32", None, None),
        ("INTEGER", 7.0, 7),
        ("FLOAT64", 3, 3.0),
        ("DOUBLE", "Inf", math.inf),
        ("FLOAT64", "-Inf", -math.inf),
        ("FLOAT", 0.1, 0.1),
        ("BOOL", False, False),
        ("STRING", "12", "12"),
        ("DECIMAL(10,2)", "1.10", Decimal("1.10")),
        (
            "ZONED DATETIME",
            "2023-12-25T14:30:00.5+02:00",
            datetime(2023, 12, 25, 12, 30, 0, 500000, UTC),
        ),
        ("ZONED DATETIME", "2023-12-25T14:30:00Z", datetime(2023, 12, 25, 14, 30, tzinfo=UTC)),
        (
            "ZONED DATETIME",
            "2023-12-25T14:30:00.1234560Z",
            datetime(2023, 12, 25, 14, 30, 0, 123456, UTC),
        ),
        ("ZONED DATETIME", "2023-12-25T14:30:00.1234567Z", "2023-12-25T14:30:00.1234567Z"),
        ("ZONED DATETIME", "+12023-12-25T14:30:00Z", "+12023-12-25T14:30:00Z"),
        ("LIST<INT64>", [1, "9007199254740993", None], [1, 9007199254740993, None]),
        ("LIST<LIST<FLOAT64> NOT NULL>", [["NaN"], []], None),
        ("LIST<ANY>", [{"gqlType": "INT64", "value": "5"}, None], [5, None]),
        ("ANY", {"gqlType": "ZONED DATETIME", "value": "2023-12-25T14:30:00Z"}, None),
        ("ANY", {"gqlType": "INT64", "value": "3"}, 3),
        ("ANY", "bare", "bare"),
        ("NODE", "node-123", "node-123"),
        ("PATH", ["n", "e", "m"], ["n", "e", "m"]),
        ("NULL", None, None),
    ],
)
def test_values(gql_type: str, wire: Any, value: object) -> None:
    read = decoder(gql_type)(wire)
    if value is not None:
        assert read == value
        assert type(read) is type(value)
    elif gql_type.startswith("LIST<LIST"):
        assert math.isnan(read[0][0])
    elif wire and gql_type == "ANY":
        assert read == datetime(2023, 12, 25, 14, 30, tzinfo=UTC)


def test_minus_zero_keeps_its_sign() -> None:
    assert math.copysign(1, decoder("FLOAT64")("-0")) == -1


async def test_a_column_that_a_row_lacks_is_null(fabric: ScriptedFabric) -> None:
    table = {
        "columns": [{"name": "a", "gqlType": "INT64"}, {"name": "b"}],
        "data": [{"a": 1}, {"b": "x"}],
    }
    fabric.on("POST", PATH, _answer(result=table))
    result = await _run(fabric)
    assert result.columns == [("a", "INT64"), ("b", "ANY")]
    assert result.rows == [{"a": 1, "b": None}, {"a": None, "b": "x"}]
