"""Dockerfiles as far as ours goes: stages, each a list of steps."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Step:
    """``RUN --mount=a pip install b``: instruction, flags by name, and the rest as written."""

    instruction: str
    flags: dict[str, list[str]]
    rest: str

    def flag(self, name: str) -> str | None:
        return next(iter(self.flags.get(name, [])), None)

    @property
    def words(self) -> list[str]:
        """The rest as a list, whether it is written as JSON or not."""
        found: list[str] = json.loads(self.rest) if self.rest[:1] == "[" else shlex.split(self.rest)
        return found


@dataclass(frozen=True)
class Stage:
    name: str
    base: str
    steps: list[Step] = field(default_factory=list)


def stages(text: str) -> dict[str, Stage]:
    """By name, in the order of the file; each must have one."""
    found: dict[str, Stage] = {}
    defaults: dict[str, str] = {}
    for line in _lines(text):
        instruction, _, rest = line.partition(" ")
        if instruction == "ARG" and not found:
            name, _, value = rest.partition("=")
            defaults[name] = value
        elif instruction == "FROM":
            base, word, name = rest.split()
            assert word == "AS"
            base = re.sub(r"\$\{(\w+)\}", lambda match: defaults[match[1]], base)
            found[name] = Stage(name, base)
        else:
            [*_, stage] = found.values()
            stage.steps.append(_step(instruction, rest))
    return found


def _lines(text: str) -> Iterator[str]:
    """Without comments and empty lines; continued lines are one."""
    kept = [line for line in text.splitlines() if line.strip() and line.lstrip()[0] != "#"]
    for line in re.sub(r"\\\n\s*", "", "\n".join(kept)).splitlines():
        yield line.strip()


def _step(instruction: str, rest: str) -> Step:
    flags: dict[str, list[str]] = {}
    while match := re.match(r"--([\w-]+)=(\S+)\s+", rest):
        flags.setdefault(match[1], []).append(match[2])
        rest = rest[match.end() :]
    return Step(instruction, flags, rest)
