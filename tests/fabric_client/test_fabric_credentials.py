"""Tokens: early, renewed, and shown to nobody else."""

import asyncio
import inspect

import httpx
import pytest
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError
from azure.identity import CredentialUnavailableError
from azure.identity.aio import DefaultAzureCredential

from fabric_client import (
    FABRIC_SCOPE,
    FabricAddresses,
    FabricError,
    FabricSignInFailed,
    FabricUnavailable,
    default_credential,
)
from fabric_client.credentials import BearerAuth, TokenSource
from support.scripted_fabric import API, FakeTime, ScriptedFabric, ok, problem


async def test_one_token_serves_all_calls_until_five_minutes_before_its_end(
    fabric: ScriptedFabric, time: FakeTime
) -> None:
    fabric.on("GET", "/workspaces/w", ok({"id": "w"}))
    async with fabric.client() as client:
        await asyncio.gather(*(client.workspace("w") for _ in range(10)))
        assert fabric.credential.asked == [(FABRIC_SCOPE, False)]
        time.now += 3600 - 301
        await client.workspace("w")
        assert len(fabric.credential.asked) == 1
        time.now += 2
        await client.workspace("w")
    assert fabric.seen[-1].headers["authorization"] == "Bearer token-2"


async def test_a_failing_renewal_does_no_harm_while_the_token_is_good(
    fabric: ScriptedFabric, time: FakeTime
) -> None:
    fabric.on("GET", "/workspaces/w", ok({"id": "w"}))
    async with fabric.client() as client:
        await client.workspace("w")
        fabric.credential.failure = ServiceRequestError("no route")
        time.now += 3600 - 200
        await client.workspace("w")
        time.now += 201
        with pytest.raises(FabricUnavailable, match="Entra could not be reached"):
            await client.workspace("w")


@pytest.mark.parametrize("code", ["TokenExpired", "Unauthorized"])
async def test_a_refused_token_is_renewed_once(fabric: ScriptedFabric, code: str) -> None:
    fabric.on("POST", "/workspaces/w/items", problem(401, code), ok({"id": "i"}, 201))
    async with fabric.client() as client:
        assert await client.send("POST", "/workspaces/w/items", {"type": "x"}) == {"id": "i"}
    assert [call.headers["authorization"] for call in fabric.seen] == [
        "Bearer token-1",
        "Bearer token-2",
    ]
    assert fabric.seen[0].content == fabric.seen[1].content
    assert fabric.credential.asked[1] == (FABRIC_SCOPE, True)


async def test_a_token_that_stays_refused_is_an_error_not_a_loop(fabric: ScriptedFabric) -> None:
    fabric.on("GET", "/workspaces/w", problem(401, "TokenExpired"))
    async with fabric.client() as client:
        with pytest.raises(FabricError) as raised:
            await client.workspace("w")
    assert raised.value.code == "TokenExpired"
    assert len(fabric.seen) == 2


async def test_calls_refused_together_renew_once(fabric: ScriptedFabric) -> None:
    def by_token(request: httpx.Request) -> httpx.Response:
        old = request.headers["authorization"] == "Bearer token-1"
        return problem(401, "TokenExpired") if old else ok({"id": "w"})

    fabric.on("GET", "/workspaces/w", by_token)
    async with fabric.client() as client:
        await asyncio.gather(*(client.workspace("w") for _ in range(8)))
    assert len(fabric.credential.asked) == 2


async def test_a_source_that_takes_no_claims_is_asked_without(time: FakeTime) -> None:
    fabric = ScriptedFabric(time)

    class NoClaims(type(fabric.credential)):  # type: ignore[misc]
        async def get_token(self, *scopes: str, claims: str | None = None, **more: object):  # type: ignore[no-untyped-def]
            if claims:
                raise ClientAuthenticationError("claims are not supported")
            return await super().get_token(*scopes, **more)

    source = TokenSource(NoClaims(time), FABRIC_SCOPE, time.clock)
    assert await source.renew(await source.token()) == "token-2"


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.test/v1/operations/1",
        "https://fabric.test.elsewhere.test/v1/x",
        "http://fabric.test/v1/x",
        "https://fabric.test:8443/v1/x",
        "https://fabric.test/v10/x",
        "https://fabric.test/x",
    ],
)
async def test_no_token_for_any_other_address(fabric: ScriptedFabric, address: str) -> None:
    source = TokenSource(fabric.credential, FABRIC_SCOPE, fabric.time.clock)
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(401)

    async with httpx.AsyncClient(
        auth=BearerAuth(source, API), transport=httpx.MockTransport(answer)
    ) as client:
        await client.get(address)
        await client.get(f"{API}/workspaces")
    assert "authorization" not in seen[0].headers
    assert "authorization" in seen[1].headers


async def test_paths_that_leave_the_address_are_refused(fabric: ScriptedFabric) -> None:
    async with fabric.client() as client:
        for path in ("https://elsewhere.test/v1/x", "//elsewhere.test/x", "workspaces"):
            with pytest.raises(ValueError, match="not a path"):
                await client.get(path)
    assert fabric.seen == []


async def test_redirects_are_not_followed(fabric: ScriptedFabric) -> None:
    fabric.on("GET", "/workspaces/w", ok(None, 307, location="https://elsewhere.test/v1"))
    async with fabric.client() as client:
        with pytest.raises(FabricError) as raised:
            await client.workspace("w")
    assert raised.value.status == 307
    assert len(fabric.seen) == 1


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (CredentialUnavailableError("none"), "NoIdentity"),
        (ClientAuthenticationError("AADSTS7000215: Invalid client secret"), "SignInRefused"),
    ],
)
async def test_sign_in_failures_are_said(
    fabric: ScriptedFabric, failure: Exception, code: str
) -> None:
    fabric.credential.failure = failure
    async with fabric.client() as client:
        with pytest.raises(FabricSignInFailed) as raised:
            await client.workspaces()
    assert raised.value.code == code
    assert raised.value.operation == "Signing in"


async def test_the_default_credential_leaves_out_what_needs_a_desktop() -> None:
    credential = default_credential(FabricAddresses())
    assert isinstance(credential, DefaultAzureCredential)
    names = {type(source).__name__ for source in credential.credentials}
    assert not names & {"SharedTokenCacheCredential", "VisualStudioCodeCredential"}
    await credential.close()


@pytest.mark.parametrize("api", ["http://fabric.test/v1", "fabric.test", "https://u@fabric.test"])
def test_addresses_without_tls_are_refused(api: str) -> None:
    with pytest.raises(ValueError, match="must be like"):
        FabricAddresses(api=api)


def test_a_trailing_slash_in_an_address_changes_nothing() -> None:
    assert FabricAddresses(api=f"{API}/").api == API
    assert "token" not in inspect.signature(FabricError).parameters
