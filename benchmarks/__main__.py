"""Runs the benchmarks and prints one table."""

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks import (
    console,
    fabric,
    graph_load,
    gremlin_load,
    job_list,
    sample_job,
    telemetry_load,
    upload,
)
from benchmarks.measure import Result

BENCHMARKS: dict[str, Callable[[Path, int], list[Result]]] = {
    "upload": upload.measure,
    "graph-load": graph_load.measure,
    "gremlin-load": gremlin_load.measure,
    "telemetry-load": telemetry_load.measure,
    "job-list": job_list.measure,
    "sample-job": sample_job.measure,
    "console": console.measure,
    "fabric": fabric.measure,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--repeats", type=int, default=5, help="runs a figure (default: 5)")
    parser.add_argument("--folder", type=Path, help="where to work (default: a temporary folder)")
    options = parser.parse_args()
    if unknown := set(options.names) - BENCHMARKS.keys():
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}")
    print(f"{'what':58} {'ours':>10} {'reference':>10} {'ratio':>7} {'at most':>8}")
    results: list[Result] = []
    for name in options.names or BENCHMARKS:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            for result in BENCHMARKS[name](Path(folder), options.repeats):
                print(result.row(), flush=True)
                results.append(result)
    missed = [result for result in results if not result.met]
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
