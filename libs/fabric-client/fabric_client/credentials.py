"""Tokens: got early, renewed when refused, and shown to nobody but our own address."""

import asyncio
import json
from collections.abc import AsyncGenerator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import httpx
from azure.core.exceptions import AzureError, ClientAuthenticationError

from fabric_client.addresses import FabricAddresses
from fabric_client.clock import Clock
from fabric_client.errors import FabricSignInFailed, FabricUnavailable

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken
    from azure.core.credentials_async import AsyncTokenCredential

_EARLY = 300.0
_ASK_AGAIN = 30.0
_SIGN_IN_LIMIT = 60.0


def default_credential(addresses: FabricAddresses | None = None) -> "AsyncTokenCredential":
    """The identity that the usual AZURE_* variables, the platform or the Azure CLI give.

    Sources that need a desktop are left out: a service has nobody to ask.
    """
    from azure.identity.aio import DefaultAzureCredential  # heavy, and most run without Fabric

    bundle = addresses.ca_bundle if addresses else None
    trust = {"connection_verify": bundle} if bundle else {}
    return DefaultAzureCredential(
        exclude_shared_token_cache_credential=True,
        exclude_visual_studio_code_credential=True,
        **trust,
    )


class TokenSource:
    """Tokens of one scope. Also a credential for the Azure SDK, which gets this scope only.

    azure-identity caches most tokens but not those of the Azure CLI, hence a cache here.
    Raises FabricSignInFailed or FabricUnavailable.
    """

    def __init__(
        self, credential: "AsyncTokenCredential", scope: str, clock: Clock | None = None
    ) -> None:
        self._credential = credential
        self._scope = scope
        self._clock = clock or Clock()
        self._token: AccessToken | None = None
        self._asked = float("-inf")
        self._lock = asyncio.Lock()

    async def token(self) -> str:
        return (await self._current()).token

    async def renew(self, refused: str) -> str:
        """Another token than the refused one; those who were refused together ask once."""
        async with self._lock:
            if self._token is None or self._token.token == refused:
                self._token = await self._ask(anew=True)
            return self._token.token

    async def _current(self) -> "AccessToken":
        if self._token is None or self._due(self._token):
            async with self._lock:
                if self._token is None or self._due(self._token):
                    self._token = await self._ask_early(self._token)
        return self._token

    def _due(self, token: "AccessToken") -> bool:
        left = token.expires_on - self._clock.time()
        return left <= 0 or (left < _EARLY and self._clock.monotonic() - self._asked >= _ASK_AGAIN)

    async def _ask_early(self, held: "AccessToken | None") -> "AccessToken":
        try:
            return await self._ask()
        except (FabricSignInFailed, FabricUnavailable):
            if held is None or held.expires_on <= self._clock.time():
                raise
            return held  # good for some minutes more, in which Entra may come back

    async def _ask(self, *, anew: bool = False) -> "AccessToken":
        self._asked = self._clock.monotonic()
        try:
            async with asyncio.timeout(_SIGN_IN_LIMIT):
                return await self._get(anew=anew)
        except TimeoutError as error:
            raise FabricUnavailable(
                "Entra did not answer within a minute", operation="Signing in", code="SignInTimeout"
            ) from error
        except ClientAuthenticationError as error:
            raise _not_signed_in(error) from error
        except AzureError as error:
            raise FabricUnavailable(
                f"Entra could not be reached: {error.message}",
                operation="Signing in",
                code="SignInUnreachable",
            ) from error

    async def _get(self, *, anew: bool) -> "AccessToken":
        """A claim makes azure-identity pass by its cache, which still trusts the refused token."""
        if anew:
            moment = {"essential": True, "value": str(int(self._clock.time()))}
            claims = json.dumps({"access_token": {"nbf": moment}})
            try:
                return await self._credential.get_token(self._scope, claims=claims)
            except ClientAuthenticationError:
                pass  # not every source takes claims: the Azure CLI does not
        return await self._credential.get_token(self._scope)

    async def get_token(self, *_scopes: str, **_options: Any) -> "AccessToken":
        """For the Azure SDK: whatever audience a server's challenge names, ours is given."""
        return await self._current()

    async def close(self) -> None:
        """The credential belongs to whoever made it."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        return None


def _not_signed_in(error: ClientAuthenticationError) -> FabricSignInFailed:
    from azure.identity import CredentialUnavailableError

    if isinstance(error, CredentialUnavailableError):
        return FabricSignInFailed(
            "No identity for Fabric is configured. Set AZURE_TENANT_ID, AZURE_CLIENT_ID and "
            "AZURE_CLIENT_SECRET, give the host a managed identity, or sign in with the Azure CLI",
            operation="Signing in",
            code="NoIdentity",
        )
    return FabricSignInFailed(error.message, operation="Signing in", code="SignInRefused")


class BearerAuth(httpx.Auth):
    """Puts the token on requests to our own address and on no other; renews it once on a 401.

    A 401 was refused before anything was done, so that any request may be sent again.
    """

    def __init__(self, source: TokenSource, base: str) -> None:
        self._source = source
        self._base = base

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        if not self._ours(request.url):
            yield request
            return
        token = await self._source.token()
        request.headers["Authorization"] = f"Bearer {token}"
        response = yield request
        if response.status_code == 401:
            renewed = await self._source.renew(token)
            if renewed != token:
                request.headers["Authorization"] = f"Bearer {renewed}"
                yield request

    def _ours(self, url: httpx.URL) -> bool:
        base = urlsplit(self._base)
        return (
            url.scheme == "https"
            and url.host == base.hostname
            and (url.port or 443) == (base.port or 443)
            and f"{url.path}/".startswith(f"{base.path}/")
        )
