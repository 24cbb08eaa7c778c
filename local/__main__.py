"""``python -m local``: see README."""

import asyncio
import sys

from local.console import Console
from local.errors import CannotRunError
from local.preflight import check_ports, owned
from local.settings import load_settings
from local.supervisor import run


def main() -> int:
    try:
        settings = load_settings()
        with owned(settings.data_dir):
            check_ports(settings.ports)
            asyncio.run(run(settings, Console(sys.stdout)))
    except CannotRunError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
