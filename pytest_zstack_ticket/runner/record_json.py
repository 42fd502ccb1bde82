"""The record of a test as JSON for its report and for the controller: made once, and sanitised once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field

from pytest_zstack_ticket.model.codec import observation_to_json
from pytest_zstack_ticket.model.exchange import JsonObject
from pytest_zstack_ticket.model.outcome import Violation
from pytest_zstack_ticket.model.requirement import Requirement
from pytest_zstack_ticket.model.saved_example import saved_example_to_json
from pytest_zstack_ticket.model.verdict import Finding
from pytest_zstack_ticket.report.curl import curl_line
from pytest_zstack_ticket.report.finding import finding_json, status_in_signature, subject_role, witness_json
from pytest_zstack_ticket.report.sanitize import scrubbed_json
from pytest_zstack_ticket.runner.record import ExaminedExample, ItemRecord, tally_to_json
from pytest_zstack_ticket.verdicts.judge import signature
from pytest_zstack_ticket.verdicts.saved_examples import saved_example_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RunIdentity:
    """What the findings of a run depend on: its URL, its sessions and the certifier's nonce.

    `own` are the Authorization values of the run's session in redacted requests, `others` those of other users, with
    the environment variable that a curl line takes each from.
    """

    url: str
    own: frozenset[str]
    others: Mapping[str, str] = field(default_factory=dict)
    nonce: str = ""


def record_json(
    record: ItemRecord, run: RunIdentity, *, command: str, rule: Requirement | None = None, aside: bool = False
) -> JsonObject:
    """Convert the record of a test, free of characters that break reporters; `command` repeats the test.

    `rule` is a requirement that no catalogue has. A record made `aside` belongs to no test of its own, and its examples
    are not saved for other runs.
    """
    found: JsonObject = {
        "pinned": [] if aside else _saved_examples(record, run),
        "witness": witness_json(record.witness.example, record.witness.trails) if record.witness else None,
        "test": record.test,
        "first_seen": record.first_seen,
        "tally": tally_to_json(record.tally),
        "finding": _finding(record, run, command),
        "observations": [observation_to_json(one) for one in record.observations],
        "own": asdict(rule) if rule else None,
        "aside": aside,
    }
    clean: JsonObject = scrubbed_json(found)
    return clean


def _finding(record: ItemRecord, run: RunIdentity, command: str) -> JsonObject | None:
    """Convert the failing example of a test to a finding, None if it has none."""
    failing = record.failing
    if failing is None or not isinstance(failing.example.judgement, Violation):
        return None
    example, violation = failing.example, failing.example.judgement
    subject = failing.trails.get(subject_role(failing.trails), ())
    framed = example.edit is not None and example.edit.is_framed
    finding = Finding(
        requirement=record.requirement,
        example=example,
        expected=violation.expected,
        actual=violation.actual,
        signature=signature(example, status=status_in_signature(failing.trails)),
        curl=curl_line(subject[0].request, run.url, ours=run.own, others=run.others) if subject and not framed else "",
        regenerate=command,
        seen=record.seen,
        tried=record.tried,
    )
    choices = record.choices.to_json() if record.choices else None
    return {**finding_json(finding, failing.trails), "choices": choices, "irregular": record.irregular}


def _saved_examples(record: ItemRecord, run: RunIdentity) -> list[JsonObject]:
    """Convert the examples that another run can send again: the last passing one, and the failing one."""
    return [*_sendable(record.passing, run)[-1:], *_sendable([record.failing] if record.failing else [], run)]


def _sendable(examples: Iterable[ExaminedExample], run: RunIdentity) -> list[JsonObject]:
    """Leave out examples with characters that reporters do not survive: scrubbed they would not be the same."""
    found = [
        saved_example_of(one.example, one.trails, ours=run.own, created=one.created, word=run.nonce) for one in examples
    ]
    saved = [saved_example_to_json(one) for one in found if one is not None]
    return [one for one in saved if scrubbed_json(one) == one]
