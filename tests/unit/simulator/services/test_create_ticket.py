from __future__ import annotations

import json
from dataclasses import replace

import pytest

from pytest_zstack_ticket.model.ticket_context import Context
from pytest_zstack_ticket.simulator.storage import seed_data
from tests.support.simulator_endpoint import Endpoint, body, code, details
from tests.support.simulator_probe import message, request

VALIDATOR = "org.zstack.header.message.ApiMessageParamValidator"
UUID = "a" * 12 + "4" + "a" * 3 + "8" + "a" * 15


def sample() -> dict[str, object]:
    context = Context()
    one = {
        "requestName": context.request_name,
        "apiName": context.api_name,
        "executeTimes": context.execute_times,
        "apiBody": context.api_body,
    }
    return {
        "name": context.name,
        "requests": [one],
        "accountSystemType": context.account_system_type,
        "accountSystemContext": context.account_system_context,
    }


@pytest.mark.parametrize("release", ["3.0", "3.2", "3.6", "4.1", "4.5", "4.6", "after-5.3"])
@pytest.mark.parametrize("name", ["admin", "alice"])
def test_the_sample_of_the_page_is_accepted_in_every_band(release: str, name: str) -> None:
    endpoint = Endpoint(f"embedded:deployed@{release}", name=name)
    answer = endpoint.create({"params": sample()})
    assert answer.status == 200
    shown = body(answer)["inventory"]
    assert shown["status"] == "Pending"
    assert shown["flowCollectionUuid"] == seed_data.DEFAULT_COLLECTION
    assert ("ticketTypeUuid" in shown) == (release not in ("3.0", "3.2"))


def test_the_documented_variant_answers_exactly_nothing_and_stores_the_ticket() -> None:
    endpoint = Endpoint("embedded:documented")
    answer = endpoint.send("POST", "/v1/tickets", {"params": sample()})
    assert (answer.status, answer.body) == (200, b"{}")
    assert len(endpoint.rows(f"name={Context().name}")) == 1


def test_the_inventory_shows_what_was_sent_under_the_names_of_the_server() -> None:
    shown = Endpoint().created(description=" d ", name=" n ", resourceUuid=UUID)
    assert list(shown) == [
        *("uuid", "name", "description", "status", "request", "accountSystemType", "ticketTypeUuid"),
        *("accountSystemContext", "currentFlowUuid", "flowCollectionUuid", "createDate", "lastOpDate"),
    ]
    assert (shown["uuid"], shown["name"], shown["description"]) == (UUID, "n", "d")
    assert shown["request"] == message()["requests"]


REFUSED = [
    (
        {"accountSystemType": ...},
        "SYS.1007",
        f"field[accountSystemType] of message[{VALIDATOR}] is mandatory, can not be null",
    ),
    ({"name": None}, "SYS.1007", f"field[name] of message[{VALIDATOR}] is mandatory, can not be null"),
    ({"name": "x" * 256}, "SYS.1007", "exceeds max length of string. expected was <= 255, actual was 256"),
    ({"name": "\U0001f600" * 128}, "SYS.1007", "actual was 256"),
    ({"description": "x" * 2049}, "SYS.1007", "expected was <= 2048, actual was 2049"),
    ({"requests": []}, "SYS.1007", "field[requests] must be a nonempty list"),
    ({"requests": [None]}, "SYS.1007", "field[requests] cannot contain a NULL element"),
    ({"requests": [request(), None]}, "SYS.1007", "field[requests] cannot contain a NULL element"),
    ({"accountSystemContext": None}, "SYS.1007", "field[accountSystemContext]"),
    ({"accountSystemContext": "x"}, "SYS.1007", "accountSystemContext is not valid"),
    ({"accountSystemType": "ldap"}, "SYS.1007", "no accountSystemType[ldap] defined in system"),
    (
        {"tagUuids": ["x", seed_data.TAG_PATTERN]},
        "SYS.1003",
        "invalid field[tagUuids], resource[uuids:[x], type:TagPatternVO] not found",
    ),
    (
        {"flowCollectionUuid": "x"},
        "SYS.1003",
        "invalid field[flowCollectionUuid], resource[uuid:x, type:TicketFlowCollectionVO]",
    ),
    ({"flowCollectionUuid": seed_data.FOREIGN_COLLECTION}, "SYS.1007", "it not belong the project"),
    ({"flowCollectionUuid": seed_data.DISABLED_COLLECTION}, "SYS.1007", "is disable, can not be used"),
    ({"resourceUuid": "x"}, "SYS.1007", "resourceUuid[x] is not a valid uuid."),
    ({"resourceUuid": seed_data.DEFAULT_FLOW}, "SYS.1000", "ConstraintViolationException"),
    ({"requests": [request(apiName="no.such.Message")]}, "SYS.1007", "not matched ticket type found"),
    ({"requests": [request(apiName=...)]}, "SYS.1007", "not matched ticket type found"),
    ({"requests": [request(), request(apiName=seed_data.RESIZE_VM_API)]}, "SYS.1007", "not matched ticket type found"),
    ({"requests": [request(apiBody=...)]}, "SYS.1007", "cannot create API"),
    ({"requests": [request(apiBody=[1])]}, "SYS.1007", "Expected BEGIN_OBJECT but was BEGIN_ARRAY"),
    ({"requests": [request(apiBody={"x": "y" * 70_000})]}, "SYS.1000", "DataException"),
]


