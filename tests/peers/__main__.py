"""``python -m peers``: the servers that stand for Cosmos DB, until Ctrl-C.

Prints the settings with which the product uses them, a line each.
"""

import signal
import sys
from pathlib import Path

from peers.cosmos.running import running_cosmos
from peers.gremlin.server.running import running_gremlin_server
from peers.installed import NotInstalled

from support.cosmos_settings import cosmos_settings


def main() -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with running_cosmos() as documents, running_gremlin_server(for_measurements=True) as graphs:
        settings = cosmos_settings(documents, graphs)
        lines = "".join(f"{name}={value}\n" for name, value in settings.items())
        Path(sys.argv[1]).write_text(lines)
        print(lines, flush=True)
        signal.pause()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("Stopped; what they held is gone.")
    except NotInstalled as error:
        sys.exit(str(error))
