"""Judge trails for the current test, and keep each example for the evidence and the verdict."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from pytest_zstack_ticket.checks import evaluate
from pytest_zstack_ticket.checks.no_response import is_said_elsewhere, is_unmarked
from pytest_zstack_ticket.checks.own_assertion import OWN_ASSERTION
from pytest_zstack_ticket.client.call_result import CallResult
from pytest_zstack_ticket.model.exchange import Exchange, Json, Trails
from pytest_zstack_ticket.model.outcome import Judgement, Phrase, Unanswered, Undecided, Violation
from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.model.ticket import Edit
from pytest_zstack_ticket.model.verdict import Example, Observation
from pytest_zstack_ticket.report.finding import deciding_role, subject_role
from pytest_zstack_ticket.runner.budget import Property
from pytest_zstack_ticket.runner.record import CURRENT, ExaminedExample, ItemRecord
from pytest_zstack_ticket.runner.silence import Silence
from pytest_zstack_ticket.verdicts.input_digest import input_of
from pytest_zstack_ticket.verdicts.lateness import moment
from pytest_zstack_ticket.verdicts.saved_examples import status_of
from pytest_zstack_ticket.verdicts.tally import Tally, tally_of

Role = CallResult | tuple[Exchange, ...]
CONFIRMATIONS = 3
"""Times that a failing example is repeated, to see whether it fails every time."""


@dataclass(frozen=True, slots=True)
class ReportedViolation:
    """A violation as a test's assertion shows it; its text is in the language of the run."""

    example: Example
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class _Question:
    """What a check is asked: its name, the trails by role and its arguments."""

    check: str
    trails: Trails
    arguments: dict[str, Json]


