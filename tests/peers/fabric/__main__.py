"""``PYTHONPATH=tests python -m peers.fabric --port 0 --data DIR``

Prints one line of JSON when it is ready: addresses, the bundle to trust, and the credentials.
Ends on SIGTERM and SIGINT.
"""

import argparse
import asyncio
import contextlib
import json
import signal
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path

import uvicorn
from peers.fabric.app import StandIn
from peers.fabric.certificates import server_context
from peers.fabric.connections import Connection, cut_all
from peers.fabric.settings import Settings
from peers.fabric.tenant import seeded
from peers.fabric.tokens import CLIENT_ID, CLIENT_SECRET, TENANT_ID
from starlette.types import ASGIApp


class Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """There are several servers in this process: it listens to signals itself."""
        yield


def main() -> None:
    arguments = _arguments()
    try:
        words = dict(each.split("=", 1) for each in arguments.set)
        settings = Settings.from_words(words)
    except ValueError as error:
        raise SystemExit(f"--set takes name=value. {error}") from None
    asyncio.run(_run(arguments.port, arguments.data.resolve(), settings))


async def _run(port: int, directory: Path, settings: Settings) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    context, bundle = server_context(directory)
    stand_in = StandIn(directory, settings)
    ports = [port, port + 1 if port else 0, port + 2 if port else 0]
    sockets = [_bound(each) for each in ports]
    fabric, onelake, foreign = (each.getsockname()[1] for each in sockets)
    stand_in.listen(
        f"https://127.0.0.1:{fabric}",
        f"https://127.0.0.1:{onelake}",
        f"https://localhost:{foreign}",
    )
    await stand_in.start()
    apps: Sequence[ASGIApp] = (stand_in.fabric, stand_in.onelake, stand_in.foreign)
    servers = [_server(app, context) for app in apps]

    loop = asyncio.get_running_loop()

    def end() -> None:
        for server in servers:
            server.should_exit = True
        loop.call_later(0.5, cut_all)

    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, end)
    serving = [
        asyncio.create_task(server.serve([own]))
        for server, own in zip(servers, sockets, strict=True)
    ]
    while not all(
        server.started or task.done() for server, task in zip(servers, serving, strict=True)
    ):
        await asyncio.sleep(0.01)
    print(json.dumps(_about(stand_in, bundle)), flush=True)
    keeping = asyncio.create_task(stand_in.keep())
    await asyncio.gather(*serving)
    keeping.cancel()
    await stand_in.stop()


def _about(stand_in: StandIn, bundle: Path) -> dict[str, object]:
    base = stand_in.tenant.base_url
    return {
        "api": f"{base}/v1",
        "onelake": stand_in.tenant.onelake_url,
        "admin": f"{base}/_admin",
        "ca_bundle": str(bundle),
        "workspace_id": seeded("practice"),
        "workspaces": {each.name: each.id for each in stand_in.tenant.workspaces.values()},
        "env": {
            "FABRIC_API_URL": f"{base}/v1",
            "FABRIC_ONELAKE_URL": stand_in.tenant.onelake_url,
            "FABRIC_CA_BUNDLE": str(bundle),
            "AZURE_AUTHORITY_HOST": base,
            "AZURE_TENANT_ID": TENANT_ID,
            "AZURE_CLIENT_ID": CLIENT_ID,
            "AZURE_CLIENT_SECRET": CLIENT_SECRET,
        },
    }


def _server(app: ASGIApp, context: object) -> Server:
    config = uvicorn.Config(
        app,
        http=Connection,
        ws="none",
        lifespan="off",
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=2,
        ssl_certfile="",
    )
    config.load()
    config.ssl = context  # type: ignore[assignment]
    return Server(config)


def _bound(port: int) -> socket.socket:
    # named TCP, or asyncio does not turn Nagle off, and each answer waits 40 ms
    own = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    own.bind(("127.0.0.1", port))
    return own


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="peers.fabric")
    parser.add_argument("--port", type=int, default=0, help="of Fabric; OneLake's is the next one")
    parser.add_argument("--data", type=Path, required=True, help="where it keeps what it holds")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    return parser.parse_args()


if __name__ == "__main__":
    main()
