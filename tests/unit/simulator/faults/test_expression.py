from __future__ import annotations

import pytest

from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.model.exchange import Request, Response
from pytest_zstack_ticket.simulator.fault_points import Facts
from pytest_zstack_ticket.simulator.faults import FAMILIES, FAULTS, describe_triggers, parse_fault
from pytest_zstack_ticket.simulator.faults.scope import ANYTHING, parse_scope
from pytest_zstack_ticket.simulator.response import Answer, Tree
from tests.support.simulator_endpoint import Endpoint, body, code, details
from tests.support.simulator_probe import Caller, message, query, request


def test_there_are_many_faults_each_with_a_sentence_and_a_name_that_can_be_parsed() -> None:
    assert len(FAULTS) > 200
    for name, fault in FAULTS.items():
        assert fault.name == name
        assert fault.description
        assert parse_fault(name).text == name
        assert bool(fault.effects) != bool(fault.expression)


def test_names_are_free_of_the_marks_of_the_language() -> None:
    assert [name for name in FAULTS if set(name) & set("()+& ")] == []


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "the fault expression is empty"),
        ("+", "the fault expression is empty"),
        ("lose-tickt", "fault 'lose-tickt' is unknown; near: lose-ticket"),
        ("zzzzzzzzzzzzzz", "see `docs/reference/simulator.md`"),
        ("lose-ticket(", "brackets do not match"),
        ("lose-ticket)", "brackets do not match"),
        ("every:0(lose-ticket)", "needs a figure above 0, such as every:7"),
        ("every:x(lose-ticket)", "needs a figure above 0"),
        ("evry:7(lose-ticket)", "fault trigger 'evry:7' is unknown; near: every:N"),
        ("when-name-astrl(lose-ticket)", "near: when-name-astral"),
        ("when-name-over(lose-ticket)", "needs a figure above 0"),
        ("when-name-starts:(lose-ticket)", "is unknown"),
        ("status:create", "needs a scope and a value: status:SCOPE=VALUE"),
        ("status:create=99", "'99' is no status code"),
        ("status:creat=200", "call 'creat' is unknown; near: create"),
        ("status:create/succes=200", "role 'succes' is unknown; near: success"),
        ("status:zzz=200", "call 'zzz' is unknown; near: change, create"),
        ("body:create=nonsense", "fault body 'nonsense' is unknown; known: object, array"),
        ("retype:create=name=nonsense", "fault kind 'nonsense' is unknown"),
        ("retype:create=name", "needs the form PATH=VALUE"),
        ("wire:create=nonsense", "fault wire kind 'nonsense' is unknown"),
        ("limit:name=much", "fault figure 'much' is not a number"),
        ("latency:soon", "fault figure 'soon' is not a number"),
        ("limit:name", "needs the form PATH=VALUE"),
    ],
)
def test_an_expression_that_cannot_be_read_says_what_is_near(text: str, complaint: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_fault(text)
    assert complaint in str(caught.value)


def test_every_family_and_trigger_is_described() -> None:
    assert all(family.form and family.description for family in FAMILIES.values())
    assert all(describe_triggers().values())


def answer(**changes: object) -> Answer:
    made: dict[str, object] = {"status": 200, "body": Tree({}), "role": "success", "call": "create"}
    return Answer(**(made | changes))  # type: ignore[arg-type] # any member


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("*", "csp cf qs R3"),
        ("", "csp cf qs R3"),
        ("create", "csp cf R3"),
        ("create/success", "csp"),
        ("create,query/success", "csp qs"),
        ("*/failure,success", "csp cf qs"),
        ("*/refusal", "cf R3"),
        ("*/result", "csp cf qs"),
        ("create/result/polled", "csp"),
        ("R3,R4", "R3"),
    ],
)
def test_a_scope_covers_answers_by_call_role_and_row(text: str, covered: str) -> None:
    answers = {
        "csp": answer(read=1),
        "cf": answer(role="failure"),
        "qs": answer(call="query"),
        "R3": answer(role="text", row="R3"),
    }
    assert [name for name, one in answers.items() if parse_scope(text).covers(one)] == covered.split()


def test_the_empty_scope_is_everything() -> None:
    assert parse_scope("*") is ANYTHING


def endpoint(fault: str, *, name: str = "admin") -> Endpoint:
    return Endpoint(f"embedded?latency=0&fault={fault}", name=name)


