"""Runs all that can go wrong with Fabric, a job each: `make chaos`."""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Empty, SimpleQueue

from chaos.plan import Plan, everywhere, plan, seeds
from chaos.trial import Outcome, run
from chaos.world import world


def main() -> int:
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__)
    parser.add_argument("--seed", type=int, action="append", help="only this run; repeatable")
    parser.add_argument("--everywhere", action="store_true", help="each variant in each place")
    parser.add_argument("--workers", type=int, default=4, help="worlds side by side (default: 4)")
    options = parser.parse_args()
    plans = [plan(seed) for seed in options.seed or seeds()]
    if options.everywhere:
        plans = [Plan(-number, (each,)) for number, each in enumerate(everywhere())]
    failed = []
    for outcome in outcomes(plans, min(options.workers, len(plans))):
        print(outcome, flush=True)
        if outcome.complaints:
            failed.append(str(outcome.plan.seed))
    print(f"{len(plans)} runs, {len(failed)} failed")
    if failed:
        print(f"Again: make chaos SEEDS='{' '.join(failed)}'")
    return 1 if failed else 0


def outcomes(plans: list[Plan], workers: int) -> Iterator[Outcome]:
    todo: SimpleQueue[Plan] = SimpleQueue()
    done: SimpleQueue[Outcome] = SimpleQueue()
    for each in plans:
        todo.put(each)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(workers) as pool:
        threads = [
            pool.submit(_work, Path(folder) / str(number), todo, done) for number in range(workers)
        ]
        for _ in plans:
            while True:
                try:
                    yield done.get(timeout=5)
                    break
                except Empty:
                    for thread in threads:
                        if thread.done():
                            thread.result()


def _work(folder: Path, todo: SimpleQueue[Plan], done: SimpleQueue[Outcome]) -> None:
    folder.mkdir(parents=True)
    with world(folder) as here:
        while True:
            try:
                wanted = todo.get_nowait()
            except Empty:
                return
            try:
                done.put(run(here, wanted))
            except Exception as error:  # noqa: BLE001 - a run that breaks is a failure too
                done.put(Outcome(wanted, "broken", 0.0, "", (f"{type(error).__name__}: {error}",)))


if __name__ == "__main__":
    sys.exit(main())
