"""What explains a violation: a symptom leads to the requirement that is about it, and to no other."""

from dataclasses import replace

import pytest

from pytest_zstack_ticket.checks import evaluate
from pytest_zstack_ticket.checks.causes import (
    APPROVED,
    COUNTED,
    DELETED,
    ENDED,
    EVENTS,
    FORMS,
    HISTORY,
    NO_TICKET,
    OPERATORS,
    OPTIONAL,
    OTHER_JOB,
    OTHER_UUID,
    OTHERS_COUNTED,
    PAGE,
    PART_OF_SESSION,
    PARTS,
    SEVERAL,
    SHARED_SESSION,
    SHOWN,
    STILL_SHOWN,
    TOO_EARLY,
    USED_JOB,
    VISIBLE,
    causes_of,
)
from pytest_zstack_ticket.config.catalogue import load_catalogue
from pytest_zstack_ticket.config.package_data import suites_folder
from pytest_zstack_ticket.model.outcome import Phrase, Violation
from tests.support.builders import JOB, LOCATION, TICKET, answered, error, inventory, job, profile

NAMED = {"params": {"name": "a ticket"}}


def because(check, arguments=None, **trails):
    """Requirements that explain what a check reports."""
    judgement = evaluate(check, trails, arguments or {}, profile())
    assert isinstance(judgement, Violation)
    return judgement.because


def rows(*names, path="/v1/tickets?q=name%3Da%20ticket&limit=3"):
    """Response to a query with one row for each name."""
    found = [{"uuid": f"{number:032x}", "name": name} for number, name in enumerate(names)]
    return (answered(200, {"inventories": found}, method="GET", path=path),)


def test_each_cause_is_a_requirement():
    known = {row.id for row in load_catalogue(suites_folder())}
    tables = (FORMS, SHOWN, EVENTS, OPERATORS)
    named = {
        APPROVED,
        COUNTED,
        DELETED,
        ENDED,
        HISTORY,
        NO_TICKET,
        OPTIONAL,
        OTHER_JOB,
        OTHER_UUID,
        OTHERS_COUNTED,
        PAGE,
        PART_OF_SESSION,
        SHARED_SESSION,
        STILL_SHOWN,
        SEVERAL,
        TOO_EARLY,
        USED_JOB,
        *(one for table in tables for one in table.values()),
    }
    named |= {requirement for _, requirement in VISIBLE} | {one for _, parts in PARTS for one in parts}
    assert named <= known


def test_an_error_under_success_explains_what_is_not_refused():
    refused = job(200, error())
    assert because("refusal", subject=refused, sibling=job(200)) == ("ZT-ANSWER-004",)


def test_an_accepted_call_has_no_cause():
    assert because("refusal", subject=job(200), sibling=job(200)) == ()


def test_a_defect_of_form_explains_the_general_rule_on_forms_but_not_itself():
    text = job(200, b"success")
    assert because("form", subject=text) == ("ZT-ANSWER-003",)
    assert because("form", {"reasons": ["not-json"]}, subject=text) == ()


@pytest.mark.parametrize(("body", "cause"), [({"error": None}, "ZT-ANSWER-022"), ({}, "ZT-ANSWER-022")])
def test_a_login_refused_in_a_form_that_creates_have_too_is_explained_by_theirs(body, cause):
    login = (answered(503, body, method="PUT", path="/v1/accounts/login"),)
    assert because("form", {"call": "login", "reasons": ["no-error-object"]}, subject=login) == (cause,)


def test_a_broken_part_of_a_response_is_explained_by_the_rule_on_it():
    no_uuid = job(200, inventory(uuid=...))
    later = (answered(200, {"inventories": [inventory()["inventory"]]}, method="GET", path="/v1/tickets?limit=1"),)
    assert because("same-everywhere", subject=no_uuid, later=later) == ("ZT-ANSWER-006",)


@pytest.mark.parametrize(
    ("subject", "shown", "cause"),
    [
        (job(200, sent=NAMED), rows(), "ZT-STORE-001"),
        (job(200, sent=NAMED), rows("a ticket", "a ticket"), "ZT-STORE-001"),
        (job(503, error(), sent=NAMED), rows("a ticket"), "ZT-STORE-002"),
    ],
)
def test_what_is_stored_wrongly_is_explained_by_the_rule_on_storing(subject, shown, cause):
    assert because("stored-once", subject=subject, named=shown) == (cause,)


def test_a_member_that_is_not_shown_as_sent_is_explained_by_the_rule_on_it():
    sent = {"params": {"description": "one"}}
    created = job(200, inventory(description="two"), sent=sent)
    assert because("member-echo", {"member": "description"}, subject=created) == ("ZT-ANSWER-013",)


def test_garbled_text_is_one_cause_in_every_member():
    sent = {"params": {"description": "描述"}}
    garbled = "描述".encode().decode("latin-1")
    created = job(200, inventory(description=garbled), sent=sent)
    assert because("member-echo", {"member": "description"}, subject=created) == ("ZT-ANSWER-012", "ZT-ANSWER-013")


