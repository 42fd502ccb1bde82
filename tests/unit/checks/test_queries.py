"""Queries are judged by our own tickets alone, and what was lost on the line proves nothing."""

from dataclasses import replace
from urllib.parse import quote

import pytest

from pytest_zstack_ticket.checks import evaluate
from pytest_zstack_ticket.model.exchange import Failure
from pytest_zstack_ticket.model.outcome import Undecided, Violation
from tests.support.builders import answered, error, failed, job, profile

DEPLOYED, DOCUMENTED = profile(), profile("documented")
UUIDS = {letter: letter * 32 for letter in "abcde"}
OWN = "name~=%own%"


def row(letter, **more):
    described = {"description": "d"} if letter in "ace" else {}
    return {"uuid": UUIDS[letter], "name": f"own {letter}", "status": "Pending"} | described | more


def asked(body, *conditions, path="/v1/tickets", status=200, **parameters):
    pairs = [*(("q", one) for one in conditions), *parameters.items()]
    told = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in pairs)
    return (answered(status, body, method="GET", path=f"{path}?{told}" if told else path),)


def rows(letters, **more):
    return {"inventories": [row(letter) for letter in letters], **more}


def listing(letters="abcde"):
    return asked(rows(letters), OWN)


def lost():
    return (failed(),)


def judged(check, subject, used=DEPLOYED, arguments=None, **roles):
    beside = {"before": listing(), "after": listing()} | roles
    return evaluate(check, {"subject": subject} | beside, arguments or {}, used)


def reason(judgement):
    assert isinstance(judgement, Undecided), judgement
    return judgement.reason.key


SUBJECTS = {
    "query-list": asked(rows("abc"), OWN),
    "selection": asked(rows("c"), "name=own c"),
    "only-matching": asked(rows("c"), "name=own c"),
    "page-size": asked(rows("ab"), OWN, limit=2),
    "total-count": asked({"total": 5}, OWN, count="true"),
    "in-order": asked(rows("edcba"), OWN, sort="-name"),
    "selected-fields": asked({"inventories": [{"name": "own a"}]}, OWN, fields="name"),
    "empty-result": asked(rows(""), "name=own x"),
    "ticket-by-path": asked(rows("a"), path=f"/v1/tickets/{UUIDS['a']}"),
    "same-ticket-read": asked(rows("a"), path=f"/v1/tickets/{UUIDS['a']}"),
    "complete-pages": asked(rows("abcde"), OWN, limit=20),
    "query-schema-paths": asked(rows("a", schema={"inventories[0].status": "T"}), OWN),
}
WRONG = {
    "selection": asked(rows("bc"), "name=own c"),
    "only-matching": asked(rows("cb"), "name=own c"),
    "page-size": asked(rows("abc"), OWN, limit=2),
    "total-count": asked({"total": 4}, OWN, count="true"),
    "in-order": asked(rows("abcde"), OWN, sort="-name"),
    "selected-fields": asked({"inventories": [{"name": "own a", "uuid": "x"}]}, OWN, fields="name"),
    "empty-result": asked(rows("a"), "name=own x"),
    "ticket-by-path": asked(rows("ab"), path=f"/v1/tickets/{UUIDS['a']}"),
    "same-ticket-read": asked({"inventories": [row("a", name="own b")]}, path=f"/v1/tickets/{UUIDS['a']}"),
    "complete-pages": asked(rows("abcd"), OWN, limit=4),
    "query-schema-paths": asked(rows("a", schema={"inventories[1]": "T"}), OWN),
    "query-list": asked({"inventory": row("a")}, OWN),
}
ON_THE_SHELF = ("selection", "page-size", "total-count", "in-order", "selected-fields", "complete-pages")


@pytest.mark.parametrize("check", SUBJECTS)
def test_what_a_query_shall_show_holds(check):
    assert judged(check, SUBJECTS[check]) is None


@pytest.mark.parametrize("check", WRONG)
def test_what_a_query_must_not_show_departs(check):
    assert isinstance(judged(check, WRONG[check]), Violation)


