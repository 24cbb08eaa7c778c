"""OneLake through the Azure SDK, and the real credential, against a small server over TLS."""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from azure.core.pipeline import PipelineContext, PipelineRequest
from azure.core.pipeline.transport import HttpRequest
from starlette.responses import Response

from fabric_client import (
    FABRIC_SCOPE,
    Clock,
    FabricAddresses,
    FabricClient,
    FabricError,
    FabricSignInFailed,
    FabricUnavailable,
    OneLake,
    TokenSource,
    default_credential,
)
from fabric_client.onelake_transport import OneLakeRetry
from support.scripted_fabric import FakeCredential, FakeTime
from support.small_onelake import STORAGE_SCOPE, SmallOneLake, refused, small_onelake, throttled

WS = "11111111-1111-4111-8111-111111111111"
LH = "22222222-2222-4222-8222-222222222222"
CHUNK = 100_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallOneLake]:
    with small_onelake(tmp_path_factory.mktemp("tls")) as lake:
        yield lake


@pytest.fixture
def lake(server: SmallOneLake, monkeypatch: pytest.MonkeyPatch) -> SmallOneLake:
    for log in (server.files, server.seen, server.scopes, server.faults):
        log.clear()
    monkeypatch.setenv("AZURE_TENANT_ID", str(uuid.uuid4()))
    monkeypatch.setenv("AZURE_CLIENT_ID", str(uuid.uuid4()))
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "not-a-secret")
    monkeypatch.setenv("AZURE_AUTHORITY_HOST", server.url)
    return server


@pytest.fixture
def addresses(lake: SmallOneLake) -> FabricAddresses:
    return FabricAddresses(f"{lake.url}/v1", lake.url, lake.ca_bundle)


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
async def onelake(addresses: FabricAddresses, slept: list[float]) -> AsyncIterator[OneLake]:
    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await asyncio.sleep(0)

    async with (
        default_credential(addresses) as credential,
        OneLake(credential, addresses, chunk_bytes=CHUNK, clock=Clock(sleep=sleep)) as client,
    ):
        yield client


def _file(folder: Path, size: int) -> Path:
    path = folder / f"{size}.bin"
    path.write_bytes(os.urandom(size))
    return path


async def test_a_file_arrives_in_chunks(
    lake: SmallOneLake, onelake: OneLake, tmp_path: Path
) -> None:
    file = _file(tmp_path, 3 * CHUNK + 5)
    stored: list[int] = []
    size = await onelake.upload(WS, LH, "Files/x/a.bin", file, stored.append)
    assert size == 3 * CHUNK + 5
    assert lake.content(f"{WS}/{LH}/Files/x/a.bin") == file.read_bytes()
    assert stored == [CHUNK, CHUNK, CHUNK, 5]
    assert lake.scopes == [STORAGE_SCOPE]
    sent = [seen for seen in lake.seen if seen.path.startswith(f"/{WS}/")]
    assert [seen.size for seen in sent] == [0, CHUNK, CHUNK, CHUNK, 5, 0]
    for seen in sent:
        assert seen.headers["x-ms-version"] == "2023-11-03"
        refused_by_onelake = {"x-ms-umask", "x-ms-permissions", "x-ms-owner", "x-ms-acl"}
        assert not refused_by_onelake & seen.headers.keys()


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1])
async def test_sizes(lake: SmallOneLake, onelake: OneLake, tmp_path: Path, size: int) -> None:
    """An empty file exists afterwards, in place of what was there."""
    path = f"{WS}/{LH}/Files/a.bin"
    await onelake.upload(WS, LH, "Files/a.bin", _file(tmp_path, 7))
    file = _file(tmp_path, size)
    assert await onelake.upload(WS, LH, "Files/a.bin", file) == size
    assert lake.content(path) == file.read_bytes()


@pytest.mark.parametrize(
    "name", ["Dim+Site (1)%20ü.csv", "a b.csv", "x=y&z#1?.csv", "日本.csv", "50%.csv"]
)
async def test_names_arrive_as_they_are(
    lake: SmallOneLake, onelake: OneLake, tmp_path: Path, name: str
) -> None:
    await onelake.upload(WS, LH, f"Files/{name}", _file(tmp_path, 10))
    assert list(lake.files) == [f"{WS}/{LH}/Files/{name}"]
    assert await onelake.exists(WS, LH, f"Files/{name}")
    assert [found.name async for found in onelake.list(WS, LH, "Files")] == [f"Files/{name}"]


