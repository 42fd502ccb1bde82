"""A fleet on two Dask workers beside the sum of single runs: `python benchmarks/fleet_targets.py --targets 24`.

Half of the targets are healthy readings of the simulator and of the independent cloud, half have a fault; answers take 1 to
300 ms. Each target is examined by a single run, one after the other, and then all by a fleet. The verdicts must be the same.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from measuring import QUICK
from window import DelayingProxy

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # the independent cloud is a part of the tests

from tests.fleet import clouds  # noqa: E402 - it is found only now
from tests.independent_cloud.endpoint import start  # noqa: E402 - likewise
from tests.independent_cloud.kinds import KINDS  # noqa: E402 - likewise

LATENCIES = (0.001, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3)
SELECT = "ZT-ANSWER or ZT-BODY-00 or ZT-STORE-00 or ZT-LIFECYCLE-00"
OTHER_SECRET = "FLEET_OTHER_SECRET"  # noqa: S105 - the name of a variable
HEALTHY = ("", "?choice=measured", "@3.0", "@3.6", "@4.5", "@after-5.3")
READINGS = ("real", "band45", "direct-inventory", "documented-jobs", "trims", "proxy")
FAULTY = (
    "accept-missing:name", "accept-too-long:name", "lose-ticket", "accept-null:name", "mojibake", "error:500",
    "error:200", "validation-only-creates",
)  # fmt: skip
FLAWS = ("store-name-cut", "name-cut", "duplicate-uuid-silent", "success-other-description")


@dataclass(frozen=True)
class Target:
    """One cloud: its name, address, profile, the variable of its password, and how to end it."""

    name: str
    url: str
    profile: str
    secret: str
    stop: Callable[[], object]


def simulator(name: str, options: str, latency: float) -> Target:
    """Serve a simulator behind a line that takes its time."""
    cloud = clouds.Cloud(name, options)
    return Target(name, DelayingProxy(cloud.url, latency).url, "deployed", clouds.SECRET, cloud.stop)


def reading(name: str, variant: str, flaw: str, latency: float) -> Target:
    """Serve the independent cloud behind such a line."""
    cloud = start(variant, flaw)
    return Target(name, DelayingProxy(cloud.url, latency).url, KINDS[variant].profile, OTHER_SECRET, cloud.shutdown)


def targets_of(count: int, first: int = 0) -> list[Target]:
    """Start clouds: a healthy one and one with a fault in turn, of either kind."""
    made = []
    for place in range(first, first + count):
        latency, turn = LATENCIES[place % len(LATENCIES)], place // 4
        healthy, own = place % 2 == 0, place % 4 < 2
        if own:
            release = HEALTHY[turn % len(HEALTHY)] if healthy else f"?fault={FAULTY[turn % len(FAULTY)]}"
            options = f":deployed{release}" if release.startswith("@") else release
            made.append(simulator(f"target-{place + 1}", options, latency))
        else:
            variant = READINGS[turn % len(READINGS)] if healthy else "real"
            made.append(reading(f"target-{place + 1}", variant, "" if healthy else FLAWS[turn % len(FLAWS)], latency))
    return made


def single(target: Target, select: str, folder: Path) -> str:
    """Examine one target by a run of its own; its verdict."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--zstack-url={target.url}"]
    command += ["--zstack-effort=smoke", "--zstack-seed=3", f"--zstack-profile={target.profile}", "-k", select]
    variables = {**os.environ, "ZSTACK_PASSWORD": os.environ[target.secret]}
    report = folder / target.name
    subprocess.run(  # noqa: S603 - our own command
        [*command, f"--zstack-report={report}"], cwd=folder, env=variables, check=False, stdout=subprocess.DEVNULL
    )
    return json.loads((report / "report.json").read_text("utf-8"))["verdict"]


def fleet(targets: list[Target], select: str, folder: Path, *, name: str, before: str = "") -> dict[str, str]:
    """Examine all targets by a fleet on two workers of this machine; their verdicts.

    `before` is the name of an earlier fleet, which tells how long each target takes.
    """
    lines = ["[fleet]", "at-once = 2", f"locks = {json.dumps(str(folder / 'locks'))}"]
    lines += [f"baseline = {json.dumps(str(folder / before))}"] if before else []
    lines += ["[defaults]"]
    lines += [f"select = {json.dumps(select)}", 'options = { effort = "smoke", seed = 3 }']
    for one in targets:
        lines += ["[[target]]", f"name = {json.dumps(one.name)}", f"url = {json.dumps(one.url)}"]
        lines += [f"profile = {json.dumps(one.profile)}", f'secrets = {{ password = {{ env = "{one.secret}" }} }}']
    file, out = folder / f"{name}.toml", folder / name
    file.write_text("\n".join(lines) + "\n", "utf-8")
    command = [sys.executable, "-m", "pytest_zstack_ticket.cli", "fleet", str(file), "--report", str(out)]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
    found = json.loads((out / "fleet.json").read_text("utf-8"))
    return {one["name"]: one["verdict"] for one in found["targets"]}


def main() -> None:
    """Print both times and what differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--targets", type=int, default=2 if QUICK else 24)
    parser.add_argument("--first", type=int, default=0, help="leave so many of the targets out, for a run in parts")
    parser.add_argument("-k", dest="select", default="ZT-ANSWER-001" if QUICK else SELECT)
    arguments = parser.parse_args()
    os.environ |= {clouds.SECRET: clouds.PASSWORD, OTHER_SECRET: "password"}
    with ExitStack() as stack, tempfile.TemporaryDirectory() as name:
        targets = targets_of(arguments.targets, arguments.first)
        for one in targets:
            stack.callback(one.stop)
        began = time.monotonic()
        alone = {one.name: single(one, arguments.select, Path(name)) for one in targets}
        singly = time.monotonic() - began
        words = ", ".join(f"{word} {list(alone.values()).count(word)}" for word in sorted(set(alone.values())))
        print(f"{len(targets)} targets: single runs {singly:.0f} s; {words}", flush=True)
        differing = 0
        for kind, before in (("first", ""), ("again", "first")):
            began = time.monotonic()
            together = fleet(targets, arguments.select, Path(name), name=kind, before=before)
            took = time.monotonic() - began
            differ = {one: (alone[one], together.get(one)) for one in alone if alone[one] != together.get(one)}
            differing += len(differ)
            print(
                f"fleet of two workers, {kind}{' with that as its baseline' if before else ''}: {took:.0f} s, "
                f"{took / singly:.2f} x; {len(differ)} other verdicts {differ or ''}",
                flush=True,
            )
    sys.exit(bool(differing))


if __name__ == "__main__":
    main()
