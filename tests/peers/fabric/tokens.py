"""Entra's part: tokens for a service principal, and whose they are.

Tokens look like Entra's, are signed with a key of this process, and name one audience.
"""

import base64
import hashlib
import hmac
import json
import secrets
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

from peers.fabric.calls import Call, Route
from peers.fabric.refusals import Refusal
from peers.fabric.tenant import Tenant, seeded
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

TENANT_ID = seeded("tenant")
CLIENT_ID = seeded("client")
CLIENT_SECRET = "not-a-secret"

FABRIC = "https://api.fabric.microsoft.com"
POWER_BI = "https://analysis.windows.net/powerbi/api"
STORAGE = "https://storage.azure.com"
_RESOURCES = (FABRIC, POWER_BI, STORAGE)
_LOGIN = "/{tenant}/oauth2/v2.0"


class Tokens:
    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._key = secrets.token_bytes(32)

    def routes(self) -> list[Route]:
        return [
            Route("POST", f"{_LOGIN}/token", self._token),
            Route("GET", "/{tenant}/v2.0/.well-known/openid-configuration", self._discovery),
            Route("GET", "/{tenant}/.well-known/openid-configuration", self._discovery),
            Route("GET", "/common/discovery/instance", self._instances),
            Route("GET", "/{tenant}/discovery/v2.0/keys", self._keys),
        ]

    def check(self, request: Request, audiences: tuple[str, ...], *, storage: bool) -> None:
        """Raises Refusal unless the request carries a live token for one of the audiences."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise _refused("Unauthorized", "There is no bearer token.", storage)
        claims = self._claims(token)
        if claims is None:
            raise _refused("InvalidToken", "The token was not issued here.", storage)
        if claims["aud"] not in audiences:
            raise _refused("InvalidToken", f"The token is for {claims['aud']}.", storage)
        if claims["exp"] <= self._tenant.clock.now():
            raise _refused("TokenExpired", "Access token has expired.", storage)

    async def _token(self, call: Call) -> Response:
        form = dict(parse_qsl((await call.request.body()).decode()))
        _check_client(call.path["tenant"], form)
        scope = form.get("scope", "")
        resource = next((each for each in _RESOURCES if scope == f"{each}/.default"), None)
        if resource is None:
            raise Refusal(400, "invalid_scope", f"AADSTS500011: there is no resource for {scope}")
        if resource == FABRIC and self._tenant.settings.powerbi_audience:
            resource = POWER_BI
        lifetime = self._tenant.settings.token_lifetime
        return JSONResponse(
            {
                "token_type": "Bearer",
                "expires_in": lifetime,
                "ext_expires_in": lifetime,
                "access_token": self._issue(resource, lifetime),
            }
        )

    def _issue(self, audience: str, lifetime: int) -> str:
        now = int(self._tenant.clock.now())
        claims = {
            "aud": audience,
            "iss": f"https://sts.windows.net/{TENANT_ID}/",
            "iat": now,
            "nbf": now,
            "exp": now + lifetime,
            "appid": CLIENT_ID,
            "oid": seeded("principal"),
            "tid": TENANT_ID,
            "uti": uuid4().hex,
        }
        text = f"{_encoded({'typ': 'JWT', 'alg': 'HS256'})}.{_encoded(claims)}"
        return f"{text}.{self._signature(text)}"

    def _claims(self, token: str) -> dict[str, Any] | None:
        text, _, signature = token.rpartition(".")
        if not hmac.compare_digest(signature, self._signature(text)):
            return None
        claims = text.partition(".")[2]
        decoded: dict[str, Any] = json.loads(base64.urlsafe_b64decode(claims + "=="))
        return decoded

    def _signature(self, text: str) -> str:
        digest = hmac.new(self._key, text.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    async def _discovery(self, call: Call) -> Response:
        base = f"{self._tenant.base_url}/{call.path['tenant']}"
        return JSONResponse(
            {
                "issuer": f"{base}/v2.0",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
                "jwks_uri": f"{base}/discovery/v2.0/keys",
                "response_types_supported": ["code", "id_token"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "tenant_region_scope": "EU",
            }
        )

    async def _instances(self, call: Call) -> Response:
        host = call.request.url.netloc
        named = {"preferred_network": host, "preferred_cache": host, "aliases": [host]}
        endpoint = f"{self._tenant.base_url}/{TENANT_ID}/v2.0/.well-known/openid-configuration"
        return JSONResponse(
            {
                "tenant_discovery_endpoint": endpoint,
                "api-version": "1.1",
                "metadata": [named],
            }
        )

    async def _keys(self, _call: Call) -> Response:
        return JSONResponse({"keys": []})


def _check_client(tenant: str, form: dict[str, str]) -> None:
    if tenant.lower() != TENANT_ID:
        raise Refusal(400, "invalid_request", f"AADSTS90002: tenant {tenant} not found")
    if form.get("grant_type") != "client_credentials":
        raise Refusal(400, "unsupported_grant_type", "AADSTS70003: only client_credentials here")
    if form.get("client_id", "").lower() != CLIENT_ID:
        raise Refusal(400, "unauthorized_client", "AADSTS700016: application not found")
    if form.get("client_secret") != CLIENT_SECRET:
        raise Refusal(401, "invalid_client", "AADSTS7000215: invalid client secret provided")


def _encoded(claims: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")


def _refused(code: str, message: str, storage: bool) -> Refusal:
    if storage and code != "TokenExpired":
        code = "InvalidAuthenticationInfo"
    return Refusal(401, code, message, headers={"www-authenticate": "Bearer"})
