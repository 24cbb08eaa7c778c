"""The environment that the tests were started in, and what they make of it."""

import os
from pathlib import Path

ENVIRONMENT = dict(os.environ)
"""As it was. For what asks the world for something, as the building of images does."""


def forget_certificates() -> None:
    """Each client of httpx would read all certificates of the machine, for 27 ms; what speaks TLS
    in tests is given its certificate."""
    os.environ.pop("SSL_CERT_FILE", None)
    os.environ["SSL_CERT_DIR"] = str(Path(__file__).parent / "no-certificates")
