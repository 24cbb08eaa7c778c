"""``python -m graph_query_api.graphs.ladybug.worker FILE``: answers queries on one graph file.

A caller's query can crash the engine, ignore its time-out, or try to reach files. So it
runs here: read-only, without a free file descriptor, with bounded memory, in a process
that the parent kills when it does not answer in time. Requests and answers are frames on
standard input and output; the end of input ends the process.
"""

# What conversions need is imported now: no file can be opened once the limits are set.
import datetime as dt
import decimal
import json
import os
import sys
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import ladybug

from graph_query_api.graphs.catalog import GraphCatalog, catalog_path
from graph_query_api.graphs.ids import vertex_id
from graph_query_api.graphs.ladybug import sandbox, topology
from graph_query_api.graphs.ladybug.frames import DATA, DATA_BYTES, END, ERROR, frame, read_frame
from graph_query_api.graphs.ladybug.names import KEY, NUMBER, quoted
from graph_query_api.graphs.ladybug.values import InternalId, Values, column_type, unique_names
from graph_query_api.graphs.topology import compact
from service_kit.process import die_with_parent

BUFFER_POOL_BYTES = 256 << 20
MAX_DATABASE_BYTES = 16 << 30
ROWS_A_BATCH = 500
OPEN_ATTEMPTS = 10

PRELOADED = (dt, decimal, uuid)

_HIDDEN_COLUMNS = (f".{KEY}", f".{NUMBER}")


class TooSlow(Exception):
    pass


class TooLarge(Exception):
    pass


class NotRunnable(Exception):
    pass


class GraphFile:
    """The one open graph, and everything that is ever asked of it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._catalog = GraphCatalog.load(catalog_path(path))
        self._database = ladybug.Database(
            str(path),
            read_only=True,
            buffer_pool_size=BUFFER_POOL_BYTES,
            max_db_size=MAX_DATABASE_BYTES,
        )
        self._connection = ladybug.Connection(self._database, num_threads=1)
        self._deadline = time.monotonic()
        self._warm_up()

    def _warm_up(self) -> None:
        for attempt in range(OPEN_ATTEMPTS):
            try:
                self._connection.execute("RETURN $warm", {"warm": "up"}).get_next()  # type: ignore[union-attr]
            except RuntimeError as error:
                if "recovery is pending" not in str(error) or attempt == OPEN_ATTEMPTS - 1:
                    raise
                time.sleep(0.02 * (attempt + 1))
            else:
                return

    def answer(self, request: Mapping[str, Any]) -> Iterator[str]:
        """The answer's JSON text in pieces."""
        self._deadline = time.monotonic() + request["timeout"]
        if request["kind"] == "topology":
            return topology.pieces(
                self._catalog, self._own_rows, request["labels"], request["limit"]
            )
        return self._query(request["query"], request["parameters"], request["max_rows"])

    def _query(self, text: str, parameters: Mapping[str, Any], max_rows: int) -> Iterator[str]:
        result = self._execute(text, parameters)
        types = result.get_column_data_types()
        names = result.get_column_names()
        shown = [i for i, name in enumerate(names) if not name.endswith(_HIDDEN_COLUMNS)]
        keys = unique_names(names[i] for i in shown)
        columns = [
            {"name": key, "type": column_type(types[i])} for key, i in zip(keys, shown, strict=True)
        ]
        yield f'{{"columns":{compact(columns)},"data":['
        values = Values(self._catalog, self._lookup, types)
        rows = ([row[i] for i in shown] for row in self._fetched(result))
        separator = ""
        while batch := list(islice(rows, min(ROWS_A_BATCH, max_rows))):
            max_rows -= len(batch)
            for row in values.rows(batch):
                yield separator + compact(dict(zip(keys, row, strict=True)))
                separator = ","
        truncated = compact(next(rows, None) is not None)
        yield f'],"truncated":{truncated},"language":"cypher"}}'

    def _own_rows(
        self, statement: str, parameters: Mapping[str, Any] | None = None, /
    ) -> Iterator[list[Any]]:
        return self._fetched(self._execute(statement, parameters or {}))

    def _execute(self, text: str, parameters: Mapping[str, Any]) -> ladybug.QueryResult:
        # set before each query, since a query can take the limit away for the next one
        self._connection.set_query_timeout(max(1, int(self._remaining() * 1000)))
        result = self._connection.execute(text, dict(parameters))
        if isinstance(result, list):
            raise NotRunnable("Send one statement at a time.")
        return result

    def _fetched(self, result: ladybug.QueryResult) -> Iterator[list[Any]]:
        try:
            while result.has_next():
                self._remaining()
                yield result.get_next()  # type: ignore[misc]
        finally:
            result.close()

    def _remaining(self) -> float:
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise TooSlow
        return remaining

    def _lookup(self, wanted: set[InternalId]) -> dict[InternalId, str]:
        found: dict[InternalId, str] = {}
        tables = dict(self._own_rows("CALL show_tables() RETURN id, name"))
        for table in {each[0] for each in wanted}:
            kind = self._catalog.by_table[tables[table]]
            offsets = {offset for its_table, offset in wanted if its_table == table}
            for offset, key in self._keys(kind.table, offsets):
                found[table, offset] = vertex_id(kind.label, key)
        return found

    def _keys(self, table: str, offsets: set[int]) -> Iterator[tuple[int, str]]:
        """By a range, as the engine compares each vertex with each member of a list."""
        rows = self._own_rows(
            f"MATCH (n:{quoted(table)}) WHERE offset(id(n)) >= $first AND offset(id(n)) <= $last "
            f"RETURN offset(id(n)), n.{quoted(KEY)}",
            {"first": min(offsets), "last": max(offsets)},
        )
        return ((offset, key) for offset, key in rows if offset in offsets)


