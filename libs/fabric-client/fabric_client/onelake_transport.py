"""How the Azure SDK reaches OneLake: our trust, one pool, and retries that end."""

from typing import Any

import aiohttp
from azure.core.exceptions import AzureError
from azure.core.pipeline.transport import AioHttpTransport
from azure.storage.filedatalake.aio import ExponentialRetry

from fabric_client.addresses import FabricAddresses
from fabric_client.clock import Clock
from fabric_client.credentials import TokenSource
from fabric_client.retry import backoff, obeyed, retry_after

_TRIES = 6
_LONGEST_PAUSE = 300.0
_PASSING = frozenset({408, 429, 500, 502, 503, 504})


def transport(addresses: FabricAddresses) -> AioHttpTransport:
    """With ``connection_verify`` the SDK would connect anew for each request."""
    connector = aiohttp.TCPConnector(ssl=addresses.tls(), limit=32)
    session = aiohttp.ClientSession(
        connector=connector,
        trust_env=True,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
    )
    return AioHttpTransport(session=session, session_owner=False)


class OneLakeRetry(ExponentialRetry):
    """The SDK's own repeats neither 429 nor 401, and knows no Retry-After.

    All that is sent may happen twice: creating with overwrite, appending at a position, flushing
    at a length, deleting.
    """

    def __init__(self, tokens: TokenSource, clock: Clock) -> None:
        super().__init__()
        self._tokens = tokens
        self._clock = clock

    async def send(self, request: Any) -> Any:  # type: ignore[override]  # as the SDK's own does
        self.configure_retries(request)  # also takes options away that the transport refuses
        renewed = False
        for attempt in range(1, _TRIES + 1):
            last = attempt == _TRIES
            pause: float | None = backoff(attempt, first=1, top=30)
            try:
                response: Any = await self.next.send(request)  # type: ignore[misc]
            except AzureError:
                if last:
                    raise
            else:
                status = response.http_response.status_code
                if status == 401 and not renewed:
                    renewed = True
                    pause = await self._renew(request)
                else:
                    pause = self._asked(response) if status in _PASSING else None
                if last or pause is None:
                    break
            await self._clock.sleep(pause or 0.0)
        response.http_response.location_mode = "primary"  # read by the SDK
        return response

    async def _renew(self, request: Any) -> float:
        refused = request.http_request.headers.pop("Authorization", "")
        await self._tokens.renew(refused.removeprefix("Bearer "))
        return 0.0

    def _asked(self, response: Any) -> float | None:
        asked = retry_after(response.http_response.headers, self._clock.time())
        if asked and asked > _LONGEST_PAUSE:
            return None
        return obeyed(asked) if asked else backoff(1, first=5, top=30)
