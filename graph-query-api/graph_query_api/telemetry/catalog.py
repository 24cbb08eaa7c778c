"""What a telemetry file holds, under the names of the pack and under those of the engine."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True)
class Column:
    """``sql`` is its name in the engine, where two that differ only in case would clash."""

    name: str
    sql: str
    type: str


@dataclass(frozen=True)
class Table:
    name: str
    sql: str
    rows: int
    columns: tuple[Column, ...]

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        return {each.name: each for each in self.columns}

    @property
    def time(self) -> Column | None:
        """The first column of timestamps: what ``from``, ``to`` and ``bucket`` are about."""
        return next((each for each in self.columns if each.type == "timestamp"), None)


@dataclass(frozen=True)
class TelemetryCatalog:
    """Kept as JSON beside the telemetry file; tables in the order of the manifest."""

    tables: tuple[Table, ...]

    @cached_property
    def by_name(self) -> Mapping[str, Table]:
        return {each.name: each for each in self.tables}

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> "TelemetryCatalog":
        kept = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            tuple(
                Table(
                    each["name"],
                    each["sql"],
                    each["rows"],
                    tuple(Column(**column) for column in each["columns"]),
                )
                for each in kept["tables"]
            )
        )


def catalog_path(telemetry: Path) -> Path:
    return telemetry.with_suffix(".json")
