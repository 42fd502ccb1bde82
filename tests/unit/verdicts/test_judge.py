"""Verdicts: from examples alone, worst first, and never passed for what was not run."""

from dataclasses import replace

import pytest

from pytest_zstack_ticket.model.outcome import Judgement, Phrase, Undecided, Violation
from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.model.requirement import Requirement
from pytest_zstack_ticket.model.ticket import Edit
from pytest_zstack_ticket.model.verdict import Example, Verdict
from pytest_zstack_ticket.verdicts.judge import (
    Result,
    applies,
    doubts_of,
    exit_status,
    judge,
    roll_up,
    signature,
    verdict_of,
)
from pytest_zstack_ticket.verdicts.tally import Tally, tallies, tally_of

RULE = Requirement(
    id="ZT-BODY-001", area="body", level="must", basis="document", text={"en": "x", "zh": "x"}, source="the page"
)
ACCEPTING = Profile(capabilities=frozenset({"accepted"}))
DEPARTED = Violation(expected=Phrase.of("expect-refusal"), actual=Phrase.of("was-accepted", form="{}"))
UNDECIDED = Undecided(Phrase.of("no-answer"))
OPEN = Undecided(Phrase.of("legal-refusal"))


def example(judgement: Judgement, requirement: str = "ZT-BODY-001", **changes: object) -> Example:
    plain = Example(requirement=requirement, test="t", check="refusal", arguments={}, roles={}, judgement=judgement)
    return replace(plain, **changes)


def decided(
    *judgements: Judgement, rule: Requirement = RULE, profile: Profile = ACCEPTING, cut: bool = False
) -> Verdict:
    found = tallies(example(one, rule.id) for one in judgements)
    return verdict_of(rule, found.get(rule.id), profile, doubt=Phrase.of("cut-short") if cut else None).verdict


@pytest.mark.parametrize(
    ("judgements", "verdict"),
    [
        ([None], "passed"),
        ([None, OPEN], "passed"),
        ([None, DEPARTED], "failed"),
        ([UNDECIDED, DEPARTED], "failed"),
        ([None, UNDECIDED], "inconclusive"),
        ([UNDECIDED], "inconclusive"),
        ([OPEN], "inapplicable"),
        ([], "untested"),
    ],
)
def test_a_verdict_is_formed_from_examples(judgements: list[Judgement], verdict: Verdict):
    assert decided(*judgements) == verdict


def test_a_test_that_ran_without_examples_is_inconclusive():
    assert verdict_of(RULE, Tally(requirement=RULE.id, ran=True), ACCEPTING).verdict == "inconclusive"


def test_a_broken_suite_is_an_error_whatever_its_examples_say():
    broken = Tally(requirement=RULE.id, held=1, failed=1, errors=("TypeError: x",), ran=True)
    judged = verdict_of(RULE, broken, ACCEPTING)
    assert judged.verdict == "error"
    assert judged.reason == Phrase.of("harness-error", error="TypeError: x")


def test_what_a_run_did_not_come_to_is_inconclusive():
    assert decided(None, cut=True) == "inconclusive"
    assert decided(DEPARTED, cut=True) == "failed"


def test_a_requirement_that_is_not_tested_says_why():
    rule = replace(RULE, not_tested="needs an approver")
    assert verdict_of(rule, None, ACCEPTING).verdict == "untested"


def test_a_requirement_of_another_profile_is_inapplicable():
    assert decided(rule=replace(RULE, profiles=("documented",))) == "inapplicable"
    assert applies(replace(RULE, profiles=("deployed",)), ACCEPTING) is None


def test_what_a_target_left_open_is_inapplicable_for_the_reason_of_its_examples():
    never, refusal = Phrase.of("never-pending"), Phrase.of("legal-refusal")
    found = tallies([example(Undecided(never)), example(Undecided(refusal))])[RULE.id]
    judged = verdict_of(RULE, found, ACCEPTING)
    assert (judged.verdict, judged.reason) == ("inapplicable", refusal)
    assert verdict_of(RULE, tallies([example(Undecided(never))])[RULE.id], ACCEPTING).reason == never


