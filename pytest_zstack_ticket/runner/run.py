"""One run: what it was asked for, the target that it examines, and what it has found."""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from pytest_zstack_ticket.artifacts.evidence_writer import EvidenceWriter
from pytest_zstack_ticket.artifacts.report_folder import ReportFolder, gather_evidence
from pytest_zstack_ticket.cleanup.result import CleanupResult
from pytest_zstack_ticket.client.call_result import CallResult
from pytest_zstack_ticket.client.recorder import LeakWatch, NoRecorder, Recorder
from pytest_zstack_ticket.config.catalogue import catalogue
from pytest_zstack_ticket.config.options import RunOptions
from pytest_zstack_ticket.config.own_catalogue import load_own_catalogue
from pytest_zstack_ticket.config.state_dir import state_folder
from pytest_zstack_ticket.model.outcome import Phrase
from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.model.quotas import Usage
from pytest_zstack_ticket.model.requirement import Requirement
from pytest_zstack_ticket.redaction.leak_scan import Scan, scan
from pytest_zstack_ticket.redaction.shared_secrets import SharedSecrets
from pytest_zstack_ticket.report.text.finding_card import FindingCards
from pytest_zstack_ticket.report.text.translations import translations
from pytest_zstack_ticket.runner.budget import Budget
from pytest_zstack_ticket.runner.counterexamples import Counterexample, Key
from pytest_zstack_ticket.runner.drift_monitor import EVERY, DriftMonitor
from pytest_zstack_ticket.runner.examiner import Examiner
from pytest_zstack_ticket.runner.expectations import Expectations
from pytest_zstack_ticket.runner.explorer import Explorer
from pytest_zstack_ticket.runner.limits import quotas_of, window_of
from pytest_zstack_ticket.runner.results import RunResults
from pytest_zstack_ticket.target.connect import open_target
from pytest_zstack_ticket.target.target import Target
from pytest_zstack_ticket.transport.usage_counter import SharedUsageCounter

if TYPE_CHECKING:
    from pytest_zstack_ticket.simulator.server.forked_server import EmbeddedEndpoint

Role: TypeAlias = Literal["alone", "controller", "worker"]
"""`alone` runs the tests itself; under xdist the controller gathers what the workers find."""


