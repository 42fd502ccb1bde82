"""What a run says beforehand that it will take, beside what it takes, on targets near and far with fast and slow jobs.

The simulator is a process of its own behind a line that delays what is sent to it. A machine with other work to do takes
longer than is promised: the required quarter can only be judged on a quiet one.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time

from measuring import QUICK
from window import PASSWORD, DelayingProxy, simulator

TARGETS = ((0.001, 0.0), (0.02, 0.2), (0.15, 1.0), (0.3, 0.5), (0.05, 3.0), (0.15, 0.0))
"""Seconds before an answer, and of a job: the last is farther away than its jobs take."""
PROMISE = re.compile(r"forecast.*: (?:about|at least) (\d+) requests and \d+ tickets, ([\d:]+) in all")
SENT = re.compile(r"(\d+) requests sent")
VERDICT = re.compile(r"^verdict: (\w+)", re.MULTILINE)


def seconds_of(clock: str) -> int:
    """Read minutes and seconds, or hours."""
    seconds = 0
    for part in clock.split(":"):
        seconds = seconds * 60 + int(part)
    return seconds


def compared(latency: float, job: float, *options: str) -> str:
    """Run the suites once, and say by which part the real duration differs from the promise. Raises ValueError."""
    with simulator(job) as target, tempfile.TemporaryDirectory() as folder:
        url = DelayingProxy(target, latency).url
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--zstack-url={url}"]
        command += ["--zstack-effort=smoke", "--zstack-seed=1", "--zstack-lang=en", *options]
        variables = {**os.environ, "ZSTACK_PASSWORD": PASSWORD, "PYTHONUNBUFFERED": "1"}
        said, began, text = "", 0.0, []
        with subprocess.Popen(command, cwd=folder, env=variables, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own command
            assert process.stdout is not None
            for line in process.stdout:
                text.append(line)
                if not began and PROMISE.search(line):
                    said, began = line, time.monotonic()
        took = time.monotonic() - began
    promise, sent = PROMISE.search(said), SENT.search("".join(text))
    if promise is None or sent is None:
        raise ValueError("no promise or no end: " + "".join(text)[-1500:])
    expected = seconds_of(promise[2])
    off = took / max(1, expected) - 1
    verdict = VERDICT.search("".join(text))
    return (
        f"promised {expected} s, took {took:.0f} s ({off:+.0%}); {promise[1]} requests, sent {sent[1]}; "
        f"{verdict[1] if verdict else 'no verdict'}"
    )


def main() -> None:
    """Print what was promised and what was true of each target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", default=QUICK, help="one near target, a part of the tests")
    parser.add_argument("--only", type=int, nargs="*", default=range(len(TARGETS)), help="numbers of targets, from 0")
    parser.add_argument("options", nargs="*", help="more options for pytest, after --")
    arguments = parser.parse_args()
    for number in (1,) if arguments.quick else arguments.only:
        latency, job = TARGETS[number]
        more = ("-k", "ZT-LIFECYCLE-00") if arguments.quick else ()
        line = compared(latency, job, *more, *arguments.options)
        print(f"answers after {latency * 1000:.0f} ms, jobs of {job:g} s: {line}", flush=True)


if __name__ == "__main__":
    main()
