"""Causes of a run: which failed requirement to read first, and what it explains."""

from typing import Any

from pytest_zstack_ticket.report.grouping import causes_in


def finding(
    check: str = "stored-once", *, exchange: str = "m-1", actual: str = "stored", edit: dict[str, str] | None = None
) -> dict[str, Any]:
    return {
        "check": check,
        "expected": {"key": "expect-stored", "parameters": {"count": "1"}},
        "actual": {"key": actual, "parameters": {"count": "0"}},
        "edit": edit,
        "subject": {"exchange": exchange},
    }


def shows(check: str, exchange: str, *, expected: str, actual: str = "shows", **parameters: str) -> dict[str, Any]:
    """A finding about one member or one event."""
    return {
        **finding(check, exchange=exchange, actual=actual),
        "expected": {"key": expected, "parameters": parameters},
    }


def row(name: str, verdict: str, *findings: dict[str, Any], **more: Any) -> dict[str, Any]:
    area = name.split("-")[1].lower()
    reason = more.pop("reason", None)
    return {
        "id": name,
        "area": area,
        "level": "must",
        "verdict": verdict,
        "after": [],
        "findings": list(findings),
        "reason": reason and {"parameters": {}, "en": "why", "zh": "why", **reason},
        **more,
    }


def ids(rows: Any) -> list[str]:
    return [one["id"] for one in rows]


def test_what_is_blocked_by_a_failure_or_follows_from_it_is_in_its_group():
    rows = [
        row("ZT-BODY-004", "failed", finding("refusal", exchange="m-9", actual="was-accepted")),
        row("ZT-STORE-001", "failed", finding()),
        row("ZT-QUERY-002", "untested", reason={"key": "blocked", "parameters": {"by": "ZT-STORE-001"}}),
        row("ZT-ISOLATION-009", "inconclusive", reason={"key": "query-unclear", "parameters": {"role": "before"}}),
    ]
    first, second = causes_in(rows).groups
    assert (first.root["id"], ids(first.explained)) == ("ZT-STORE-001", ["ZT-QUERY-002", "ZT-ISOLATION-009"])
    assert (second.root["id"], second.explained) == ("ZT-BODY-004", [])
    assert causes_in(rows).reasons == []


def test_the_same_reason_has_a_cause_of_its_own_where_its_requirement_did_not_fail():
    rows = [row("ZT-ISOLATION-009", "inconclusive", reason={"key": "query-unclear"})]
    (reason,) = causes_in(rows).reasons
    assert (causes_in(rows).groups, ids(reason.rows)) == ([], ["ZT-ISOLATION-009"])


def test_requirements_that_show_the_same_are_one_group():
    rows = [row("ZT-ISOLATION-005", "failed", finding(exchange="m-1")), row("ZT-STORE-008", "failed", finding())]
    (group,) = causes_in(rows).groups
    assert (group.root["id"], ids(group.same)) == ("ZT-STORE-008", ["ZT-ISOLATION-005"])


def test_a_check_that_fails_for_two_fields_shows_two_defects():
    edits = ({"path": "params.name", "name": "drop"}, {"path": "params.requests", "name": "drop"})
    rows = [
        row(
            f"ZT-BODY-00{number}",
            "failed",
            finding("refusal", exchange=f"m-{number}", actual="was-accepted", edit=edit),
        )
        for number, edit in enumerate(edits)
    ]
    assert len(causes_in(rows).groups) == 2


def test_the_requirement_that_others_depend_on_is_the_root():
    rows = [
        row("ZT-JOB-001", "failed", finding("a", exchange="m-1"), after=["ZT-JOB-002"]),
        row("ZT-JOB-002", "failed", finding("b", exchange="m-2")),
    ]
    (group,) = causes_in(rows).groups
    assert (group.root["id"], ids(group.same)) == ("ZT-JOB-002", ["ZT-JOB-001"])


def test_a_number_in_a_message_makes_no_reason_of_its_own_and_another_need_does():
    reasons = [
        {"key": "calibration-unfinished", "parameters": {"seconds": "3"}},
        {"key": "calibration-unfinished", "parameters": {"seconds": "4"}},
        {"key": "unmet-need", "parameters": {"need": "approver"}},
        {"key": "unmet-need", "parameters": {"need": "stranger"}},
        {"key": "not-shown", "parameters": {"member": "history"}},
        {"key": "not-shown", "parameters": {"member": "total"}},
        {"key": "front-end", "parameters": {"status": "403"}},
        {"key": "front-end", "parameters": {"status": "413"}},
    ]
    found = causes_in([row(f"ZT-JOB-00{n}", "inconclusive", reason=one) for n, one in enumerate(reasons)])
    first, *others = [ids(one.rows) for one in found.reasons]
    assert first == ["ZT-JOB-000", "ZT-JOB-001"]
    assert others == [[f"ZT-JOB-00{n}"] for n in range(2, 8)]


