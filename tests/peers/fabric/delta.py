"""Looking at Delta tables by the paths that definitions name."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import TableNotFoundError
from peers.fabric.tenant import Tenant

_HOSTS = r"([\w-]+-)?onelake\.(dfs\.fabric\.microsoft\.com|pbidedicated\.windows\.net)"
_ABFSS = re.compile(rf"abfss://([^@/]+)@{_HOSTS}/([^/]+)/(Tables/(?:\w+/)?\w+)")
_INSIDE = re.compile(r"Tables/(?:\w+/)?\w+")


@dataclass(frozen=True, slots=True)
class Schema:
    path: Path
    columns: Mapping[str, str]
    """Name to Delta's word for the type: string, long, decimal(10,2), struct, …"""
    partitions: Sequence[str]
    mapped: bool
    """Whether names of columns stand for others in the files."""


def locate(tenant: Tenant, path: str) -> Path | None:
    """Where a path such as abfss://workspace@onelake…/lakehouse/Tables/t lies, if it is one."""
    match = _ABFSS.fullmatch(path)
    return inside(tenant, match[1], match[4], match[5]) if match else None


def inside(tenant: Tenant, workspace: str, lakehouse: str, path: str) -> Path | None:
    item = tenant.items.get(lakehouse.lower())
    if item is None or item.type != "Lakehouse" or item.workspace_id != workspace.lower():
        return None
    if not _INSIDE.fullmatch(path):
        return None
    return tenant.onelake / item.workspace_id / item.id / path


def schema(path: Path) -> Schema | None:
    """None where there is no Delta table."""
    if not (path / "_delta_log").is_dir():
        return None
    try:
        table = DeltaTable(path)
    except TableNotFoundError:
        return None
    columns = {
        field.name: str(getattr(field.type, "type", ""))
        if _primitive(field.type)
        else _kind(field.type)
        for field in table.schema().fields
    }
    about = table.metadata()
    mode = about.configuration.get("delta.columnMapping.mode") or "none"
    return Schema(path, columns, about.partition_columns, mode != "none")


def read(path: Path, columns: Sequence[str]) -> pa.Table:
    return pa.table(
        DeltaTable(path).to_pyarrow_dataset().to_table(columns=list(dict.fromkeys(columns)))
    )


def _primitive(type_: object) -> bool:
    return type(type_).__name__ == "PrimitiveType"


def _kind(type_: object) -> str:
    return type(type_).__name__.removesuffix("Type").lower()
