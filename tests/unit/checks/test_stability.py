"""One draft is treated alike, one POST leaves one ticket, one job tells one result."""

from __future__ import annotations

from pytest_zstack_ticket.checks import evaluate
from pytest_zstack_ticket.model.exchange import Exchange, Json
from pytest_zstack_ticket.model.outcome import Judgement, Undecided, Violation
from pytest_zstack_ticket.model.profile import Release
from tests.support.builders import answered, error, failed, inventory, job, profile

SENT = {"params": {"name": "a ticket"}}
OLD = profile(newest=Release(4, 1))
NEW = profile(oldest=Release(4, 6))


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


def test_another_decision_form_status_or_202_departs():
    assert departs(steady(job(503, error(), sent=SENT))) == "expect-as-before"
    assert departs(steady(job(end={}, sent=SENT))) == "expect-form-as-before"
    assert departs(steady(job(end=inventory(status="Cancelled"), sent=SENT))) == "expect-initial-status"
    assert departs(steady(job(end=inventory(), sent=SENT, apiTimeout=...))) == "expect-form-as-before"


def test_what_is_stored_departs_if_it_is_lost_doubled_or_another():
    good = job(end=inventory(), sent=SENT)
    assert departs(steady(good, rows())) == "expect-stored"
    assert departs(steady(good, rows(inventory()["inventory"], inventory()["inventory"]))) == "expect-stored"
    assert departs(steady(good, rows({**inventory()["inventory"], "description": "?"}))) == "expect-value"


def test_an_answer_that_the_line_lost_says_nothing():
    assert isinstance(steady((failed(),)), Undecided)


def delivered(second: tuple[Exchange, ...], count: int, by: object = NEW) -> Judgement:
    trails = {"subject": (failed(),), "second": second, "named": rows(*[inventory()["inventory"]] * count)}
    return evaluate("delivered-once", trails, {}, by)  # type: ignore[arg-type] # a profile


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


def kept(later: Exchange) -> Judgement:
    return evaluate("job-result-kept", {"subject": job(end=inventory(), sent=SENT), "later": (later,)}, {}, profile())


def test_a_result_stays_or_is_no_longer_kept():
    assert kept(answered(200, inventory(), method="GET")) is None
    assert departs(kept(answered(200, inventory(status="Cancelled"), method="GET"))) == "expect-job-kept"
    assert departs(kept(answered(503, error(), method="GET"))) == "expect-job-kept"
    assert isinstance(kept(answered(404, b"the job has been expired", method="GET")), Undecided)


def test_a_ticket_that_was_there_is_still_there():
    def judged(*later: Json) -> Judgement:
        first = inventory()["inventory"]
        trails = {"subject": job(end=inventory(), sent=SENT), "shown": rows(first), "later": rows(*later)}
        return evaluate("still-stored", trails, {}, profile())

    assert judged(inventory()["inventory"]) is None
    assert departs(judged()) == "expect-stored"
    assert departs(judged({**inventory()["inventory"], "description": "x"})) == "expect-same-value"