@pytest.mark.parametrize(("changes", "error", "text"), REFUSED)
def test_a_broken_message_is_accepted_by_the_rest_layer_and_refused_by_the_job(
    changes: dict[str, object], error: str, text: str
) -> None:
    endpoint = Endpoint("embedded?choice=four-bytes:kept")
    answer = endpoint.send("POST", "/v1/tickets", {"params": message(**changes)})
    assert answer.status == 202
    answer = endpoint.finish(answer)
    assert answer.status == 503
    assert (code(answer), text in details(answer)) == (error, True), details(answer)
    assert endpoint.engine.tickets == len(seed_data.FOREIGN_TICKETS)


def test_a_flow_collection_for_other_types_is_refused() -> None:
    answer = Endpoint().create(
        flowCollectionUuid=seed_data.DISABLED_COLLECTION, requests=[request(apiName=seed_data.RESIZE_VM_API)]
    )
    assert "not matches ticket type" in details(answer)


def test_an_invalid_flow_collection_is_refused() -> None:
    endpoint = Endpoint()
    collections = endpoint.engine.state.store.collections
    collections[seed_data.DEFAULT_COLLECTION] = replace(collections[seed_data.DEFAULT_COLLECTION], status="Invalid")
    assert "is invalid, contact admin" in details(endpoint.create(flowCollectionUuid=seed_data.DEFAULT_COLLECTION))
    assert "no matched ticket flow collection or no default" in details(endpoint.create())


@pytest.mark.parametrize("release", ["3.0", "3.2"])
def test_before_3_6_the_class_of_the_message_is_named_and_types_and_tags_do_not_exist(release: str) -> None:
    endpoint = Endpoint(f"embedded:deployed@{release}")
    assert "message[org.zstack.ticket.api.APICreateTicketMsg]" in details(endpoint.create(name=...))
    assert "no API[no.such.Message] found" in details(endpoint.create(requests=[request(apiName="no.such.Message")]))
    assert endpoint.create(tagUuids=["x"]).status == 200
    del endpoint.engine.state.store.collections[seed_data.DEFAULT_COLLECTION]
    assert "no default ticket flow collection found" in details(endpoint.create())


def test_a_project_with_a_collection_of_its_own_uses_it() -> None:
    endpoint = Endpoint(name="")
    endpoint.token = endpoint.log_in("bob", "p2")
    context = {"projectUuid": seed_data.PROJECT_TWO, "virtualIDUuid": seed_data.BOB}
    assert endpoint.created(accountSystemContext=context)["flowCollectionUuid"] == seed_data.FOREIGN_COLLECTION


def test_a_used_uuid_changes_nothing() -> None:
    endpoint = Endpoint()
    first = endpoint.created(name="first", resourceUuid=UUID)
    assert code(endpoint.create(name="second", resourceUuid=UUID)) == "SYS.1000"
    assert endpoint.rows()[-1] == first


TYPES = [
    ({"name": {}}, "Expected a string but was BEGIN_OBJECT at line 1 column 10 path $.name"),
    ({"requests": {}}, "Expected BEGIN_ARRAY but was BEGIN_OBJECT"),
    ({"requests": "x"}, "Expected BEGIN_ARRAY but was STRING"),
    ({"requests": [1]}, "Expected BEGIN_OBJECT but was NUMBER at line 1 column 33 path $.requests[0]"),
    ({"requests": [request(requestName=[])]}, "path $.requests[0].requestName"),
    (
        {"requests": [request(executeTimes=1.5)]},
        "java.lang.NumberFormatException: Expected an int but was 1.5 at line 1",
    ),
    ({"requests": [request(executeTimes="x")]}, 'For input string: "x"'),
    ({"requests": [request(executeTimes="")]}, "java.lang.NumberFormatException: empty String"),
    ({"requests": [request(executeTimes=2**31)]}, "Expected an int but was 2147483648 at line 1"),
    ({"requests": [request(executeTimes=True)]}, "Expected an int but was BOOLEAN"),
    ({"tagUuids": "x"}, "Expected BEGIN_ARRAY but was STRING"),
    ({"systemTags": {}}, "Expected BEGIN_ARRAY but was BEGIN_OBJECT"),
]