async def test_several_at_once_share_connections_and_the_token(
    lake: SmallOneLake, onelake: OneLake, tmp_path: Path
) -> None:
    files = [_file(tmp_path, 10 * CHUNK + number) for number in range(6)]
    await asyncio.gather(*(onelake.upload(WS, LH, f"Files/{file.name}", file) for file in files))
    assert len(lake.files) == 6
    assert lake.scopes == [STORAGE_SCOPE]
    assert len(lake.seen) > 70
    assert len({seen.connection for seen in lake.seen if "/Files/" in seen.path}) <= 6


async def test_a_busy_store_is_obeyed(
    lake: SmallOneLake, onelake: OneLake, tmp_path: Path, slept: list[float]
) -> None:
    lake.faults["append"] = [throttled("7"), refused(429, "TooManyRequests")]
    lake.faults["flush"] = [refused(500, "InternalError")]
    file = _file(tmp_path, 10)
    await onelake.upload(WS, LH, "Files/a.bin", file)
    assert lake.content(f"{WS}/{LH}/Files/a.bin") == file.read_bytes()
    assert 7 <= slept[0] <= 7.7
    assert len(slept) == 3
    assert all(pause > 0.2 for pause in slept)


@pytest.mark.parametrize("wait", ["3600", None])
async def test_trying_ends(
    lake: SmallOneLake, onelake: OneLake, tmp_path: Path, wait: str | None, slept: list[float]
) -> None:
    lake.faults["create"] = [throttled(wait) if wait else refused(503, "ServerBusy")] * 20
    with pytest.raises(FabricUnavailable, match=r"Uploading Files/a\.bin") as raised:
        await onelake.upload(WS, LH, "Files/a.bin", _file(tmp_path, 10))
    assert raised.value.code == "ServerBusy"
    assert len(slept) == (0 if wait else 5)


@pytest.mark.parametrize("fault", [throttled("7"), refused(503, "ServerBusy"), "lost"])
async def test_patience_is_kept_to(
    lake: SmallOneLake,
    addresses: FabricAddresses,
    tmp_path: Path,
    slept: list[float],
    fault: Response | str,
) -> None:
    lake.faults["create"] = [fault] * 20
    now = 0.0

    async def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds
        slept.append(seconds)

    async with (
        default_credential(addresses) as credential,
        OneLake(credential, addresses, patience=8, clock=Clock(lambda: now, sleep=sleep)) as lake_,
    ):
        with pytest.raises(FabricUnavailable):
            await lake_.upload(WS, LH, "Files/a.bin", _file(tmp_path, 10))
    assert 1 <= len(slept) < 5
    assert sum(slept) <= 8


@pytest.mark.parametrize("step", ["create", "append", "flush"])
async def test_a_lost_answer_does_no_harm(
    lake: SmallOneLake, onelake: OneLake, tmp_path: Path, step: str
) -> None:
    lake.faults[step] = ["lost"]
    file = _file(tmp_path, 2 * CHUNK)
    stored: list[int] = []
    await onelake.upload(WS, LH, "Files/a.bin", file, stored.append)
    assert lake.content(f"{WS}/{LH}/Files/a.bin") == file.read_bytes()
    assert sum(stored) == 2 * CHUNK


async def test_another_writer_is_overwritten_once(
    lake: SmallOneLake, onelake: OneLake, tmp_path: Path
) -> None:
    lake.faults["flush"] = ["foreign"]
    stored: list[int] = []
    file = _file(tmp_path, CHUNK)
    await onelake.upload(WS, LH, "Files/a.bin", file, stored.append)
    assert stored == [CHUNK, -CHUNK, CHUNK]
    lake.faults["flush"] = ["foreign", "foreign"]
    with pytest.raises(FabricError) as raised:
        await onelake.upload(WS, LH, "Files/a.bin", file)
    assert raised.value.status == 412


async def test_an_expired_token_is_renewed(
    lake: SmallOneLake, onelake: OneLake, tmp_path: Path
) -> None:
    await onelake.upload(WS, LH, "Files/a.bin", _file(tmp_path, 10))
    lake.good = "another"
    await onelake.upload(WS, LH, "Files/b.bin", _file(tmp_path, 10))
    assert lake.scopes == [STORAGE_SCOPE] * 2