@pytest.mark.parametrize("check", SUBJECTS)
def test_a_lost_query_is_undecided(check):
    subject = tuple(
        type(one)(id=one.id, request=one.request, answer=Failure(kind="reset", detail="closed"))
        for one in SUBJECTS[check]
    )
    assert isinstance(judged(check, subject), Undecided)


@pytest.mark.parametrize(
    "check", ["selection", "page-size", "in-order", "ticket-by-path", "empty-result", "query-list", "total-count"]
)
def test_a_refused_query_departs(check):
    path = SUBJECTS[check][0].request.path
    subject = (answered(503, error("SYS.1000"), method="GET", path=path),)
    assert isinstance(judged(check, subject), Violation)


@pytest.mark.parametrize("check", ON_THE_SHELF)
@pytest.mark.parametrize(
    "beside",
    [
        {"before": listing("abcd")},
        {"after": listing("abcd")},
        {"after": lost()},
        {"before": lost()},
        {"before": listing("ab"), "after": listing("ab")},
        {"before": listing("aabcde"), "after": listing("aabcde")},
        {"before": asked({"inventories": [row("a"), row("b"), row("c", name="foreign")]}, OWN)},
        {"before": asked(error(), OWN, status=503)},
    ],
)
def test_a_shelf_that_cannot_be_relied_on_proves_nothing(check, beside):
    assert reason(judged(check, WRONG[check], **beside)) in ("controls-changed", "companion-unanswered")


def test_a_null_that_no_row_shows_is_left_open():
    described = {"inventories": [row(letter, description="") for letter in "abcde"]}
    beside = asked(described, OWN)
    subject = asked(rows(""), OWN, "description is null")
    assert reason(judged("selection", subject, before=beside, after=beside)) == "not-shown"


@pytest.mark.parametrize(
    ("schema", "holds"),
    [
        ({}, True),
        ({"inventories[0]": "T", "inventories[1]": "T"}, True),
        ({"inventories[0].status": "T"}, True),
        ({"inventories[0]": "T"}, False),
        ({"inventories[1]": "T", "inventories[0].status": "T"}, False),
        ({"inventories[1]": "T", "inventories[2]": "T"}, False),
    ],
)
def test_a_schema_names_all_rows_or_none(schema, holds):
    judgement = judged("query-schema-paths", asked(rows("ab", schema=schema), OWN))
    assert (judgement is None) == holds
    if "inventories[2]" in schema:  # numbered from one: said once, by the path that leads nowhere
        assert judgement.expected.key == "expect-schema-paths"


def test_a_zero_is_a_value():
    described = {"inventories": [row("a", description="0"), row("b"), row("c", description="d")]}
    beside = asked(described, OWN)
    for sign, right, wrong in (("is null", "b", "ab"), ("not null", "ac", "c")):
        judgements = [
            judged("selection", asked(rows(shown), OWN, f"description {sign}"), before=beside, after=beside)
            for shown in (right, wrong)
        ]
        assert judgements[0] is None
        assert isinstance(judgements[1], Violation)


def test_of_many_conditions_none_is_left_out_of_a_finding():
    conditions = (f"uuid?={','.join(['0' * 32] * 5)}", OWN, "description is null")
    found = judged("only-matching", asked(rows("a"), *conditions))
    text = dict(found.expected.parameters)["conditions"] if isinstance(found, Violation) else ""
    assert text.startswith("uuid?=000")
    assert text.endswith(f"… & {OWN} & description is null")
    assert len(text) <= 160


def test_several_conditions_have_to_be_met_by_all():
    conditions = (OWN, "name!=own a", "description not null")
    assert judged("selection", asked(rows("ec"), *conditions)) is None
    assert isinstance(judged("selection", asked(rows("bcde"), *conditions)), Violation)


def made(letter, *, end_status=200, uuid=""):
    sent = {"params": {"name": f"own {letter}"}}
    body = {"inventory": row(letter, uuid=uuid or UUIDS[letter])} if end_status == 200 else error()
    return job(end_status, body, sent=sent)


def test_a_listing_has_each_created_ticket_once():
    creates = {f"made{letter}": made(letter) for letter in "abcde"}
    assert evaluate("all-created-listed", {"subject": listing(), **creates}, {}, DEPLOYED) is None
    for wrong in ("abcd", "aabcde"):
        assert isinstance(
            evaluate("all-created-listed", {"subject": listing(wrong), **creates}, {}, DEPLOYED), Violation
        )


