"""Send pinned examples again: those of waivers and of an earlier run before the tests, this run's violations after."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from pytest_zstack_ticket.checks import evaluate
from pytest_zstack_ticket.client.call_result import CallResult
from pytest_zstack_ticket.model.codec import edit_from_json
from pytest_zstack_ticket.model.errors import TargetError
from pytest_zstack_ticket.model.outcome import Judgement, Undecided
from pytest_zstack_ticket.model.saved_example import (
    SavedCall,
    SavedExample,
    saved_example_from_json,
    saved_example_to_json,
)
from pytest_zstack_ticket.model.ticket import Edit, Message
from pytest_zstack_ticket.model.verdict import Example
from pytest_zstack_ticket.model.waiver import Waiver
from pytest_zstack_ticket.runner.drift_monitor import REQUIREMENT
from pytest_zstack_ticket.runner.record import ItemRecord
from pytest_zstack_ticket.runner.record_json import record_json
from pytest_zstack_ticket.runner.rerun_command import command, identity_of
from pytest_zstack_ticket.runner.run import Run
from pytest_zstack_ticket.verdicts.judge import applies, signature
from pytest_zstack_ticket.verdicts.saved_examples import is_harmless, observed, status_of
from pytest_zstack_ticket.verdicts.waivers import Outcome, replays_needed

REPEATS = 8
"""Times that a failing example is sent again at the end, to see how regularly it fails."""
MOST_REPEATED = 20
A_FEW = 3
"""Replays of a waiver for which no number would prove that its failure is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """One replay of a saved example; `signature` is empty unless it failed."""

    trails: dict[str, CallResult]
    judgement: Judgement
    signature: str

    @property
    def outcome(self) -> Outcome:
        """What a waiver is decided by."""
        return None if isinstance(self.judgement, Undecided) else self.signature


def before_tests(run: Run) -> None:
    """Replay what waivers and the baseline hold, as far as it was selected; a target that is lost ends it."""
    with suppress(TargetError):
        for waiver in run.expectations.waivers:
            if (waiver.requirement, waiver.signature) in run.expectations.active and _wanted(run, waiver.requirement):
                replay_waiver(run, waiver)
        for saved in (run.expectations.baseline or {}).get("pinned", ()):
            pinned = saved_example_from_json(saved)
            # what compares the end of a run with its start says nothing before the tests
            early = pinned.requirement not in run.late
            if _wanted(run, pinned.requirement) and early and _may_replay(run, pinned):
                replay_baseline(run, pinned)


def _wanted(run: Run, requirement: str) -> bool:
    if run.role == "alone" and requirement not in run.selected:
        return False
    rule = run.catalogue.get(requirement)
    return rule is None or applies(rule, run.reached.profile) is None


def _may_replay(run: Run, pinned: SavedExample) -> bool:
    """Return False for an example that could harm this target, by a body that is for the simulator or by its path."""
    return all(run.reached.endpoint.may_send(call.body) and is_harmless(call) for call in pinned.calls)


def replay_waiver(run: Run, waiver: Waiver) -> None:
    """Send the counterexample of a waiver until it fails, or until it is incredible that it still would."""
    if waiver.counterexample is None or not _may_replay(run, waiver.counterexample):
        return
    outcomes = run.expectations.outcomes.setdefault((waiver.requirement, waiver.signature), [])
    for _ in range(replays_needed(waiver.seen, waiver.tried) or A_FEW):
        seen = replay(run, waiver.counterexample)
        outcomes.append(seen.outcome)
        if seen.signature:
            keep(run, waiver.counterexample, seen)
            return


def replay_baseline(run: Run, pinned: SavedExample) -> None:
    """Send an example of the run before, as an example of this run."""
    seen = replay(run, pinned)
    keep(run, pinned, seen)
    now = replace(pinned, signature=seen.signature, observed=observed(seen.trails["subject"].exchanges))
    run.expectations.pinned[pinned.requirement, pinned.signature] = saved_example_to_json(now)


