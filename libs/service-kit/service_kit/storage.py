"""What the operating system says of files, as an error for people."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager


class StorageFull(Exception):
    """The disk has no room for what is being received."""

    detail = "No room left on the disk for this upload. Free some space, then send it again."


class StorageUnavailable(Exception):
    """What is being received can't be written, for another reason than a full disk."""

    def __init__(self, error: OSError) -> None:
        super().__init__(
            f"The folder for uploads can't be written: {error.strerror}. "
            "Restore it, then send the upload again."
        )


@contextmanager
def storage_errors() -> Iterator[None]:
    """Turns OSError into StorageFull or StorageUnavailable."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull from error
        raise StorageUnavailable(error) from error
