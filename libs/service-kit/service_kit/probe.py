"""``python -m service_kit.probe PORT PATH``: whether a service of this machine answers with 200.

The health check of a container that has neither curl nor wget. Prints the answer.
"""

import sys
from http.client import HTTPConnection, HTTPException

SECONDS = 4.0
SHOWN_BYTES = 2000


def main(port: str, path: str) -> int:
    """The exit status; never by way of a proxy."""
    connection = HTTPConnection("127.0.0.1", int(port), timeout=SECONDS)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        said = answer.read(SHOWN_BYTES).decode("utf-8", "replace")
    except (OSError, HTTPException) as error:
        print(f"{path}: {type(error).__name__}: {error}")
        return 1
    finally:
        connection.close()
    print(f"{path}: {answer.status} {said}")
    return int(answer.status != 200)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
