"""Tar members from a stream: sequential, in bounded memory, with no header believed.

Python's tarfile is used for a header's 512 bytes only. Its stream mode stops silently at a
damaged header, keeps every header it has read, unfolds sparse maps without bound and searches
pax records in quadratic time (20 KB of digits take half a second, 1 MB twenty minutes).
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass

from scenario_pack.gzip_stream import EndsTooEarly, LimitExceeded, Reader
from scenario_pack.problems import PackError, Problem
from scenario_pack.refusals import hard_link, refusal, symbolic_link

BLOCK = 512
MAX_HEADER_BYTES = 1 << 20
MAX_HEADERS_BEFORE_A_MEMBER = 16
_CHUNK = 1 << 20

_HEADER_TYPES = frozenset(
    {
        tarfile.XHDTYPE,
        tarfile.XGLTYPE,
        tarfile.SOLARIS_XHDTYPE,
        tarfile.GNUTYPE_LONGNAME,
        tarfile.GNUTYPE_LONGLINK,
    }
)
# Types whose size field says nothing: no data follows them.
_WITHOUT_DATA = frozenset(
    {
        tarfile.LNKTYPE,
        tarfile.SYMTYPE,
        tarfile.CHRTYPE,
        tarfile.BLKTYPE,
        tarfile.DIRTYPE,
        tarfile.FIFOTYPE,
    }
)
_VOLUME_LABEL = b"V"

_NOT_TAR = "this is gzip, but not a tar archive inside"


@dataclass(slots=True)
class _Extended:
    """What header members say about the member after them."""

    path: str | None = None
    link: str | None = None
    size: int | None = None
    sparse: bool = False
    headers: int = 0


@dataclass(slots=True)
class Member:
    """`refused` says in words why this is nothing to read: a link, a device, a sparse file."""

    number: int
    name: str
    size: int
    is_directory: bool
    refused: str | None
    link: str
    _stream: Reader
    _left: int

    def chunks(self) -> Iterator[bytes]:
        """The content, once; what is not read is skipped by the next member."""
        while self._left:
            data = _exactly(self._stream, min(self._left, _CHUNK))
            self._left -= len(data)
            yield data


def members(stream: Reader) -> Iterator[Member]:
    """The members in order, each valid until the next is asked for.

    Raises PackError where the archive is damaged, ends too early, or goes on after its end;
    LimitExceeded for a header that is too large.
    """
    number = 0
    extended = _Extended()
    is_first = True
    while (block := _header_block(stream, is_first=is_first)) is not None:
        header = _parsed(block, number + 1, is_first=is_first)
        is_first = False
        if header.type in _HEADER_TYPES:
            _extend(extended, header, stream)
            continue
        if header.type == tarfile.GNUTYPE_SPARSE:
            _skip_sparse_map(block, stream)
        number += 1
        member = _member(number, header, extended, stream)
        extended = _Extended()
        if header.type != _VOLUME_LABEL:
            yield member
        for _ in member.chunks():
            pass
        _exactly(stream, -member.size % BLOCK)
    _drain(stream)


def _header_block(stream: Reader, *, is_first: bool) -> bytes | None:
    """The next header; None at the end, whether it is marked by a block of zeros or not."""
    block = stream.read(BLOCK)
    if not block and is_first:
        raise PackError(Problem("the archive is empty"))
    if not block or (not any(block) and len(block) == BLOCK):
        return None
    if len(block) < BLOCK:
        raise PackError(Problem(_NOT_TAR)) if is_first else EndsTooEarly
    return block


def _parsed(block: bytes, number: int, *, is_first: bool) -> tarfile.TarInfo:
    try:
        header = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        detail = (
            _NOT_TAR
            if is_first
            else f"the archive is damaged: the header of member {number} can't be read"
        )
        raise PackError(Problem(detail)) from None
    if header.size < 0:
        raise PackError(Problem(f"the archive is damaged: member {number} has a negative size"))
    return header


def _member(number: int, header: tarfile.TarInfo, extended: _Extended, stream: Reader) -> Member:
    link = extended.link if extended.link is not None else header.linkname
    size = header.size if extended.size is None else extended.size
    if header.type in _WITHOUT_DATA:
        size = 0
    return Member(
        number=number,
        name=extended.path if extended.path is not None else header.name,
        size=size,
        is_directory=header.isdir(),
        refused=_refused(header, link, is_sparse=extended.sparse),
        link=link if header.type == tarfile.LNKTYPE else "",
        _stream=stream,
        _left=size,
    )


def _refused(header: tarfile.TarInfo, link: str, *, is_sparse: bool) -> str | None:
    if is_sparse or header.type == tarfile.GNUTYPE_SPARSE:
        return refusal("a sparse file", "pack it without --sparse")
    if header.type in tarfile.REGULAR_TYPES or header.isdir():
        return None
    if header.type == tarfile.SYMTYPE:
        return symbolic_link(link)
    if header.type == tarfile.LNKTYPE:
        return hard_link(link)
    if header.isdev():
        return refusal("a device or pipe")
    return refusal("no regular file")


def _skip_sparse_map(block: bytes, stream: Reader) -> None:
    """The old GNU form says by a byte whether another block of its map follows."""
    more = block[482]
    while more:
        more = _exactly(stream, BLOCK)[504]


def _extend(extended: _Extended, header: tarfile.TarInfo, stream: Reader) -> None:
    if header.size > MAX_HEADER_BYTES:
        detail = f"a name or header in the archive has {header.size:,} bytes"
        raise LimitExceeded(Problem(f"{detail}; the limit is {MAX_HEADER_BYTES:,}"))
    extended.headers += 1
    if extended.headers > MAX_HEADERS_BEFORE_A_MEMBER:
        raise PackError(Problem("the archive is damaged: there are headers without a member"))
    data = _exactly(stream, header.size)
    _exactly(stream, -header.size % BLOCK)
    if header.type == tarfile.GNUTYPE_LONGNAME:
        extended.path = extended.path or _decoded(data.split(b"\0", 1)[0])
    elif header.type == tarfile.GNUTYPE_LONGLINK:
        extended.link = extended.link or _decoded(data.split(b"\0", 1)[0])
    elif header.type != tarfile.XGLTYPE:  # a global header has comments, but no names
        _apply_pax(extended, data)


def _apply_pax(extended: _Extended, data: bytes) -> None:
    for keyword, value in _pax_records(data):
        if keyword == b"path" and not extended.sparse:
            extended.path = _decoded(value)
        elif keyword == b"linkpath":
            extended.link = _decoded(value)
        elif keyword == b"size":
            if not value.isdigit() or len(value) > 20:
                raise _damaged_pax()
            extended.size = int(value)
        elif keyword.startswith(b"GNU.sparse."):
            extended.sparse = True
            if keyword == b"GNU.sparse.name":
                extended.path = _decoded(value)


def _pax_records(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Records are `LENGTH KEYWORD=VALUE\\n`, the length being that of the whole record."""
    position = 0
    while position < len(data) and data[position]:
        space = data.find(b" ", position, position + 8)
        digits = data[position:space] if space > 0 else b""
        if not digits.isdigit():
            raise _damaged_pax()
        end = position + int(digits)
        keyword, equals, value = data[space + 1 : end - 1].partition(b"=")
        if not equals or end > len(data) or data[end - 1 : end] != b"\n":
            raise _damaged_pax()
        yield keyword, value
        position = end


def _damaged_pax() -> PackError:
    return PackError(Problem("the archive is damaged: an extended header can't be read"))


def _decoded(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def _exactly(stream: Reader, size: int) -> bytes:
    """`size` bytes; a stream gives less only at its end."""
    data = stream.read(size) if size else b""
    if len(data) < size:
        raise EndsTooEarly
    return data


def _drain(stream: Reader) -> None:
    """Read on to the end of the stream, where its checksum is; only zeros may stand there."""
    try:
        while data := stream.read(_CHUNK):
            if data.strip(b"\0"):
                detail = "data follows the end of the archive; were two archives joined?"
                raise PackError(Problem(f"{detail} Pack all files in one"))
    except EndsTooEarly:
        detail = "the archive is cut off at its very end, or other data follows it"
        raise PackError(Problem(f"{detail}; pack or copy it again")) from None
