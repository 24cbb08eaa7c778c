"""Keeps other web pages away from a service on somebody's laptop.

A browser lets any page post to 127.0.0.1. So a request must name a host that is
ours (else DNS rebinding would do), and one that changes something must not come
from a page of another origin.
"""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from service_kit.problems import ErrorKind, problem_response

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

MISDIRECTED = ErrorKind(421, "Misdirected request")
FOREIGN_ORIGIN = ErrorKind(403, "Foreign origin")


def host_name(authority: str) -> str:
    """The host of ``host:port`` in lower case; empty where it is none."""
    try:
        return urlsplit(f"//{authority}").hostname or ""
    except ValueError:
        return ""


class HostOriginGuard:
    """Refuses a Host outside ``allowed_hosts`` (421), and changes from a foreign Origin (403)."""

    def __init__(self, app: ASGIApp, allowed_hosts: Collection[str]) -> None:
        self._app = app
        self._allowed = frozenset(host.lower() for host in allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        headers = Headers(scope=scope)
        host = host_name(headers.get("host", ""))
        origin = headers.get("origin")
        request_id = scope.get("request_id")
        if host not in self._allowed:
            refusal = problem_response(
                MISDIRECTED,
                f"This service does not answer for the host '{host}'. "
                "Add it to ALLOWED_HOSTS if it should.",
                request_id=request_id,
            )
        elif scope["method"] not in SAFE_METHODS and origin and not self._ours(origin):
            refusal = problem_response(
                FOREIGN_ORIGIN,
                "A page of another origin may not change anything here.",
                request_id=request_id,
            )
        else:
            return await self._app(scope, receive, send)
        return await refusal(scope, receive, send)

    def _ours(self, origin: str) -> bool:
        scheme, _, authority = origin.partition("://")
        return scheme in {"http", "https"} and host_name(authority) in self._allowed
