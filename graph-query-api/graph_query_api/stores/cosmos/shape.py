"""How a document lies in Cosmos DB, and how it comes out again.

Every item has hidden members beside the document's own: ``_key``, the document's id as it is
(Cosmos' own ``id`` can't hold every sign); ``_write``, a random text by which a writer recognises
its own work; ``_bytes``, its size.
"""

import hashlib
import json
import re
import secrets
from dataclasses import dataclass
from typing import Any

from graph_query_api.errors import DocumentTooLarge, InvalidDocument
from graph_query_api.stores.protocol import Document
from graph_query_api.stores.query import Path

KEY, WRITE, BYTES = "_key", "_write", "_bytes"
INTEGER = "_int"
EXACT = 1 << 53  # Cosmos' numbers are doubles: further on, not every integer is one
MAX_LEVELS = 128
MAX_BYTES = (2 << 20) - 1024  # Cosmos adds some members of its own
MAX_ID = 1000

# What an address leaves as it is. Others can be stored, but not read back by every client, or
# are changed on the way, as ".." is; a trailing blank is refused.
_TROUBLE = re.compile(r"^\.|[^A-Za-z0-9_.\-]")


@dataclass(frozen=True, slots=True)
class Item:
    """A document as it is sent; ``document_id`` and ``body`` are the caller's."""

    id: str
    document_id: str
    body: dict[str, Any]
    stored: dict[str, Any]
    size: int

    @property
    def token(self) -> str:
        return str(self.stored[WRITE])


def item_id(document_id: str) -> str:
    """The ``id`` in Cosmos: the same for plain names, else with ``~`` and the bytes in hex."""
    escaped = _TROUBLE.sub(_escaped, document_id)
    if len(escaped) <= MAX_ID:
        return escaped
    return "~~" + hashlib.sha256(document_id.encode("utf-8", "surrogatepass")).hexdigest()


def _escaped(sign: re.Match[str]) -> str:
    return "".join(f"~{byte:02x}" for byte in sign[0].encode("utf-8", "surrogatepass"))


def item_of(body: dict[str, Any]) -> Item:
    """Raises InvalidDocument or DocumentTooLarge."""
    clean = {name: value for name, value in body.items() if not name.startswith("_")}
    document_id = clean.get("id")
    if not isinstance(document_id, str) or not document_id:
        raise InvalidDocument("A document has a text as its id.")
    stored = {
        **{name: _packed(value, MAX_LEVELS - 1) for name, value in clean.items()},
        "id": item_id(document_id),
        KEY: document_id,
        WRITE: secrets.token_hex(8),
    }
    try:
        text = json.dumps(stored, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        size = len(text.encode())
    except (ValueError, TypeError) as error:
        raise InvalidDocument(f"The document can't be written as strict JSON: {error}") from None
    if size > MAX_BYTES:
        raise too_large(document_id)
    return Item(stored["id"], document_id, clean, {**stored, BYTES: size}, size)


def too_large(document_id: str) -> DocumentTooLarge:
    return DocumentTooLarge(
        f"Document {document_id[:80]!r} is larger than the 2 MB that Cosmos DB stores. "
        "Shorten it, or split it.",
        document_id,
    )


def stored_path(path: Path) -> Path:
    """Where a member lies; hidden ones are nowhere for who asks."""
    if path == ("id",):
        return (KEY,)
    return ("_hidden",) if path[0].startswith("_") else path


def document_of(item: dict[str, Any]) -> Document:
    body = {name: _unpacked(value) for name, value in item.items() if not name.startswith("_")}
    return Document({**body, "id": item[KEY]}, shown_etag(item["_etag"]))


def shown_etag(etag: str) -> str:
    """Cosmos' etags have the quotes of the header in them."""
    return etag.strip('"')


def sent_etag(etag: str) -> str:
    return f'"{etag}"'


def size_of(item: dict[str, Any]) -> int:
    return int(item[BYTES])


def _packed(value: Any, levels: int) -> Any:
    """``value`` with its large integers as ``{"_int": "digits"}``.

    What looks like one already is wrapped once more, so that it comes out as it was.
    """
    if isinstance(value, dict | list | tuple) and not levels:
        raise InvalidDocument(f"A document has at most {MAX_LEVELS} levels of nesting.")
    match value:
        case dict():
            inner = {name: _packed(each, levels - 1) for name, each in value.items()}
            return {INTEGER: inner} if inner.keys() == {INTEGER} else inner
        case list() | tuple():
            return [_packed(each, levels - 1) for each in value]
        case int() if not -EXACT <= value <= EXACT:
            return {INTEGER: _digits(value)}
    return value


def _digits(value: int) -> str:
    try:
        return str(value)
    except ValueError as error:  # more digits than Python writes
        raise InvalidDocument(f"The document can't be written as strict JSON: {error}") from None


def _unpacked(value: Any) -> Any:
    match value:
        case {"_int": str() as digits} if len(value) == 1:
            return int(digits)
        case {"_int": dict() as inner} if len(value) == 1:
            return {name: _unpacked(each) for name, each in inner.items()}
        case dict():
            return {name: _unpacked(each) for name, each in value.items()}
        case list():
            return [_unpacked(each) for each in value]
    return value