def serve(requests: BinaryIO, answers: BinaryIO, graph: GraphFile) -> None:
    while message := read_frame(requests):
        request = json.loads(message[1])
        try:
            blocks = _blocks(graph.answer(request), request["max_bytes"])
            answers.writelines(frame(DATA, block) for block in blocks)
            last = frame(END)
        except Exception as error:  # noqa: BLE001 - whatever the engine raises is the answer
            last = frame(ERROR, compact(_described(error)).encode())
        answers.write(last)
        answers.flush()


def _blocks(pieces: Iterator[str], max_bytes: int) -> Iterator[bytes]:
    waiting: list[bytes] = []
    size = total = 0
    for piece in pieces:
        waiting.append(piece.encode())
        size += len(waiting[-1])
        if size >= DATA_BYTES:
            yield b"".join(waiting)
            total += size
            waiting, size = [], 0
        if total + size > max_bytes:
            raise TooLarge
    yield b"".join(waiting)


def _described(error: Exception) -> dict[str, str]:
    text = str(error)
    if isinstance(error, TooSlow) or "Interrupted" in text:
        return {"kind": "slow", "detail": ""}
    if isinstance(error, TooLarge):
        return {"kind": "large", "detail": ""}
    if isinstance(error, MemoryError) or "bad_alloc" in text or "buffer pool is full" in text:
        return {"kind": "memory", "detail": ""}
    if isinstance(error, RuntimeError | NotRunnable):
        return {"kind": "refused", "detail": text}
    return {
        "kind": "refused",
        "detail": f"The engine can't give this result ({type(error).__name__}).",
    }


def _own_output() -> BinaryIO:
    """Standard output for our frames alone: what the engine may print goes nowhere."""
    output = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    return output


def main(arguments: Sequence[str]) -> None:
    die_with_parent()
    path, memory = Path(arguments[0]), int(arguments[1])
    answers = _own_output()
    try:
        graph = GraphFile(path)
        sandbox.enter(memory)
    except (OSError, RuntimeError, ValueError) as error:
        answers.write(frame(ERROR, compact({"kind": "failed", "detail": str(error)}).encode()))
        return
    answers.write(frame(END))
    serve(sys.stdin.buffer, answers, graph)


if __name__ == "__main__":
    main(sys.argv[1:])
