"""What a worker does for one target: lock it, sweep what an earlier attempt left, run pytest, sweep again if that died.

It may be repeated at any moment after any death: what an earlier attempt finished is taken as it is.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.artifacts.report_reader import load_report
from pytest_zstack_ticket.artifacts.zip_writer import pack
from pytest_zstack_ticket.fleet.job import WITH_REPORT, Job, Outcome, is_stopped, kind_of, pytest_arguments
from pytest_zstack_ticket.fleet.secret_sources import run_environment
from pytest_zstack_ticket.fleet.target_lock import holder_of, locked
from pytest_zstack_ticket.model.errors import EvidenceError, FleetError
from pytest_zstack_ticket.redaction.encodings import encodings_of

LAST_LINES = 4000
"""Bytes of a run's output that tell why it has no report."""
LEFT = 13
RUN = "run"
PAUSE = 0.3
"""Seconds between two looks at whether the fleet was stopped."""
HIDDEN = b"***"


def examine_target(message: Mapping[str, Any]) -> dict[str, Any]:
    """Examine one target, on a worker. Whatever happens is an outcome, never an exception: engines log those."""
    job = Job(**message)
    started = time.monotonic()
    try:
        environment = run_environment(job.secrets, os.environ)
        outcome = _under_lock(job, environment)
    except FleetError as error:
        outcome = Outcome(target=job.target, kind="no-target", text=str(error))
    except OSError as error:
        outcome = Outcome(target=job.target, kind="error", text=f"{os.uname().nodename}: {error}")
    return {**outcome.to_json(), "seconds": round(time.monotonic() - started, 3)}


def _under_lock(job: Job, environment: Mapping[str, str]) -> Outcome:
    folder = Path(job.folder)
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        handle = -1
        if job.lock:
            holder = {"fleet": job.fleet, "target": job.target, "host": os.uname().nodename, "pid": str(os.getpid())}
            held = stack.enter_context(locked(Path(job.lock), wait=job.lock_wait, holder=holder))
            if held is None:
                text = f"another fleet examines this cloud: {holder_of(Path(job.lock))}"
                return Outcome(target=job.target, kind="locked", text=text)
            handle = held
        return Attempts(job, environment, folder, handle).outcome()


@dataclass(frozen=True, slots=True)
class Attempts:
    """The attempts at one target, each in a folder of its own; `lock` is the descriptor of its lock, -1 for none."""

    job: Job
    environment: Mapping[str, str]
    folder: Path
    lock: int

    def outcome(self) -> Outcome:
        """Return what an earlier attempt finished, else what a new one leads to."""
        earlier = sorted(self.folder.glob("attempt-*"))
        left = Counter[str]()
        for attempt in earlier:
            left += self._sweep(attempt)
        ended = (self._ended(attempt) for attempt in earlier)
        found = next((one for one in ended if one.kind in WITH_REPORT), None)
        if found is None and is_stopped(self.folder.parent):
            found = Outcome(target=self.job.target, kind="killed", text="the fleet was stopped")
        if found is None:
            attempt = self._new_folder()
            report = str(attempt / "report")
            self._guarded(attempt, RUN, [sys.executable, "-m", "pytest", *pytest_arguments(self.job, report)])
            left += self._sweep(attempt)
            found = self._ended(attempt)
        return replace(found, left=left["left"], unswept=left["unswept"])

    def _new_folder(self) -> Path:
        number = 1 + len(list(self.folder.glob("attempt-*")))
        attempt = self.folder / f"attempt-{number}"
        attempt.mkdir()
        return attempt

    def _guarded(self, attempt: Path, name: str, command: Sequence[str]) -> int:
        """Run a command that ends if this worker dies, and return its exit status."""
        log, status = attempt / f"{name}.log", attempt / f"{name}.status"
        guard = [sys.executable, "-m", "pytest_zstack_ticket.fleet.guard", str(log), str(status), str(self.lock)]
        process = subprocess.Popen(  # noqa: S603 - without a shell
            [*guard, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=dict(self.environment),
            cwd=attempt,
            pass_fds=[self.lock] if self.lock >= 0 else [],
            start_new_session=True,
        )
        try:
            if name == RUN:
                self._watch(process)
            return process.wait()
        finally:
            if process.stdin is not None:
                process.stdin.close()
            process.wait()

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        """Wait for a run, and have its guard end it gently once the fleet was told to stop."""
        while process.poll() is None:
            if is_stopped(self.folder.parent) and process.stdin is not None:
                process.stdin.close()
                return
            with suppress(subprocess.TimeoutExpired):
                process.wait(PAUSE)

    def _ended(self, attempt: Path) -> Outcome:
        """Say how an attempt ended; one without a status was killed together with its guard."""
        target, report = self.job.target, attempt / "report"
        try:
            status = int((attempt / "run.status").read_text("utf-8"))
        except (OSError, ValueError):
            return Outcome(target=target, kind="killed", status=137, text="the process of the run was killed")
        try:
            cut = load_report(report, brief=True)["run"]["cut_short"]
            kind = kind_of(status, report=True, cut=bool(cut))
        except EvidenceError:
            cut, kind = None, kind_of(status, report=False)
        if kind in WITH_REPORT:
            return Outcome(target=target, kind=kind, status=status, text=cut or "", bundle=_packed(report))
        return Outcome(target=target, kind=kind, status=status, text=self._last_lines(attempt / "run.log"))

    def _sweep(self, attempt: Path) -> Counter[str]:
        """Sweep the ledgers that an attempt left, and count those that could not be emptied."""
        ledgers = sorted(str(path) for path in (attempt / "report").glob("ledger-*.jsonl"))
        if not ledgers or self.job.url.startswith("embedded"):
            return Counter()
        command = [sys.executable, "-m", "pytest_zstack_ticket.cli", "sweep", *ledgers]
        status = self._guarded(attempt, "sweep", command)
        still = sum(Path(path).exists() for path in ledgers)
        return Counter({"left" if status == LEFT else "unswept": still})

    def _last_lines(self, log: Path) -> str:
        """Return the end of a run's output, without the secrets of its environment."""
        try:
            text = log.read_bytes()[-LAST_LINES:]
        except OSError:
            return ""
        for name in self.job.secrets:
            value = self.environment[f"ZSTACK_{name.upper().replace('-', '_')}"]
            for encoded in encodings_of(name, value, value):
                text = text.replace(encoded.seen, HIDDEN) if encoded.seen else text
        return text.decode("utf-8", "replace").strip()


def _packed(report: Path) -> bytes:
    """Pack a report; ledgers stay behind, as they name tickets only as long as these are left."""
    buffer = io.BytesIO()
    pack(report, buffer, leave=list(report.glob("ledger-*.jsonl")))
    return buffer.getvalue()