@pytest.mark.parametrize(("changes", "text"), TYPES)
def test_a_value_of_a_wrong_type_is_a_plain_500(changes: dict[str, object], text: str) -> None:
    answer = Endpoint().create(**changes)
    assert answer.status == 500
    assert text in answer.body.decode()
    assert answer.header("content-type") is None


@pytest.mark.parametrize(("changes", "text"), TYPES)
def test_the_documented_variant_names_the_field_of_a_wrong_type(changes: dict[str, object], text: str) -> None:
    del text
    answer = Endpoint("embedded:documented").create(**changes)
    assert (answer.status, code(answer)) == (400, "SYS.1007")
    assert f"field[{next(iter(changes))}" in details(answer)


@pytest.mark.parametrize("changes", [{"name": 5}, {"requests": [request(executeTimes="1")]}])
def test_the_documented_variant_takes_no_coerced_values(changes: dict[str, object]) -> None:
    assert Endpoint("embedded:documented").create(**changes).status == 400


def test_coercions_of_gson() -> None:
    endpoint = Endpoint()
    assert endpoint.created(name=123)["name"] == "123"
    assert endpoint.created(name=True)["name"] == "true"
    assert Endpoint("embedded:deployed@4.5").created(name=123)["name"] == "123.0"
    times = [
        endpoint.created(requests=[request(executeTimes=value)])["request"][0]["executeTimes"]
        for value in (1.0, "1", None, "1e1")
    ]
    assert times == [1, 1, 0, 10]
    assert endpoint.create(userTags=[1, True]).status == 200
    # what carries no annotation of its own may hold no null, as anything else (APIMessage.collectApiParams)
    assert details(endpoint.create(userTags=[1, None])) == "field[userTags] cannot contain a NULL element"


UNKNOWN_TAG = [
    (["a::b"], "SYS.1007", "no system tag matches a::b"),
    (["ephemeral::x", "a"], "SYS.1007", "no system tag matches ephemeral::x"),
    (["ephemeral::validationOnly", "a"], "SYS.1007", "no system tag matches a"),
    ([1], "SYS.1000", "java.lang.ClassCastException: java.lang.Long cannot be cast to java.lang.String"),
    ([True], "SYS.1000", "java.lang.Boolean"),
    ([1.5], "SYS.1000", "java.lang.Double"),
    ([{}], "SYS.1000", "LinkedTreeMap"),
    ([None], "SYS.1007", "field[systemTags] cannot contain a NULL element"),
]


@pytest.mark.parametrize(("tags", "expected", "text"), UNKNOWN_TAG)
def test_a_system_tag_that_nothing_defines_is_refused(tags: list[object], expected: str, text: str) -> None:
    answer = Endpoint().create({"params": message(), "systemTags": tags})
    assert code(answer) == expected
    assert text in details(answer)


def test_numbers_inside_an_api_body_are_doubles_before_4_6() -> None:
    numbers = {"a": 1, "b": 1.5, "c": 1545993580705, "d": 2**53 + 1, "e": None}
    old = Endpoint("embedded:deployed@4.5").create(requests=[request(apiBody=numbers)])
    assert b'"apiBody":{"a":1.0,"b":1.5,"c":1.545993580705E12,"d":9.007199254740992E15}' in old.body
    new = Endpoint("embedded:deployed@4.6").create(requests=[request(apiBody=numbers)])
    assert b'"apiBody":{"a":1,"b":1.5,"c":1545993580705,"d":9007199254740993}' in new.body


@pytest.mark.parametrize("tags", [{"systemTags": ["ephemeral::b"]}, {"userTags": ["x"]}, {"systemTags": None}])
def test_tags_are_read_beside_and_inside_params(tags: dict[str, object]) -> None:
    endpoint = Endpoint()
    assert endpoint.create({"params": message(), **tags}).status == 200
    assert endpoint.create({"params": message(**tags)}).status == 200


