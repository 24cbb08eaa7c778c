"""Lists in pages."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabric_client import FabricError
from support.scripted_fabric import ScriptedFabric, ok

PATH = "/workspaces/w/items"


async def _names(fabric: ScriptedFabric, member: str = "value") -> list[str]:
    async with fabric.client() as client:
        return [entry["n"] async for entry in client.pages(PATH, member=member)]


@pytest.mark.parametrize("last", [{}, {"continuationToken": None, "continuationUri": None}])
@pytest.mark.parametrize("member", ["value", "data"])
async def test_all_pages_are_read(
    fabric: ScriptedFabric, last: dict[str, None], member: str
) -> None:
    fabric.on(
        "GET",
        PATH,
        ok({member: [{"n": "a"}], "continuationToken": "1"}),
        ok({member: [], "continuationToken": "2"}),
        ok({"continuationToken": "3"}),
        ok({member: [{"n": "b"}], **last}),
    )
    assert await _names(fabric, member=member) == ["a", "b"]


@given(st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=40))
async def test_tokens_come_back_as_they_were(token: str) -> None:
    fabric = ScriptedFabric()
    uri = "https://elsewhere.test:443/v1/x?continuationToken=other"
    fabric.on(
        "GET", PATH, ok({"continuationToken": token, "continuationUri": uri}), ok({"value": []})
    )
    async with fabric.client() as client:
        assert [entry async for entry in client.pages(PATH, {"type": "Lakehouse"})] == []
    assert dict(fabric.seen[1].url.params) == {"type": "Lakehouse", "continuationToken": token}


async def test_signs_in_tokens_are_escaped_on_the_wire(fabric: ScriptedFabric) -> None:
    fabric.on("GET", PATH, ok({"continuationToken": "+RID:~a#b%2B=="}), ok({}))
    await _names(fabric)
    assert fabric.seen[1].url.query == b"continuationToken=%2BRID%3A~a%23b%252B%3D%3D"


async def test_a_token_only_in_the_address_is_used_but_not_the_address(
    fabric: ScriptedFabric,
) -> None:
    uri = "https://elsewhere.test:443/v1/x?a=b&continuationToken=t%2B1"
    fabric.on("GET", PATH, ok({"continuationUri": uri}), ok({"value": [{"n": "z"}]}))
    assert await _names(fabric) == ["z"]
    assert fabric.seen[1].url.params["continuationToken"] == "t+1"


async def test_pages_that_go_in_a_circle_end(fabric: ScriptedFabric) -> None:
    fabric.on("GET", PATH, ok({"value": [], "continuationToken": "same"}))
    with pytest.raises(FabricError) as raised:
        await _names(fabric)
    assert raised.value.code == "PagingLoop"


async def test_a_failing_page_is_read_again_and_nothing_is_doubled(
    fabric: ScriptedFabric,
) -> None:
    fabric.on(
        "GET",
        PATH,
        ok({"value": [{"n": "a"}], "continuationToken": "1"}),
        httpx.ReadError("reset"),
        ok({"value": [{"n": "b"}]}),
    )
    assert await _names(fabric) == ["a", "b"]
