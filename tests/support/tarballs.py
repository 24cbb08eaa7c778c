"""Tarballs for tests, member by member, as careless or hostile programs write them."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path

Member = tuple[str, bytes] | tarfile.TarInfo


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type = kind
    member.linkname = target
    return member


def special(name: str, kind: bytes) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type = kind
    return member


def tar_bytes(members: Iterable[Member], format: int = tarfile.PAX_FORMAT) -> bytes:  # noqa: A002  # tarfile's word
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=format, errors="surrogateescape") as tar:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                tar.addfile(member)
                continue
            name, content = member
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def write_tarball(
    path: Path,
    members: Iterable[Member] | Mapping[str, bytes],
    format: int = tarfile.PAX_FORMAT,  # noqa: A002
) -> Path:
    listed = members.items() if isinstance(members, Mapping) else members
    path.write_bytes(gzip.compress(tar_bytes(listed, format), 1))
    return path


def write_folder(directory: Path, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        file = directory / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return directory


def gnu_tar(folder: Path, out: Path, command: str) -> Path:
    """Packs with the machine's GNU tar, in a shell, from within the pack's folder."""
    environment = {**os.environ, "OUT": str(out)}
    subprocess.run(["bash", "-ec", command], cwd=folder, env=environment, check=True)
    return out
