"""Fabric as this service uses it: where it is, and who we are there."""

import base64
import binascii
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fabric_client import FABRIC_SCOPE, Clock, FabricClient, default_credential
from fabric_client.credentials import TokenSource
from fabric_client.settings import Mode
from graph_query_api.settings import Settings

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

PATIENCE = 20.0
"""Seconds that a call may wait for another try: somebody waits for the answer."""


@dataclass(frozen=True, slots=True)
class Fabric:
    mode: Mode
    client: FabricClient
    tokens: TokenSource

    async def identity(self) -> str:
        """Who signs in, in words. Raises FabricSignInFailed or FabricUnavailable."""
        return in_words(await self.tokens.token())


@asynccontextmanager
async def opened(
    settings: Settings, credential: "AsyncTokenCredential | None" = None
) -> AsyncIterator[Fabric | None]:
    """None where Fabric is off. Nothing is asked of it yet."""
    if settings.fabric == "off":
        yield None
        return
    addresses = settings.fabric_addresses
    async with (
        credential or default_credential(addresses) as signed_in,
        FabricClient(
            signed_in,
            addresses,
            calls_per_minute=settings.fabric_calls_per_minute,
            patience=PATIENCE,
        ) as client,
    ):
        yield Fabric(settings.fabric, client, TokenSource(signed_in, FABRIC_SCOPE, Clock()))


def in_words(token: str) -> str:
    """Whom a token is for, by its claims; it is not checked, since Fabric does that."""
    claims = _claims(token)
    tenant = f" of tenant {claims['tid']}" if "tid" in claims else ""
    if user := claims.get("upn") or claims.get("preferred_username") or claims.get("unique_name"):
        return f"{user}{tenant}"
    if application := claims.get("appid") or claims.get("azp"):
        name = claims.get("app_displayname")
        return f"application {f'{name} ({application})' if name else application}{tenant}"
    return (
        f"identity {claims['oid']}{tenant}" if "oid" in claims else "an identity that has no name"
    )


def _claims(token: str) -> dict[str, Any]:
    try:
        body = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (IndexError, binascii.Error, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}
