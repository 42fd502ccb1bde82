"""The machine-readable report."""

import json

import jsonschema

from pytest_zstack_ticket.config.package_data import schemas_folder
from pytest_zstack_ticket.model.digest import digest
from pytest_zstack_ticket.model.outcome import Phrase
from pytest_zstack_ticket.model.profile import Profile, Release
from pytest_zstack_ticket.model.requirement import Requirement
from pytest_zstack_ticket.report.document import RequirementRow, RunFacts, profile_json, report_json, row_json
from pytest_zstack_ticket.report.text.translations import translations
from pytest_zstack_ticket.verdicts.judge import Judged
from pytest_zstack_ticket.verdicts.tally import Tally

RULE = Requirement(
    id="ZT-BODY-001",
    area="body",
    level="must",
    basis="document",
    text={"en": "It is refused.", "zh": "必须被拒绝。"},
    source="the page",
    consequence={"en": "It hangs.", "zh": "挂起。"},
)
TALLY = Tally(requirement=RULE.id, held=2, undecided=1, legal=3, partitions=frozenset({"params.name/null"}))
ROW = RequirementRow(
    requirement=RULE,
    judged=Judged(id=RULE.id, verdict="inconclusive", reason=Phrase.of("no-example"), tally=TALLY),
)
FACTS = RunFacts(
    run={
        "id": "0" * 16,
        "started": "2026-11-23T07:44:59.000+00:00",
        "ended": "2026-11-23T07:45:59.000+00:00",
        "suite": {"name": "pytest-zstack-ticket", "version": "0"},
        "effort": "smoke",
        "seed": 1,
        "complete": True,
        "cut_short": None,
        "left_on_target": 0,
        "residue": {"left": [], "deleted": 0, "unseen": 0, "reason": None, "used": {}, "caps": {}},
        "arguments": [],
    },
    target={
        "url": "http://h/zstack",
        "given": None,
        "kind": "foreign",
        "release": {"oldest": "3.0", "newest": "after-5.3"},
    },
    profile=Profile(oldest=Release(4, 8), capabilities=frozenset({"job", "accepted"})),
    verdict="inconclusive",
    partial=False,
    exit_status=12,
    counts={"must": {"passed": 0, "inconclusive": 1}, "may": {"passed": 2, "inconclusive": 0}},
    observations={"answer.form": [{"value": "inventory", "count": 1, "exchanges": []}]},
)


def test_a_report_fits_its_schema():
    schema = json.loads((schemas_folder() / "artefact" / "report.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(report_json(FACTS, [ROW], translations()))


def test_counts_are_summed_over_levels():
    result = report_json(FACTS, [ROW, ROW], translations())
    assert result["counts"]["requirements"] == {"passed": 2, "inconclusive": 1}
    assert result["counts"]["examples"] == {"held": 4, "failed": 0, "undecided": 2, "open": 6}


def test_a_reason_is_told_in_both_languages():
    (row,) = report_json(FACTS, [ROW], translations())["requirements"]
    assert row["reason"]["en"] == "no example could be examined"
    assert row["reason"]["zh"] != row["reason"]["en"]


def test_a_digest_is_that_of_the_value_and_not_of_its_order():
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    assert digest({"a": 1}) != digest({"a": 2})


def test_the_digest_of_a_profile_covers_the_contract():
    one, other = Profile(schemas=(("error", "{}"),)), Profile(schemas=(("error", "true"),))
    assert profile_json(one)["digest"] != profile_json(other)["digest"]


def test_examples_that_passed_are_shown_of_a_requirement_that_passed_alone():
    examples = [{"test": name, "partition": "", "exchanges": {}} for name in "cab"]
    passed = RequirementRow(
        requirement=RULE, judged=Judged(id=RULE.id, verdict="passed", reason=None, tally=TALLY), witnesses=examples
    )
    assert [one["test"] for one in row_json(passed, translations())["witnesses"]] == ["a", "b"]
    undecided = RequirementRow(requirement=RULE, judged=ROW.judged, witnesses=examples)
    assert row_json(undecided, translations())["witnesses"] == []