@dataclass(slots=False)
class Run:
    """The state of a run in one process. `begin` reaches the target, `close` lets go of it.

    `counterexamples` are those of an earlier run, which are sent first; `chosen` are the arguments by which some tests
    were chosen, empty for all.
    """

    options: RunOptions
    shipped: bool
    worker: str = "m"
    role: Role = "alone"
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    url: str = ""
    profile: Profile | None = None
    calibrated: Mapping[str, Any] = field(default_factory=dict)
    started: float = field(default_factory=time.time)
    target: Target | None = None
    server: EmbeddedEndpoint | None = None
    recorder: Recorder = field(default_factory=NoRecorder)
    results: RunResults = field(default_factory=RunResults)
    selected: Counter[str] = field(default_factory=Counter)
    cut_short: str = ""
    usage_counter: SharedUsageCounter | None = None
    usage_counter_path: Path | None = None
    shared_secrets: SharedSecrets | None = None
    shared_secrets_path: str = ""
    planned: int | None = None
    explorer: Explorer | None = None
    swept: CleanupResult = field(default_factory=CleanupResult)
    swept_by_workers: list[CleanupResult] = field(default_factory=list)
    scanned: Scan = field(default_factory=Scan)
    used: Usage = field(default_factory=Usage)
    expectations: Expectations = field(default_factory=Expectations)
    counterexamples: dict[Key, Counterexample] = field(default_factory=dict)
    chosen: tuple[str, ...] = ()
    started_by: dict[str, Any] = field(default_factory=lambda: {"plugins": [], "addopts": "", "ini": {}})

    @property
    def reached(self) -> Target:
        """The target; it is there from the start of the pytest session to its end."""
        if self.target is None:
            raise RuntimeError("the target is not reached before the pytest session starts")
        return self.target

    @property
    def stopped(self) -> str:
        """Why nothing more is to be tested: the target is lost, or what is found can no longer be written down."""
        target = self.target
        lost = (target.own.breaker.lost or target.cleanup.broken) if target is not None else ""
        return lost or self.recorder.failed

    @property
    def window(self) -> int:
        """How many calls are under way at once."""
        return window_of(self.options)

    @cached_property
    def budget(self) -> Budget:
        """The time for exploring, shared by the tests that explore."""
        return Budget(seconds=float(self.options["budget"] or 0.0))

    @property
    def lang(self) -> str:
        """The language of reports and messages."""
        return str(self.options["lang"])

    @cached_property
    def place(self) -> ReportFolder | None:
        """Where the report goes to."""
        return ReportFolder.of(str(self.options["report"] or ""), self.id)

    @property
    def folder(self) -> Path | None:
        """The folder that is written to while the run lasts."""
        return self.place.folder if self.place else None

    @cached_property
    def catalogue(self) -> dict[str, Requirement]:
        """The requirements of the shipped suites by id. Raises CatalogueError."""
        return {requirement.id: requirement for requirement in catalogue()}

    @cached_property
    def own_catalogue(self) -> dict[str, Requirement]:
        """The project's own requirements by id, from its file. Raises CatalogueError."""
        path = str(self.options["requirements"] or "")
        return load_own_catalogue(Path(path)) if path else {}

    @cached_property
    def late(self) -> frozenset[str]:
        """The requirements whose tests come after all others."""
        return frozenset(one.id for one in self.catalogue.values() if one.late)

    @cached_property
    def examiner(self) -> Examiner:
        """Judges trails for the test that runs."""
        return Examiner(
            profile=lambda: self.reached.profile,
            keep=self.recorder.example,
            observe=self.recorder.observation,
            words=self.words,
            sibling=self.fresh_calibration,
            count_page=lambda status: self.reached.pages.add({status: 1}),
        )

    @cached_property
    def drift_monitor(self) -> DriftMonitor:
        """Notices whether the target treats one draft alike as long as the run goes on."""
        target = self.reached
        return DriftMonitor(
            target.endpoint, every=EVERY[self.options["effort"]], has_spare_quota=lambda: target.cleanup.has_spare_quota
        )

    @cached_property
    def leaks(self) -> LeakWatch:
        """What of the run's exchanges showed a secret, whatever they were for."""
        return LeakWatch(self.recorder)

    @cached_property
    def cards(self) -> FindingCards:
        """Makes cards of findings in the language of the run."""
        return FindingCards(translations=translations(), lang=self.lang, with_evidence=self.folder is not None)

    def fresh_calibration(self) -> CallResult:
        """Send the calibration draft once more."""
        return self.reached.endpoint.create(self.reached.endpoint.calibration_draft)

    def _called(self, result: CallResult) -> None:
        """Note a call of the test that runs; those of the drift monitor are no test's."""
        if self.examiner.is_recording and not self.drift_monitor.busy:
            self.examiner.called(result)

    def words(self, phrase: Phrase) -> str:
        """Return a phrase in the language of the run."""
        return translations().render(phrase, self.lang)

    def begin(self) -> None:
        """Reach the target and learn about it. Raises TargetError, or our UsageError."""
        target = self._open()
        if self.profile is None:
            target.learn()
            self.profile = target.profile
        elif self.calibrated:
            target.calibrate(replace(target.context, **self.calibrated))
        if self.options["webhook"] and self.role != "controller":
            target.listen()

    def probe(self) -> None:
        """Reach the target and see how fast it is, for a plan. Raises TargetError, or our UsageError."""
        self._open().probe()

    def _open(self) -> Target:
        """Build what reaches the target; nothing is sent yet."""
        if self.place and self.role != "worker":
            self.place.make()
        if self.options.embedded and not self.url:
            from pytest_zstack_ticket.simulator.server import forked_server  # noqa: PLC0415 - only embedded runs pay for it

            self.server = forked_server.embedded_endpoint(str(self.options["url"]))
            self.url = self.server.url
        self.url = self.url or str(self.options["url"])
        self._record()
        self.usage_counter = SharedUsageCounter(quotas_of(self.options), self.usage_counter_path)
        self.shared_secrets = SharedSecrets(self.shared_secrets_path)
        self.target = open_target(
            self.options,
            url=self.url,
            key=self.key,
            recorder=self.leaks,
            worker=self.worker,
            usage_counter=self.usage_counter,
            shared_secrets=self.shared_secrets,
            ledger=None if self.options.embedded else self.ledger_path(self.worker),
            profile=self.profile,
            called=self._called,
        )
        self.target.cleanup.window = self.window
        return self.target

    def _record(self) -> None:
        if self.folder is not None:
            self.recorder = EvidenceWriter(self.folder / self.evidence_name, {"run": self.id, "worker": self.worker})

    @property
    def evidence_name(self) -> str:
        """The file that this process writes its evidence to."""
        return "evidence.jsonl.gz" if self.role == "alone" else f"{self.evidence_parts}{self.worker}.jsonl.gz"

    @property
    def evidence_parts(self) -> str:
        """How the names of the evidence files begin that workers of xdist write."""
        return f".evidence-{self.id}-"

    def ledger_path(self, worker: str) -> Path:
        """Return where a process keeps its ledger: with the report, else with our state."""
        folder = (self.place and self.place.ledgers) or state_folder() / "ledgers"
        return folder / f"ledger-{self.id}-{worker}.jsonl"

    def take_worker_result(self, swept: CleanupResult, scanned: Scan) -> None:
        """Add the cleanup and the leak scan of a worker of xdist."""
        self.swept_by_workers.append(swept)
        self.scanned = self.scanned.plus(scanned)

    def scan(self, more: Iterable[Path] = ()) -> None:
        """Search everything that this process wrote, and more, for every secret that it knew."""
        only = self.evidence_name if self.role == "worker" else "**/*"
        files = [path for path in sorted(self.folder.glob(only)) if path.is_file()] if self.folder else []
        if files or more:
            self.scanned = self.scanned.plus(scan([*files, *more], self.reached.redactor.secrets))

    def seal(self) -> dict[str, Any]:
        """End what is sent and written as evidence, and return what the evidence can be recognised by.

        Raises EvidenceError if it cannot be written.
        """
        self.reached.close()
        self.recorder.close()
        if self.folder is None or self.role == "worker":
            return {}
        seal = self.recorder.seal
        if self.role == "controller":
            seal = gather_evidence(self.folder, self.evidence_parts, self.id)
        return {"file": "evidence.jsonl.gz", **seal}

    def close(self) -> None:
        """Let go of the target; a second call does nothing."""
        if self.target is not None:
            self.target.cleanup.close_ledgers(clean=self.swept.clean)
            self.target.close()
            self.target = None
        if self.usage_counter is not None:
            self.used = self.usage_counter.used
            if self.role == "controller":
                self.usage_counter.path.with_suffix(".groups").unlink(missing_ok=True)
            self.usage_counter.close()
            self.usage_counter = None
        if self.shared_secrets is not None:
            self.shared_secrets.close()
            self.shared_secrets = None
        self.recorder.close()
        if self.server is not None:
            self.server.stop()
            self.server = None
