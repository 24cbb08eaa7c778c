"""What must be true before anything is started."""

import fcntl
import os
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from local.errors import CannotRunError


@contextmanager
def owned(data_dir: Path) -> Iterator[None]:
    """Holds the data directory (made if missing) for this process alone.

    The lock goes with the process, however it ends. Raises CannotRunError.
    """
    lock = data_dir / ".run.lock"
    try:
        (data_dir / "logs").mkdir(parents=True, exist_ok=True)
        file = lock.open("a+")
    except OSError as error:
        raise CannotRunError(
            f"Can't write to DATA_DIR {data_dir}: {error.strerror}. "
            "Mend its permissions, or set DATA_DIR to another folder."
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            owner = file.read().strip() or "unknown"
            raise CannotRunError(
                f"DATA_DIR {data_dir} belongs to another run (process {owner}). "
                "Stop that one, or set DATA_DIR to another folder."
            ) from error
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def check_ports(ports: Iterable[tuple[str, str, int]]) -> None:
    """Takes (variable, host, port); raises CannotRunError for the first that can't be had."""
    for variable, host, port in ports:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as probe:
            # else the last connections of a run just stopped would count as use
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                raise CannotRunError(
                    f"Can't listen on {host}:{port}: {error.strerror or error}. "
                    f"Set {variable} to another port, in .env or in the environment."
                ) from error