@pytest.mark.parametrize("where", ["beside", "inside"])
def test_the_tag_for_validation_only_checks_everything_and_stores_nothing(where: str) -> None:
    endpoint = Endpoint()
    tags = {"systemTags": ["ephemeral::validationOnly"]}
    sent = {"params": message(), **tags} if where == "beside" else {"params": message(**tags)}
    assert endpoint.create(sent).body == b"{}"
    sent["params"]["name"] = None
    assert endpoint.create(sent).status == 503
    assert endpoint.engine.tickets == len(seed_data.FOREIGN_TICKETS)


def test_tags_that_are_no_list_are_a_500_and_so_is_a_wrapper_that_is_no_object() -> None:
    endpoint = Endpoint("embedded?choice=class-cast:text")
    texts = {
        "java.lang.String cannot be cast to java.util.List": {"params": message(), "userTags": "x"},
        "java.lang.Long cannot be cast to java.util.List": {"params": message(), "systemTags": 1},
        "java.util.ArrayList cannot be cast to java.util.Map": {"params": []},
        "java.lang.Double cannot be cast to java.util.Map": {"params": 1.5},
        "java.lang.Boolean cannot be cast to java.util.Map": {"params": True},
    }
    for text, sent in texts.items():
        answer = endpoint.create(sent)
        assert (answer.status, answer.body.decode()) == (500, text)
        assert (Endpoint().create(sent).status, Endpoint().create(sent).body) == (500, b"")
    assert "field[params]" in details(Endpoint("embedded:documented").create({"params": []}))


@pytest.mark.parametrize("sent", [b"", b"null", b"{}", b'{"params":null}', b"[]"])
def test_a_body_without_a_message_is_accepted_and_then_refused(sent: bytes) -> None:
    endpoint = Endpoint()
    answer = endpoint.send("POST", "/v1/tickets", raw=sent)
    assert answer.status == 202
    assert "field[accountSystemType]" in details(endpoint.finish(answer))


def test_without_a_charset_the_body_is_read_as_latin_1() -> None:
    endpoint = Endpoint()
    sent = json.dumps({"params": message(name="工单")}, ensure_ascii=False).encode()
    answer = endpoint.finish(endpoint.send("POST", "/v1/tickets", raw=sent, Content_Type="application/json"))
    assert body(answer)["inventory"]["name"] == "工单".encode().decode("latin-1")
    answer = endpoint.finish(endpoint.send("POST", "/v1/tickets", raw=sent, Content_Type="text/plain; charset=utf8"))
    assert body(answer)["inventory"]["name"] == "工单"
    documented = Endpoint("embedded:documented")
    documented.send("POST", "/v1/tickets", raw=sent, Content_Type="application/json")
    assert documented.rows("name=工单")


CHOICES = [
    ("empty-name:refused", {"name": " "}, "SYS.1007"),
    ("execute-times:refused", {"requests": [request(executeTimes=0)]}, "SYS.1007"),
    ("request-name:required", {"requests": [request(requestName=...)]}, "SYS.1007"),
    ("duplicate-uuid:operation", {"resourceUuid": seed_data.DEFAULT_FLOW}, "SYS.1006"),
    ("ticket-code:operation", {"accountSystemType": "ldap"}, "SYS.1006"),
    ("four-bytes:refused", {"name": "\U0001f600"}, "SYS.1000"),
]


@pytest.mark.parametrize(("choice", "changes", "error"), CHOICES)
def test_an_open_question_can_be_decided_the_other_way(choice: str, changes: dict[str, object], error: str) -> None:
    other = Endpoint(f"embedded?choice={choice}").create(**changes)
    assert (other.status, code(other)) == (503, error)
    usual = Endpoint("embedded?choice=four-bytes:kept").create(**changes)
    assert usual.status == 200 or code(usual) != error


def test_open_questions_of_acceptance() -> None:
    assert Endpoint("embedded?choice=context-form:any").create(accountSystemContext="x").status == 200
    long = [request(apiBody={"x": "y" * 70_000})]
    assert Endpoint("embedded?choice=long-text:kept").create(requests=long).status == 200
    assert Endpoint("embedded?choice=four-bytes:replaced").created(name="a\U0001f600")["name"] == "a?"
    strict = Endpoint("embedded?choice=context-match:required", name="alice")
    assert strict.create().status == 200
    assert code(strict.create(accountSystemContext={"virtualIDUuid": seed_data.BOB})) == "SYS.1007"
    assert strict.create(accountSystemContext="x").status == 503
