"""What single faults do, seen from outside, and that the rest stays as it was."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_zstack_ticket.simulator.faults.request_conditions import depth
from pytest_zstack_ticket.simulator.faults.stored_values import TEXT_WAYS, TICKET_WAYS
from pytest_zstack_ticket.simulator.storage import seed_data
from tests.support.simulator_endpoint import Endpoint, body, code, details
from tests.support.simulator_probe import job_of, message, request, signed

UUID = "a" * 12 + "4" + "a" * 3 + "8" + "a" * 15


def endpoint(fault: str, *, name: str = "admin") -> Endpoint:
    return Endpoint(f"embedded?latency=0&fault={fault}", name=name)


WAYS = {
    "upper": ("aB", "AB"),
    "lower": ("aB", "ab"),
    "reversed": ("ab", "ba"),
    "cut-32": ("x" * 40, "x" * 32),
    "cut-254": ("x" * 255, "x" * 254),
    "one-blank": ("a  b", "a b"),
    "extra-blank": ("a", "a "),
    "ascii-only": ("工a", "?a"),
    "mojibake": ("é", "Ã©"),
    "no-astral": ("\U0001f600a", "?a"),
    "drop-astral": ("\U0001f600a", "a"),
    "nfc": ("e\u0301", "é"),
    "nfkc": ("\ufb01", "fi"),
    "no-combining": ("e\u0301", "e"),
    "no-bidi": ("\u202ea", "a"),
    "no-zero-width": ("a\u200bb", "ab"),
    "cut-at-nul": ("a\x00b", "a"),
    "no-control": ("a\x07b", "ab"),
    "one-line": ("a\nb", "a"),
    "html-escaped": ("<", "&lt;"),
    "html-unescaped": ("&lt;", "<"),
    "no-markup": ("<b>a</b>", "a"),
    "no-quotes": ("'a\"", "a"),
    "doubled-quotes": ("it's", "it''s"),
    "no-backslash": ("a\\b", "ab"),
    "percent-decoded": ("%41", "A"),
    "template-resolved": ("${7*7}", "49"),
    "sql-cut": ("a; drop", "a"),
    "no-path": ("/a/b", "b"),
    "best-fit": ("\uff1cb\uff1e", "<b>"),
    "drop-ignorable": ("a\u00adb\u3164", "ab"),
    "upper-lower": ("\u00dfa", "ssa"),
    "number": ("007", "7"),
    "zero-empty": ("0", ""),
    "no-last-a0": ("a\u4f60", "a\ufffd"),
}


def test_every_way_to_mangle_a_text_is_tried() -> None:
    assert set(WAYS) == set(TEXT_WAYS)


@pytest.mark.parametrize("way", WAYS)
def test_a_text_is_stored_in_another_way(way: str) -> None:
    sent, stored = WAYS[way]
    one = endpoint(f"mangle-name:{way}+mangle-description:{way}")
    assert one.created(name=sent, description=sent)["name"] == stored
    row = one.rows("flowCollectionUuid=" + seed_data.DEFAULT_COLLECTION)[0]
    assert (row["name"], row["description"]) == (stored, stored)
    hidden = endpoint(f"mangle-stored-name:{way}")
    assert hidden.created(name=sent)["name"] == sent
    assert hidden.rows("flowCollectionUuid=" + seed_data.DEFAULT_COLLECTION)[0]["name"] == stored


RICH = message(
    name="x" * 255,
    description="d" * 300,
    accountSystemContext={"projectUuid": seed_data.PROJECT_ONE, "virtualIDUuid": seed_data.ALICE, "yes": True},
    requests=[
        request(
            requestName=" r ",
            executeTimes=3,
            apiBody={
                "E": [],
                "n": -1.5,
                "big": 2**60 + 3,
                "b": True,
                "t": " é ",
                "d": "007",
                "a.b": ["b", "a"],
                "deep": [[[[1]]]],
                "levels": {"a": {"b": {"c": {"d": 1}}}},
            },
        ),
        request(requestName="second", apiBody=json.loads("[" * 0 + '{"deep":' + "[" * 30 + "]" * 30 + "}")),
    ],
)
MANY = message(requests=[request(requestName=f"r{index}") for index in (*range(60), 7)])


@pytest.mark.parametrize("way", TICKET_WAYS)
def test_a_ticket_is_stored_in_another_way(way: str) -> None:
    one = endpoint(f"store:{way}")
    healthy = Endpoint("embedded?latency=0")
    differences = []
    for params in (RICH, MANY):
        shown = one.created(**params, resourceUuid=...)
        usual = healthy.created(**params, resourceUuid=...)
        differences.append({key for key in usual if key != "uuid" and shown.get(key) != usual[key]})
    assert any(differences)
    hidden = endpoint(f"store-hidden:{way}")
    shown = hidden.created(**RICH)
    assert shown["request"] == healthy.created(**RICH)["request"]


def test_a_ticket_without_a_name_or_a_context_survives_being_mangled() -> None:
    ways = "+".join(f"store:{way}" for way in TICKET_WAYS if way not in ("requests-lost", "apiBody-lost"))
    one = endpoint(f"{ways}+accept-missing:name+accept-missing:accountSystemContext+mangle-name:upper")
    assert one.create(name=..., accountSystemContext=..., description=...).status == 200
    odd = endpoint("store:context-swapped+accept-wrong-type:accountSystemContext")
    assert odd.created(accountSystemContext="text")["accountSystemContext"] == "text"
    odd = endpoint("store:executeTimes-one+store:apiBody-text+accept-null-element:requests+accept-missing:apiBody")
    assert odd.created(requests=[None, request(apiBody=...)])["request"][0] is None


def names(one: Endpoint) -> list[Any]:
    rows = one.rows(more="limit=1000&sort=createDate")
    return [row.get("name") for row in rows if row["uuid"] not in seed_data.FOREIGN_TICKETS]


STORES = [
    ("lose-ticket", [], True),
    ("double-ticket", ["a", "a", "b", "b"], True),
    ("serve-twice", ["a", "a", "b", "b"], True),
    ("mix-up-name", ["a", "a"], True),
    ("overwrite-ticket", ["b"], True),
    ("forget-before", ["b"], True),
    ("forget-all", ["b"], True),
    ("store-then-fail", ["a", "b"], False),
    ("fail-always", [], False),
    ("pretend-success", [], True),
    ("refuse", [], False),
    ("reject", [], False),
    ("crash", [], False),
]


@pytest.mark.parametrize(("fault", "stored", "success"), STORES)
def test_what_two_creates_leave_behind(fault: str, stored: list[str], success: bool) -> None:
    one = endpoint(fault)
    answers = [one.create(name=name) for name in ("a", "b")]
    assert {answer.status == 200 for answer in answers} == {success}
    assert names(one) == stored


def test_answers_may_belong_to_another_ticket() -> None:
    one = endpoint("answer-previous")
    assert [one.created(name=name)["name"] for name in ("a", "b", "c")] == ["a", "a", "b"]
    one = endpoint("answer-other-uuid")
    assert one.rows(f"uuid={one.created()['uuid']}") == []


def test_a_new_ticket_may_be_born_wrong() -> None:
    assert endpoint("born-cancelled").created()["status"] == "Cancelled"
    assert endpoint("uuid-upper-case").created()["uuid"].isupper()
    assert endpoint("uuid-with-dashes").created()["uuid"].count("-") == 4
    assert endpoint("ignore-resourceUuid").created(resourceUuid=UUID)["uuid"] != UUID
    assert endpoint("epoch-dates").created()["createDate"].endswith("1970 12:00:00 AM")
    one = endpoint("wrong-owner")
    uuid = one.created()["uuid"]
    one.token = one.log_in("bob", "p2")
    assert one.rows(f"uuid={uuid}")


@pytest.mark.parametrize(
    ("fault", "status", "stored"),
    [
        ("accept-duplicate:resourceUuid", 200, ["first", "second"]),
        ("overwrite-duplicate:resourceUuid", 200, ["second"]),
        ("ruin-duplicate:resourceUuid", 503, ["second"]),
    ],
)
def test_a_used_uuid_may_be_taken_wrongly(fault: str, status: int, stored: list[str]) -> None:
    one = endpoint(fault)
    one.create(name="first", resourceUuid=UUID)
    assert one.create(name="second", resourceUuid=UUID).status == status
    assert names(one) == stored
    assert one.create(resourceUuid=seed_data.DEFAULT_FLOW).status in (200, 503)


def test_a_refused_create_may_leave_a_ticket() -> None:
    one = endpoint("store-refused")
    assert code(one.create(name="left", requests=[])) == "SYS.1007"
    assert code(one.create(name=5, requests=[])) == "SYS.1007"
    one.token = "0" * 32
    assert code(one.create(name="anonymous")) == "ID.1001"
    one.token = one.log_in("admin")
    assert names(one) == ["left", None, "anonymous"]


def test_another_project_s_ticket_may_be_touched() -> None:
    one = endpoint("rename-foreign+forget-all")
    one.create(name="a")
    one.create(name="b")
    assert one.rows(f"uuid={seed_data.FOREIGN_TICKETS[0]}") == []
    one = endpoint("rename-foreign")
    one.create(name="a")
    assert one.rows(f"uuid={seed_data.FOREIGN_TICKETS[0]}")[0]["name"] == "a"


def test_events_may_do_other_things_than_they_say() -> None:
    one = endpoint("change-not-stored")
    uuid = one.created()["uuid"]
    assert body(one.event(uuid, "cancel"))["inventory"]["status"] == "Cancelled"
    assert one.rows(f"uuid={uuid}")[0]["status"] == "Pending"
    one = endpoint("change-other")
    uuid = one.created()["uuid"]
    assert one.event(uuid, "cancel").status == 200
    assert one.rows(f"uuid={uuid}")[0]["status"] == "Cancelled"
    other = one.created()["uuid"]
    one.event(other, "cancel")
    assert [row["status"] for row in one.rows(f"uuid={other}")] == ["Pending"]
    one = endpoint("accept-denied-event")
    assert body(one.event(one.created()["uuid"], "reopen"))["inventory"]["status"] == "Pending"
    one = endpoint("denied-event-changes")
    uuid = one.created()["uuid"]
    assert code(one.event(uuid, "open")) == "SYS.1006"
    one = endpoint("delete-other")
    uuid = one.created()["uuid"]
    one.delete(uuid)
    assert names(one) == []


def test_queries_may_be_wrong() -> None:
    one = endpoint("any-condition")
    one.create(name="a", description="d")
    one.create(name="b")
    assert len(one.rows("name=a", "name=b")) == 2
    assert len(one.rows()) == 4
    drifting = endpoint("drift-name+drift-date")
    drifting.create(name="a")
    first, second = (drifting.rows("name=a")[0]["name"] for _ in range(2))
    assert first.rstrip() == second.rstrip() == "a"
    assert first != second
    assert drifting.rows(path="/v1/tickets/histories")
    shown = endpoint("query-shows-deleted")
    shown.delete(shown.created()["uuid"])
    assert len(shown.rows("name=a ticket")) == 1
    assert len(shown.rows(path="/v1/tickets/archives")) == 1


def test_polls_may_ask_for_a_session() -> None:
    one = endpoint("job-needs-session")
    answer = one.send("POST", "/v1/tickets", {"params": message()})
    path = f"/v1/api-jobs/{job_of(answer)}"
    assert one.finish(answer).body == b"missing header 'Authorization'"
    assert one.send("GET", path).status == 200
    assert one.send("GET", path, Authorization="OAuth null").status == 400


def test_dead_sessions_may_live() -> None:
    for fault, header in (
        ("accept-empty-session", "OAuth"),
        ("accept-unknown-session", "OAuth " + "0" * 32),
        ("accept-malformed-session", "OAuth x"),
        ("accept-other-scheme", "Basic x"),
    ):
        assert endpoint(fault, name="").send("GET", "/v1/tickets", Authorization=header).status == 200
    assert endpoint("accept-no-authorization", name="").send("GET", "/v1/tickets").status == 200
    one = endpoint("accept-logged-out-session")
    one.send("DELETE", f"/v1/accounts/sessions/{one.token}")
    assert one.query().status == 200
    old = Endpoint("embedded?latency=0&session_timeout=5&fault=accept-expired-session")
    old.now += 10
    assert old.query().status == 200
    date = "Mon, 24 Nov 2025 16:00:00 UTC"
    one = endpoint("signature-ignores-path", name="")
    header = signed("GET", "/v1/tickets", date=date, as_path="/v1/tickets/flow")
    assert one.send("GET", "/v1/tickets", Authorization=header, Date=date).status == 200


def test_malformed_bodies_may_be_taken() -> None:
    for kind, sent in (
        ("truncated", b'{"params":{}'),
        ("garbage", b"zzz"),
        ("empty", b""),
        ("no-params", b"{}"),
        ("array", b"[]"),
    ):
        one = endpoint(f"accept-malformed:{kind}")
        answer = one.finish(one.send("POST", "/v1/tickets", raw=sent))
        assert (answer.status, names(one)) == (200, [None]), kind
        healthy = Endpoint()
        assert healthy.finish(healthy.send("POST", "/v1/tickets", raw=sent)).status in (500, 503)
    deep = endpoint("accept-malformed:truncated")
    assert deep.send("POST", "/v1/tickets", raw=b"[" * 500).status == 202


def test_a_value_of_a_wrong_type_may_be_taken() -> None:
    for name, value, shown in (("name", {}, "{}"), ("requests", "x", []), ("description", [], "[]")):
        one = endpoint(f"accept-wrong-type:{name}")
        tree = one.created(**{name: value})
        assert tree["request" if name == "requests" else name] == shown
    for changes in ({"requestName": {}}, {"apiName": {}}, {"executeTimes": "x"}, {"apiBody": "x"}):
        one = endpoint(f"accept-wrong-type:{next(iter(changes))}")
        assert one.create(requests=[request(**changes)]).status == 200
    assert endpoint("accept-wrong-type:systemTags").create({"params": message(), "systemTags": "x"}).status == 200
    assert endpoint("accept-wrong-type:params").create({"params": 5}).status == 200


def test_the_length_limit_of_a_field_may_be_moved() -> None:
    one = endpoint("limit:name=-10")
    assert one.create(name="x" * 245).status == 200
    assert "expected was <= 245, actual was 246" in details(one.create(name="x" * 246))


def test_a_malformed_body_beneath_the_parser_s_depth_is_garbage_to_a_fault() -> None:
    one = endpoint("accept-malformed:garbage")
    assert one.send("POST", "/v1/tickets", raw=b"[" * 100_000 + b"]" * 100_000).status == 202


def test_tags_of_a_wrong_type_beside_params_are_dropped_where_they_are_accepted() -> None:
    one = endpoint("accept-wrong-type:userTags")
    assert one.create({"params": message(), "userTags": 5, "systemTags": ["ephemeral::b"]}).status == 200
    assert one.create({"params": message(), "systemTags": 5}).status == 500


def test_bodies_can_be_changed_after_one_another() -> None:
    answer = endpoint("body:query=utf16+body:query=newline").query()
    assert answer.body.endswith(b"\n")


def test_the_depth_of_a_value() -> None:
    assert [depth(value) for value in (1, [], {"a": []}, [[[]]])] == [0, 1, 2, 3]
    endless: list[Any] = []
    endless.append(endless)
    assert depth(endless) == 1001


def cancelled(one: Endpoint) -> str:
    uuid = str(one.created(description="kept")["uuid"])
    one.event(uuid, "cancel")
    return uuid


@pytest.mark.parametrize(("fault", "shown"), [("", "kept"), ("update-clears-description", None)])
def test_an_update_may_clear_what_it_does_not_name(fault: str, shown: str | None) -> None:
    one = endpoint(fault) if fault else Endpoint("embedded?latency=0", name="admin")
    uuid, requests = cancelled(one), message()["requests"]
    one.act(uuid, "updateTicketRequest", requests=requests)
    assert one.rows(f"uuid={uuid}")[0].get("description") == shown
    one.act(uuid, "updateTicketRequest", requests=requests, description="named")
    assert one.rows(f"uuid={uuid}")[0]["description"] == "named"


@pytest.mark.parametrize("faulty", [False, True])
@pytest.mark.parametrize(("bad", "half_done"), [({"apiName": "org.zstack.NoSuch"}, True), (None, False)])
def test_a_refused_update_may_have_stored_its_good_half(faulty: bool, bad: Any, half_done: bool) -> None:
    one = endpoint("refused-update-half-done") if faulty else Endpoint("embedded?latency=0", name="admin")
    uuid, good = cancelled(one), message()["requests"][0] | {"requestName": "half"}
    assert one.act(uuid, "updateTicketRequest", requests=[good, bad and good | bad]).status != 200
    names = [request["requestName"] for request in one.rows(f"uuid={uuid}")[0]["request"]]
    assert ("half" in names) is (faulty and half_done)


@pytest.mark.parametrize(("fault", "count"), [("", 1), ("delete-loses-history", 0)])
def test_a_deletion_may_archive_a_ticket_without_its_history(fault: str, count: int) -> None:
    one = endpoint(fault) if fault else Endpoint("embedded?latency=0", name="admin")
    uuid = cancelled(one)
    one.delete(uuid)
    assert len(one.rows(f"ticketUuid={uuid}", path="/v1/tickets/archives")) == 1
    assert len(one.rows(f"ticketUuid={uuid}", path="/v1/tickets/histories/archives")) == count


@pytest.mark.parametrize(("fault", "valid"), [("", False), ("ended-session-is-valid", True)])
def test_a_session_may_be_called_valid_after_its_logout(fault: str, valid: bool) -> None:
    one = endpoint(fault) if fault else Endpoint("embedded?latency=0", name="admin")
    path = f"/v1/accounts/sessions/{one.token}"
    assert body(one.send("GET", f"{path}/valid")) == {"valid": True}
    one.send("DELETE", path)
    assert body(one.send("GET", f"{path}/valid")) == {"valid": valid}
    assert body(one.send("GET", f"/v1/accounts/sessions/{UUID}/valid")) == {"valid": False}


@pytest.mark.parametrize(("fault", "status"), [("", 503), ("session-by-beginning", 200)])
def test_half_a_session_may_do(fault: str, status: int) -> None:
    one = endpoint(fault) if fault else Endpoint("embedded?latency=0", name="admin")
    for token in (one.token[:-1], f"{one.token}0", one.token[:16] + "0" * 16):
        assert one.send("GET", "/v1/tickets", Authorization=f"OAuth {token}").status == status
    assert one.send("GET", "/v1/tickets", Authorization=f"OAuth {one.token[:15]}").status == 503
