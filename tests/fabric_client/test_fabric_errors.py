"""Error documents in all shapes; nothing secret in what is shown."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabric_client import FabricError, FabricUnavailable
from fabric_client.errors import presentable
from fabric_client.problems import read_error


def _read(status: int, content: bytes = b"", **headers: str) -> FabricError:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return read_error(httpx.Response(status, content=content, headers=named), "Trying", 0)


def test_a_whole_error_response() -> None:
    error = _read(
        400,
        b"""{"errorCode": "ModelValidationError", "message": "Refused.", "requestId": "r-1",
        "isRetriable": false, "moreDetails": [{"errorCode": "X", "message": "y",
        "relatedResource": {"resourceId": "i", "resourceType": "GraphIndex"}}]}""",
    )
    assert (error.status, error.code, error.request_id) == (400, "ModelValidationError", "r-1")
    assert error.details[0].resource_type == "GraphIndex"
    assert str(error) == "Trying: Refused. (ModelValidationError, request r-1)"
    assert not isinstance(error, FabricUnavailable)


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        (b"", "Http403", "Fabric answered 403 Forbidden"),
        (b"<html>busy</html>", "Http403", "Fabric answered 403 Forbidden"),
        (b'{"error": {}}', "Http403", "Fabric answered 403 Forbidden"),
        (b'{"error": null}', "Http403", "Fabric answered 403 Forbidden"),
        (b'{"error": "no way"}', "Http403", "no way"),
        (b'{"error": {"code": "C", "message": "m"}}', "C", "m"),
        (b'{"ErrorCode": "C", "Message": "m"}', "C", "m"),
        (b'{"errorCode": 5, "message": [], "moreDetails": "?"}', "Http403", "Fabric answered"),
        (b"[1]", "Http403", "Fabric answered"),
        (b"\xff\xfe{", "Http403", "Fabric answered"),
    ],
)
def test_shapes_that_lack_something(content: bytes, code: str, message: str) -> None:
    error = _read(403, content)
    assert error.code == code
    assert message in str(error)


def test_the_headers_stand_in_for_the_body() -> None:
    error = _read(
        403, x_ms_public_api_error_code="FeatureNotAvailable", requestid="r-2", retry_after="7"
    )
    assert (error.code, error.request_id, error.retry_after) == ("FeatureNotAvailable", "r-2", 7)


def test_a_paused_capacity_is_nothing_to_wait_for() -> None:
    error = _read(503, b'{"errorCode": "CapacityNotActive", "message": "", "isRetriable": true}')
    assert not isinstance(error, FabricUnavailable)
    assert not error.retriable


@given(st.integers(300, 599), st.binary(max_size=200))
def test_whatever_comes_is_an_error_with_words(status: int, content: bytes) -> None:
    error = _read(status, content)
    assert error.code
    assert error.message


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "errorCode",
                        "message",
                        "error",
                        "moreDetails",
                        "relatedResource",
                        "isRetriable",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
    )
)
def test_whatever_document_comes_is_an_error_with_words(document: object) -> None:
    response = httpx.Response(500, json=document)
    error = read_error(response, "Trying", 0)
    assert error.code
    assert error.message


def test_no_token_is_shown() -> None:
    jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"
    error = FabricError(f"bad header 'Authorization: Bearer {jwt}' and {jwt}\nbearer abcdefgh123")
    assert "eyJ" not in str(error)
    assert "abcdefgh" not in str(error)
    assert len(presentable("x" * 5000)) == 1000
