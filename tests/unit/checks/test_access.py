"""Without a session, by another's uuid, or by the wrong person nothing is done: a change counts before any answer."""

import pytest

from pytest_zstack_ticket.checks import evaluate
from pytest_zstack_ticket.model.outcome import Undecided, Violation
from tests.support.builders import TICKET, answered, error, failed, inventory, job, profile

DEPLOYED = profile()
OTHER = "0" * 32
CANCEL = {"call": "action", "event": "cancel"}
DELETE = {"call": "delete", "event": "delete"}
ROW = {**inventory()["inventory"], "name": "a ticket"}


def rows(*those):
    return (answered(200, {"inventories": list(those)}, method="GET", path="/v1/tickets?q=uuid%3Da"),)


def refused():
    return (answered(400, b"missing header 'Authorization'", method="PUT"),)


def accepted(**more):
    return job(end=inventory(**more))


def judge(check, arguments, **roles):
    return evaluate(check, roles, arguments, DEPLOYED)


def test_a_call_without_a_session_is_refused_and_changes_nothing():
    roles = {"before": rows(ROW), "subject": refused(), "after": rows(ROW), "sibling": accepted(status="Cancelled")}
    assert judge("unchanged-without-session", CANCEL, **roles) is None
    assert isinstance(judge("unchanged-without-session", CANCEL, **roles | {"subject": accepted()}), Violation)
    assert isinstance(judge("unchanged-without-session", CANCEL, **roles | {"sibling": refused()}), Undecided)
    assert isinstance(judge("unchanged-without-session", CANCEL, **roles | {"subject": (failed(),)}), Undecided)
    assert isinstance(judge("unchanged-without-session", CANCEL, **roles | {"before": rows()}), Undecided)


def test_a_session_that_cannot_be_logged_out_may_still_act():
    no_logout = (answered(404, b"no api mapping", method="DELETE"),)
    roles = {"before": rows(ROW), "subject": accepted(), "after": rows({**ROW, "status": "Cancelled"})}
    roles["sibling"] = accepted()
    assert isinstance(judge("unchanged-without-session", CANCEL, **roles, ended=no_logout), Undecided)
    assert isinstance(
        judge("unchanged-without-session", CANCEL, **roles, ended=(answered(200, {}, method="DELETE"),)), Violation
    )


@pytest.mark.parametrize("subject", [refused(), (failed(),), (answered(302, b""),)], ids=["refused", "lost", "moved"])
def test_a_change_counts_however_the_call_was_answered(subject):
    roles = {"before": rows(ROW), "subject": subject, "sibling": accepted()}
    for after in (rows(), rows({**ROW, "status": "Cancelled"})):
        assert isinstance(judge("unchanged-without-session", DELETE, **roles, after=after), Violation)


def test_the_path_says_which_ticket():
    other = {**ROW, "uuid": OTHER}
    roles = {
        "before": rows(ROW),
        "after": rows({**ROW, "status": "Cancelled"}),
        "subject": accepted(status="Cancelled"),
        "bystander-before": rows(other),
        "bystander-after": rows(other),
        "sibling": accepted(status="Cancelled"),
    }
    assert judge("path-counts", CANCEL, **roles) is None
    moved = rows({**other, "status": "Cancelled"})
    assert isinstance(judge("path-counts", CANCEL, **roles | {"bystander-after": moved}), Violation)
    assert isinstance(judge("path-counts", CANCEL, **roles | {"after": rows(ROW)}), Violation)
    left = roles | {"subject": refused(), "after": rows(ROW)}
    assert judge("path-counts", CANCEL, **left) is None
    assert isinstance(judge("path-counts", CANCEL, **left | {"sibling": refused()}), Undecided)
    assert isinstance(judge("path-counts", CANCEL, **left | {"after": rows({**ROW, "status": "Cancelled"})}), Violation)
    gone = roles | {"subject": (answered(200, {}, method="DELETE"),), "after": rows()}
    assert judge("path-counts", DELETE, **gone) is None
    assert isinstance(judge("path-counts", DELETE, **gone | {"bystander-after": rows()}), Violation)