class Examiner:
    """Evaluates checks on redacted trails, for the test whose body asks. One for a process, safe for many threads.

    `shown` is the record of the test that pytest has come to. `count_page` is told the status of what turned out to be
    the answer of something in front of the target.
    """

    def __init__(  # noqa: PLR0913 - what a run brings together
        self,
        *,
        profile: Callable[[], Profile],
        keep: Callable[[Example], None],
        observe: Callable[[Observation], None],
        words: Callable[[Phrase], str],
        sibling: Callable[[], CallResult],
        count_page: Callable[[int], None] = lambda _status: None,
    ) -> None:
        self._profile = profile
        self._keep = keep
        self._keep_observation = observe
        self._words = words
        self._count_page = count_page
        self._lock = threading.Lock()
        self.shown: ItemRecord | None = None
        self._silence = Silence(sibling)

    def begin(self, requirement: str, test: str) -> ItemRecord:
        """Take what follows as examples of a test."""
        record = ItemRecord(requirement, test, Tally(requirement=requirement, ran=True))
        self.resume(record)
        return record

    def ahead(self, requirement: str, test: str) -> ItemRecord:
        """Make the record of a test whose body runs before pytest comes to it; its evidence waits for `resume`."""
        return ItemRecord(requirement, test, Tally(requirement=requirement, ran=True), waiting=[])

    def resume(self, record: ItemRecord) -> None:
        """Take what follows as examples of a test that was begun before, and write the evidence that waited."""
        with self._lock:
            for write in record.waiting or ():
                write()
            record.waiting = None
        self.enter(record)
        self.shown = record

    @staticmethod
    def enter(record: ItemRecord) -> None:
        """Take what is examined in this context as examples of a test."""
        CURRENT.set(record)

    def end(self) -> None:
        """Take nothing more for the test that began last."""
        CURRENT.set(None)
        self.shown = None

    def __call__(
        self,
        check: str,
        *,
        edit: Edit | None = None,
        partition: str = "",
        arguments: Mapping[str, Json] | None = None,
        beside: Callable[[], CallResult] | None = None,
        **trails: Role,
    ) -> ReportedViolation | None:
        """Judge one example by the check of that name; return the violation, or None if there is none.

        `beside` sends what is asked beside a subject whose connection breaks, instead of the calibration request.
        Raises KeyError for an unknown check, RuntimeError outside a test that is marked with a requirement, and for a
        check that the catalogue does not let decide it.
        """
        record = CURRENT.get()
        if record is None:
            raise RuntimeError(
                "zstack_examine judges for a requirement: mark the test with @pytest.mark.requirement(ID)"
            )
        seen: Trails = {
            role: trail.exchanges if isinstance(trail, CallResult) else tuple(trail) for role, trail in trails.items()
        }
        calls = {role: trail for role, trail in trails.items() if isinstance(trail, CallResult)}
        subject = calls.get("subject")
        asked, judgement = self._judged(_Question(check, seen, dict(arguments or {})), subject, beside)
        example = Example(
            requirement=record.requirement,
            test=record.test,
            check=asked.check,
            arguments=asked.arguments,
            roles={role: tuple(exchange.id for exchange in trail) for role, trail in asked.trails.items()},
            judgement=judgement,
            edit=edit,
            partition=partition or (edit.partition if edit else ""),
            input=input_of(subject_role(asked.trails), asked.trails),
        )
        created = frozenset(role for role, call in calls.items() if call.call == "create")
        return self._kept(record, ExaminedExample(example, asked.trails, created, subject))

    def _judged(
        self, asked: _Question, subject: CallResult | None, beside: Callable[[], CallResult] | None
    ) -> tuple[_Question, Judgement]:
        """Judge an example; an unanswered request is sent again, to say whether it alone is not answered.

        A violation in words that may be those of a filter in front of the target is one only if they are none.
        """
        judgement = evaluate(asked.check, asked.trails, asked.arguments, self._profile())
        if isinstance(judgement, Undecided) and subject is not None and isinstance(subject.outcome, Unanswered):
            asked = _Question("answered", self._silence.trails(subject, beside), {"call": subject.call})
            judgement = evaluate(asked.check, asked.trails, asked.arguments, self._profile())
        elif isinstance(judgement, Violation) and subject is not None:
            other = _Question("answered", self._silence.words(subject), {"call": subject.call})
            if is_unmarked(other.trails) or is_said_elsewhere(other.trails):
                self._count_page(status_of(other.trails["subject"]))
                return other, evaluate(other.check, other.trails, other.arguments, self._profile())
        return asked, judgement

    def explores(self, known: Property) -> None:
        """Note that the test that runs explores a property within a budget."""
        known.record = record = CURRENT.get()
        if record is not None:
            record.explores.append(known)

    def announce(self, partitions: Iterable[str]) -> None:
        """Note which partitions the running test is about to examine."""
        record = CURRENT.get()
        if record is not None:
            ahead = Tally(requirement=record.requirement, known=frozenset(partitions))
            with self._lock:
                record.tally = record.tally.plus(ahead)

    def observe(self, name: str, value: Json, trail: CallResult | None = None) -> None:
        """Keep an observation: a fact that is recorded where the contract is open."""
        ids = tuple(exchange.id for exchange in trail.exchanges) if trail else ()
        observation = Observation(id=name, value=value, exchanges=ids)
        record = CURRENT.get()
        with self._lock:
            _write(record, partial(self._keep_observation, observation))
            if record is not None:
                record.observations.append(observation)

    @property
    def is_recording(self) -> bool:
        """True while the calls of this context are those of a test with a requirement."""
        return CURRENT.get() is not None

    @staticmethod
    def called(result: CallResult) -> None:
        """Note the latest call of the test whose body runs in this context."""
        record = CURRENT.get()
        if record is not None:
            record.last_call = result

    def assertion(self, record: ItemRecord, failure: str | None) -> None:
        """Keep what a project's own test asserted about its latest call: that it holds, or how the assertion failed."""
        if record.last_call is None:
            return
        trails: Trails = {"subject": record.last_call.exchanges}
        arguments: dict[str, Json] = {} if failure is None else {"failure": failure}
        example = Example(
            requirement=record.requirement,
            test=record.test,
            check=OWN_ASSERTION,
            arguments=arguments,
            roles={role: tuple(exchange.id for exchange in trail) for role, trail in trails.items()},
            judgement=evaluate(OWN_ASSERTION, trails, arguments, self._profile()),
            input=input_of("subject", trails),
        )
        self._kept(record, ExaminedExample(example, trails, frozenset()))

    def confirm(self, record: ItemRecord) -> None:
        """Repeat the subject of a test's failing example, and count how often it fails.

        Only repetitions that are decided as the first one was count: the same UUID twice may well be refused. Where a
        query decides, nothing is repeated: what it showed is about the first create.
        """
        failing = record.failing
        if failing is None or failing.example.check == "answered" or deciding_role(failing.trails):
            return
        example, subject = failing.example, failing.subject
        if subject is None or subject.again is None:
            return
        for _ in range(CONFIRMATIONS):
            repeat = subject.again()
            if type(repeat.outcome) is not type(subject.outcome):
                record.irregular = record.irregular or b"resourceUuid" not in (subject.exchanges[0].request.body or b"")
                continue
            seen = {**failing.trails, "subject": repeat.exchanges}
            judgement = evaluate(example.check, seen, example.arguments, self._profile())
            record.tried += 1
            record.seen += isinstance(judgement, Violation)

    def _kept(self, item: ItemRecord, seen: ExaminedExample) -> ReportedViolation | None:
        example, judgement = seen.example, seen.example.judgement
        with self._lock:
            _write(item, partial(self._keep, example))
            item.tally = item.tally.plus(tally_of(example))
            item.at(moment(seen.trails))
            if not isinstance(judgement, Violation):
                item.passing.extend([seen] if judgement is None else ())
                item.witness = item.witness or (seen if judgement is None else None)
                return None
            item.failing = seen
        expected, actual = self._words(judgement.expected), self._words(judgement.actual)
        return ReportedViolation(example, f"{item.requirement}: expected {expected}; actual: {actual}")


def _write(record: ItemRecord | None, write: Callable[[], None]) -> None:
    """Write a line of the evidence, later if its test has not been reported as begun."""
    if record is None or record.waiting is None:
        write()
    else:
        record.waiting.append(write)