def lost(one: Endpoint, names: list[str]) -> list[str]:
    for name in names:
        one.create(name=name)
    stored = {row["name"] for row in one.rows(more="limit=1000")}
    return [name for name in names if name.strip() not in stored]


NAMES = ["a", "b", "c", "d", "e", "f"]


@pytest.mark.parametrize(
    ("trigger", "expected"),
    [
        ("every:2", ["b", "d", "f"]),
        ("first:2", ["a", "b"]),
        ("after:4", ["e", "f"]),
        ("nth:3", ["c"]),
        ("when-name-starts:d", ["d"]),
        ("when-later:0.045", ["c", "d", "e", "f"]),
    ],
)
def test_triggers_decide_on_which_creates_a_fault_is_at_work(trigger: str, expected: list[str]) -> None:
    assert lost(endpoint(f"{trigger}(lose-ticket)"), NAMES) == expected


def test_triggers_nest_and_the_outer_one_counts_all_occasions() -> None:
    names = ["x1", "a", "x2", "b", "x3", "c"]
    assert lost(endpoint("when-name-starts:x(every:2(lose-ticket))"), names) == ["x2"]
    assert lost(endpoint("every:2(when-name-starts:x(lose-ticket))"), names) == []
    assert lost(endpoint("every:3(lose-ticket+fail-always)"), names) == ["x2", "c"]


def test_each_engine_counts_for_itself() -> None:
    for _ in range(2):
        assert lost(endpoint("nth:2(lose-ticket)"), NAMES) == ["b"]


def test_the_same_body_again_is_an_occasion_of_its_own() -> None:
    one = endpoint("again(fail-always)")
    assert [one.create(name=name).status for name in ("a", "b", "a", "c", "b")] == [200, 200, 503, 200, 503]


def test_load_brings_a_fault_out() -> None:
    one = Endpoint("embedded?latency=0.055&fault=when-busy:2(fail-always)")
    answers = [one.send("POST", "/v1/tickets", {"params": message(name=name)}) for name in NAMES]
    one.now += 1
    assert [one.finish(answer).status for answer in answers] == [200, 200, 503, 503, 503, 503]


def test_connections_that_wait_bring_a_fault_out() -> None:
    one = endpoint("when-in-flight:3(status:query=500)")
    sent = query(Caller(one.token))
    answers = [one.engine.handle(sent, one.now, in_flight=number) for number in (1, 3)]
    assert [answer.status for answer in answers if isinstance(answer, Response)] == [200, 500]


def test_one_body_in_so_many() -> None:
    broken = lost(endpoint("when-one-in:4(lose-ticket)"), [f"n{index}" for index in range(80)])
    assert 5 < len(broken) < 40


def test_sized_conditions() -> None:
    rows = [
        ("when-name-over:3", {"name": "abcd"}),
        ("when-description-over:3", {"description": "abcd"}),
        ("when-requests-over:1", {"requests": [request(), request()]}),
        ("when-body-over:2000", {"description": "x" * 2000}),
        ("when-deeper:3", {"requests": [request(apiBody={"a": [{"b": [1]}]})]}),
        ("when-times-over:5", {"requests": [request(executeTimes=6)]}),
    ]
    for trigger, changes in rows:
        one = endpoint(f"{trigger}(fail-always)")
        assert one.create(name="a").status == 200, trigger
        assert one.create(**changes).status == 503, trigger


def test_conditions_look_at_odd_messages_without_stumbling() -> None:
    every = "+".join(
        f"when-{name[5:]}(keep-outer-blanks)" for name in describe_triggers() if ":" not in name and name != "again"
    )
    one = endpoint(every)
    for sent in (
        b"",
        b"[]",
        b"{",
        b"5",
        b'{"params":[]}',
        b'{"params":{"name":5,"requests":5}}',
        b'{"a":1}',
        b"[" * 9000,
    ):
        assert one.send("POST", "/v1/tickets", raw=sent).status in (202, 500)
    assert one.create(requests=[1, None]).status == 500
    assert one.create(requests=[request(apiBody="\ud800")], description=5).status == 503


def test_faults_are_faithful_otherwise() -> None:
    one = endpoint("accept-too-long:name")
    assert body(one.create(name="x" * 256))["inventory"]["name"] == "x" * 256
    assert code(one.create(name=None)) == "SYS.1007"
    assert code(one.create(description="x" * 2049)) == "SYS.1007"


