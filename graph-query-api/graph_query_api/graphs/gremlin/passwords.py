"""What a connection signs in with: the account's key, or a token of Entra ID."""

import asyncio
import json
import time
from dataclasses import dataclass, field

from azure.core.credentials import AccessToken
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError, ClientAuthenticationError
from azure.identity.aio import DefaultAzureCredential

from graph_query_api.graphs.gremlin.errors import NotAllowed, Unreachable

_SCOPE = "https://cosmos.azure.com/.default"
_EARLY = 300.0
_SIGN_IN_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Password:
    text: str = field(repr=False)
    good_until: float = float("inf")
    """Seconds since the epoch; some minutes less than the server would take it."""

    @property
    def seconds_left(self) -> float:
        return self.good_until - time.time()


class Passwords:
    """Raises NotAllowed or Unreachable. A credential that is given is closed by who gave it."""

    def __init__(self, key: str, credential: AsyncTokenCredential | None = None) -> None:
        self._key = key
        self._credential = credential
        self._own: DefaultAzureCredential | None = None
        self._held: Password | None = Password(key) if key else None
        self._lock = asyncio.Lock()

    async def current(self) -> Password:
        async with self._lock:
            if self._held is None or self._held.seconds_left <= 0:
                self._held = await self._ask()
            return self._held

    async def instead_of(self, refused: Password) -> Password | None:
        """Another than the refused one: a newer token. None where there is a key alone."""
        if self._key:
            return None
        async with self._lock:
            if self._held is None or self._held.text == refused.text:
                self._held = await self._ask(anew=True)
            return self._held

    async def _ask(self, *, anew: bool = False) -> Password:
        if self._credential is None:
            self._credential = self._own = DefaultAzureCredential()
        try:
            async with asyncio.timeout(_SIGN_IN_SECONDS):
                return await _token(self._credential, anew=anew)
        except TimeoutError as error:
            raise Unreachable(0, "Entra ID did not answer within a minute") from error
        except ClientAuthenticationError as error:
            raise NotAllowed(
                401,
                "Entra ID gave no token for Cosmos DB. Set COSMOS_GREMLIN_KEY, or sign in: set "
                "AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, give the host a managed "
                "identity, or use the Azure CLI",
            ) from error
        except AzureError as error:
            raise Unreachable(0, f"Entra ID could not be reached: {error.message}") from error

    async def aclose(self) -> None:
        if self._own is not None:
            await self._own.close()
            self._own = self._credential = None


async def _token(credential: AsyncTokenCredential, *, anew: bool) -> Password:
    """A claim makes azure-identity pass by its cache, which still trusts the refused token."""
    if anew:
        moment = {"essential": True, "value": str(int(time.time()))}
        claims = json.dumps({"access_token": {"nbf": moment}})
        try:
            return _password(await credential.get_token(_SCOPE, claims=claims))
        except ClientAuthenticationError:
            pass  # not every source takes claims: the Azure CLI does not
    return _password(await credential.get_token(_SCOPE))


def _password(token: AccessToken) -> Password:
    """Of a token that ends soon, half of its time counts."""
    now = time.time()
    left = token.expires_on - now
    return Password(token.token, now + max(left - _EARLY, left / 2))
