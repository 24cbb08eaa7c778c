"""What a load of telemetry holds, under the names of the pack and under those of the engine."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scenario_pack.telemetry import PreparedTable


@dataclass(frozen=True)
class Column:
    """``sql`` is its name in the engine, where two that differ only in case would clash."""

    name: str
    sql: str
    type: str


@dataclass(frozen=True)
class Table:
    """``partition_key`` is the column, as the engine calls it, that its rows are spread by."""

    name: str
    sql: str
    rows: int
    columns: tuple[Column, ...]
    partition_key: str | None = None

    @classmethod
    def of(cls, prepared: "PreparedTable", number: int) -> "Table":
        columns = tuple(
            Column(column.name, f"p{position}", column.type)
            for position, column in enumerate(prepared.columns)
        )
        return cls(prepared.name, f"t{number}", prepared.rows, columns, prepared.partition_key)

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> "Table":
        return cls(**{**kept, "columns": tuple(Column(**each) for each in kept["columns"])})

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        return {each.name: each for each in self.columns}

    @property
    def time(self) -> Column | None:
        """The first column of timestamps: what ``from``, ``to`` and ``bucket`` are about."""
        return next((each for each in self.columns if each.type == "timestamp"), None)


@dataclass(frozen=True)
class TelemetryCatalog:
    """Tables in the order of the manifest. Kept as JSON, beside the file or as a document."""

    tables: tuple[Table, ...]

    @cached_property
    def by_name(self) -> Mapping[str, Table]:
        return {each.name: each for each in self.tables}

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> "TelemetryCatalog":
        return cls(tuple(map(Table.from_dict, kept["tables"])))

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(self.as_dict(), ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> "TelemetryCatalog":
        return cls.from_dict(json.loads(path.read_text(encoding="utf-8")))


def catalog_path(telemetry: Path) -> Path:
    return telemetry.with_suffix(".json")
