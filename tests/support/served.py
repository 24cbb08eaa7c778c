"""A service in a thread of this process: a real server on a free port, and its app at hand."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI
from peers.ports import free_port

from support.stack import wait_until


class Served:
    def __init__(self, app: FastAPI, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                host="127.0.0.1",
                port=port,
                http="httptools",
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=1,
            )
        )
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def start(self) -> None:
        self._thread.start()
        wait_until(
            lambda: self._server.started or not self._thread.is_alive(), what=f"{self.url} to serve"
        )
        assert self._server.started, f"{self.url} did not start"

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(20)
        assert not self._thread.is_alive(), f"{self.url} did not stop"


@contextmanager
def serving(app: FastAPI, port: int | None = None) -> Iterator[Served]:
    served = Served(app, port or free_port())
    served.start()
    try:
        yield served
    finally:
        served.stop()
