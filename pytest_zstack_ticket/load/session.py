"""One process of a load: the target, what is written, and the lives that are led; without gevent and Locust."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pytest_zstack_ticket.artifacts.evidence_segments import SegmentedEvidence
from pytest_zstack_ticket.artifacts.evidence_writer import EvidenceWriter
from pytest_zstack_ticket.artifacts.report_folder import make_folder
from pytest_zstack_ticket.cleanup.result import CleanupResult
from pytest_zstack_ticket.client.call_result import CallResult
from pytest_zstack_ticket.client.recorder import NoRecorder, Recorder
from pytest_zstack_ticket.config.catalogue import catalogue
from pytest_zstack_ticket.config.state_dir import state_folder
from pytest_zstack_ticket.load.judging import Judged, LifeJudge
from pytest_zstack_ticket.load.plan import PROBES, LoadPlan, caps_of
from pytest_zstack_ticket.load.steady_pace import SteadyPace
from pytest_zstack_ticket.load.tally import WINDOWS, LoadTally
from pytest_zstack_ticket.load.ticket_life import Step, TicketLife, live
from pytest_zstack_ticket.model.errors import EvidenceError, SettingsError
from pytest_zstack_ticket.model.exchange import Failure, JsonObject
from pytest_zstack_ticket.model.nonce import NONCE_PATTERN
from pytest_zstack_ticket.model.requirement import Requirement
from pytest_zstack_ticket.redaction.shared_secrets import SharedSecrets
from pytest_zstack_ticket.target.connect import open_target
from pytest_zstack_ticket.transport.usage_counter import SharedUsageCounter

KEPT = "evidence-kept.jsonl.gz"
"""The evidence that is never deleted: examples of findings, and of what passed."""


class LoadSession:
    """The target and everything that one process counts and writes. Raises UsageError and TargetError."""

    def __init__(self, plan: LoadPlan) -> None:
        self.plan = plan
        self.id = secrets.token_hex(8)
        options = plan.run_options()
        self.folder = Path(plan.report).absolute() if plan.report else None
        if self.folder is not None:
            make_load_folder(self.folder)
        header = {"run": self.id, "worker": "m"}
        self.recorder: Recorder = NoRecorder() if self.folder is None else SegmentedEvidence(self.folder, header)
        self._kept = None if self.folder is None else EvidenceWriter(self.folder / KEPT, header)
        self.counter = SharedUsageCounter(caps_of(plan, options))
        self._secrets = SharedSecrets()
        ledgers = self.folder or state_folder() / "ledgers"
        self.target = open_target(
            options,
            url=plan.url,
            key=os.urandom(32),
            recorder=self.recorder,
            worker="m",
            usage_counter=self.counter,
            shared_secrets=self._secrets,
            ledger=ledgers / f"ledger-{self.id}-m.jsonl",
        )
        self.target.cleanup.window = min(16, max(1, plan.users))
        self.tally = LoadTally(max(1.0, plan.seconds / WINDOWS))
        self.catalogue: dict[str, Requirement] = {one.id: one for one in catalogue()}
        self.tally.timed = plan.role == "worker"
        self.cut_short = ""
        self.interrupted = False
        self.swept = CleanupResult()
        self._judge: LifeJudge | None = None

    def learn(self) -> None:
        """Learn about the target, and create what all later answers are compared with. Raises TargetError."""
        self.target.learn()
        self.target.client.pace = SteadyPace(self.target.client.pace.job)
        first = live(self.target.endpoint, _nothing)
        self._judge = LifeJudge(self.catalogue, self.target.profile, first.created)
        self._settle(first)

    @property
    def requirements(self) -> list[str]:
        """The requirements that apply to the target."""
        return [rule.requirement for rule in self._judge.rules] if self._judge else []

    @property
    def stopped(self) -> str:
        """Why no more can be sent: a cap is reached, the target is lost, or a file cannot be written."""
        return self.cut_short or self.target.own.breaker.lost or self.target.cleanup.broken or self.recorder.failed

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Measure the calls of a block: those of probes are counted, but are no part of the load's latencies."""
        self.tally.timed = True
        try:
            yield
        finally:
            self.tally.timed = False

    def probe(self, count: int = PROBES) -> list[float]:
        """Lead some lives one by one; return the seconds of their creates, jobs included."""
        return [_seconds(self.life().created) for _ in range(count) if not (self.stopped or self.interrupted)]

    def life(self, fire: Callable[[Step, CallResult], None] | None = None) -> TicketLife:
        """Lead one life, count and judge it; `fire` is given each call, too."""
        body = object()
        self.target.cleanup.holds.enter(body)
        self.target.cleanup.protect(body)

        def told(step: Step, result: CallResult) -> None:
            self._note_cap(result)
            self.tally.call(step, result)
            if fire is not None:
                fire(step, result)

        try:
            life = live(self.target.endpoint, told)
            judged = list(self._judge.judge(life)) if self._judge else []
            for one in self.tally.life(judged):
                self._keep(one)
            self._settle(life)
        finally:
            self.target.cleanup.release(body)
        return life

    def _note_cap(self, result: CallResult) -> None:
        answer = result.exchanges[-1].answer if result.exchanges else None
        if isinstance(answer, Failure) and answer.kind == "stopped":
            self.cut_short = self.cut_short or answer.detail

    def _keep(self, one: Judged) -> None:
        if self._kept is not None:
            for exchange in {exchange.id: exchange for trail in one.trails.values() for exchange in trail}.values():
                self._kept.exchange(exchange)
            self._kept.example(one.example)

    def _settle(self, life: TicketLife) -> None:
        """Forget a ticket that was seen to be gone, so that another may exist."""
        nonce = NONCE_PATTERN.search(str(life.created.sent("name")))
        if life.is_gone and nonce:
            self.target.cleanup.forget_gone(nonce[0])

    def sweep(self) -> None:
        """Delete what is left of all lives."""
        self.swept = self.target.cleanup.sweep()

    def seal(self) -> JsonObject:
        """End the evidence and return its seals; what passed is kept as a fair sample. Raises EvidenceError."""
        if self.folder is None or self._kept is None:
            return {}
        for known in self.tally.witnesses.values():
            for one in known.kept:
                self._keep(one)
        self.recorder.close()
        self._kept.close()
        return {**self.recorder.seal, "kept": {"file": KEPT, **self._kept.seal}}

    def close(self) -> None:
        """Let go of the target, once."""
        self.target.cleanup.close_ledgers(clean=self.swept.clean)
        self.target.close()
        self.counter.close()
        self._secrets.close()
        with suppress(EvidenceError):
            self.recorder.close()
        if self._kept is not None:
            self._kept.close()


def make_load_folder(folder: Path) -> None:
    """Make the folder of a load's report, or use that of an earlier one. Raises SettingsError."""
    if folder.is_dir() and (folder / "load.json").is_file():
        for old in folder.glob("evidence-*.jsonl.gz"):
            old.unlink()
        return
    if folder.exists() and not folder.is_dir():
        raise SettingsError(f"--report: {folder} is a file; name a folder.")
    make_folder(folder)


def _seconds(created: CallResult) -> float:
    """Seconds from the create to the answer that shows how its job ended."""
    first, last = created.exchanges[0], created.exchanges[-1]
    return last.started + last.elapsed - first.started


def _nothing(step: Step, result: CallResult) -> None:
    """Count nothing."""
    del step, result
