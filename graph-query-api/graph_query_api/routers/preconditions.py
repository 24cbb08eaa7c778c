"""ETags in headers."""

import re
from typing import Annotated, Any

from fastapi import Header
from pydantic import WithJsonSchema

from graph_query_api.errors import InvalidPrecondition

# The schemas are for readers of the OpenAPI document; what breaks them is 400, not 422.
IfMatch = Annotated[
    str | None,
    Header(description='`"etag"` or `*`'),
    WithJsonSchema({"type": "string", "pattern": r'^("[!#-~]+"|\*)$'}),
]
IfNoneMatch = Annotated[
    str | None,
    Header(description="`*`: only if it does not exist"),
    WithJsonSchema({"type": "string", "enum": ["*"]}),
]
ETAG_HEADER: dict[str, Any] = {
    "ETag": {"description": "names this version", "schema": {"type": "string"}}
}
ANY = "*"

_ETAG = re.compile(r'"([\x21\x23-\x7e]+)"')


def etag_of(if_match: str | None) -> str | None:
    """The etag that must match, ``*`` for any; raises InvalidPrecondition."""
    if if_match is None:
        return None
    value = if_match.strip()
    if value == ANY:
        return ANY
    match = _ETAG.fullmatch(value)
    if match is None:
        raise InvalidPrecondition('If-Match takes one "etag" in quotes, or *.')
    return match[1]


def must_be_new(if_none_match: str | None) -> bool:
    """True for ``If-None-Match: *``; raises InvalidPrecondition for any other value."""
    if if_none_match is not None and if_none_match.strip() != ANY:
        raise InvalidPrecondition("If-None-Match takes only *: create, never replace.")
    return if_none_match is not None
