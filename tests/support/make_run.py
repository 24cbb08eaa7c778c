"""``python -m local`` as a process, with small services in the place of the real ones."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from peers.ports import free_port

from support.stack import wait_until

ROOT = Path(__file__).resolve().parents[2]


class Run:
    """A process in a folder whose ``app`` and ``graph_query_api`` hide the real ones."""

    def __init__(self, folder: Path, **settings: str) -> None:
        for package, variable in (("app", "API_PORT"), ("graph_query_api", "GRAPH_QUERY_API_PORT")):
            main = folder / package / "__main__.py"
            main.parent.mkdir(parents=True, exist_ok=True)
            (main.parent / "__init__.py").touch()
            main.write_text(f"from support.standin import serve\nserve({variable!r})\n")
        ports = {name: str(free_port()) for name in ("PORT", "API_PORT", "GRAPH_QUERY_API_PORT")}
        self.data = folder / "data"
        self.settings: Mapping[str, str] = {**ports, "DATA_DIR": str(self.data), **settings}
        self.url = f"http://127.0.0.1:{self.settings['PORT']}"
        self.output_file = folder / "output"
        with self.output_file.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "local"],
                cwd=folder,
                env={**os.environ, **self.settings, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def output(self) -> str:
        return self.output_file.read_text()

    def says(self, text: str) -> None:
        wait_until(lambda: text in self.output() or self.process.poll() is not None, what=text)
        assert text in self.output(), self.output()

    def ends(self) -> int:
        return self.process.wait(30)


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[Run]:
    run = Run(folder, **settings)
    try:
        yield run
    finally:
        if run.process.poll() is None:
            run.process.send_signal(signal.SIGINT)
        run.process.wait(30)


def children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def command_line(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/cmdline").read_text().split("\0")


def refused(folder: Path, **settings: str) -> str:
    run = Run(folder, **settings)
    assert run.ends() == 1, run.output()
    [line] = run.output().splitlines()
    return line
