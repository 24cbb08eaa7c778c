"""`python -m peers.gremlin.fake [--port N] [--set NAME=JSON …]`: the fake as a process.

When it is ready it prints one line of JSON. It ends with its standard input.
"""

import argparse
import asyncio
import json
import sys
from typing import Any

from peers.gremlin.fake.server import Fake, serving


def _knob(text: str) -> tuple[str, Any]:
    name, _, value = text.partition("=")
    return name, json.loads(value)


async def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--set", type=_knob, action="append", default=[], metavar="NAME=JSON")
    asked = parser.parse_args()
    fake = Fake(**dict(asked.set))
    async with serving(fake, asked.port) as endpoint:
        control = endpoint.replace("ws://", "http://") + "control"
        print(json.dumps({"endpoint": endpoint, "control": control}), flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_main())
