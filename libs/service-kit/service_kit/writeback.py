"""Tells the kernel to begin writing a range of a file, so that the later fsync is short.

Linux only, and gives no durability by itself; elsewhere it does nothing.
"""

import ctypes
import sys

SYNC_FILE_RANGE_WRITE = 2

_sync_file_range = (
    getattr(ctypes.CDLL(None), "sync_file_range", None) if sys.platform == "linux" else None
)
if _sync_file_range is not None:
    _sync_file_range.argtypes = (ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint)


def start_writeback(fd: int, offset: int, length: int) -> None:
    """Begins write-back; a refusal by the file system is of no consequence."""
    if _sync_file_range is not None:
        _sync_file_range(fd, offset, length, SYNC_FILE_RANGE_WRITE)
