"""What was not examined is said with its reasons, their counts, and the option that would change that."""

from typing import Any

import pytest

from pytest_zstack_ticket.report.html.causes_view import OPTIONAL
from pytest_zstack_ticket.report.html.page import render_page
from pytest_zstack_ticket.report.text.columns import width
from pytest_zstack_ticket.report.text.headline import claims_of
from pytest_zstack_ticket.report.text.left_out_text import (
    GROUPS,
    MOST_LINES,
    OPTIONS,
    USERS,
    group_of,
    left_out_line,
    left_out_lines,
)
from pytest_zstack_ticket.report.text.limit_text import residue_line
from pytest_zstack_ticket.report.text.translations import LANGUAGES, translations
from pytest_zstack_ticket.verdicts.coverage import because
from tests.support.sample_report import sample_report

WORDS = translations()


def left_out(key: str, verdict: str = "inapplicable", **parameters: str) -> dict[str, Any]:
    """Return what a row without a verdict has in place of one."""
    return {"verdict": verdict, "reason": {"key": key, "parameters": parameters, "en": key, "zh": key}}


def report(*rows: dict[str, Any], absent: tuple[str, ...] = ()) -> dict[str, Any]:
    one = sample_report()
    plain = {**one["requirements"][4], "verdict": "passed", "reason": None}
    rows = tuple({**plain, "id": f"ZT-BODY-{n:03}", **row} for n, row in enumerate(rows))
    return {**one, "requirements": list(rows), "profile": {**one["profile"], "absent": list(absent)}}


def line(*rows: dict[str, Any], lang: str = "en", absent: tuple[str, ...] = ()) -> str:
    return left_out_line(claims_of(report(*rows, absent=absent)), WORDS, lang)


def test_nothing_is_said_where_all_was_examined():
    assert line({}) == ""
    assert left_out_lines(claims_of(report({})), WORDS, "en", 80) == []


def test_each_reason_has_a_count_and_the_option_that_meets_it():
    needs = ("stranger", "stranger", "approver", "approval", "webhook", "access-key")
    rows = [left_out("unmet-need", need=need) for need in needs]
    assert line(*rows) == (
        "not examined: 3 need other users (--zstack-context FILE); 1 needs approvals (allow-approve in that file); 1 needs webhooks (--zstack-webhook); "
        "1 needs an access key (ZSTACK_ACCESS_KEY_*)"
    )
    assert line(*rows, lang="zh").startswith("未检查：3 条需要其他用户（--zstack-context FILE）；1 条需要实际审批")


def test_a_need_that_the_target_is_known_to_lack_names_no_option():
    key = left_out("unmet-need", need="access-key")
    assert line(key, absent=("access-key",)) == "not examined: 1 needs what the target does not have: access key"


def test_what_is_blocked_or_left_open_is_named():
    blocked = left_out("blocked", "untested", by="ZT-JOB-001")
    assert line(blocked, left_out("never-pending")) == (
        "not examined: 1 blocked by ZT-JOB-001 (ZT-BODY-000); 1 left open by the target (ZT-BODY-001)"
    )


def test_reports_and_statements_that_say_no_reason_get_no_line():
    claims = claims_of(report(left_out("not-run", "untested")))
    del claims["coverage"]["because"]
    assert left_out_line(claims, WORDS, "en") == ""
    assert because([{"id": "ZT-BODY-001", "reason": None}]) == [
        {"reason": "", "of": "", "count": 1, "ids": ["ZT-BODY-001"]}
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_terminal_shows_three_lines_at_most(lang: str):
    needs = ["stranger", "webhook", "access-key", "log-in", "release>=5.2", "schema", "histories", "query", "cancel"]
    rows = [left_out("unmet-need", need=need) for need in needs] + [left_out("other-profile", profile="documented")]
    rows += [left_out("not-shown", member="x"), left_out("blocked", "untested", by="ZT-JOB-001")]
    shown = left_out_lines(claims_of(report(*rows)), WORDS, lang, 80)
    assert len(shown) == MOST_LINES
    assert max(map(width, shown)) <= 80
    assert "-v" in shown[-1]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_group_has_words_and_a_page_says_what_to_do(lang: str):
    assert set(GROUPS) <= set(WORDS.catalogues[lang]["left-out"])
    assert set(OPTIONS.values()) | {"users"} == OPTIONAL
    needs = [*USERS, *OPTIONS]
    page = render_page(report(*(left_out("unmet-need", need=need) for need in needs)), WORDS, lang)
    for said in ("--zstack-context FILE", "--zstack-webhook", "ZSTACK_ACCESS_KEY_ID", "ZSTACK_PASSWORD"):
        assert page.count(said) >= 1
    assert {group_of("unmet-need", need) for need in needs} == OPTIONAL


def test_a_run_that_leaves_tickets_says_what_its_exit_status_is_for():
    one = sample_report()
    assert residue_line({**one, "exit_status": 1}, WORDS, "en") == ""
    for left, unseen, said in ((1, 0, "1 ticket is left"), (0, 2, "2 creates could not"), (0, 0, "whether tickets")):
        run = {**one["run"], "left_on_target": left, "residue": {**one["run"]["residue"], "unseen": unseen}}
        found = residue_line({**one, "run": run, "exit_status": 13}, WORDS, "en")
        assert said in found
        assert found.endswith("exit status 13")
