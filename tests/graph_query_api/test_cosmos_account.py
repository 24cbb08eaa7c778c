"""One account: connecting, making what is missing, and saying what is wrong."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator

import pytest
from peers.cosmos.running import Cosmos

from graph_query_api.clients.cosmos import CosmosAccount
from graph_query_api.errors import ContainerNotFound, StoreUnavailable
from graph_query_api.stores.cosmos.stores import CosmosStores, indexing_policy

OTHER_KEY = base64.b64encode(b"of another account").decode()


@pytest.fixture
async def account(cosmos: Cosmos) -> AsyncIterator[CosmosAccount]:
    opened = CosmosAccount(cosmos.endpoint, cosmos.key)
    yield opened
    await opened.aclose()


async def test_containers_are_made_once_though_many_ask(cosmos: Cosmos) -> None:
    accounts = [CosmosAccount(cosmos.endpoint, cosmos.key) for _ in range(4)]
    asked = (
        each.container("shared", name, "/id", indexing_policy=indexing_policy())
        for each in accounts
        for name in ("one", "two")
    )
    containers = await asyncio.gather(*asked)
    properties = [await each.read() for each in containers]
    assert len({each["_rid"] for each in properties}) == 2
    assert properties[0]["indexingPolicy"]["compositeIndexes"] == [
        [
            {"path": "/created_at", "order": "descending"},
            {"path": "/_key", "order": "descending"},
        ]
    ]
    await asyncio.gather(*(each.aclose() for each in accounts))


async def test_a_container_with_another_partition_key_is_not_used(account: CosmosAccount) -> None:
    await account.container("elsewhere", "things", "/kind")
    account.forget("elsewhere", "things")
    with pytest.raises(StoreUnavailable, match=r"partition key /kind instead of /id"):
        await account.container("elsewhere", "things", "/id")


async def test_what_is_not_to_be_made_is_missed(account: CosmosAccount) -> None:
    with pytest.raises(ContainerNotFound):
        await account.container("nowhere", "things", "/id", create=False)


async def test_documents_need_their_id_as_partition_key(account: CosmosAccount) -> None:
    with pytest.raises(ValueError, match="/id"):
        await CosmosStores(account).get_document_store("scenarios", "things", "/kind")


@pytest.mark.parametrize(
    ("endpoint", "key", "words"),
    [
        ("", OTHER_KEY, r"does not accept our sign-in \(401\)"),
        ("", "no key at all", "text in Base64"),
        ("http://127.0.0.1:1/", OTHER_KEY, "can't be reached: .*COSMOS_NOSQL_ENDPOINT"),
        ("https://nowhere.invalid/", OTHER_KEY, "can't be reached: .*COSMOS_NOSQL_ENDPOINT"),
        ("http://127.0.0.1:1/", None, "without TLS"),
    ],
    ids=["wrong key", "no key", "nobody listens", "no such host", "token without TLS"],
)
async def test_what_is_set_wrong_is_told_in_time(
    cosmos: Cosmos, endpoint: str, key: str | None, words: str
) -> None:
    account = CosmosAccount(endpoint or cosmos.endpoint, key)
    began = time.monotonic()
    with pytest.raises(StoreUnavailable, match=words) as caught:
        await account.ping()
    assert time.monotonic() - began < 15
    assert key is None or key not in str(caught.value) + repr(account)
    await account.aclose()
