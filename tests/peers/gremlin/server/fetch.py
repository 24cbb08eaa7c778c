"""Fetches the jars of the Gremlin Server into the cache of this checkout: `make` calls it.

Where that is not possible it says why and leaves it: the tests that need the server say so then.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from peers.gremlin.server.java import NoJava, java

_POM = Path(__file__).with_name("pom.xml")
_SECONDS = 600


def fetched(jars: Path) -> str | None:
    """Why it could not be done."""
    maven = shutil.which("mvn")
    if maven is None:
        return "there is no Maven (mvn) on the PATH"
    try:
        home = java().parent.parent
    except NoJava as error:
        return str(error)
    into = jars.with_name(f"{jars.name}-{os.getpid()}")
    goal = "dependency:copy-dependencies"
    command = [
        maven,
        "-q",
        "-B",
        "-f",
        str(_POM),
        goal,
        f"-DoutputDirectory={into}",
    ]
    try:
        done = subprocess.run(
            [*command, "-DincludeScope=runtime"],
            env={**os.environ, "JAVA_HOME": str(home)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except (subprocess.SubprocessError, OSError) as error:
        return f"Maven could not fetch it: {error}"
    if done.returncode:
        shutil.rmtree(into, ignore_errors=True)
        return f"Maven could not fetch it:\n{done.stdout}"
    shutil.rmtree(jars, ignore_errors=True)
    into.rename(jars)
    return None


if __name__ == "__main__":
    why = fetched(Path(sys.argv[1]).absolute())
    if why is not None:
        print(f"The tests before the real Gremlin Server will be skipped: {why}")
