"""A pass has to rest on enough distinct inputs, or the catalogue says why fewer exist."""

from dataclasses import replace

import pytest

from pytest_zstack_ticket.config.catalogue import catalogue
from pytest_zstack_ticket.model.outcome import Phrase
from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.model.requirement import FewInputs, Requirement
from pytest_zstack_ticket.verdicts.floors import FLOORS, floor_of, thin_passes, thin_reasons
from pytest_zstack_ticket.verdicts.judge import doubts_of, judge
from pytest_zstack_ticket.verdicts.tally import Tally

RULE = next(one for one in catalogue() if one.id == "ZT-QUERY-011")
FEW = replace(RULE, few_inputs=FewInputs(most=3, because="harm"))
OWN = replace(RULE, id="OWN-1", decided_by=())
ACCEPTING = Profile(capabilities=frozenset({"accepted", "query"}))


def found(count: int, rule: Requirement = RULE, **more: int) -> dict[str, Tally]:
    return {rule.id: Tally(requirement=rule.id, held=count, inputs=frozenset(map(str, range(count))), ran=True, **more)}


@pytest.mark.parametrize(("rule", "floor"), [(RULE, 8), (FEW, 3), (OWN, 0)])
def test_the_floor_is_that_of_the_effort_or_what_the_row_states(rule: Requirement, floor: int):
    assert floor_of(rule, "certify") == floor
    assert floor_of(rule, "smoke") == min(1, floor)


@pytest.mark.parametrize("effort", FLOORS)
def test_a_pass_below_the_floor_is_inconclusive(effort: str):
    enough = FLOORS[effort]
    assert thin_passes([RULE], found(enough), effort) == {}
    thin = thin_reasons(thin_passes([RULE], found(7), "certify"))
    assert thin == {RULE.id: Phrase.of("too-few-inputs", count=7, wanted=8)}
    doubts = doubts_of(cut=(), early=(), thin=thin)
    (judged,) = judge([RULE], found(7), ACCEPTING, doubts=doubts).judged
    assert (judged.verdict, judged.reason) == ("inconclusive", thin[RULE.id])


def test_a_violation_on_few_inputs_fails_all_the_same():
    tallies = found(2, failed=1)
    doubts = doubts_of(cut=(), early=(), thin=thin_reasons(thin_passes([RULE], tallies, "certify")))
    (judged,) = judge([RULE], tallies, ACCEPTING, doubts=doubts).judged
    assert judged.verdict == "failed"


def test_what_was_left_open_everywhere_is_no_thin_pass():
    assert thin_passes([RULE], {RULE.id: Tally(requirement=RULE.id, legal=1, ran=True)}, "certify") == {}


def test_each_row_that_states_fewer_states_fewer_than_the_floor():
    few = [one for one in catalogue() if one.few_inputs is not None]
    assert few
    assert all(1 <= one.few_inputs.most < FLOORS["certify"] for one in few if one.few_inputs is not None)
