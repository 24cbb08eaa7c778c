"""Another nginx before ours, with the settings it comes with: buffering, and compression on."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import STDOUT, Popen

from peers.ports import free_port

from local import nginx
from support.front import answers
from support.stack import wait_until

CONFIGURATION = """
daemon off;
pid {folder}/pid;
worker_processes 1;
events {{}}
http {{
    gzip on;
    gzip_types *;
    access_log off;
    client_body_temp_path {folder}/client_body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass {upstream};
            proxy_set_header Host localhost;
        }}
    }}
}}
"""


@contextmanager
def second_nginx(folder: Path, upstream: str) -> Iterator[str]:
    """Yields its address."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder, port=port, upstream=upstream))
    command = [nginx.find(), "-p", f"{folder}/", "-c", str(configuration), "-e", "stderr"]
    with (folder / "log").open("wb") as log:
        process = Popen(command, stdout=log, stderr=STDOUT)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: process.poll() is not None or answers(url), what="nginx to answer")
        assert process.poll() is None, (folder / "log").read_text()
        yield url
    finally:
        process.terminate()
        process.wait(10)