def test_a_waived_failure_comes_last_whatever_it_explains():
    blocked = {"key": "blocked", "parameters": {"by": "ZT-STORE-001"}}
    rows = [
        row("ZT-STORE-001", "failed", finding(), waived=True),
        row("ZT-QUERY-002", "untested", reason=blocked),
        row("ZT-BODY-004", "failed", finding("refusal", exchange="m-9", actual="was-accepted")),
    ]
    assert [one.root["id"] for one in causes_in(rows).groups] == ["ZT-BODY-004", "ZT-STORE-001"]


def test_a_member_that_is_shown_otherwise_is_one_defect_whichever_check_sees_it():
    """What never held is read first: an update that moves a date fails what is about dates every time."""
    date = {"member": "createDate", "value": "1"}
    rows = [
        row(
            "ZT-LIFECYCLE-003",
            "failed",
            shows("event-effect", "m-1", expected="expect-unchanged", **date),
            examples={"held": 2, "failed": 1},
        ),
        row(
            "ZT-LIFECYCLE-019",
            "failed",
            shows("dates-not-backwards", "m-2", expected="expect-same-value", **date),
            examples={"held": 0, "failed": 1},
        ),
    ]
    (group,) = causes_in(rows).groups
    assert (group.root["id"], ids(group.same)) == ("ZT-LIFECYCLE-019", ["ZT-LIFECYCLE-003"])


def test_a_long_program_on_several_tickets_is_never_read_before_what_says_it_in_one():
    name = {"expected": "expect-value", "member": "description"}
    rows = [
        row("ZT-LIFECYCLE-012", "failed", shows("group-step", "m-1", **name), examples={"held": 0, "failed": 4}),
        row("ZT-STORE-003", "failed", shows("as-sent", "m-2", **name), examples={"held": 8, "failed": 14}),
    ]
    (group,) = causes_in(rows).groups
    assert group.root["id"] == "ZT-STORE-003"


def test_one_member_of_a_history_is_one_defect_after_whatever_step():
    kept = {"expected": "expect-row-kept", "member": "comment"}
    found = [shows("history-not-rewritten", f"m-{number}", **kept) for number in (1, 2)]
    for one, name in zip(found, ("read-history-among-several", "after-reopen"), strict=True):
        one["edit"] = {"name": name}
    rows = [
        row("ZT-LIFECYCLE-012", "failed", found[0], examples={"held": 49, "failed": 1}),
        row("ZT-LIFECYCLE-018", "failed", found[1], examples={"held": 0, "failed": 1}),
    ]
    (group,) = causes_in(rows).groups
    assert (group.root["id"], ids(group.same)) == ("ZT-LIFECYCLE-018", ["ZT-LIFECYCLE-012"])


def test_a_requirement_that_mostly_held_explains_none_that_never_did():
    rows = [
        row("ZT-QUERY-024", "failed", finding("a", exchange="m-1"), examples={"held": 3, "failed": 1}),
        row("ZT-QUERY-020", "failed", finding("b"), after=["ZT-QUERY-024"], examples={"held": 0, "failed": 1}),
    ]
    (group,) = causes_in(rows).groups
    assert group.root["id"] == "ZT-QUERY-020"


def test_two_members_two_statuses_and_two_events_are_defects_of_their_own():
    found = [
        shows("as-sent", "m-1", expected="expect-value", member="name"),
        shows("as-sent", "m-2", expected="expect-value", member="description"),
        shows("event-effect", "m-3", expected="expect-value", member="status"),
        shows("group-step", "m-4", expected="expect-value", member="status"),
        shows("event-effect", "m-5", expected="expect-denied", actual="was-accepted", event="update"),
        shows("event-effect", "m-6", expected="expect-denied", actual="was-accepted", event="reopen"),
    ]
    rows = [row(f"ZT-LIFECYCLE-00{number}", "failed", one) for number, one in enumerate(found)]
    assert len(causes_in(rows).groups) == len(found)


