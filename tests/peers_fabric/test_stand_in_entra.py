"""Entra's part, by azure-identity as the product uses it."""

import ssl
from collections.abc import AsyncIterator

import httpx
import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity.aio import ClientSecretCredential, DefaultAzureCredential
from peers.fabric.running import Running

from support.fabric_rest import FABRIC, STORAGE, FabricRest


@pytest.fixture
async def http(stand_in: Running) -> AsyncIterator[httpx.AsyncClient]:
    tls = ssl.create_default_context(cafile=stand_in.ca_bundle)
    async with httpx.AsyncClient(verify=tls, trust_env=False) as client:
        yield client


async def test_default_credential_signs_in(
    stand_in: Running, monkeypatch: pytest.MonkeyPatch, http: httpx.AsyncClient
) -> None:
    for name, value in stand_in.env.items():
        monkeypatch.setenv(name, value)
    async with DefaultAzureCredential(connection_verify=stand_in.ca_bundle) as credential:
        token = (await credential.get_token(FABRIC)).token
    headers = {"authorization": f"Bearer {token}"}
    assert (await http.get(f"{stand_in.api}/workspaces", headers=headers)).status_code == 200


async def test_wrong_secret_is_refused(stand_in: Running) -> None:
    env = stand_in.env
    async with ClientSecretCredential(
        env["AZURE_TENANT_ID"],
        env["AZURE_CLIENT_ID"],
        "wrong",
        authority=env["AZURE_AUTHORITY_HOST"],
        connection_verify=stand_in.ca_bundle,
    ) as credential:
        with pytest.raises(ClientAuthenticationError, match="AADSTS7000215"):
            await credential.get_token(FABRIC)


def test_each_host_takes_its_own_audience_only(rest: FabricRest, stand_in: Running) -> None:
    url = f"{stand_in.onelake}/{rest.workspace}"
    to_storage = {"authorization": f"Bearer {rest.fabric_token}"}
    refused = rest.http.head(url, headers=to_storage)
    assert (refused.status_code, refused.headers["x-ms-error-code"]) == (
        401,
        "InvalidAuthenticationInfo",
    )
    to_fabric = {"authorization": f"Bearer {rest.storage_token}"}
    answer = rest.http.get(f"{stand_in.api}/workspaces", headers=to_fabric)
    assert (answer.status_code, answer.json()["errorCode"]) == (401, "InvalidToken")
    assert rest.http.get(f"{stand_in.api}/workspaces").json()["errorCode"] == "Unauthorized"


def test_older_audience_is_taken(rest: FabricRest, stand_in: Running) -> None:
    stand_in.set(powerbi_audience=True)
    rest.sign_in()
    assert rest.send("GET", "/workspaces").status_code == 200


def test_tokens_expire(rest: FabricRest, stand_in: Running) -> None:
    stand_in.advance(3601)
    answer = rest.send("GET", "/workspaces")
    assert (answer.status_code, answer.json()["errorCode"]) == (401, "TokenExpired")
    rest.sign_in()
    assert rest.send("GET", "/workspaces").status_code == 200


def test_unknown_resource_is_refused(rest: FabricRest) -> None:
    with pytest.raises(httpx.HTTPStatusError):
        rest.token("https://example.com/.default")
    assert rest.token(STORAGE)
