"""Only the checks that the catalogue names decide a requirement."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_zstack_ticket.checks import CHECKS
from pytest_zstack_ticket.config import catalogue as catalogues
from pytest_zstack_ticket.config.catalogue import catalogue
from pytest_zstack_ticket.config.package_data import suites_folder
from pytest_zstack_ticket.config.suite_tests import requirements_by_test
from pytest_zstack_ticket.model.outcome import Phrase, Undecided
from pytest_zstack_ticket.model.ticket import Edit
from pytest_zstack_ticket.model.verdict import Example
from pytest_zstack_ticket.verdicts.relevance import irrelevance

FILES = catalogues.tested_in()
RULES = {one.id: one for one in catalogue()}
TOO_LONG = Edit(kind="mutation", name="too-long", path="params.name")
FIELDS = {"fields": ["params", "name"]}
GOOD = Example(
    requirement="ZT-BODY-004",
    test="test_refused.py::test_it",
    check="refusal",
    arguments=dict(FIELDS),
    roles={"subject": ("m-1",), "sibling": ("m-2",)},
    judgement=None,
    edit=TOO_LONG,
    partition="params.name/too-long",
)


def tables(file: str, *names: str) -> dict[str, list[str]]:
    """Return the tables of rows by requirement that a suite's file has."""
    tree = ast.parse((suites_folder() / file).read_text("utf-8"))
    found: dict[str, list[str]] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in names:
            found |= ast.literal_eval(node.value)
    return found


def test_every_requirement_says_which_checks_decide_it() -> None:
    assert [one.id for one in catalogue() if not one.decided_by and not one.not_tested] == []


@pytest.mark.parametrize("rule", catalogue(), ids=lambda rule: rule.id)
def test_each_deciding_check_exists_and_stands_in_a_test_of_the_requirement(rule) -> None:
    texts = "".join((Path(suites_folder()) / name).read_text("utf-8") for name in FILES[rule.id])
    for one in rule.decided_by:
        assert one.check in CHECKS
        assert f'"{one.check}"' in texts, one.check
        assert set(one.optional) <= {*one.arguments, *one.free}
        assert not set(one.free) & set(one.arguments)


def test_rows_are_those_of_the_tests() -> None:
    stated = {one.id: list(one.decided_by[0].rows) for one in catalogue() if one.decided_by and one.decided_by[0].rows}
    wanted = (
        tables("body/test_refused.py", "REFUSED")
        | tables("body/test_accepted.py", "ACCEPTED")
        | tables("http/test_messages.py", "REFUSED", "ANSWERED")
    )
    assert {name: rows for name, rows in stated.items() if name in wanted} == wanted
    for name in stated.keys() - wanted.keys():
        texts = "".join((Path(suites_folder()) / file).read_text("utf-8") for file in FILES[name])
        assert [row for row in stated[name] if row.split("*")[0].split("-")[0] not in texts] == [], name


def test_an_example_as_its_test_makes_it_decides() -> None:
    assert irrelevance(GOOD, RULES["ZT-BODY-004"]) == ""


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"check": "form", "arguments": {}}, "does not decide it"),
        ({"check": "answered", "arguments": {}}, "cannot make it pass"),
        ({"arguments": {**FIELDS, "unless": ["quota"]}}, "other arguments"),
        ({"arguments": {}}, "other arguments"),
        ({"partition": "params.name/null", "edit": None}, "not one of its rows"),
        ({"partition": "", "edit": None}, "outside the rows"),
        ({"partition": "params.name/too-long-64k"}, "not the partition of its edit"),
        ({"partition": "params.name/too-long\n", "edit": None, "arguments": FIELDS}, "not one of its rows"),
    ],
)
def test_an_example_of_anything_else_does_not_decide(changed, why) -> None:
    assert why in irrelevance(replace(GOOD, **changed), RULES["ZT-BODY-004"])


def test_an_unanswered_subject_may_leave_any_requirement_undecided() -> None:
    silent = replace(GOOD, check="answered", arguments={}, judgement=Undecided(Phrase.of("target-silent")))
    assert irrelevance(silent, RULES["ZT-BODY-004"]) == ""


def test_the_value_of_an_argument_decides_which_requirement_is_meant() -> None:
    name = replace(GOOD, requirement="ZT-ANSWER-012", check="member-echo", arguments={"member": "name"}, edit=None)
    assert irrelevance(name, RULES["ZT-ANSWER-012"]) == ""
    assert "other arguments" in irrelevance(replace(name, requirement="ZT-ANSWER-013"), RULES["ZT-ANSWER-013"])


def test_a_requirement_of_another_suite_may_use_any_check() -> None:
    assert irrelevance(replace(GOOD, check="mine"), replace(RULES["ZT-BODY-004"], decided_by=())) == ""


def test_a_shipped_test_decides_its_own_requirements_alone():
    tests = requirements_by_test()
    assert tests["test_inventory::test_inventory_fields_have_their_types"] >= {"ZT-ANSWER-006", "ZT-ANSWER-010"}
    literal = [ids for ids in tests.values() if len(ids) == 1]
    assert len(literal) > 100
    assert set().union(*tests.values()) == {one.id for one in catalogue() if not one.not_tested}


def test_an_example_of_a_test_of_another_requirement_is_refused():
    tests = requirements_by_test()
    own = replace(GOOD, test="test_refused::test_invalid_body_is_refused[ZT-BODY-004]")
    other = replace(GOOD, test="test_form::test_every_response_is_utf8")
    unknown = replace(GOOD, test="test_mine::test_it")
    assert [bool(irrelevance(one, RULES["ZT-BODY-004"], tests)) for one in (own, other, unknown)] == [
        False,
        True,
        False,
    ]


def test_no_answer_takes_the_place_of_a_check_that_looks_for_one_itself() -> None:
    """A run that ends while a request is under way asks whether others are answered, and decides nothing."""
    rule = RULES["ZT-HTTP-022"]
    undecided = Undecided(Phrase.of("target-silent"))
    seen = replace(
        GOOD, requirement=rule.id, check="answered", arguments={"call": "create"}, edit=None, partition="header-long"
    )
    assert irrelevance(replace(seen, judgement=undecided), rule) == ""
    assert irrelevance(seen, rule) != ""
