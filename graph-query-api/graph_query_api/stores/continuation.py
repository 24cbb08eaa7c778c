"""Continuation tokens: opaque to callers, checked when they come back."""

import base64
import binascii
import hashlib
import json
from typing import Any

from graph_query_api.errors import InvalidContinuation
from graph_query_api.stores.query import Query

INT64 = 1 << 63


def encode(container: str, query: Query, position: list[Any]) -> str:
    """``position`` is the sort key of the last document given: numbers and texts."""
    text = json.dumps([_digest(container, query), *position], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(token: str, container: str, query: Query, length: int) -> list[Any]:
    """The position, or raises InvalidContinuation unless it was made for this very list."""
    position: list[Any]
    try:
        padded = token.encode("ascii") + b"=" * (-len(token) % 4)
        digest, *position = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise InvalidContinuation from None
    if digest != _digest(container, query) or len(position) != length:
        raise InvalidContinuation
    if not all(map(_bindable, position)):
        raise InvalidContinuation
    return position


def _digest(container: str, query: Query) -> str:
    return hashlib.sha256(f"{container}\n{query!r}".encode("utf-8", "replace")).hexdigest()[:16]


def _bindable(value: Any) -> bool:
    match value:
        case bool():
            return False
        case int():
            return -INT64 <= value < INT64
        case str():
            return not any("\ud800" <= sign <= "\udfff" for sign in value)
    return isinstance(value, float)
