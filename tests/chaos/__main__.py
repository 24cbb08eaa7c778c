"""Loads where all goes wrong that can, a job each: `make chaos`."""

import argparse
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

from chaos.cosmos.suite import COSMOS
from chaos.fabric.suite import FABRIC
from chaos.suite import Outcome, Suite

SUITES: dict[str, Suite[Any, Any]] = {each.name: each for each in (FABRIC, COSMOS)}


def main() -> int:
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__)
    parser.add_argument("what", nargs="?", choices=SUITES, help="default: all")
    parser.add_argument("--seed", type=int, action="append", help="only this run; repeatable")
    parser.add_argument("--everywhere", action="store_true", help="each variant in each place")
    parser.add_argument("--workers", type=int, help="worlds side by side")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="of the services' logs")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the services end with it
    failed = [
        _failed(suite, options) for name, suite in SUITES.items() if options.what in {None, name}
    ]
    return 1 if any(failed) else 0


def _failed(suite: Suite[Any, Any], options: argparse.Namespace) -> bool:
    plans = [suite.plan(seed) for seed in options.seed or suite.seeds()]
    if options.everywhere:
        plans = suite.everywhere()
    workers = min(options.workers or suite.side_by_side, len(plans))
    failed, left = [], 0
    with tempfile.TemporaryDirectory() as folder:
        for outcome in suite.outcomes(plans, options.keep or Path(folder), workers):
            print(outcome, flush=True)
            if isinstance(outcome, Outcome):
                failed += [str(outcome.plan.seed)] if outcome.complaints else []
            else:
                left += 1
    print(f"{suite.name}: {len(plans)} runs, {len(failed)} failed, {left} things left over")
    if failed:
        print(f"Again: make chaos WHAT={suite.name} SEEDS='{' '.join(failed)}'")
    return bool(failed or left)


if __name__ == "__main__":
    sys.exit(main())