def test_an_event_that_must_be_refused_is_one_defect_whoever_sends_it():
    event = {"expected": "expect-denied", "actual": "was-accepted", "event": "update"}
    rows = [
        row("ZT-LIFECYCLE-002", "failed", shows("event-effect", "m-1", **event)),
        row("ZT-LIFECYCLE-037", "failed", shows("wrong-operator", "m-2", **event)),
    ]
    assert len(causes_in(rows).groups) == 1


def strays(check: str, exchange: str, missing: str = "-") -> dict[str, Any]:
    """A finding about a query that shows other tickets."""
    made = shows(check, exchange, expected="expect-selection", actual="selection")
    return {**made, "actual": {"key": "selection", "parameters": {"missing": missing, "stray": "another"}}}


def test_a_query_that_shows_what_it_must_not_is_read_first_where_conditions_are_ignored():
    blocked = {"key": "blocked", "parameters": {"by": "ZT-QUERY-002"}}
    rows = [
        row("ZT-QUERY-002", "failed", strays("all-created-listed", "m-1", missing="one that came on a later page")),
        row("ZT-QUERY-003", "untested", reason=blocked),
        row("ZT-QUERY-016", "failed", strays("only-matching", "m-2")),
        row("ZT-QUERY-017", "failed", strays("empty-result", "m-3")),
        row("ZT-QUERY-005", "failed", strays("selection", "m-4")),
    ]
    first, second = causes_in(rows).groups
    assert (first.root["id"], ids(first.explained)) == (
        "ZT-QUERY-016",
        ["ZT-QUERY-002", "ZT-QUERY-017", "ZT-QUERY-003"],
    )
    assert second.root["id"] == "ZT-QUERY-005"


def test_a_target_that_decides_otherwise_later_is_read_before_what_it_decided():
    blocked = {"key": "blocked", "parameters": {"by": "ZT-BODY-050"}}
    rows = [
        row("ZT-BODY-050", "failed", finding("acceptance", exchange="m-1", actual="was-refused")),
        row("ZT-BODY-057", "untested", reason=blocked),
        row("ZT-BODY-062", "failed", finding("sameness", exchange="m-2")),
    ]
    assert [one.root["id"] for one in causes_in(rows).groups] == ["ZT-BODY-062", "ZT-BODY-050"]


def test_of_two_causes_that_explain_nothing_more_the_one_that_never_held_is_read_first():
    edits = ({"path": "params.description", "name": "limit-cjk"}, {"path": "params.description", "name": "script-cjk"})
    held = (3, 0)
    rows = [
        row(
            name,
            "failed",
            finding("sameness", exchange=name, actual="was-refused", edit=edit),
            examples={"held": some, "failed": 1},
        )
        for name, edit, some in zip(("ZT-BODY-044", "ZT-BODY-057"), edits, held, strict=True)
    ]
    assert [one.root["id"] for one in causes_in(rows).groups] == ["ZT-BODY-057", "ZT-BODY-044"]


def test_tickets_that_are_not_stored_are_one_defect_wherever_they_are_missed():
    rows = [row(f"ZT-STORE-00{number}", "failed", finding("as-sent", exchange=f"m-{number}")) for number in (4, 8)]
    rows.append(row("ZT-LIFECYCLE-012", "failed", finding("group-step", exchange="m-7")))
    (group,) = causes_in(rows).groups
    assert group.root["id"] == "ZT-STORE-004"


def test_a_draft_that_is_refused_in_the_same_way_wherever_it_is_sent_again_is_one_defect():
    def again(name: str, code: str) -> dict[str, Any]:
        refused = shows("same-decision-again", name, expected="expect-as-before", actual="was-refused")
        refused["actual"]["parameters"] = {"code": code, "details": "busy", "status": "500"}
        return row(name, "failed", refused | {"edit": {"path": name, "name": "after"}})

    rows = [again("ZT-HTTP-014", "SYS.1000"), again("ZT-HTTP-015", "SYS.1000"), again("ZT-HTTP-016", "SYS.1007")]
    assert [ids([one.root, *one.same]) for one in causes_in(rows).groups] == [
        ["ZT-HTTP-014", "ZT-HTTP-015"],
        ["ZT-HTTP-016"],
    ]


def test_what_changes_with_every_call_is_headed_by_the_call_and_not_by_who_looked_on():
    rows = [
        row(
            name,
            "failed",
            shows(name, name, expected="expect-unchanged", member="createDate", event="cancel"),
            examples=held,
        )
        for name, held in (("ZT-ACCESS-010", {"held": 0}), ("ZT-LIFECYCLE-005", {"held": 2}))
    ]
    (group,) = causes_in(rows).groups
    assert group.root["id"] == "ZT-LIFECYCLE-005"
