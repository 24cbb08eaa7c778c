"""Ownership of the data directory: embedded stores bear one process at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from graph_query_api.errors import DataDirectoryBusy

LOCK = ".graph-query-api.lock"


@contextmanager
def owned(directory: Path) -> Iterator[None]:
    """Holds the directory (made if missing), or raises DataDirectoryBusy.

    The lock goes with the process, however that ends.
    """
    directory.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(directory / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DataDirectoryBusy(directory) from None
        yield
    finally:
        os.close(descriptor)
