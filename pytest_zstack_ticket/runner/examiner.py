"""Judge trails for the current test, and keep each example for the evidence and the verdict."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from pytest_zstack_ticket.api.classify import CRASHED
from pytest_zstack_ticket.checks import evaluate
from pytest_zstack_ticket.checks.no_response import REPEATS, answered_for
from pytest_zstack_ticket.client.call_result import CallResult
from pytest_zstack_ticket.config.catalogue import catalogue
from pytest_zstack_ticket.model.exchange import Exchange, Json, Trails
from pytest_zstack_ticket.model.outcome import Judgement, Phrase, Unanswered, Undecided, Violation
from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.model.ticket import Edit
from pytest_zstack_ticket.model.verdict import Example, Observation
from pytest_zstack_ticket.report.finding import subject_role
from pytest_zstack_ticket.runner.budget import Property
from pytest_zstack_ticket.runner.record import ExaminedExample, ItemRecord
from pytest_zstack_ticket.verdicts.input_digest import input_of
from pytest_zstack_ticket.verdicts.lateness import moment
from pytest_zstack_ticket.verdicts.relevance import irrelevance
from pytest_zstack_ticket.verdicts.tally import Tally, tally_of

Role = CallResult | tuple[Exchange, ...]
CONFIRMATIONS = 3
"""Times that a failing example is repeated, to see whether it fails every time."""
BROKEN = frozenset({"reset", "protocol", "gateway"})
"""Failures after which a target that answers others may have broken down over the request."""
MOST_SILENT = 3
"""After this many silent siblings in a row nothing is asked again."""


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
    """Evaluates checks on redacted trails. One for a worker; tests run one at a time, their threads do not."""

    def __init__(
        self,
        *,
        profile: Callable[[], Profile],
        keep: Callable[[Example], None],
        observe: Callable[[Observation], None],
        words: Callable[[Phrase], str],
        sibling: Callable[[], CallResult],
    ) -> None:
        self._profile = profile
        self._keep = keep
        self._keep_observation = observe
        self._words = words
        self._sibling = sibling
        self._lock = threading.Lock()
        self.item: ItemRecord | None = None
        self._asked: dict[tuple[str, bool], dict[str, tuple[Exchange, ...]]] = {}
        self._silent = 0

    def begin(self, requirement: str, test: str) -> ItemRecord:
        """Take what follows as examples of a test."""
        self.item = ItemRecord(requirement, test, Tally(requirement=requirement, ran=True))
        return self.item

    def end(self) -> None:
        """Take nothing more for the test that began last."""
        self.item = None

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
        if self.item is None:
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
            requirement=self.item.requirement,
            test=self.item.test,
            check=asked.check,
            arguments=asked.arguments,
            roles={role: tuple(exchange.id for exchange in trail) for role, trail in asked.trails.items()},
            judgement=judgement,
            edit=edit,
            partition=partition or (edit.partition if edit else ""),
            input=input_of(subject_role(asked.trails), asked.trails),
        )
        _require_relevant(example)
        created = frozenset(role for role, call in calls.items() if call.call == "create")
        return self._kept(self.item, ExaminedExample(example, asked.trails, created, subject))

    def _judged(
        self, asked: _Question, subject: CallResult | None, beside: Callable[[], CallResult] | None
    ) -> tuple[_Question, Judgement]:
        """Judge an example; an unanswered request is sent again, to say whether it alone is not answered."""
        judgement = evaluate(asked.check, asked.trails, asked.arguments, self._profile())
        if isinstance(judgement, Undecided) and subject is not None and isinstance(subject.outcome, Unanswered):
            asked = _Question("answered", self._repeated(subject, beside), {"call": subject.call})
            judgement = evaluate(asked.check, asked.trails, asked.arguments, self._profile())
        return asked, judgement

    def explores(self, known: Property) -> None:
        """Note that the test that runs explores a property within a budget."""
        known.record = self.item
        if self.item is not None:
            self.item.explores.append(known)

    def announce(self, partitions: Iterable[str]) -> None:
        """Note which partitions the running test is about to examine."""
        if self.item is not None:
            ahead = Tally(requirement=self.item.requirement, known=frozenset(partitions))
            self.item.tally = self.item.tally.plus(ahead)

    def observe(self, name: str, value: Json, trail: CallResult | None = None) -> None:
        """Keep an observation: a fact that is recorded where the contract is open."""
        ids = tuple(exchange.id for exchange in trail.exchanges) if trail else ()
        observation = Observation(id=name, value=value, exchanges=ids)
        self._keep_observation(observation)
        if self.item is not None:
            self.item.observations.append(observation)

    def confirm(self, record: ItemRecord) -> None:
        """Repeat the subject of a test's failing example, and count how often it fails.

        Only repetitions that are decided as the first one was count: the same UUID twice may well be refused.
        """
        failing = record.failing
        if failing is None or failing.example.check == "answered":
            return
        example, subject = failing.example, failing.subject
        if subject is None or subject.again is None:
            return
        for _ in range(CONFIRMATIONS):
            repeat = subject.again()
            if type(repeat.outcome) is not type(subject.outcome):
                continue
            seen = {**failing.trails, "subject": repeat.exchanges}
            judgement = evaluate(example.check, seen, example.arguments, self._profile())
            record.tried += 1
            record.seen += isinstance(judgement, Violation)

    def _kept(self, item: ItemRecord, seen: ExaminedExample) -> ReportedViolation | None:
        example, judgement = seen.example, seen.example.judgement
        with self._lock:
            self._keep(example)
            item.tally = item.tally.plus(tally_of(example))
            item.at(moment(seen.trails))
            if not isinstance(judgement, Violation):
                item.passing.extend([seen] if judgement is None else ())
                item.witness = item.witness or (seen if judgement is None else None)
                return None
            item.failing = seen
        expected, actual = self._words(judgement.expected), self._words(judgement.actual)
        return ReportedViolation(example, f"{item.requirement}: expected {expected}; actual: {actual}")

    def _sibling_answered(
        self, role: str, send: Callable[[], CallResult], seen: dict[str, tuple[Exchange, ...]]
    ) -> bool:
        """Send the sibling for a role; return whether it was answered."""
        sibling = send()
        seen[role] = sibling.exchanges
        silent = isinstance(sibling.outcome, Unanswered)
        self._silent = self._silent + 1 if silent else 0
        return not silent

    def _repeated(self, subject: CallResult, beside: Callable[[], CallResult] | None) -> Trails:
        """Send an unanswered request again and again, its sibling around each time; once for all who ask about it.

        Where the sibling is not answered either, the target is silent and the request is left alone.
        """
        broken = isinstance(subject.outcome, Unanswered) and subject.outcome.failure.kind in BROKEN
        send = beside if beside is not None and broken else self._sibling
        key = (subject.exchanges[0].id, send is self._sibling)
        known = self._asked.get(key)
        if known is not None:
            return known
        seen: dict[str, tuple[Exchange, ...]] = {"subject": subject.exchanges}
        self._asked[key] = seen
        status = answered_for(subject.exchanges)
        if status is not None and status not in CRASHED:
            return seen
        if subject.again is None or self._silent >= MOST_SILENT:
            return seen
        for number in range(1, REPEATS + 1):
            if not self._sibling_answered(f"before{number}", send, seen):
                return seen
            repeat = subject.again()
            seen[f"repeat{number}"] = repeat.exchanges
            if not isinstance(repeat.outcome, Unanswered):
                return seen
        self._sibling_answered("after", send, seen)
        return seen


def _require_relevant(example: Example) -> None:
    """Raise RuntimeError for an example that the catalogue does not let decide its requirement."""
    rule = next((one for one in catalogue() if one.id == example.requirement), None)
    why = irrelevance(example, rule) if rule else ""
    if why:
        raise RuntimeError(f"{example.requirement}: {why}. Change its decided-by in the catalogue, or the test.")
