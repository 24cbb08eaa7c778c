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
    at a length, deleting. A Retry-After beyond ``patience`` is not shortened but reported.
    """

    def __init__(self, tokens: TokenSource, clock: Clock, patience: float) -> None:
        super().__init__()
        self._patience = patience
        self._tokens = tokens
        self._clock = clock

    async def send(self, request: Any) -> Any:  # type: ignore[override]  # as the SDK's own does
        self.configure_retries(request)  # also takes options away that the transport refuses
        renewed, end = "", self._clock.monotonic() + self._patience
        for attempt in range(1, _TRIES + 1):
            backed_off = backoff(attempt, first=1, top=30)
            pause: float | None = backed_off
            try:
                response: Any = await self.next.send(request)  # type: ignore[misc]
            except AzureError:
                if self._is_last(attempt, pause, end):
                    raise
            else:
                status = response.http_response.status_code
                if status == 401:
                    renewed, pause = await self._renew(request, renewed)
                else:
                    pause = self._asked(response, backed_off) if status in _PASSING else None
                if self._is_last(attempt, pause, end):
                    break
            await self._clock.sleep(pause or 0.0)
        response.http_response.location_mode = "primary"  # read by the SDK
        return response

    def _is_last(self, attempt: int, pause: float | None, end: float) -> bool:
        """Whether it is not tried again after ``pause``."""
        return pause is None or attempt == _TRIES or self._clock.monotonic() + pause > end

    async def _renew(self, request: Any, renewed: str) -> tuple[str, float | None]:
        """The new token, and no pause; None where the one that was renewed is refused as well.

        Beside other requests the SDK may put the old one on once more.
        """
        refused = request.http_request.headers.pop("Authorization", "").removeprefix("Bearer ")
        if refused == renewed:
            return renewed, None
        return await self._tokens.renew(refused), 0.0

    def _asked(self, response: Any, unasked: float) -> float:
        asked = retry_after(response.http_response.headers, self._clock.time())
        return obeyed(asked) if asked else unasked
