"""Examine a healthy cloud behind real front ends: `python -m tests.front_ends.real.judge --program nginx`.

The simulated ones of `tests/front_ends/front_end.py` do what we know of front ends; these do what their makers made.
"""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pytest_zstack_ticket.simulator.server.server import SimulatorServer
from tests.front_ends.examination import Ended, examined, told
from tests.front_ends.real.configuration import Configuration, configurations
from tests.front_ends.real.starting import NotStartedError, end_all, standing_before

CLOUD = "embedded?latency=0.02"
"""Jobs last longer than the way through a front end, or none would be polled while it runs (ZT-JOB-006)."""
QUICK = ("nginx-plain", "haproxy-plain", "apache-plain", "lighttpd-plain", "caddy-plain")
"""Cheap ones: --quick examines behind the first that is installed."""
QUICKLY = "ZT-JOB"


def examine(one: Configuration, arguments: tuple[str, ...] = (), keep: Path | None = None) -> Ended:
    """Run the suites against a healthy cloud behind one front end."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        node = stack.enter_context(SimulatorServer(CLOUD))
        if keep is not None:
            keep = keep / one.name
            keep.mkdir(parents=True, exist_ok=True)
        try:
            url = stack.enter_context(standing_before(one, node.url, folder))
        except NotStartedError as error:
            return Ended(kind=one.name, status=None, shown=f"it did not start: {error}")
        return examined(
            url,
            one.name,
            folder,
            hides=one.hides,
            usable=one.usable,
            breaks=one.breaks,
            arguments=arguments,
            keep=keep,
        )


def main() -> int:
    """Examine behind every front end that is installed; return 1 if any was judged wrongly."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", action="append", default=[], type=Path, help="configurations of your own")
    parser.add_argument("--program", action="append", help="only this one, as nginx")
    parser.add_argument("--name", action="append", help="only this configuration, as nginx-plain")
    parser.add_argument("--effort", default="smoke")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", default="", help="a -k expression")
    parser.add_argument("--keep", type=Path, help="a folder for the reports")
    parser.add_argument("--quick", action="store_true", help="one cheap configuration that is installed, if any")
    parser.add_argument("--list", action="store_true", help="say what each does, and run none")
    given = parser.parse_args()
    chosen = [
        one
        for one in configurations(given.file)
        if (not given.program or one.program in given.program) and (not given.name or one.name in given.name)
    ]
    if given.list:
        for one in chosen:
            print(f"{one.name}: {one.does}")
        return 0
    here = [one for one in chosen if not one.missing]
    if given.quick:
        here = sorted((one for one in here if one.name in QUICK), key=lambda one: QUICK.index(one.name))[:1]
        if not here:
            print("no front end is installed: apt-get install nginx")
            return 0
    only = QUICKLY if given.quick and not given.only else given.only
    arguments = (f"--zstack-effort={given.effort}", f"--zstack-seed={given.seed}", *(("-k", only) if only else ()))
    with ThreadPoolExecutor(max_workers=given.jobs) as pool:
        wrong = told(pool.map(lambda one: examine(one, arguments, given.keep), here))
    skipped = [one for one in chosen if one.missing] if not given.quick else []
    for package, missing in sorted({(one.package, one.missing[0]) for one in skipped}):
        print(f"{missing} is not installed: apt-get install {package}")
    print(f"{len(here)} real front ends: {wrong} judged wrongly, {len(skipped)} skipped")
    return 1 if wrong or not here else 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, end_all)
    sys.exit(main())