def test_a_refused_create_is_not_listed_and_a_lost_one_may_be():
    creates = {"madea": made("a"), "madeb": made("b", end_status=503), "madec": made("c")[:2]}
    for listed in ("a", "ac"):
        assert evaluate("all-created-listed", {"subject": listing(listed), **creates}, {}, DEPLOYED) is None
    assert isinstance(evaluate("all-created-listed", {"subject": listing("ab"), **creates}, {}, DEPLOYED), Violation)


def test_a_listing_shows_the_uuid_that_the_create_answered():
    creates = {"madea": made("a", uuid="f" * 32)}
    assert isinstance(evaluate("all-created-listed", {"subject": listing("a"), **creates}, {}, DEPLOYED), Violation)


def test_without_any_created_ticket_a_listing_proves_nothing():
    creates = {"madea": made("a", end_status=503)}
    assert (
        reason(evaluate("all-created-listed", {"subject": listing("b"), **creates}, {}, DEPLOYED)) == "controls-changed"
    )


def test_pages_are_counted_together():
    first, gap = asked(rows("abc"), OWN, limit=3), {"page3": asked(rows("e"), OWN, limit=3, start=3)}
    assert judged("complete-pages", first, page3=asked(rows("de"), OWN, limit=3, start=3)) is None
    assert isinstance(judged("complete-pages", first, **gap), Violation)
    assert isinstance(judged("complete-pages", first, page3=lost()), Undecided)


def test_a_page_after_the_end_is_empty():
    assert judged("page-size", asked(rows(""), OWN, limit=2, start=9)) is None


@pytest.mark.parametrize("page", [{"limit": 2**31}, {"limit": 2, "start": 2**31}])
def test_a_number_over_32_bits_is_refused_or_holds(page):
    path = asked(rows(""), OWN, **page)[0].request.path
    shown, cut = ("", "b") if "start" in page else ("abcde", "a")
    assert judged("page-size", (answered(400, "'limit' must be an integer", method="GET", path=path),)) is None
    assert judged("page-size", asked(rows(shown), OWN, **page)) is None
    assert isinstance(judged("page-size", asked(rows(cut), OWN, **page)), Violation)


@pytest.mark.parametrize(("value", "held"), [(5, True), (5.0, True), ("5", False), (None, False), (True, False)])
def test_a_total_is_the_number(value, held):
    judgement = judged("total-count", asked(rows("ab", total=value), OWN, limit=2))
    assert isinstance(judgement, Violation) is not held


def test_a_missing_field_departs():
    assert isinstance(judged("selected-fields", asked({"inventories": [{}]}, OWN, fields="name")), Violation)


def test_a_refusal_may_be_allowed():
    subject = asked(error(), "name=x' --", status=503)
    assert reason(judged("empty-result", subject, arguments={"may_refuse": True})) == "legal-refusal"


def test_a_target_that_lists_nothing_at_all_proves_nothing():
    assert reason(judged("empty-result", asked(rows(""), "name=x"), before=listing(""))) == "controls-changed"


def test_a_ticket_that_somebody_approved_is_left_alone():
    moved = asked({"inventories": [row("a", status="Cancelled", lastOpDate="later")]}, OWN)
    assert reason(judged("same-ticket-read", moved)) == "controls-changed"


def test_one_ticket_alone_is_what_the_introduction_shows():
    subject = asked({"inventory": row("a")}, path=f"/v1/tickets/{UUIDS['a']}")
    assert judged("ticket-by-path", subject, DOCUMENTED) is None
    assert isinstance(judged("ticket-by-path", subject, DEPLOYED), Violation)


def test_a_query_need_not_have_a_schema():
    assert reason(judged("query-schema-paths", asked(rows("a"), OWN))) == "not-shown"


def dated(letters, **more):
    """List tickets whose creates are a second apart, in the order of their letters."""
    shown = [row(letter, createDate=f"Nov 29, 2026 1:00:0{'abcde'.index(letter)} PM", **more) for letter in letters]
    return {"inventories": shown}


