"""Members of the server, texts, reading calls and events at once have no effect that is not their own."""

from dataclasses import replace

import pytest

from pytest_zstack_ticket.checks import evaluate
from pytest_zstack_ticket.model.exchange import Response
from pytest_zstack_ticket.model.outcome import Undecided, Violation
from tests.support.builders import answered, error, failed, inventory, job, profile

DEPLOYED = profile()
ROW = inventory()["inventory"]
CREATE = {"call": "create"}


def rows(*those):
    return (answered(200, {"inventories": list(those)}, method="GET", path="/v1/tickets?q=uuid%3Da"),)


def refused():
    return (answered(503, error("SYS.1006"), method="PUT"),)


def judge(check, arguments, **roles):
    return evaluate(check, roles, arguments, DEPLOYED)


@pytest.mark.parametrize(
    ("sent", "shown", "wrong"),
    [
        ({"status": "FinalApproved"}, {"status": "FinalApproved"}, True),
        ({"status": "Pending"}, {}, False),
        ({"uuid": "1" * 32}, {"uuid": "1" * 32}, True),
        ({"uuid": "1" * 32}, {"uuid": "2" * 32}, False),
        ({"createDate": "Jan 1, 2001 1:00:00 AM"}, {"createDate": "2000-12-31T17:00:00Z"}, True),
        ({"createDate": "Jan 1, 2001 1:00:00 AM"}, {}, False),
        ({"request": [{"apiName": "a"}]}, {"request": [{"apiName": "a"}]}, True),
        ({"request": [{"apiName": "a"}]}, {}, False),
    ],
)
def test_members_of_the_server_take_no_effect(sent, shown, wrong):
    subject = job(sent={"params": sent}, end=inventory())
    roles = {"subject": subject, "shown": rows({**ROW, **shown}), "sibling": job(end=inventory()), "plain": rows(ROW)}
    assert isinstance(judge("server-owned", {}, **roles), Violation) is wrong


def test_a_refusal_of_members_is_no_effect_if_the_sibling_was_accepted():
    roles = {"subject": refused(), "sibling": job(end=inventory()), "plain": rows(ROW), "shown": rows()}
    assert judge("server-owned", {}, **roles) is None
    assert isinstance(judge("server-owned", {}, **roles | {"sibling": refused()}), Undecided)
    gone = judge("server-owned", {}, **roles | {"subject": job(end=inventory())})
    assert isinstance(gone, Violation), "it went to the account that it named"
    unclear = {"subject": job(end=inventory()), "shown": refused()}
    assert isinstance(judge("server-owned", {}, **roles | unclear), Undecided)


def test_the_text_of_a_condition_widens_nothing():
    assert judge("not-widened", {}, subject=rows(), before=rows(ROW)) is None
    assert judge("not-widened", {}, subject=refused(), before=rows(ROW)) is None
    assert isinstance(judge("not-widened", {}, subject=rows(ROW), before=rows(ROW)), Violation)
    assert isinstance(judge("not-widened", {}, subject=rows(), before=rows()), Undecided)
    assert isinstance(judge("not-widened", {}, subject=(failed(),), before=rows(ROW)), Undecided)


def test_a_reading_call_creates_nothing():
    roles = {"subject": rows(), "named": rows(), "sibling": job(end=inventory())}
    assert judge("nothing-came-of-it", CREATE, **roles) is None
    assert judge("nothing-came-of-it", CREATE, **roles | {"subject": refused()}) is None
    assert isinstance(judge("nothing-came-of-it", CREATE, **roles | {"named": rows({**ROW, "uuid": "a"})}), Violation)
    stray = rows({**ROW, "uuid": "b"})  # a query that shows what was not asked for proves nothing
    assert isinstance(judge("nothing-came-of-it", CREATE, **roles | {"named": stray}), Undecided)
    assert isinstance(judge("nothing-came-of-it", CREATE, **roles | {"named": refused()}), Undecided)
    assert isinstance(judge("nothing-came-of-it", CREATE, **roles | {"sibling": refused()}), Undecided)


def test_a_reading_call_changes_nothing():
    arguments = {"call": "action"}
    roles = {"subject": refused(), "before": rows(ROW), "after": rows(ROW), "sibling": job(end=inventory())}
    assert judge("nothing-came-of-it", arguments, **roles) is None
    assert isinstance(judge("nothing-came-of-it", arguments, **roles | {"after": rows()}), Violation)
    assert isinstance(judge("nothing-came-of-it", arguments, **roles | {"before": rows()}), Undecided)


def step(one, other, sequence):
    return {"fromStatus": one, "toStatus": other, "sequence": sequence}