async def test_a_token_that_was_renewed_meanwhile_is_fetched_too() -> None:
    """Beside other uploads: the SDK may hand out the refused token again before it has the new."""
    clock = FakeTime()
    tokens = TokenSource(FakeCredential(clock), STORAGE_SCOPE, clock.clock)
    old = await tokens.token()
    sent = [old, old, "token-2"]

    class Service:
        """The rest of the SDK's pipeline, which puts the token on."""

        async def send(self, request: Any) -> Any:
            token = sent.pop(0)
            request.http_request.headers["Authorization"] = f"Bearer {token}"
            status = 401 if token == old else 200
            return SimpleNamespace(http_response=SimpleNamespace(status_code=status, headers={}))

    retry = OneLakeRetry(tokens, clock.clock, patience=60)
    retry.next = Service()  # type: ignore[assignment]
    request = PipelineRequest(HttpRequest("HEAD", "https://here"), PipelineContext(None))
    answer = await retry.send(request)
    assert answer.http_response.status_code == 200
    assert sent == []


async def test_properties_listing_and_deleting(
    lake: SmallOneLake, onelake: OneLake, tmp_path: Path
) -> None:
    assert await onelake.properties(WS, LH, "Files/a.bin") is None
    assert [found async for found in onelake.list(WS, LH, "Files")] == []
    for number in range(5):
        await onelake.upload(WS, LH, f"Files/d/{number}", _file(tmp_path, number))
    found = await onelake.properties(WS, LH, "Files/d/4")
    assert found
    assert (found.size, found.is_directory) == (4, False)
    listed = [(found.name, found.size) async for found in onelake.list(WS, LH, "Files/d")]
    assert listed == [(f"Files/d/{number}", number) for number in range(5)]
    assert await onelake.delete(WS, LH, "Files/d/0")
    assert not await onelake.delete(WS, LH, "Files/d/0")


@pytest.mark.parametrize(
    ("workspace", "lakehouse", "path"),
    [
        ("My Workspace", LH, "Files/a"),
        (WS, "House.Lakehouse", "Files/a"),
        (WS, LH, "/Files/a"),
        (WS, LH, "Files/../../x"),
        (WS, LH, "other/a"),
    ],
)
async def test_only_guids_and_only_below_the_item(
    lake: SmallOneLake, onelake: OneLake, workspace: str, lakehouse: str, path: str
) -> None:
    with pytest.raises(ValueError, match=r"badly formed|not below"):
        await onelake.exists(workspace, lakehouse, path)
    assert lake.seen == []


async def test_refusals_are_named(lake: SmallOneLake, onelake: OneLake, tmp_path: Path) -> None:
    lake.faults["create"] = [refused(403, "FriendlyNameSupportDisabled")]
    with pytest.raises(FabricError) as raised:
        await onelake.upload(WS, LH, "Files/a.bin", _file(tmp_path, 10))
    assert (raised.value.status, raised.value.code) == (403, "FriendlyNameSupportDisabled")
    assert not isinstance(raised.value, FabricUnavailable)


async def test_the_real_credential_signs_in_for_each_service(
    lake: SmallOneLake, addresses: FabricAddresses
) -> None:
    async with (
        default_credential(addresses) as credential,
        FabricClient(credential, addresses) as client,
    ):
        assert await client.workspace("w") == {"id": "w"}
        lake.good = "another"  # and azure-identity still holds the old one in its cache
        assert await client.workspace("v") == {"id": "v"}
    assert lake.scopes == [FABRIC_SCOPE, FABRIC_SCOPE]


async def test_a_refused_secret_is_said(lake: SmallOneLake, addresses: FabricAddresses) -> None:
    lake.faults["token"] = [refused(401, "x")] * 9
    async with (
        default_credential(addresses) as credential,
        FabricClient(credential, addresses) as client,
        OneLake(credential, addresses) as onelake,
    ):
        with pytest.raises(FabricSignInFailed):
            await client.workspace("w")
        with pytest.raises(FabricSignInFailed) as raised:
            await onelake.exists(WS, LH, "Files/a")
    assert "not-a-secret" not in str(raised.value)


async def test_an_unknown_authority_is_refused(
    lake: SmallOneLake, addresses: FabricAddresses
) -> None:
    strict = FabricAddresses(addresses.api, addresses.onelake)
    async with (
        default_credential(addresses) as credential,
        FabricClient(credential, strict) as client,
    ):
        with pytest.raises(FabricError) as raised:
            await client.workspace("w")
    assert raised.value.code == "UntrustedCertificate"
    assert not [seen for seen in lake.seen if seen.path.startswith("/v1/")]


async def test_a_connection_that_breaks_is_tried_again(
    lake: SmallOneLake, addresses: FabricAddresses
) -> None:
    lake.faults["call"] = ["lost"]

    async def at_once(_: float) -> None:
        await asyncio.sleep(0)

    async with (
        default_credential(addresses) as credential,
        FabricClient(credential, addresses, clock=Clock(sleep=at_once)) as client,
    ):
        assert await client.workspace("w") == {"id": "w"}