def test_a_renamed_ticket_explains_that_it_is_not_found():
    created = job(200, inventory(name="tekcit a"), sent=NAMED)
    assert because("stored-once", subject=created, named=rows()) == ("ZT-ANSWER-012", "ZT-STORE-001")


def test_conditions_joined_by_or_are_one_cause_for_every_operator():
    path = "/v1/tickets?q=name~%3Dours%25&q=name%21%3Dours%20a&limit=9"
    listing = rows("ours a", "ours b", "ours c", path="/v1/tickets?q=name~%3Dours%25")
    found = because("selection", before=listing, subject=rows("ours b", "other", path=path), after=listing)
    assert "ZT-QUERY-015" in found
    found = because("selection", before=listing, subject=rows("ours a", "ours b", "ours c", path=path), after=listing)
    assert "ZT-QUERY-015" not in found


@pytest.mark.parametrize(
    ("path", "causes"),
    [
        (f"/v1/tickets?q=uuid%3D{TICKET}&limit=2", ("ZT-ISOLATION-003",)),
        (f"/v1/tickets/{TICKET}", ("ZT-ISOLATION-006",)),
        (f"/v1/tickets?q=uuid%3D{TICKET}&fields=uuid", ()),
    ],
)
def test_a_ticket_seen_by_a_stranger_is_explained_by_the_way_to_it(path, causes):
    own = (answered(200, {"inventories": [inventory()["inventory"]]}, method="GET", path="/v1/tickets?limit=1"),)
    seen = (answered(200, {"inventories": [inventory()["inventory"]]}, method="GET", path=path),)
    made = job(200, inventory())
    assert because("not-visible", {"uuid": TICKET}, made=made, shown=own, subject=seen, still=own) == causes


def test_another_uuid_than_the_one_asked_for_explains_that_it_is_not_found():
    sent = {"params": {"name": "a ticket", "resourceUuid": "0" * 32}}
    first, second = job(200, inventory(), sent=sent), job(503, error(), sent=sent)
    found = because("first-ticket-stays", {"ordered": True}, first=first, second=second, shown=rows())
    assert found == ("ZT-ANSWER-020", "ZT-STORE-001")


def test_another_job_id_than_the_one_asked_for_explains_that_it_is_accepted_again():
    again = answered(202, {"location": LOCATION}, request_headers=(("X-Job-UUID", "0" * 32),))
    assert because("not-success", subject=(again,), sibling=job(200)) == ("ZT-JOB-004",)
    again = answered(202, {"location": LOCATION}, request_headers=(("X-Job-UUID", JOB.upper()),))
    assert because("not-success", subject=(again,), sibling=job(200)) == ()


@pytest.mark.parametrize(
    ("again", "arguments", "causes"),
    [
        (JOB.upper(), {}, ("ZT-JOB-014",)),
        (JOB.upper(), {"together": True}, ()),
        ("0" * 32, {}, ()),
    ],
)
def test_a_used_job_id_that_is_accepted_explains_a_second_ticket(again, arguments, causes):
    first, second = (
        (answered(202, {"location": LOCATION.replace(JOB, one.lower())}, request_headers=(("X-Job-UUID", one),)),)
        for one in (JOB, again)
    )
    violation = Violation(expected=Phrase.of("expect-one-ticket"), actual=Phrase.of("two-tickets"))
    trails = {"subject": first, "second": second}
    assert causes_of("delivered-once", violation, trails, arguments, profile()) == causes


def test_a_short_page_explains_a_wrong_order_but_not_its_size():
    listing = rows("a", "b", "c", path="/v1/tickets?limit=9")
    page = rows("a", path="/v1/tickets?sort=%2Bname&limit=2")
    assert "ZT-QUERY-019" not in because("page-size", before=listing, subject=page, after=listing)
    assert "ZT-QUERY-019" in because("ordered-page", before=listing, subject=page, after=listing)


def test_a_wrong_total_is_one_cause_wherever_it_is_read():
    listing = rows("a", "b", "c", path="/v1/tickets?limit=9")
    total = (answered(200, {"inventories": [], "total": 4}, method="GET", path="/v1/tickets?count=true"),)
    assert "ZT-QUERY-021" in because("total-count", before=listing, subject=total, after=listing)


@pytest.mark.parametrize(
    ("more", "beside", "causes"),
    [
        ({"description": "d"}, {}, (OPTIONAL,)),
        ({"resourceUuid": "u"}, {}, ()),
        ({"description": "d"}, {"description": ""}, ()),
    ],
)
def test_a_refused_description_is_one_cause_in_every_variation_that_has_one(more, beside, causes):
    sent = {"params": NAMED["params"] | more}
    sibling = job(end=inventory(), sent={"params": NAMED["params"] | beside})
    assert because("sameness", subject=job(503, error(), sent=sent), sibling=sibling) == causes


