"""How a query worker and its parent talk: frames of a kind, a length and that many bytes."""

import struct
from typing import BinaryIO

HEADER = struct.Struct(">cI")

REQUEST = b"Q"
DATA = b"D"
ERROR = b"E"
END = b"Z"

DATA_BYTES = 256 << 10
"""About so much JSON travels in one data frame."""


def frame(kind: bytes, payload: bytes = b"") -> bytes:
    return HEADER.pack(kind, len(payload)) + payload


def read_frame(stream: BinaryIO) -> tuple[bytes, bytes] | None:
    """The next frame; None once the other side has closed."""
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    kind, length = HEADER.unpack(header)
    return kind, stream.read(length)