def test_the_reason_of_an_open_example_does_not_depend_on_the_order_of_examples():
    reasons = [Phrase.of("never-pending"), Phrase.of("not-shown", member="b"), Phrase.of("not-shown", member="a")]
    both = [tallies(example(Undecided(one)) for one in order)[RULE.id].chosen for order in (reasons, reasons[::-1])]
    assert both == [Phrase.of("never-pending")] * 2


def test_an_unmet_need_is_inapplicable():
    assert decided(rule=replace(RULE, needs=("access-key",))) == "inapplicable"


@pytest.mark.parametrize("need", ["accepted", "inventory", "shown"])
def test_what_a_refused_calibration_could_not_show_is_inconclusive(need: str):
    assert decided(rule=replace(RULE, needs=(need,)), profile=Profile()) == "inconclusive"


def test_what_the_operator_declared_absent_is_inapplicable():
    absent = Profile(absent=frozenset({"inventory"}))
    assert decided(rule=replace(RULE, needs=("inventory",)), profile=absent) == "inapplicable"


@pytest.mark.parametrize(
    ("verdicts", "worst"),
    [
        (["passed", "failed", "error"], "error"),
        (["passed", "inconclusive", "failed"], "failed"),
        (["passed", "inconclusive", "untested"], "inconclusive"),
        (["passed", "untested", "inapplicable"], "passed"),
        (["untested", "inapplicable"], "inconclusive"),
        ([], "inconclusive"),
    ],
)
def test_the_worst_verdict_is_that_of_the_run(verdicts: list[Verdict], worst: Verdict):
    assert roll_up(verdicts) == worst


def result(*judgements: Judgement, cut: bool = False) -> Result:
    other = replace(RULE, id="ZT-BODY-002", level="should")
    found = tallies(example(one) for one in judgements)
    return judge(
        [RULE, other], found, ACCEPTING, doubts=doubts_of(cut={RULE.id} if cut else (), early=()), cut_short=cut
    )


def test_counts_are_kept_by_level_and_what_was_not_run_makes_a_run_partial():
    counted = result(None)
    assert counted.counts["must"]["passed"] == 1
    assert counted.counts["should"]["untested"] == 1
    assert counted.partial
    assert counted.verdict == "passed"


def test_a_run_is_whole_if_all_that_can_be_tested_was():
    rules = [RULE, replace(RULE, id="ZT-BODY-002", not_tested="needs an approver")]
    assert not judge(rules, tallies([example(None)]), ACCEPTING).partial


def test_a_run_that_was_cut_short_is_partial_and_inconclusive():
    cut = result(None, cut=True)
    assert cut.partial
    assert cut.verdict == "inconclusive"


@pytest.mark.parametrize(
    ("judgements", "pytest_status", "status"),
    [
        ([None], 0, 0),
        ([None], 1, 1),
        ([DEPARTED], 0, 1),
        ([UNDECIDED], 0, 12),
        ([UNDECIDED], 1, 1),
        ([DEPARTED], 2, 2),
        ([DEPARTED], 3, 3),
        ([DEPARTED], 4, 4),
        ([], 5, 5),
    ],
)
def test_the_exit_status_tells_the_verdict_and_leaves_pytests_own_alone(
    judgements: list[Judgement], pytest_status: int, status: int
):
    assert exit_status(result(*judgements), pytest_status) == status


def test_no_target_and_residue_have_their_own_exit_status():
    assert exit_status(None, 0, no_target=True) == 11
    assert exit_status(None, 2) == 2
    assert exit_status(result(None), 0, residue=True) == 13
    assert exit_status(result(DEPARTED), 0, residue=True) == 1


def test_a_run_that_was_cut_short_is_never_passed():
    rules = [RULE]
    assert judge(rules, tallies([example(None)]), ACCEPTING, cut_short=True).verdict == "inconclusive"
    assert judge(rules, tallies([example(DEPARTED)]), ACCEPTING, cut_short=True).verdict == "failed"


def test_tallies_add_up():
    first = tally_of(example(None, partition="a"))
    both = first.plus(tally_of(example(UNDECIDED, partition="b")))
    assert (both.held, both.undecided, both.partitions) == (1, 1, frozenset({"a", "b"}))
    assert both.reason == UNDECIDED.reason


