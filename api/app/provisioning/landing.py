"""Files into the lakehouse, and tables out of them, each as soon as its file is there.

Loading replaces a table as a whole; a file or table that the journal has is left alone.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from app.errors import StepFailed
from app.provisioning.lakehouse import Lakehouse
from app.provisioning.model import EdgeTable, NodeTable
from app.provisioning.names import parquet_folder
from app.provisioning.phases import Phases
from app.provisioning.request import Preparation
from app.provisioning.run import Run
from app.provisioning.together import together

UPLOADS = 8
LOADS = 3
"""At once. Each upload holds one chunk in memory; each load is a job of the capacity's."""

LISTED_SECONDS = 120.0
FIRST_PAUSE = 0.25
MB = 1e6

Table = NodeTable | EdgeTable


async def listed_tables(run: Run, lakehouse: Lakehouse) -> set[str]:
    """With schemas, Fabric's own list is not served: there, tables are folders."""
    if not lakehouse.schema:
        return {each["name"] for each in await run.fabric.tables(run.workspace, lakehouse.id)}
    folder = f"Tables/{lakehouse.schema}"
    found = run.onelake.list(run.workspace, lakehouse.id, folder, recursive=False)
    return {path.name.removeprefix(f"{folder}/") async for path in found}


class Landing:
    def __init__(
        self, run: Run, lakehouse: Lakehouse, preparation: Preparation, work: Path
    ) -> None:
        self._run = run
        self._lakehouse = lakehouse
        self._preparation = preparation
        self._work = work
        landed = run.journal.landed
        self._files = set(landed.files)
        self._tables = set(landed.tables)
        self._uploads = asyncio.Semaphore(UPLOADS)
        self._loads = asyncio.Semaphore(LOADS)
        self._halted = asyncio.Event()
        self._progress = _UploadProgress(run.phases, self._missing())

    async def all(self) -> None:
        """Raises StepFailed, for tables that never show too."""
        graph, phases = self._preparation.graph, self._run.phases
        tables = sorted(graph.tables, key=lambda table: -table.rows)
        phases.begin("upload")
        phases.begin("tables")
        self._progress.say()
        self._say_loaded()
        chains = [self._table(table) for table in tables]
        files = [self._file(path) for path in graph.files.values()]
        await together(*chains, *files, halted=self._halted)
        with phases.blaming("tables"):
            await self._wait_until_listed({table.table for table in tables})
            self._say_loaded()
        phases.finish("tables")

    async def _table(self, table: Table) -> None:
        if table.table in self._tables:
            return
        parquet = self._parquet(table)
        await self._upload(parquet, self._work / self._preparation.parquet[table.table])
        async with self._loads:
            if not self._halted.is_set():
                await self._load(table, parquet)

    async def _file(self, path: str) -> None:
        await self._upload(path, self._work / path)

    async def _upload(self, path: str, file: Path) -> None:
        if path in self._files:
            return
        async with self._uploads:
            if self._halted.is_set():
                return
            with self._run.phases.blaming("upload"):
                await self._run.onelake.upload(
                    self._run.workspace, self._lakehouse.id, path, file,
                    self._progress.add,
                )  # fmt: skip
        self._files.add(path)
        await self._run.journal.save(files=tuple(sorted(self._files)))
        self._progress.one_done()

    async def _load(self, table: Table, parquet: str) -> None:
        with self._run.phases.blaming("tables"):
            await self._run.fabric.load_table(
                self._run.workspace, self._lakehouse.id, table.table, parquet,
                schema=self._lakehouse.schema,
                on_wait=lambda words: self._say_loaded(f", {table.label} {words}"),
            )  # fmt: skip
        self._tables.add(table.table)
        await self._run.journal.save(tables=tuple(sorted(self._tables)))
        self._say_loaded()

    def _say_loaded(self, more: str = "") -> None:
        done, all_ = len(self._tables), len([*self._preparation.graph.tables])
        self._run.phases.tell("tables", f"{done} of {all_}{more}", done / max(1, all_))

    async def _wait_until_listed(self, tables: set[str]) -> None:
        """A table can be missing from lists for some seconds, and so for a graph's load."""
        pause, end = FIRST_PAUSE, time.monotonic() + self._run.at_most(LISTED_SECONDS)
        while missing := tables - await listed_tables(self._run, self._lakehouse):
            if time.monotonic() > end:
                names = ", ".join(sorted(missing)[:5])
                raise StepFailed(
                    f"Fabric loaded {len(missing)} tables, but still does not list them: {names}. "
                    "Look into the lakehouse, then retry."
                )
            self._run.phases.tell("tables", f"waiting until Fabric lists {len(missing)} more")
            await asyncio.sleep(pause)
            pause = min(pause * 2, 10.0)

    def _parquet(self, table: Table) -> str:
        """Beside the CSVs of the scenario."""
        return f"{parquet_folder(self._preparation.graph.scenario)}/{table.table}.parquet"

    def _missing(self) -> list[int]:
        """Sizes of the files that are still to be uploaded."""
        graph = self._preparation.graph
        sizes = {path: self._work / path for path in graph.files.values()}
        for table in graph.tables:
            if table.table not in self._tables:
                sizes[self._parquet(table)] = self._work / self._preparation.parquet[table.table]
        return [file.stat().st_size for path, file in sizes.items() if path not in self._files]


class _UploadProgress:
    def __init__(self, phases: Phases, sizes: list[int]) -> None:
        self._phases = phases
        self._bytes, self._all_bytes = 0, sum(sizes)
        self._files, self._all_files = 0, len(sizes)

    def add(self, stored: int) -> None:
        self._bytes += stored
        self.say()

    def one_done(self) -> None:
        self._files += 1
        self.say()

    def say(self) -> None:
        done = self._bytes / self._all_bytes if self._all_bytes else 1.0
        self._phases.tell(
            "upload",
            f"{self._bytes / MB:.1f} of {self._all_bytes / MB:.1f} MB, "
            f"{self._files} of {self._all_files} files",
            done,
        )
        if self._files == self._all_files:
            self._phases.finish("upload")