def test_a_named_fault_can_stand_for_an_expression_with_triggers() -> None:
    one = endpoint("drift:total")
    totals = [body(one.query(more="replyWithCount=true"))["total"] for _ in range(6)]
    assert totals == [2, 2, 3, 2, 2, 3]


def test_edits_count_the_answers_that_they_cover() -> None:
    one = endpoint("every:2(status:query=204)")
    assert [one.query().status for _ in range(4)] == [200, 204, 200, 204]


def test_several_faults_work_at_once() -> None:
    one = endpoint("error-description:missing+error:500+header:*=x-more=yes")
    answer = one.create(name=None)
    assert (answer.status, answer.header("x-more")) == (500, "yes")
    assert "description" not in body(answer)["error"]


def test_the_engine_s_own_values_are_never_changed_by_an_edit() -> None:
    one = endpoint("first:1(inventory-name:upper)")
    answer = one.send("POST", "/v1/tickets", {"params": message()})
    assert [body(one.finish(answer))["inventory"]["name"] for _ in range(2)] == ["A TICKET", "a ticket"]
    assert one.rows("name=a ticket")


@pytest.mark.parametrize(
    ("fault", "name", "shown"),
    [
        ("set:create/success=inventory.name=null", "name", None),
        ("set:create/success=inventory.name=other", "name", "other"),
        ("set:create/success=inventory.more=[1]", "more", [1]),
        ("set:create/success=inventory.request[0].executeTimes=7", "request", None),
        ("rename:create/success=inventory.name=title", "title", "a ticket"),
        ("retype:create/success=inventory.uuid=list", "status", "Pending"),
        ("drop:create/success=inventory.nothing.at.all", "name", "a ticket"),
        ("set:create/success=nothing.at.all=1", "name", "a ticket"),
        ("set:create/success=inventory.request[9]=1", "name", "a ticket"),
        ("inventory-name:number+inventory-name:upper", "name", 5),
    ],
)
def test_members_can_be_set_renamed_and_dropped(fault: str, name: str, shown: object) -> None:
    tree = body(endpoint(fault).create())["inventory"]
    if name == "request":
        assert tree["request"][0]["executeTimes"] == 7
    else:
        assert tree[name] == shown


@pytest.mark.parametrize(
    "fault", ["wrap:*=data", "unwrap:*=nothing", "set:*=a=1", "drop:*=a", "blame-other-field", "error:as-text"]
)
def test_edits_of_members_leave_plain_text_alone(fault: str) -> None:
    answer = endpoint(fault, name="").send("GET", "/v1/nothing")
    assert answer.body == b"no api mapping to /v1/nothing"


def test_null_targets_answer_everything_alike() -> None:
    one = endpoint("null:echo", name="")
    for method, path in (("POST", "/v1/tickets"), ("GET", "/zzz")):
        answer = one.handle(Request(method=method, path=path, body=b"echo"))
        assert (answer.status, answer.body) == (200, b"echo")
    assert endpoint("nth:2(null:html)").query().body.startswith(b"<!doctype html>")


def test_leaks_show_what_was_sent() -> None:
    one = endpoint("leak-session")
    assert one.token in details(one.create(name=None))
    one = endpoint("leak-request", name="")
    assert "Authorization: OAuth x" in one.send("GET", "/v1/nothing", Authorization="OAuth x").body.decode()


def test_a_poll_has_the_facts_of_the_request_that_made_the_job() -> None:
    one = endpoint("when-name-starts:x(status:create/success=299)")
    assert [one.create(name=name).status for name in ("a", "xa")] == [200, 299]
    assert Facts.__doc__


@pytest.mark.parametrize(
    ("text", "remembers"),
    [
        ("lose-ticket", False),
        ("when-name-starts:x(lose-ticket)", False),
        ("accept-too-long:name+every:7(lose-ticket)", True),
        ("when-name-starts:x(again(lose-ticket))", True),
        ("when-later:20(lose-ticket)", True),
        ("when-busy:1(lose-ticket)", True),
        ("drift:validation", True),
    ],
)
def test_a_fault_says_whether_it_depends_on_what_came_before(text: str, remembers: bool):
    assert parse_fault(text).remembers is remembers
