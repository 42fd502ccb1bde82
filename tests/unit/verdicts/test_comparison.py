"""Two runs compared: what makes a line, and what must not."""

import copy

import pytest

from pytest_zstack_ticket.model.saved_example import Observed, SavedCall, SavedExample, saved_example_to_json
from pytest_zstack_ticket.verdicts.comparison import compare

SEEN = Observed(status=503, code="SYS.1007", fields=("error", "error.code"), seconds=0.1)


def row(key="ZT-BODY-001", verdict="passed", **more):
    return {"id": key, "verdict": verdict, "level": "must", "needs": [], "profiles": []} | more


def report(*rows, pinned=(), observations=(), **profile):
    return {
        "profile": {"base": "deployed", "limits": {"name": 255}} | profile,
        "requirements": list(rows),
        "pinned": [saved_example_to_json(one) for one in pinned],
        "observations": [
            {"id": key, "values": [{"value": value, "count": 1, "exchanges": []} for value in values]}
            for key, values in observations
        ],
    }


def pinned(requirement="ZT-BODY-001", body=b"{}", **observed):
    seen = {name: observed.get(name, getattr(SEEN, name)) for name in ("status", "code", "fields", "seconds")}
    call = SavedCall(role="subject", method="POST", path="/v1/tickets", headers=(), session=True, body=body)
    return SavedExample(
        requirement=requirement,
        test="t",
        check="form",
        arguments={},
        edit=None,
        partition="",
        signature="",
        calls=(call,),
        observed=Observed(**seen),
    )


def kinds(before, after):
    return [(line.kind, line.what) for line in compare(before, after).lines]


@pytest.mark.parametrize(
    ("was", "now", "line"),
    [
        ("passed", "failed", ("regression", "verdict")),
        ("failed", "passed", ("fixed", "verdict")),
        ("passed", "inconclusive", ("inconclusive", "verdict")),
        ("inconclusive", "failed", ("inconclusive", "verdict")),
        ("passed", "error", ("inconclusive", "verdict")),
        ("passed", "inapplicable", ("not-comparable", "need")),
        ("untested", "passed", ("not-comparable", "untested")),
    ],
)
def test_two_verdicts_make_one_line_of_their_class(was, now, line):
    assert kinds(report(row(verdict=was)), report(row(verdict=now))) == [line]


@pytest.mark.parametrize("verdict", ["passed", "inconclusive", "error", "inapplicable", "untested", "failed"])
def test_the_same_verdict_twice_is_no_line(verdict):
    assert kinds(report(row(verdict=verdict)), report(row(verdict=verdict))) == []


def test_a_failure_that_both_runs_have_is_known_and_no_regression():
    found = compare(report(row(verdict="failed")), report(row(verdict="failed")))
    assert [line.requirements for line in found.known] == [("ZT-BODY-001",)]
    assert found.exit_status == 0


def test_only_a_regression_makes_exit_status_10():
    assert compare(report(row(verdict="failed")), report(row())).exit_status == 0
    assert compare(report(row()), report(row(verdict="failed"))).exit_status == 10


def test_a_requirement_of_one_run_only_is_not_comparable():
    assert kinds(report(row()), report(row(), row("ZT-NEW-001"))) == [("not-comparable", "requirement")]


def test_another_rule_under_the_same_id_is_not_comparable():
    assert kinds(report(row()), report(row(verdict="failed", level="should"))) == [("not-comparable", "rule")]


def test_another_profile_is_named_once():
    assert kinds(report(row()), report(row(), base="documented")) == [("not-comparable", "profile-base")]


def test_counts_texts_and_findings_say_nothing():
    before, after = report(row(examples={"held": 3}, text={"en": "a"})), report(row(examples={"held": 99}))
    assert kinds(before, after) == []


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"status": 400}, "status"),
        ({"code": "SYS.1001"}, "code"),
        ({"fields": ("error",)}, "fields"),
        ({"seconds": 1.5}, "latency"),
    ],
)
def test_a_changed_answer_to_the_same_pinned_example_is_one_line(changed, what):
    assert kinds(report(row(), pinned=[pinned()]), report(row(), pinned=[pinned(**changed)])) == [("changed", what)]


@pytest.mark.parametrize("same", [{"status": 500}, {"seconds": 0.35}, {"seconds": 1.0}])
def test_a_small_change_of_an_answer_is_no_line(same):
    assert kinds(report(row(), pinned=[pinned()]), report(row(), pinned=[pinned(**same)])) == []


def test_examples_that_sent_something_else_are_not_compared():
    after = report(row(), pinned=[pinned(body=b"[]", code="OTHER")])
    assert kinds(report(row(), pinned=[pinned()]), after) == []


def test_one_change_that_many_requirements_show_is_one_line():
    rows = [row("ZT-A-001"), row("ZT-A-002")]
    before = report(*rows, pinned=[pinned("ZT-A-001"), pinned("ZT-A-002")])
    after = report(*rows, pinned=[pinned("ZT-A-001", code="X"), pinned("ZT-A-002", code="X")])
    assert [line.requirements for line in compare(before, after).lines] == [("ZT-A-001", "ZT-A-002")]


def test_a_change_that_broke_a_requirement_is_told_once():
    before = report(row(), pinned=[pinned()])
    after = report(row(verdict="failed"), pinned=[pinned(status=200)])
    assert kinds(before, after) == [("regression", "verdict")]


def test_a_recorded_fact_of_which_no_value_was_seen_again_is_a_change():
    before = report(row(), observations=[("create.answer-form", ["job"]), ("other", [1])])
    after = report(row(), observations=[("create.answer-form", ["direct"]), ("other", [1, 2])])
    assert kinds(before, after) == [("changed", "create.answer-form")]


def test_a_report_compared_with_itself_has_no_line():
    one = report(row(verdict="failed"), pinned=[pinned()], observations=[("fact", ["a"])])
    assert compare(one, copy.deepcopy(one)).lines == ()


@pytest.mark.parametrize("key", ["left-open", "never-pending"])
@pytest.mark.parametrize(("now", "lines"), [("passed", []), ("failed", [("inconclusive", "verdict")])])
def test_a_requirement_that_one_run_left_open_is_no_difference_unless_it_failed(now, lines, key):
    open_row = row(verdict="inapplicable", reason={"key": key, "parameters": {}})
    assert kinds(report(row(verdict=now)), report(open_row)) == lines
    assert kinds(report(open_row), report(row(verdict=now))) == lines