def test_what_is_no_uuid_changes_no_ticket():
    both = rows(ROW, {**ROW, "uuid": OTHER})
    roles = {"before": both, "after": both, "subject": refused(), "sibling": (answered(200, {}, method="DELETE"),)}
    assert judge("all-unchanged", DELETE, **roles) is None
    assert judge("all-unchanged", DELETE, **roles | {"subject": (answered(200, {}, method="DELETE"),)}) is None
    assert isinstance(judge("all-unchanged", DELETE, **roles | {"after": rows(ROW)}), Violation)
    assert isinstance(judge("all-unchanged", DELETE, **roles | {"sibling": refused()}), Undecided)
    assert isinstance(judge("all-unchanged", DELETE, **roles | {"before": rows()}), Undecided)


def test_a_password_is_not_quoted():
    sent = {"logInByAccount": {"accountName": "admin", "password": "b109f3bbbc244eb8"}}
    for details, wrong in (("wrong account name or password", False), ("no: b109f3bbbc244eb8", True)):
        subject = (answered(503, error("ID.1000", details=details), sent=sent, method="PUT"),)
        assert isinstance(judge("no-password-quoted", {}, subject=subject), Violation) is wrong
    assert isinstance(judge("no-password-quoted", {}, subject=(failed(),)), Undecided)


@pytest.mark.parametrize(
    ("dates", "wrong"),
    [
        ({"createDate": "Nov 14, 2017 10:20:57 PM", "expiredDate": "Nov 15, 2017 12:20:57 AM"}, False),
        ({"createDate": "Nov 14, 2017 10:20:57 PM", "expiredDate": "Nov 14, 2017 8:20:57 PM"}, True),
        ({"createDate": "2017-11-14T22:20:57", "expiredDate": "Nov 14, 2017 8:20:57 PM"}, False),
    ],
)
def test_a_session_ends_after_it_began(dates, wrong):
    subject = (answered(200, {"inventory": {"uuid": TICKET, **dates}}, method="PUT"),)
    assert isinstance(judge("session-dates", {}, subject=subject), Violation) is wrong


def test_a_session_without_dates_decides_nothing():
    subject = (answered(200, {"inventory": {"uuid": TICKET}}, method="PUT"),)
    assert isinstance(judge("session-dates", {}, subject=subject), Undecided)


def test_the_owner_does_not_approve():
    denied = (answered(503, error("SYS.1006"), method="PUT"),)
    roles = {"before": rows(ROW), "after": rows(ROW), "subject": denied, "sibling": accepted(status="Rejected")}
    roles["control"] = denied
    assert judge("own-approval-refused", {}, **roles) is None
    assert isinstance(judge("own-approval-refused", {}, **roles | {"subject": accepted()}), Violation)
    open_to_owners = roles | {"subject": accepted(), "control": accepted(status="Rejected")}
    assert isinstance(judge("own-approval-refused", {}, **open_to_owners), Undecided)
    approved = rows({**ROW, "status": "FinalApproved"})
    assert isinstance(judge("own-approval-refused", {}, **roles | {"after": approved}), Violation)
    assert isinstance(judge("own-approval-refused", {}, **roles | {"sibling": denied}), Undecided)


@pytest.mark.parametrize(
    ("inventory", "wrong"),
    [
        ({"uuid": "a" * 32}, False),
        ({"password": None}, False),
        ({"password": "********"}, False),
        ({"password": "5f4dcc3b5aa765d61d8327deb882cf99"}, True),
        ({"user": {"passwordHash": "5f4dcc3b5aa765d61d8327deb882cf99"}}, True),
        ({"passwordExpires": "2026-12-01 00:00:00"}, False),
    ],
)
def test_a_login_answers_no_member_for_a_password(inventory, wrong):
    login = (answered(200, {"inventory": inventory}, method="PUT", path="/v1/accounts/login"),)
    assert isinstance(judge("no-password-member", {}, subject=login), Violation if wrong else type(None))
