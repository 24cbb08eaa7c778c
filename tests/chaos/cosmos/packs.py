"""Small packs, each unlike the others, and what a load of one must give."""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from support.packs import Files, base_pack, csv_bytes, random_pack, tarballs

TABLE = "LinkTelemetry"
MOST_ROWS = 350
MOST_RUNBOOKS = 6


@dataclass(frozen=True)
class Content:
    """Of a scenario, as it was packed or as somebody found it. Texts are by name."""

    vertices: Mapping[str, int]
    edges: Mapping[str, int]
    rows: int
    runbooks: Mapping[str, str]
    prompts: Mapping[str, str]

    @property
    def parts(self) -> dict[str, object]:
        return {
            "graph": (dict(self.vertices), dict(self.edges)),
            "telemetry": self.rows,
            "runbooks": dict(self.runbooks),
            "prompts": dict(self.prompts),
        }


@dataclass(frozen=True)
class Pack:
    content: Content
    tarballs: Mapping[str, Path]


def pack(seed: int, scenario: str, folder: Path) -> Pack:
    """Two in three have a random graph."""
    chosen = random.Random(seed)
    files, vertices, edges = _graph(chosen, seed, scenario)
    rows = chosen.randint(1, MOST_ROWS)
    files[f"data/telemetry/{TABLE}.csv"] = _telemetry(chosen, rows)
    files["data/prompts/noc.md"] = f"You look after what {seed} has loaded.\n".encode()
    runbooks = {
        f"step-{number}.md": f"# Step {number}\n\nOf load {seed}.\n"
        for number in range(chosen.randint(1, MOST_RUNBOOKS))
    }
    files.pop("data/knowledge/runbooks/restart.md")
    files.pop("data/knowledge/tickets/INC-1.txt")
    files |= {f"data/knowledge/runbooks/{name}": text.encode() for name, text in runbooks.items()}
    prompts = {"noc": files["data/prompts/noc.md"].decode()}
    content = Content(vertices, edges, rows, runbooks, prompts)
    return Pack(content, tarballs(folder, files))


def _graph(
    chosen: random.Random, seed: int, scenario: str
) -> tuple[Files, Mapping[str, int], Mapping[str, int]]:
    files = base_pack(scenario)
    if chosen.random() < 1 / 3:
        return files, {"Site": 2, "Link": 1}, {"ends_at": 2}
    odd, expected = random_pack(seed, scenario)
    odd.pop("scenario.yaml")
    rest = {name: each for name, each in files.items() if "/entities/" not in name}
    return rest | odd, _present(expected.vertices), _present(expected.edges)


def _telemetry(chosen: random.Random, rows: int) -> bytes:
    return csv_bytes(
        ["Timestamp", "LinkId", "Mbps"],
        [
            [f"2026-01-01T{n // 60:02}:{n % 60:02}:00Z", f"L{chosen.randint(1, 9)}", str(n)]
            for n in range(rows)
        ],
    )


def _present(counts: Counter[str]) -> dict[str, int]:
    return {label: count for label, count in counts.items() if count}
