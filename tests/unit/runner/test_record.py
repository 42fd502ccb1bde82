"""What leaves a test process: plain JSON that every reporter survives."""

import json

import pytest

from pytest_zstack_ticket.model.outcome import Phrase, Violation
from pytest_zstack_ticket.model.verdict import Example, Observation
from pytest_zstack_ticket.report.sanitize import clean_exception, scrubbed, scrubbed_json, visible_lines
from pytest_zstack_ticket.runner.record import ExaminedExample, ItemRecord, tally_from_json, tally_to_json
from pytest_zstack_ticket.runner.record_json import RunIdentity, record_json
from pytest_zstack_ticket.runner.results import RunResults
from pytest_zstack_ticket.verdicts.tally import Tally
from tests.support.builders import answered, failed

FULL = Tally(
    requirement="ZT-BODY-001",
    held=1,
    failed=2,
    undecided=3,
    legal=4,
    reason=Phrase.of("no-answer"),
    partitions=frozenset({"b", "a"}),
    errors=("TypeError: x",),
    ran=True,
)
RUN = RunIdentity(url="http://h/zstack", own=frozenset())
VIOLATION = Violation(expected=Phrase.of("expect-refusal"), actual=Phrase.of("was-accepted", form="{}"))


def record(judgement: Violation | None = VIOLATION) -> ItemRecord:
    trails = {"subject": (answered(200, {}, sent={"a": 1}),), "sibling": (failed(),)}
    example = Example(requirement="ZT-BODY-001", test="t", check="refusal", arguments={}, roles={}, judgement=judgement)
    seen = Observation(id="answer.form", value="\ud800")
    failing = ExaminedExample(example, trails, frozenset())
    return ItemRecord("ZT-BODY-001", "t", FULL, failing=failing, observations=[seen])


@pytest.mark.parametrize("tally", [FULL, Tally(requirement="ZT-BODY-001")])
def test_a_tally_survives_its_journey(tally: Tally):
    assert tally_from_json(json.loads(json.dumps(tally_to_json(tally)))) == tally


@pytest.mark.parametrize("letter", ["\ud800", "\x00", "\x1b", "\x9b", "\uffff"])
def test_what_kills_reporters_is_escaped(letter: str):
    assert scrubbed(f"a{letter}\t\n") == f"a\\u{ord(letter):04x}\t\n"
    scrubbed(letter).encode()


def test_json_is_scrubbed_to_the_bottom():
    assert scrubbed_json({"\ud800": [("\x00",), 1, None]}) == {"\\ud800": [["\\u0000"], 1, None]}


def test_shown_text_keeps_its_lines_and_cannot_steer():
    assert visible_lines("a\u202eb\nc\x1b[0m") == "a\\u202eb\nc\\u001b[0m"


def test_an_exception_is_cleaned_with_all_that_it_stands_on():
    error = ValueError("bad", 1)
    error.__cause__ = KeyError("bad")
    error.__cause__.__context__ = error
    error.add_note("bad")
    group = ExceptionGroup("several", [error])
    clean_exception(group, lambda text: text.replace("bad", "good"))
    assert error.args == ("good", 1)
    assert error.__cause__.args == ("good",)
    assert error.__notes__ == ["good"]


def test_a_finding_is_the_failing_example():
    finding = record_json(record(), RUN, command="pytest")["finding"]
    assert finding["subject"]["answer"]["status"] == 200
    assert finding["curl"].endswith("http://h/zstack/v1/tickets")
    assert finding["regenerate"] == "pytest"
    assert len(finding["signature"]) == 16


def test_a_test_without_violation_has_no_finding():
    assert record_json(record(None), RUN, command="")["finding"] is None


def test_a_record_made_aside_saves_no_examples_and_counts_as_no_test():
    results = RunResults()
    aside = record_json(record(), RUN, command="", aside=True)
    results.take(json.loads(json.dumps(aside)))
    assert aside["pinned"] == []
    assert results.tests["ZT-BODY-001"] == 0


def test_records_are_gathered():
    results = RunResults()
    for _ in range(2):
        results.take(json.loads(json.dumps(record_json(record(), RUN, command=""))))
    assert results.tallies["ZT-BODY-001"].held == 2
    assert len(results.findings["ZT-BODY-001"]) == 2
    assert results.observations["answer.form"] == [{"value": "\\ud800", "count": 2, "exchanges": []}]
    assert results.tests["ZT-BODY-001"] == 2