def test_a_signature_tells_failures_apart_and_not_their_values():
    edit = Edit(kind="mutation", name="null", path="params.name", note="one")
    here = signature(example(DEPARTED, edit=edit), status=200)
    assert here == signature(example(DEPARTED, edit=replace(edit, note="two"), arguments={"n": 1}), status=201)
    assert here != signature(example(DEPARTED, edit=edit), status=500)
    assert here != signature(example(DEPARTED), status=200)
    assert here != signature(example(DEPARTED, "ZT-BODY-002", edit=edit), status=200)
    assert signature(example(None)) == ""


def test_what_could_not_be_decided_for_a_failure_below_it_is_untested_with_its_cause():
    rules = (
        replace(RULE, id="ZT-X-001"),
        replace(RULE, id="ZT-X-002", after=("ZT-X-001",)),
        replace(RULE, id="ZT-X-003", after=("ZT-X-002",)),
        replace(RULE, id="ZT-X-004"),
    )
    found = {
        "ZT-X-001": Tally(requirement="ZT-X-001", failed=1, ran=True),
        "ZT-X-002": Tally(requirement="ZT-X-002", held=1, ran=True),
        "ZT-X-003": Tally(requirement="ZT-X-003", undecided=1, ran=True),
        "ZT-X-004": Tally(requirement="ZT-X-004", undecided=1, ran=True),
    }
    result = judge(rules, found, ACCEPTING)
    assert [one.verdict for one in result.judged] == ["failed", "passed", "untested", "inconclusive"]
    assert result.judged[2].reason == Phrase.of("blocked", by="ZT-X-001")


def explained(*causes: str) -> Violation:
    return replace(DEPARTED, because=causes)


def verdicts(**judgements: list[Judgement]) -> dict[str, str]:
    rules = tuple(replace(RULE, id=f"ZT-X-{name[1:]}") for name in judgements)
    examples = [example(one, f"ZT-X-{name[1:]}") for name, found in judgements.items() for one in found]
    result = judge(rules, tallies(examples), ACCEPTING)
    return {one.id: one.verdict for one in result.judged}


def test_a_failure_that_another_failure_explains_is_untested_because_of_it():
    rules = (replace(RULE, id="ZT-X-001"), replace(RULE, id="ZT-X-002"))
    found = tallies([example(DEPARTED, "ZT-X-001"), example(explained("ZT-X-001"), "ZT-X-002")])
    blocked = judge(rules, found, ACCEPTING).judged[1]
    assert (blocked.verdict, blocked.reason) == ("untested", Phrase.of("blocked", by="ZT-X-001"))
    assert (blocked.tally.failed, blocked.tally.undecided) == (0, 1)


def test_a_cause_that_did_not_fail_explains_nothing():
    assert verdicts(_001=[None], _002=[explained("ZT-X-001")]) == {"ZT-X-001": "passed", "ZT-X-002": "failed"}


def test_one_violation_of_its_own_keeps_a_requirement_failed():
    found = verdicts(_001=[DEPARTED], _002=[explained("ZT-X-001"), DEPARTED])
    assert found == {"ZT-X-001": "failed", "ZT-X-002": "failed"}


def test_requirements_that_explain_each_other_both_stay_failed():
    found = verdicts(_001=[explained("ZT-X-002")], _002=[explained("ZT-X-001")])
    assert found == {"ZT-X-001": "failed", "ZT-X-002": "failed"}


def test_a_requirement_does_not_explain_itself():
    assert verdicts(_001=[explained("ZT-X-001")]) == {"ZT-X-001": "failed"}


def test_what_depends_on_an_explained_failure_is_blocked_by_its_cause():
    rules = (
        replace(RULE, id="ZT-X-001"),
        replace(RULE, id="ZT-X-002"),
        replace(RULE, id="ZT-X-003", after=("ZT-X-002",)),
    )
    judgements = {"ZT-X-001": DEPARTED, "ZT-X-002": explained("ZT-X-001"), "ZT-X-003": UNDECIDED}
    found = tallies(example(judgement, name) for name, judgement in judgements.items())
    assert judge(rules, found, ACCEPTING).judged[2].reason == Phrase.of("blocked", by="ZT-X-001")