def test_cancels_at_once_leave_one_chain():
    arguments = {"events": ["cancel", "cancel"]}
    done = job(end=inventory(status="Cancelled"))
    after, one = rows({**ROW, "status": "Cancelled"}), step("Pending", "Cancelled", 1)
    roles = {"together0": done, "together1": refused(), "after": after, "history": rows(one)}
    assert judge("together-on-one", arguments, **roles) is None
    twice = rows(one, step("Pending", "Cancelled", 2))
    assert isinstance(judge("together-on-one", arguments, **roles | {"together1": done, "history": twice}), Violation)
    assert isinstance(judge("together-on-one", arguments, **roles | {"after": rows(ROW)}), Violation)
    assert isinstance(judge("together-on-one", arguments, **roles | {"together0": refused()}), Undecided)
    assert isinstance(judge("together-on-one", arguments, **roles | {"together1": (failed(),)}), Undecided)


def test_of_cancels_at_once_one_is_recorded_where_a_later_one_is_refused():
    arguments, done = {"events": ["cancel", "cancel"]}, job(end=inventory(status="Cancelled"))
    after = rows({**ROW, "status": "Cancelled"})
    history = rows(step("Pending", "Cancelled", 1), step("Cancelled", "Cancelled", 2))
    roles = {"together0": done, "together1": done, "after": after, "history": history}
    assert isinstance(judge("together-on-one", arguments, **roles, later=refused()), Violation)
    assert judge("together-on-one", arguments, **roles, later=done) is None
    assert judge("together-on-one", arguments, **roles) is None


def test_a_deletion_that_was_accepted_leaves_nothing():
    arguments = {"events": ["cancel", "delete"]}
    gone = (answered(200, {}, method="DELETE"),)
    roles = {"together0": refused(), "together1": gone, "history": rows()}
    assert judge("together-on-one", arguments, **roles, after=rows()) is None
    assert isinstance(judge("together-on-one", arguments, **roles, after=rows(ROW)), Violation)


@pytest.mark.parametrize(("count", "wrong"), [(0, False), (1, False), (2, True), (4, True)])
def test_deletions_at_once_leave_one_archive_at_most(count, wrong):
    gone, uuid = (answered(200, {}, method="DELETE"),), ROW["uuid"]
    path = f"/v1/tickets/archives?q=ticketUuid%3D{uuid}"
    found = [{"uuid": f"{place}" * 32, "ticketUuid": uuid} for place in range(count)]
    archives = (answered(200, {"inventories": [*found, {"ticketUuid": "9" * 32}]}, method="GET", path=path),)
    roles = {"together0": gone, "together1": gone, "history": rows(), "after": rows(), "archives": archives}
    assert isinstance(judge("together-on-one", {"events": ["delete", "delete"]}, **roles), Violation) is wrong


def test_updates_at_once_leave_one_of_them_whole():
    def update(name):
        sent = {"updateTicketRequest": {"requests": [{"requestName": name, "executeTimes": 1}]}}
        return (answered(200, inventory(), sent=sent, method="PUT"),)

    arguments = {"events": ["update", "update"]}
    roles = {"together0": update("a"), "together1": update("b"), "history": rows()}
    for names, wrong in ((["a"], False), (["b"], False), (["c"], True), (["a", "b"], True)):
        shown = rows({**ROW, "request": [{"requestName": name, "executeTimes": 1} for name in names]})
        assert isinstance(judge("together-on-one", arguments, **roles, after=shown), Violation) is wrong


def test_a_url_is_not_called():
    visit, hook = (answered(200, b"", method="GET"),), (answered(200, b""),)
    roles = {"subject": job(end=inventory()), "hook": hook, "visit": ()}
    assert judge("not-fetched", {}, **roles) is None
    assert isinstance(judge("not-fetched", {}, **roles | {"visit": visit}), Violation)
    assert isinstance(judge("not-fetched", {}, **roles | {"hook": ()}), Undecided)


