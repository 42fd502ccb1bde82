"""One draft is treated alike, one POST leaves one ticket, one job tells one result."""

from __future__ import annotations

import pytest

from pytest_zstack_ticket.checks import evaluate
from pytest_zstack_ticket.model.exchange import Exchange, Json
from pytest_zstack_ticket.model.outcome import Judgement, Undecided, Violation
from pytest_zstack_ticket.model.profile import Profile, Release
from pytest_zstack_ticket.model.verdict import Example
from pytest_zstack_ticket.verdicts.tally import tally_of
from tests.support.builders import JOB, answered, error, failed, inventory, job, profile

SENT = {"params": {"name": "a ticket"}}
OLD = profile(newest=Release(4, 1))
NEW = profile(oldest=Release(4, 6), newest=Release(4, 6))
INFERRED = profile(oldest=Release(4, 6))


def rows(*found: Json) -> tuple[Exchange, ...]:
    return (answered(200, {"inventories": list(found)}, method="GET", path="/v1/tickets?q=name%3Da"),)


def departs(judgement: Judgement) -> str:
    assert isinstance(judgement, Violation), judgement
    return judgement.expected.key


def steady(subject: tuple[Exchange, ...], shown: tuple[Exchange, ...] | None = None) -> Judgement:
    trails = {"subject": subject, "sibling": job(end=inventory(), sent=SENT)}
    return evaluate("same-treatment", trails | ({"shown": shown} if shown else {}), {}, profile())


def test_a_draft_that_is_treated_as_before_holds():
    assert steady(job(end=inventory(), sent=SENT), rows(inventory()["inventory"])) is None
    assert steady((answered(200, inventory(), sent=SENT),)) is None


def test_a_ticket_that_is_stored_under_another_name_is_the_one_of_its_uuid():
    """Queries may ignore case, so that a name in capitals is found by the one that was sent."""
    stored = inventory()["inventory"]
    created = job(end=inventory(), sent=SENT)
    assert departs(steady(created, rows({**stored, "name": "A TICKET"}))) == "expect-value"
    others = {**stored, "uuid": "9" * 32, "name": "A TICKET"}
    assert steady(created, rows(stored, others)) is None  # the query shows more than was asked for


def test_another_decision_form_status_or_202_departs():
    assert departs(steady(job(503, error(), sent=SENT))) == "expect-as-before"
    assert departs(steady(job(end={}, sent=SENT))) == "expect-form-as-before"
    assert departs(steady(job(end=inventory(status="Cancelled"), sent=SENT))) == "expect-initial-status"
    assert departs(steady(job(end=inventory(), sent=SENT, apiTimeout=...))) == "expect-form-as-before"


@pytest.mark.parametrize(
    ("change", "expected", "actual"),
    [
        ({"name": None}, "expect-form-as-before", {"form": "inventory.name (null)"}),
        ({"name": ...}, "expect-form-as-before", {}),
        ({"extra": 1.5}, "expect-no-more-members", {"form": "inventory.extra (number)"}),
    ],
)
def test_what_a_response_lacks_or_has_besides_is_named(change, expected, actual):
    found = steady(job(end=inventory(**change), sent=SENT))
    assert isinstance(found, Violation)
    assert (found.expected.key, dict(found.actual.parameters)) == (expected, actual)


def test_what_is_stored_departs_if_it_is_lost_doubled_or_another():
    good = job(end=inventory(), sent=SENT)
    assert departs(steady(good, rows())) == "expect-stored"
    assert departs(steady(good, rows(inventory()["inventory"], inventory()["inventory"]))) == "expect-stored"
    assert departs(steady(good, rows({**inventory()["inventory"], "description": "?"}))) == "expect-value"


def test_an_answer_that_the_line_lost_says_nothing():
    assert isinstance(steady((failed(),)), Undecided)


def delivered(second: tuple[Exchange, ...], count: int, by: Profile = NEW, *, together: bool = False) -> Judgement:
    trails = {"subject": (failed(),), "second": second, "named": rows(*[inventory()["inventory"]] * count)}
    return evaluate("delivered-once", trails, {"together": together}, by)


def test_a_post_that_was_delivered_twice_left_one_ticket_at_most():
    taken = (answered(200, inventory(), sent=SENT),)
    used = (answered(400, b"Duplicate job uuid", sent=SENT),)
    assert delivered(taken, 1) is None
    assert delivered(used, 1) is None
    assert delivered(used, 0) is None
    assert departs(delivered(used, 2)) == "expect-stored"
    assert departs(delivered(taken, 0)) == "expect-stored"


def test_before_4_5_nothing_follows_from_two_tickets():
    assert isinstance(delivered((answered(200, inventory(), sent=SENT),), 2, OLD), Undecided)
    assert isinstance(delivered((answered(200, inventory(), sent=SENT),), 2, INFERRED), Undecided)


def test_two_deliveries_at_once_may_leave_a_ticket_each():
    taken = (answered(200, inventory(), sent=SENT),)
    free = delivered(taken, 2, together=True)
    assert isinstance(free, Undecided)
    assert free.reason.key == "legal-acceptance"
    assert delivered(taken, 1, together=True) is None
    assert departs(delivered(taken, 0, together=True)) == "expect-stored"


def kept(later: Exchange) -> Judgement:
    return evaluate("job-result-kept", {"subject": job(end=inventory(), sent=SENT), "later": (later,)}, {}, profile())


def test_a_result_stays_or_is_no_longer_kept():
    assert kept(answered(200, inventory(), method="GET")) is None
    assert departs(kept(answered(200, inventory(status="Cancelled"), method="GET"))) == "expect-job-kept"
    assert departs(kept(answered(503, error(), method="GET"))) == "expect-job-kept"
    assert departs(kept(answered(202, {}, method="GET"))) == "expect-job-kept"
    assert isinstance(kept(answered(404, b"the job has been expired", method="GET")), Undecided)