def replay(run: Run, pinned: SavedExample) -> Replay:
    """Send the calls of a pinned example in their order and judge them. Raises TargetError."""
    run.reached.cleanup.protect()
    trails = {call.role: run.reached.endpoint.send(_message(pinned, call)) for call in pinned.calls}
    seen = {role: trail.exchanges for role, trail in trails.items()}
    judgement = evaluate(pinned.check, seen, dict(pinned.arguments), run.reached.profile)
    example = Example(
        requirement=pinned.requirement,
        test=pinned.test,
        check=pinned.check,
        arguments=pinned.arguments,
        roles={},
        judgement=judgement,
        edit=edit_from_json(pinned.edit),
    )
    return Replay(trails=trails, judgement=judgement, signature=signature(example, status=status_of(seen["subject"])))


def _message(pinned: SavedExample, call: SavedCall) -> Message:
    return Message(
        edit=edit_from_json(pinned.edit) or Edit(kind="variation", name="pinned"),
        method=call.method,
        path=call.path,
        headers=call.headers,
        without=() if call.session else ("Authorization",),
        body=call.body,
    )


def keep(run: Run, pinned: SavedExample, seen: Replay) -> None:
    """Take a replay as an example of this run, in its evidence and its verdict."""
    record = run.examiner.begin(pinned.requirement, pinned.test)
    _examine(run, pinned, seen)
    run.examiner.end()
    again = command(run, *(("-k", pinned.requirement) if run.shipped else run.chosen))
    run.results.take(record_json(record, identity_of(run), command=again))
    run.results.tests[pinned.requirement] -= 1  # it is no test, and a run that is cut short counts those


def _examine(run: Run, pinned: SavedExample, seen: Replay) -> None:
    run.examiner(
        pinned.check,
        edit=edit_from_json(pinned.edit),
        partition=pinned.partition,
        arguments=pinned.arguments,
        beside=None,
        **seen.trails,
    )


def send_first(run: Run, record: ItemRecord) -> None:
    """Let a test begin with the counterexample of an earlier run, as an example of its own; then it goes on as ever."""
    known = run.counterexamples.get((record.requirement, record.test))
    if known is None:
        return
    record.remembered = known.choices
    if known.example is not None and _may_replay(run, known.example):
        with suppress(TargetError):
            _examine(run, known.example, replay(run, known.example))


def after_tests(run: Run) -> None:
    """Say of this run's findings how regular they are, and how those that depend on what was sent before are repeated.

    A target that drifts makes all of them depend on it, and so does a simulator whose fault counts: the command starts
    a fresh one.
    """
    if not run.cut_short and run.folder is not None:
        _repeat_failures(run)
    drifts = REQUIREMENT in run.results.findings or _counts(run)
    for found in run.results.findings.values():
        for finding in found:
            if drifts or finding["irregular"] or finding["seen"] < finding["tried"]:
                finding.update(irregular=True, regenerate=command(run, *run.chosen))


def _counts(run: Run) -> bool:
    if not run.options.embedded:
        return False
    from pytest_zstack_ticket.simulator.embedded_url import parse_options  # noqa: PLC0415 - only embedded runs need it

    faults = parse_options(str(run.options["url"])).faults
    return faults is not None and faults.remembers


def _repeat_failures(run: Run) -> None:
    """Send failing examples a few times more."""
    failing = [key for key in sorted(run.results.pinned) if key[1]]
    with suppress(TargetError):
        for requirement, found in failing[:MOST_REPEATED]:
            saved = run.results.pinned[requirement, found]
            outcomes = [replay(run, saved_example_from_json(saved)).outcome for _ in range(REPEATS)]
            saved["seen"], saved["tried"] = outcomes.count(found), REPEATS - outcomes.count(None)
            for finding in run.results.findings.get(requirement, ()):
                if finding["signature"] == found:
                    finding["seen"], finding["tried"] = 1 + saved["seen"], 1 + saved["tried"]