@pytest.mark.parametrize(
    ("headers", "wrong"),
    [
        ((), False),
        ((("Access-Control-Allow-Origin", "*"),), False),
        ((("Access-Control-Allow-Origin", "https://a.invalid"),), False),
        (
            (("Access-Control-Allow-Origin", "https://a.invalid"), ("Access-Control-Allow-Credentials", "true")),
            True,
        ),
    ],
)
def test_an_origin_is_not_echoed_with_credentials(headers, wrong):
    subject = (answered(200, {}, headers=headers, request_headers=(("Origin", "https://a.invalid"),)),)
    assert isinstance(judge("no-origin-echo", {}, subject=subject), Violation) is wrong


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        (b"<?xml version='1.0'?><web-app xmlns='x'>\n <display-name>zstack</display-name></web-app>", True),
        (b"# hosts\n127.0.0.1\tlocalhost\n", True),
        (b"<html><body><web-app></web-app><script src='a.js'></script></body></html>", False),  # an element of a page
        (b"no api mapping to /v1/tickets/..", False),
    ],
)
def test_no_file_of_the_server_is_shown(body, wrong):
    subject = (replace(answered(200, {}, method="GET"), answer=Response(status=200, body=body)),)
    assert isinstance(judge("shows-no-file", {}, subject=subject), Violation) is wrong
    assert isinstance(judge("shows-no-file", {}, subject=(failed(),)), Undecided)


def took(seconds):
    return (replace(rows()[0], elapsed=seconds),)


@pytest.mark.parametrize(
    ("waiting", "plain", "kind"),
    [
        ([0.1], [0.1], type(None)),
        ([3.1, 0.1, 3.1], [0.1] * 3, type(None)),  # once is no proof
        ([3.1] * 3, [0.1] * 3, Violation),
        ([3.1] * 3, [0.1, 2.0, 0.1], Undecided),  # a slow target
        ([3.1], [0.1], Undecided),
    ],
)
def test_a_query_waits_only_if_it_always_does_and_others_do_not(waiting, plain, kind):
    roles = {f"again{place}" if place else "subject": took(one) for place, one in enumerate(waiting)}
    roles |= {f"beside{place}": took(one) for place, one in enumerate(plain)}
    assert isinstance(judge("does-not-wait", {"seconds": 3}, **roles), kind)


@pytest.mark.parametrize(
    ("begun", "waiting", "kind"),
    [
        (0.5, [0.1], type(None)),
        (0.5, [2.5, 0.1, 2.5], type(None)),
        (0.5, [2.5] * 3, Violation),
        (2.0, [0.1], Undecided),  # more than half of the slow request is over
        (-0.1, [0.1], Undecided),  # it had not begun
        (0.5, [2.5], Undecided),
    ],
)
def test_a_query_is_held_up_only_beside_a_slow_request(begun, waiting, kind):
    roles = {f"again{place}" if place else "subject": took(one) for place, one in enumerate(waiting)}
    roles["subject"] = (replace(roles["subject"][0], started=begun),)
    roles |= {f"beside{place}": took(0.1) for place in range(len(waiting))}
    roles |= {f"slow{place or ''}": took(3.1) for place in range(len(waiting))}
    assert isinstance(judge("not-held-up", {"seconds": 2}, **roles), kind)


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("public", True),
        ("Public, max-age=600", True),
        ("s-maxage=600", True),
        ('max-age=0, s-maxage="60"', True),
        ("public, no-store", False),
        ("private, s-maxage=600", False),
        ("s-maxage=0", False),
        ("max-age=600", False),
        ("no-cache", False),
        ("", False),
    ],
)
def test_a_reading_is_not_kept_by_a_cache_that_users_share(said, wrong):
    one = rows(ROW)[0]
    headers = (("cache-control", said),) if said else ()
    subject = (replace(one, answer=replace(one.answer, headers=headers)),)
    assert isinstance(judge("not-for-shared-caches", {}, subject=subject), Violation) is wrong


def test_a_reading_without_an_answer_says_nothing_of_caches():
    assert isinstance(judge("not-for-shared-caches", {}, subject=(failed("reset"),)), Undecided)


@pytest.mark.parametrize(
    ("kind", "body", "wrong"),
    [
        ("text/html;charset=utf-8", "<p>no api mapping to /v1/x<b>conformance</p>", True),
        ("text/html", "<p>no api mapping to /v1/x&lt;b&gt;conformance</p>", False),
        ("text/plain", "no api mapping to /v1/x<b>conformance", False),
        ("", "no api mapping to /v1/x<b>conformance", False),  # as a real node answers
    ],
)
def test_markup_of_a_path_becomes_none_of_a_page(kind, body, wrong):
    headers = (("content-type", kind),) if kind else ()
    heard = answered(404, body, method="GET", path="/v1/x")
    subject = (replace(heard, answer=Response(status=404, headers=headers, body=body.encode())),)
    assert isinstance(judge("no-markup-of-text", {"markup": "<b>conformance"}, subject=subject), Violation) is wrong
    silent = judge("no-markup-of-text", {"markup": "<b>conformance"}, subject=(failed(),))
    assert isinstance(silent, Undecided)