def test_an_error_from_the_row_and_from_the_cache_is_one_error():
    def again(one: Json, other: Json) -> Judgement:
        trails = {"subject": job(503, one, sent=SENT), "again": (answered(503, other, method="GET"),)}
        return evaluate("job-end-stable", trails, {}, profile())

    cached = error(details="d", cause={"code": "SYS.1", "description": "x"})
    row = error(causes=[], details="d", cause={"causes": [], "code": "SYS.1", "description": "x"})
    assert again(cached, row) is None
    assert again(row, cached) is None
    assert departs(again(row, error(causes=[], details="other"))) == "expect-stable"
    assert departs(again(cached, error(causes=[error()["error"]], details="d"))) == "expect-stable"
    later = {"subject": job(503, cached, sent=SENT), "later": (answered(503, row, method="GET"),)}
    assert evaluate("job-result-kept", later, {}, profile()) is None
    hook = answered(200, sent=row, request_headers=(("X-Job-UUID", JOB.upper()),))
    for facet in ("body", "job-uuid"):
        delivered_row = {"subject": job(503, cached, sent=SENT), "hook": (hook,)}
        assert evaluate("webhook-delivery", delivered_row, {"facet": facet}, profile()) is None


def example(judgement: Judgement) -> Example:
    return Example(requirement="ZT-ANSWER-035", test="t", check="form", arguments={}, roles={}, judgement=judgement)


LOST = b"the job has been expired"


def lost(sent: Json | bytes, end: Json | bytes = LOST, by: Profile = NEW) -> Judgement:
    return evaluate("form", {"subject": job(404, end, sent=sent)}, {}, by)


def test_a_job_that_is_lost_for_a_character_beyond_the_bmp_is_observed():
    for sent in ({"params": {"name": "\U0001f600"}}, b'{"params": {"name": "\\ud83d\\ude00"}}'):
        judgement = lost(sent)
        assert isinstance(judgement, Undecided)
        assert judgement.reason.key == "was-lost"
        assert tally_of(example(judgement)).legal == 1


def test_no_other_job_may_be_lost():
    astral = {"params": {"name": "\U0001f600"}}
    assert departs(lost(SENT)) == "expect-answer-form"
    assert departs(lost(b'{"params": {"name": "\\ud83d"}}')) == "expect-answer-form"
    assert departs(lost(astral, {"message": "gone"})) == "expect-answer-form"
    assert departs(lost(astral, by=profile("documented"))) == "expect-answer-form"


def waiting(sent: Json | bytes) -> Judgement:
    polls = job(end={}, sent=sent)
    return evaluate("form", {"subject": (*polls[:-1], answered(202, {}, method="GET"))}, {}, NEW)


def test_only_the_job_of_a_list_where_an_object_is_declared_need_not_end():
    for sent in (b'{"params": {"accountSystemContext": []}}', b'{"params": {"requests": [{"apiBody": [1]}]}}'):
        judgement = waiting(sent)
        assert isinstance(judgement, Undecided)
        assert judgement.reason.key == "unending-list"
        assert tally_of(example(judgement)).legal == 1
    other = waiting(b'{"params": {"accountSystemContext": {"a": []}}}')
    assert isinstance(other, Undecided)
    assert tally_of(example(other)).undecided == 1


def test_a_lost_create_leaves_no_ticket():
    def judged(*found: Json) -> Judgement:
        trails = {"subject": job(404, LOST, sent={"params": {"name": "\U0001f600"}}), "named": rows(*found)}
        return evaluate("lost-leaves-nothing", trails, {}, profile())

    assert judged() is None
    assert departs(judged(inventory(name="a")["inventory"])) == "expect-stored"
    assert isinstance(judged(inventory(name="b")["inventory"]), Undecided)


def test_a_ticket_that_was_there_is_still_there():
    def judged(*later: Json) -> Judgement:
        first = inventory()["inventory"]
        trails = {"subject": job(end=inventory(), sent=SENT), "shown": rows(first), "later": rows(*later)}
        return evaluate("still-stored", trails, {}, profile())

    assert judged(inventory()["inventory"]) is None
    assert departs(judged()) == "expect-stored"
    assert departs(judged({**inventory()["inventory"], "description": "x"})) == "expect-same-value"
    assert departs(judged({**inventory()["inventory"], "status": "Cancelled"})) == "expect-same-value"
    assert judged({**inventory()["inventory"], "status": "IntermediateApproved"}) is None


def test_no_header_of_the_client_leads_to_a_job_elsewhere():
    def led(start: tuple[Exchange, ...]) -> Judgement:
        return evaluate("location-not-led", {"subject": start}, {"host": "elsewhere.invalid"}, profile())

    assert led(job(end=inventory())) is None
    elsewhere = answered(202, {"location": f"http://elsewhere.invalid/zstack/v1/api-jobs/{JOB}"})
    assert departs(led((elsewhere,))) == "expect-location-not-led"
    assert isinstance(led((answered(200, inventory()),)), Undecided)
    assert isinstance(led((answered(202, {}),)), Undecided)


def test_a_webhook_carries_no_session():
    def carried(*headers: tuple[str, str]) -> Judgement:
        hook = answered(200, sent=inventory(), request_headers=(("X-Job-UUID", JOB), *headers))
        trails = {"subject": job(end=inventory()), "hook": (hook,)}
        return evaluate("webhook-delivery", trails, {"facet": "no-session"}, profile())

    assert carried() is None
    assert departs(carried(("Authorization", "OAuth x"))) == "expect-hook-no-session"
