"""Breakages of rules that lie in a Delta table, not in the definition that names it."""

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake


def _changed(table: Path, change: Callable[[pa.Table], pa.Table], **more: Any) -> None:
    found = change(pa.table(DeltaTable(table).to_pyarrow_dataset().to_table()))
    shutil.rmtree(table)
    write_deltalake(table, found, **more)


def _partitioned(table: Path) -> None:
    _changed(table, lambda rows: rows, partition_by=["DuctId"])


def _with_lists(table: Path) -> None:
    def lists(rows: pa.Table) -> pa.Table:
        at = rows.column_names.index("Street")
        return rows.set_column(at, "Street", pa.array([["x"]] * len(rows)))

    _changed(table, lists)


def _with_a_long_text(table: Path) -> None:
    def long(rows: pa.Table) -> pa.Table:
        at = rows.column_names.index("Street")
        return rows.set_column(at, "Street", pa.array(["ü" * 33_000] * len(rows)))

    _changed(table, long)


def _mapped(table: Path) -> None:
    """By hand, since none of the tools here writes it."""
    log = next((table / "_delta_log").glob("*.json"))
    actions = [json.loads(line) for line in log.read_text().splitlines()]
    for action in actions:
        if "protocol" in action:
            action["protocol"] = {"minReaderVersion": 2, "minWriterVersion": 5}
        if about := action.get("metaData"):
            about["configuration"] = {"delta.columnMapping.mode": "name"}
            schema = json.loads(about["schemaString"])
            for number, each in enumerate(schema["fields"], 1):
                each["metadata"] = {
                    "delta.columnMapping.id": number,
                    "delta.columnMapping.physicalName": each["name"],
                }
            about["schemaString"] = json.dumps(schema)
    log.write_text("\n".join(json.dumps(action) for action in actions))


IN_DELTA: Mapping[str, tuple[str, Callable[[Path], None]]] = {
    "4.3.2-column-mapping": ("graphModels", _mapped),
    "6.5.3-column-mapping": ("ontologies", _mapped),
    "7.3.5-partition-key": ("graphModels", _partitioned),
    "7.3.5-delta-type": ("graphModels", _with_lists),
    "7.3.5-string-length": ("graphModels", _with_a_long_text),
}
"""By rule, whose definition then breaks it, and how the table Duct of the sample comes to that."""