def test_a_role_without_exchanges_explains_nothing():
    violation = Violation(expected=Phrase.of("expect-hook-arrives"), actual=Phrase.of("no-delivery"))
    trails = {"subject": (answered(200, {}),), "hook": ()}
    assert causes_of("webhook-delivery", violation, trails, {}, profile()) == ()


@pytest.mark.parametrize(("gone", "causes"), [("a" * 32, (SHARED_SESSION,)), ("b" * 32, ())])
def test_a_session_that_its_own_log_out_ended_is_explained_by_logins_that_share_one(gone, causes):
    sent = (("Authorization", "OAuth " + "a" * 32),)
    subject = (answered(503, error("ID.1001"), sent=NAMED, request_headers=sent),)
    ended = (answered(200, {}, method="DELETE", path=f"/v1/accounts/sessions/{gone}"),)
    roles = {"subject": subject, "sibling": job(end=inventory(), sent=NAMED), "ended": ended}
    assert because("sameness", {"fields": []}, **roles) == causes


GREATER = "/v1/tickets?q=name~%3Da%25&q=name%3Eaa&q=name!%3Dac"


def selected(*names, path=GREATER):
    """Selection of tickets aa, ab, ac and ad by a query that shows those of some names."""
    listed = rows("aa", "ab", "ac", "ad", path="/v1/tickets?q=name~%3Da%25")
    return because("selection", subject=rows(*names, path=path), before=listed, after=listed)


def test_rows_that_miss_one_condition_lead_to_its_operator():
    assert selected("aa", "ab", "ad") == ("ZT-QUERY-011",)
    assert selected("ab", "ac", "ad") == ("ZT-QUERY-004",)


def test_rows_that_miss_several_conditions_lead_to_none():
    assert selected("aa", "ab", "ac", "ad", path=GREATER.replace("ac", "aa")) == ()
    assert selected("aa", "ab", "ac", "ad") == ()


def test_a_wrong_total_may_come_of_each_operator_that_it_was_counted_by():
    listed = rows("aa", "ab", "ac", "ad", path="/v1/tickets?q=name~%3Da%25")
    counted = (answered(200, {"total": 4}, method="GET", path=f"{GREATER}&count=true"),)
    found = because("total-count", subject=counted, before=listed, after=listed)
    assert {"ZT-QUERY-004", "ZT-QUERY-005", "ZT-QUERY-011"} <= set(found)


@pytest.mark.parametrize(("status", "causes"), [(404, ("ZT-JOB-007",)), (503, ())])
def test_a_job_that_ends_with_no_status_of_an_end_explains_that_its_create_is_refused(status, causes):
    roles = {"subject": job(status, error(), sent=NAMED), "sibling": job(end=inventory(), sent=NAMED)}
    assert because("sameness", **roles) == causes


@pytest.mark.parametrize(("end", "shows", "causes"), [({}, True, True), ({}, False, False), (inventory(), True, False)])
def test_a_create_that_ends_without_its_ticket_where_others_have_one_may_have_been_read_too_early(end, shows, causes):
    of = replace(profile(), capabilities=frozenset({"inventory"} if shows else ()))
    violation = Violation(expected=Phrase.of("expect-refusal"), actual=Phrase.of("was-accepted"))
    found = causes_of("refusal", violation, {"subject": job(200, end, sent=NAMED)}, {}, of)
    assert (TOO_EARLY in found) is causes


def test_a_lookup_that_shows_other_tickets_is_explained_by_its_operator():
    violation = Violation(expected=Phrase.of("expect-same-shown"), actual=Phrase.of("shows-elsewhere"))
    trails = {"subject": job(200, sent=NAMED), "named": rows("another")}
    assert {"ZT-QUERY-003", NO_TICKET} <= set(causes_of("same-everywhere", violation, trails, {}, profile()))
    trails["named"] = rows("a ticket", "another")
    found = causes_of("same-everywhere", violation, trails, {}, profile())
    assert "ZT-QUERY-003" in found
    assert NO_TICKET not in found


def test_a_total_that_counts_tickets_of_others_explains_that_not_all_are_shown():
    violation = Violation(expected=Phrase.of("expect-all-rows", count=9), actual=Phrase.of("rows-shown", count=5))
    assert OTHERS_COUNTED in causes_of("all-shown", violation, {"subject": rows("a")}, {}, profile())


def test_a_total_that_grows_with_what_others_create_is_a_leak_of_its_own():
    violation = Violation(expected=Phrase.of("expect-zero-total"), actual=Phrase.of("shows", value="1, 2, 4, 7"))
    assert COUNTED in causes_of("not-counted", violation, {"subject": rows("a")}, {}, profile())
    assert COUNTED not in causes_of("count-independent", violation, {"subject": rows("a")}, {}, profile())
