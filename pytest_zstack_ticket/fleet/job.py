"""What passes between a fleet and its workers: a job, which holds no secret, and its outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pytest_zstack_ticket.fleet.plan import Limits, Plan, SecretSource, run_options

Kind: TypeAlias = Literal["report", "cut", "no-target", "killed", "locked", "error"]
"""How an attempt ended. A run that was `cut` short has a report, which decides less than was asked for."""
WITH_REPORT = frozenset({"report", "cut"})
NOTHING_RUN = frozenset({4, 5})
"""Exit statuses of a run whose options cannot be used, or that no test was selected for."""
NO_TARGET = 11
INTERRUPTED = 2
SIGNALLED = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Message to a worker: examine one target. `secrets` say where to find them; `lock` is empty if none is needed."""

    fleet: str
    target: str
    url: str
    folder: str
    lock: str
    lock_wait: float
    options: Mapping[str, Any] = field(default_factory=dict)
    select: str = ""
    secrets: Mapping[str, SecretSource] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Write as plain JSON."""
        return asdict(self)


def stop_mark(work: Path) -> Path:
    """Return the file that tells workers to end their runs; `work` is the folder that they share."""
    return work / ".stop"


def is_stopped(work: Path) -> bool:
    """Return True if a fleet was told to stop."""
    return stop_mark(work).exists()


def job_of(plan: Plan, target: str, *, fleet: str, work: str, locks: str) -> Job:
    """Make the job of a target."""
    one = plan.target(target)
    limits: Limits = plan.limits
    return Job(
        fleet=fleet,
        target=target,
        url=one.url,
        folder=f"{work}/{target}",
        lock=f"{locks}/{one.lock_name}.lock" if one.lock_name else "",
        lock_wait=limits.lock_wait,
        options=run_options(one, limits),
        select=one.select,
        secrets=one.secrets,
    )


def pytest_arguments(job: Job, report: str) -> list[str]:
    """Return the arguments of pytest for a job; none of them is a secret."""
    arguments = [f"--zstack-url={job.url}", f"--zstack-report={report}", "-q", "-p", "no:cacheprovider"]
    for name, value in job.options.items():
        if value is True:
            arguments.append(f"--zstack-{name}")
        elif value is not False:
            arguments.append(f"--zstack-{name}={value}")
    return [*arguments, *(("-k", job.select) if job.select else ())]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an attempt led to. `bundle` is the zip of a finished run; `text` says why there is none.

    `left` counts ledgers with tickets that a sweep could not delete, `unswept` those that could not be swept at all.
    """

    target: str
    kind: Kind
    status: int = 0
    text: str = ""
    bundle: bytes = b""
    left: int = 0
    unswept: int = 0
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Write as a plain dictionary."""
        return asdict(self)


def kind_of(status: int, *, report: bool, cut: bool = False) -> Kind:
    """Classify the end of a run; `report` says whether it wrote one, `cut` whether that says it was cut short."""
    if status >= SIGNALLED or status == INTERRUPTED:
        return "killed"
    if status == NO_TARGET:
        return "no-target"
    if not report or status in NOTHING_RUN:
        return "error"
    return "cut" if cut else "report"
