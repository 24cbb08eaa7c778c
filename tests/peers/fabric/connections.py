"""Connections that can be cut without an answer, which ASGI itself has no word for."""

import asyncio
from typing import Any
from weakref import WeakValueDictionary

from starlette.types import Scope
from uvicorn.protocols.http.auto import AutoHTTPProtocol

_open: WeakValueDictionary[tuple[Any, ...], asyncio.BaseTransport] = WeakValueDictionary()


class Connection(AutoHTTPProtocol):  # type: ignore[valid-type, misc]  # h11 or httptools
    def connection_made(self, transport: asyncio.Transport) -> None:
        _open[_key(transport)] = transport
        super().connection_made(transport)


def cut(scope: Scope) -> None:
    transport = _open.get((*scope["client"], scope["server"][1]))
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()


def cut_all() -> None:
    """Clients that keep a connection open do not answer when TLS takes its leave."""
    for transport in list(_open.values()):
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()


def _key(transport: asyncio.BaseTransport) -> tuple[Any, ...]:
    peer, own = transport.get_extra_info("peername"), transport.get_extra_info("sockname")
    return (*peer[:2], own[1])
