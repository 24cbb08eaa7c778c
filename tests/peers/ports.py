"""Ports for servers that don't choose one themselves."""

import secrets
import socket
from contextlib import suppress

FIRST, LAST = 10_000, 32_000
"""Below those that systems give to whoever connects: they would take one before its server does."""


def free_port() -> int:
    """Free on the loopback address, a moment ago."""
    while True:
        port = FIRST + secrets.randbelow(LAST - FIRST)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