AFTER_B = "createDate>2026-11-29 13:00:01"


@pytest.mark.parametrize(
    ("shown", "verdict"),
    [
        ("cde", None),
        ("bcde", None),
        ("ab", Violation),
        ("de", Violation),
        ("abcde", "not-shown"),
        ("", "not-shown"),
    ],
)
def test_dates_are_compared_up_to_the_second_and_in_any_zone(shown, verdict):
    beside = {role: asked(dated("abcde"), OWN) for role in ("before", "after")}
    judgement = judged("selection", asked(dated(shown), OWN, AFTER_B), **beside)
    if verdict is None or isinstance(verdict, str):
        assert judgement is None if verdict is None else reason(judgement) == verdict
    else:
        assert isinstance(judgement, verdict)


def test_a_member_that_changes_meanwhile_decides_no_selection():
    changed = asked(rows("ab") | {"inventories": [row(letter, status="Rejected") for letter in "abcde"]}, OWN)
    subject = asked(rows("de"), OWN, "name>own c", "status=Pending")
    assert judged("selection", subject) is None
    assert reason(judged("selection", subject, after=changed)) == "not-shown"


@pytest.mark.parametrize(("order", "right"), [("abcde", True), ("edcba", False), ("bacde", False)])
def test_rows_are_sorted_by_their_dates(order, right):
    judgement = judged("in-order", asked(dated(order), OWN, sort="createDate"))
    assert judgement is None if right else isinstance(judgement, Violation)


@pytest.mark.parametrize(("texts", "right"), [("d--mu", True), ("u--md", False)])
def test_rows_without_a_value_stand_at_either_end_of_an_order(texts, right):
    shown = [
        row(letter) | {"description": None if text == "-" else text}
        for letter, text in zip("abcde", texts, strict=True)
    ]
    judgement = judged("in-order", asked({"inventories": shown}, OWN, sort="+description"))
    assert judgement is None if right else isinstance(judgement, Violation)


def test_an_order_by_a_member_with_few_values_is_left_open():
    assert reason(judged("in-order", asked(rows("badce"), OWN, sort="status"))) == "not-shown"
    assert reason(judged("ordered-page", asked(rows("ab"), OWN, sort="status", limit=2))) == "not-shown"


@pytest.mark.parametrize(("shown", "right"), [("ab", True), ("ba", False)])
def test_a_page_is_of_the_order_by_another_member(shown, right):
    judgement = judged("ordered-page", asked(rows(shown), OWN, sort="+uuid", limit=2))
    assert judgement is None if right else isinstance(judgement, Violation)


@pytest.mark.parametrize(("total", "right"), [(2, True), (5, False), (1, False)])
def test_a_total_is_that_of_the_conditions(total, right):
    judgement = judged("total-count", asked({"total": total}, OWN, "name>own c", count="true"))
    assert judgement is None if right else isinstance(judgement, Violation)


def tagged(status, tag):
    one = asked({"inventories": [row("a", status=status)]}, path=f"/v1/tickets/{UUIDS['a']}")[0]
    headers = (*one.answer.headers, ("etag", tag)) if tag else one.answer.headers
    return (replace(one, answer=replace(one.answer, headers=headers)),)


@pytest.mark.parametrize(
    ("tags", "status", "wrong"),
    [
        (('"1"', '"1"'), "Cancelled", True),
        (('W/"1"', '"1"'), "Cancelled", True),
        (('"1"', '"2"'), "Cancelled", False),
        (("", ""), "Cancelled", False),
        (('"1"', ""), "Cancelled", False),
        (('"1"', '"1"'), "Pending", False),  # nothing changed that is shown
    ],
)
def test_a_changed_ticket_has_another_entity_tag(tags, status, wrong):
    event = (answered(200, {}, method="PUT"),)
    roles = {"before": tagged("Pending", tags[0]), "after": tagged(status, tags[1])}
    assert isinstance(judged("entity-tag-moves-on", event, **roles), Violation) is wrong
    assert reason(judged("entity-tag-moves-on", (answered(503, error("SYS.1006"), method="PUT"),), **roles))
    assert reason(judged("entity-tag-moves-on", event, **roles | {"after": lost()})) == "query-unclear"
