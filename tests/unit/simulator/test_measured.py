"""What was measured on a public 5.2.1 node, one case a fact."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from pytest_zstack_ticket.model.exchange import Response
from pytest_zstack_ticket.simulator.embedded_url import parse_options
from pytest_zstack_ticket.simulator.storage import seed_data
from pytest_zstack_ticket.simulator.undocumented import parse_choices
from tests.support.simulator_endpoint import Endpoint, body, code, details
from tests.support.simulator_probe import Caller, job_of, message, request

EMOJI = "\U0001f600"
POISON = b"java.lang.IllegalArgumentException: only Collection and Map can get generic type at runtime, "
UUID = "5d94103e19254d8696c0f05489c259ab"


def measured() -> Endpoint:
    return Endpoint("embedded:deployed@5.2?choice=measured")


def text(endpoint: Endpoint, method: str, path: str, sent: object = None, **headers: str) -> tuple[int, str]:
    answer = endpoint.send(method, path, sent, **headers)
    return answer.status, answer.body.decode()


# says facts.md: any character beyond U+FFFF anywhere in the bound message loses the job
@pytest.mark.parametrize(
    "changes", [{"name": EMOJI}, {"description": EMOJI}, {"requests": [request(apiBody={"a": EMOJI})]}]
)
def test_a_job_with_a_character_beyond_the_table_is_lost_and_makes_no_ticket(changes: dict[str, Any]) -> None:
    endpoint = measured()
    before = endpoint.engine.tickets
    answer = endpoint.send("POST", "/v1/tickets", {"params": message(**changes)}, X_Web_Hook="http://h/")
    assert answer.status == 202
    endpoint.now += 1
    assert (endpoint.finish(answer).status, endpoint.finish(answer).body) == (404, b"the job has been expired")
    assert endpoint.engine.tickets == before
    assert endpoint.engine.take_deliveries() == ()


def test_a_job_id_is_bound_like_the_rest_of_the_message() -> None:
    endpoint = measured()
    assert endpoint.send("POST", "/v1/tickets", {"params": message(id=EMOJI)}).status == 202
    endpoint.now += 1
    assert text(endpoint, "GET", f"/v1/api-jobs/{quote(EMOJI)}") == (404, "the job has been expired")


def test_a_member_that_is_not_bound_loses_nothing() -> None:
    assert measured().create(unknown=EMOJI).status == 200


# says facts.md: job ids compare by the DB collation"; "GET, PUT and DELETE accept an upper-case or space-padded uuid
def test_ids_of_jobs_and_tickets_have_no_case() -> None:
    endpoint = measured()
    answer = endpoint.send("POST", "/v1/tickets", {"params": message()}, X_Job_UUID="C0FFEE" + "0" * 26)
    assert endpoint.handle(Caller().send("GET", "/v1/api-jobs/" + "c0ffee" + "0" * 26)).status == 200
    uuid = body(endpoint.finish(answer))["inventory"]["uuid"]
    again = text(endpoint, "POST", "/v1/tickets", {"params": message()}, X_Job_UUID="c0ffee" + "0" * 26)
    assert again == (400, "Duplicate job uuid[c0ffee" + "0" * 26 + "]")
    assert [row["uuid"] for row in body(endpoint.send("GET", f"/v1/tickets/{uuid.upper()}%20"))["inventories"]] == [
        uuid
    ]
    cancelled = body(endpoint.event(uuid.upper(), "cancel"))["inventory"]
    # "the PUT answer then shows the uuid as it was typed"
    assert (cancelled["status"], cancelled["uuid"]) == ("Cancelled", uuid.upper())
    assert endpoint.delete(uuid.upper()).status == 200
    assert endpoint.rows(f"uuid={uuid}") == []


# says facts.md: Object field stored as text: `fields=accountSystemContext` shows the raw text
def test_an_object_that_is_asked_for_alone_is_shown_as_its_text() -> None:
    endpoint = measured()
    uuid = body(endpoint.create())["inventory"]["uuid"]
    (whole,) = endpoint.rows(f"uuid={uuid}")
    (shown,) = body(endpoint.send("GET", f"/v1/tickets?q=uuid={uuid}&fields=accountSystemContext"))["inventories"]
    assert json.loads(shown["accountSystemContext"]) == whole["accountSystemContext"]


# says facts.md: four parallel POSTs with one X-Job-UUID gave 202 to 2-4 of them, each making a ticket; sequential reuse 400
@pytest.mark.parametrize(("choice", "in_flight", "made"), [("several", 4, 4), ("several", 1, 1), ("refused", 4, 1)])
def test_creates_at_the_same_time_with_one_job_id(choice: str, in_flight: int, made: int) -> None:
    endpoint = Endpoint(f"embedded?choice=job-race:{choice}")
    before = endpoint.engine.tickets
    sent = Caller(endpoint.token).send("POST", "/v1/tickets", {"params": message()}, X_Job_UUID="a" * 32)
    answers = [endpoint.engine.handle(sent, endpoint.now, in_flight=in_flight) for _ in range(4)]
    assert sorted(one.status for one in answers if isinstance(one, Response)) == [202] * made + [400] * (4 - made)
    endpoint.now += 1
    later = endpoint.engine.handle(sent, endpoint.now, in_flight=in_flight)
    assert isinstance(later, Response)
    assert (later.status, endpoint.engine.tickets - before) == (400, made)


# says facts.md: `=`, `!=`, `?=`, `~=`, `<`, `>` and sort ignore case, accents and trailing spaces (leading ones count)
@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("name=ÉCLAIR", True),
        ("name=eclair  ", True),
        ("name= eclair", False),
        ("name?=x,ECLAIR", True),
        ("name~=%CLAI%", True),
        ("name~=eclair ", False),
        ("name!=ECLAIR", False),
        ("name>eclair", False),
        ("status=pending", True),
        ("name=straße", False),
    ],
)
def test_conditions_compare_as_the_database_does(condition: str, found: bool) -> None:
    endpoint = measured()
    uuid = endpoint.created(name="Éclair")["uuid"]
    assert bool(endpoint.rows(condition, f"uuid={uuid}")) is found


# says facts.md: LIKE honours backslash as escape; a single backslash in a pattern does not match itself (with `=` it does)
@pytest.mark.parametrize(
    ("condition", "found"),
    [("name~=50\\%", True), ("name~=5_\\%", True), ("name~=50\\_", False), ("name=50%", True), ("name~=\\50\\%", True)],
)
def test_a_backslash_in_a_pattern_takes_the_meaning_from_what_follows(condition: str, found: bool) -> None:
    endpoint = Endpoint()
    endpoint.create(name="50%")
    assert bool(endpoint.rows(condition)) is found


# says facts.md: a list directly in an Object-typed field: the job stays 202 {}, every query whose result holds that row is 500
def test_a_list_as_context_leaves_a_job_without_end_and_a_row_that_breaks_queries() -> None:
    endpoint = measured()
    answer = endpoint.send("POST", "/v1/tickets", {"params": message(accountSystemContext=[1], name="poison")})
    endpoint.now += 60
    assert (endpoint.finish(answer).status, endpoint.finish(answer).body) == (202, b"{}")
    for more in ("", "q=name%3Dpoison"):
        broken = endpoint.query(more=more)
        assert (broken.status, broken.body.startswith(POISON)) == (500, True)
    assert body(endpoint.query("name=poison", more="count=true"))["total"] == 1
    uuid = endpoint.rows("name=poison", more="fields=uuid")[0]["uuid"]
    assert endpoint.delete(uuid).status == 200
    assert endpoint.query().status == 200
    assert endpoint.query(path="/v1/tickets/archives").status == 500


@pytest.mark.parametrize("value", [{"a": [1]}, "text", 3, False])
def test_what_is_no_list_is_harmless_as_context(value: object) -> None:
    assert measured().created(accountSystemContext=value)["accountSystemContext"] == value


# says facts.md: `requests:[null]` -> 500 with empty body"; "with an empty body once the JIT has compiled the spot
@pytest.mark.parametrize(
    "sent", [{"params": message(requests=[None])}, {"params": message(), "systemTags": "x"}, {"params": "x"}]
)
def test_some_exceptions_have_no_text(sent: object) -> None:
    assert text(measured(), "POST", "/v1/tickets", sent) == (500, "")


# says facts.md: Access key without its backend: 500 before any Date check
def test_without_a_backend_an_access_key_is_refused_before_its_date_is_read() -> None:
    status, said = text(measured(), "GET", "/v1/tickets", Authorization="ZStack x", Date="yesterday")
    assert (status, said) == (
        500,
        "RestAuthenticationType type: ZStack was not registered by any RestAuthenticationBackend",
    )


# says facts.md: `causes: []` stands first in every error read from the row and is absent from the cache
def test_an_early_poll_shows_an_empty_list_of_causes() -> None:
    def keys(choice: str, reads: int = 1) -> list[list[str]]:
        endpoint = Endpoint(f"embedded?choice=causes:{choice}")
        found = []
        for _ in range(60):
            answer = endpoint.send("POST", "/v1/tickets", {"params": message(name="x" * 256)})
            found.append([next(iter(body(endpoint.finish(answer))["error"])) for _ in range(reads)])
        return found

    assert keys("absent") == [["code"]] * 60
    assert keys("present", 2) == [["causes"] * 2] * 60
    raced = keys("raced", 2)
    assert 0 < raced.count(["causes", "code"]) < 30
    assert {tuple(one) for one in raced} == {("causes", "code"), ("code", "code")}


# says facts.md: resourceUuid taken: poll 503 SYS.1000, first ticket unchanged; the recorded jobs were still waited for
def test_a_job_that_ends_by_an_exception_takes_its_time() -> None:
    endpoint = measured()
    endpoint.create(resourceUuid=UUID, name="first")
    answer = endpoint.send("POST", "/v1/tickets", {"params": message(resourceUuid=UUID, name="second")})
    assert endpoint.finish(answer).status == 202
    endpoint.now += 20
    error = body(endpoint.finish(answer))["error"]
    error.pop("causes", None)
    assert error == {
        "code": "SYS.1000",
        "description": "An internal error happened in system",
        "details": "org.hibernate.exception.ConstraintViolationException: could not execute statement",
    }
    assert endpoint.rows(f"uuid={UUID}", more="fields=name") == [{"name": "first"}]


def test_a_cancelled_ticket_may_keep_its_flow() -> None:
    kept, cleared = measured(), Endpoint()
    assert "currentFlowUuid" in body(kept.event(kept.created()["uuid"], "cancel"))["inventory"]
    assert "currentFlowUuid" not in body(cleared.event(cleared.created()["uuid"], "cancel"))["inventory"]


REFUSED_QUERIES = [
    ("limit=-1", "java.lang.IllegalArgumentException: max-results cannot be negative"),
    ("start=-2", "java.lang.IllegalArgumentException: first-result value cannot be negative : -2"),
    ("fields=no", "CloudRuntimeException: inventory[${selfInventoryClass}] has no field[no]"),
    ("q=no%3D1", "inventory class[class org.zstack.ticket.entity.TicketInventory] not having field[no]"),
    ("sort=-no", "ZQLError: invalid order by clause, inventory[TicketInventory] doesn't have field[no]"),
    ("q=name%3D" + quote(EMOJI), "GenericJDBCException: could not extract ResultSet"),
    ("q=name%3Da'b", "java.lang.StringIndexOutOfBoundsException: offset 31, count 13, length 43"),
    (
        "fields=&limit=1",
        "ParseCancellationException: error no viable alternative at input 'ticket.limit' at line 1:14, y ticket. limit ",
    ),
    ("fields=&q=name%3Da&sort=-name&start=1", "at input 'ticket.where' at line 1:14, y ticket. where nam"),
]


@pytest.mark.parametrize(("more", "said"), REFUSED_QUERIES)
def test_what_zql_refuses_is_an_internal_error_without_cost(more: str, said: str) -> None:
    answer = measured().query(more=more)
    assert (answer.status, code(answer)) == (503, "SYS.1000")
    assert said in details(answer)
    assert "cost" not in body(answer)["error"]


def test_a_filter_name_needs_a_known_type_and_a_condition() -> None:
    endpoint = Endpoint("embedded?locale=zh")
    for more in ("filterName=x", "filterName=x%3A"):
        answer = endpoint.query(more=more)
        assert (code(answer), details(answer)) == ("SYS.1007", "FilterName的格式必须为[filterType：条件]")
    answer = endpoint.query(more="filterName=x%3Ay")
    assert code(answer) == "SYS.1000"
    assert details(answer).endswith("unable to find QueryBelongFilter with type[x:y]")
    assert endpoint.query(more="filterName=").status == 200


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ("sort=", "mismatched input 'asc' expecting {'(', ID} at line 1:23"),
        ("sort=name,uuid", "no viable alternative at input 'name,' at line 1:26"),
    ],
)
def test_an_order_names_one_field(more: str, text: str) -> None:
    answer = measured().query(more=more)
    assert (answer.status, code(answer)) == (503, "SYS.1000")
    assert text in details(answer)


# as RestServer.handleQueryApi reads parameters: trimmed, limits as int, an empty name for q
@pytest.mark.parametrize(
    ("more", "status"),
    [("limit=%201", 200), ("limit=0000000000001", 200), ("limit=2147483648", 400), ("start=-2147483649", 400)],
)
def test_a_limit_is_an_int_with_blanks_around(more: str, status: int) -> None:
    assert measured().query(more=more).status == status


def test_a_blank_name_is_taken_for_q_and_an_empty_one_is_dropped() -> None:
    assert measured().query(more="%20=x").status == 400
    assert measured().query(more="=x").status == 200


@pytest.mark.parametrize("changes", [{"session": "x"}, {"createdTime": "x"}, {"messageDeadline": 1.5}])
def test_what_every_message_inherits_is_read_too(changes: dict[str, Any]) -> None:
    assert measured().create(**changes).status == 500


# says facts.md: `__systemTag__=` is a legal condition"; "an unparsable date is no error
@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("__systemTag__=x", False),
        ("__systemTag__!=x", True),
        ("__userTag__~=%x%", False),
        ("__userTag__ is null", False),
        ("createDate>xyz", True),
        ("createDate<xyz", False),
        ("createDate=xyz", False),
        ("createDate>Nov 1, 2020 1:00:00 AM", True),
    ],
)
def test_conditions_on_tags_and_dates(condition: str, found: bool) -> None:
    endpoint = Endpoint()
    uuid = endpoint.created()["uuid"]
    assert bool(endpoint.rows(condition, f"uuid={uuid}")) is found


def test_an_archived_ticket_is_found_by_its_own_uuid() -> None:
    endpoint = Endpoint()
    endpoint.delete(endpoint.created(name="gone")["uuid"])
    row = endpoint.rows(path="/v1/tickets/archives")[0]
    assert endpoint.rows(path=f"/v1/tickets/archives/{row['uuid']}") == [row]


@pytest.mark.parametrize(("release", "expected"), [("3.9", 503), ("4.0", 200)])
def test_before_4_0_a_flow_collection_needs_a_description(release: str, expected: int) -> None:
    endpoint = Endpoint(f"embedded:deployed@{release}")
    flow = {"name": "last", "approverUuid": seed_data.ADMIN_ACCOUNT}
    sent = {"params": {"name": "steps", "projectUuid": seed_data.PROJECT_ONE, "flows": [flow]}}
    assert endpoint.finish(endpoint.send("POST", "/v1/tickets/flow-collections", sent)).status == expected


def test_a_web_hook_leaves_the_client_the_time_to_read_the_202() -> None:
    endpoint = Endpoint("embedded?latency=0")
    answer = endpoint.send("POST", "/v1/tickets", {"params": message()}, X_Web_Hook="http://h/", X_JSON_Schema="x")
    assert endpoint.engine.take_deliveries() == ()
    assert endpoint.engine.next_delivery() == pytest.approx(endpoint.now + 0.02)
    endpoint.engine.advance(endpoint.now + 0.02)
    (hook,) = endpoint.engine.take_deliveries()
    # "only web hooks use the POST's" X-JSON-Schema
    assert list(json.loads(hook.body)) == ["schema", "inventory"]
    assert dict(hook.headers)["X-Job-UUID"] == job_of(answer)


# says facts.md: RS answers always set JSESSIONID, also to a stale one; container pages never do
def test_a_cookie_is_set_until_it_comes_back() -> None:
    endpoint = Endpoint()
    first = dict(endpoint.send("GET", "/v1/tickets").headers)["set-cookie"]
    assert "set-cookie" not in dict(endpoint.send("GET", "/v1/tickets", Cookie=first.partition(";")[0]).headers)
    assert "set-cookie" in dict(endpoint.send("GET", "/v1/tickets", Cookie="JSESSIONID=STALE").headers)
    for method, path in (("PATCH", "/v1/tickets"), ("GET", "/v2"), ("GET", "/v1/a|b"), ("OPTIONS", "/v1/tickets")):
        assert "set-cookie" not in dict(endpoint.send(method, path).headers)


def test_a_preflight_of_another_origin_is_refused_and_of_the_same_is_not() -> None:
    wanted = {"Access_Control_Request_Method": "POST", "Host": "h:8080"}
    answers = [Endpoint().send("OPTIONS", "/v1/x", Origin=one, **wanted) for one in ("http://h:8080", "http://evil")]
    assert [(one.status, one.body) for one in answers] == [(200, b""), (403, b"Invalid CORS request")]
    for one in answers:
        assert [value for name, value in one.headers if name == "vary"] == [
            *("Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"),
        ]
    assert not any("allow" in dict(one.headers) for one in answers)


def test_bytes_that_are_not_of_the_charset_are_a_page_of_the_container() -> None:
    typed = "application/json;charset=UTF-8"
    answer = Endpoint().send("POST", "/v1/tickets", raw=b'{"params":{"name":"\xff"}}', Content_Type=typed)
    assert (answer.status, dict(answer.headers)["content-type"]) == (500, "text/html;charset=utf-8")
    assert b"java.nio.charset.MalformedInputException: Input length = 1" in answer.body
    assert "set-cookie" in dict(answer.headers)
    gbk = Endpoint().send("POST", "/v1/tickets", raw=b"{}\xb9", Content_Type="a/x;charset=gbk")
    assert b"UnmappableCharacterException" in gbk.body


# V3.6.0__schema.sql writes one type, and the recorded node had no other
def test_a_new_database_has_one_ticket_type() -> None:
    (row,) = measured().rows(path="/v1/ticket-types")
    assert {name: value for name, value in row.items() if not name.endswith("Date")} == {
        "uuid": seed_data.CREATE_VM_TYPE,
        "name": "CREATE_VM_INSTANCE_TICKET_TYPE",
        "type": "CREATE_VM_INSTANCE_TICKET_TYPE",
        "requests": "",
        "adminOnly": False,
    }
    assert len(Endpoint().rows(path="/v1/ticket-types")) == 2


def test_the_set_of_choices_can_be_changed_further() -> None:
    choices = parse_choices("measured+four-bytes:kept")
    assert (choices.four_bytes, choices.compare) == ("kept", "collation")
    assert parse_options("embedded?choice=measured").choices.causes == "raced"


def test_a_result_without_members_has_no_classes_and_says_so() -> None:
    endpoint = measured()
    gone = endpoint.send("DELETE", f"/v1/tickets/{endpoint.created()['uuid']}", X_JSON_Schema="true")
    endpoint.now += 1
    path = f"/v1/api-jobs/{job_of(gone)}"
    assert endpoint.send("GET", path).body == b"{}"
    assert endpoint.send("GET", path, X_JSON_Schema="true").body == b'{"schema":{}}'
    assert endpoint.send("DELETE", "/v1/accounts/sessions/x", X_JSON_Schema="x").body == b'{"schema":{}}'


# a body is read before its path is looked up, by RestServer.handle
@pytest.mark.parametrize("path", ["/v1/tickets", "/v1/nosuch", "/v1/api-jobs/x"])
def test_a_body_that_cannot_be_decoded_is_refused_on_every_path(path: str) -> None:
    typed = "application/json;charset=UTF-8"
    assert Endpoint().send("GET", path, raw=b"\xff", Content_Type=typed).status == 500


# what Tomcat's MediaType reads: the last of several, nothing of what is no media type; what Java knows by that name
@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("a/b;charset=UTF-8;charset=nope", 500),
        ("a/b;charset=nope;charset=UTF-8", 202),
        ('a/b; charset="utf-8"', 202),
        ("a/b;x;charset=nope", 500),
        ("a/b;charset=", 500),
        ('a/b;charset=""', 500),
        ("a/b;charset='utf-8'", 500),
        ("a/b;charset=*", 500),
        ("a/b;charset=a b", 202),
        ("charset=nope", 202),
        ("x;charset=nope", 202),
        ("a/b;xcharset=nope", 202),
        ('a/b; a="charset=nope"', 202),
        ("a/b;charset=Cp1252", 202),
        ("a/b;charset=ISO_8859-1", 202),
    ],
)
def test_a_charset_is_what_the_container_reads_of_a_media_type(content_type: str, status: int) -> None:
    assert measured().send("POST", "/v1/tickets", raw=b'{"params":{}}', Content_Type=content_type).status == status


def test_what_can_be_no_charset_fails_where_the_path_is_decoded() -> None:
    answer = Endpoint().send("POST", "/v1/tickets", raw=b"{}", Content_Type="a/b;charset=*")
    assert b"nested exception is java.nio.charset.IllegalCharsetNameException: *</p>" in answer.body
    # before the API opens an HTTP session
    assert "set-cookie" not in dict(answer.headers)


# as FrameworkServlet, DefaultCorsProcessor: scheme, host and port of an origin are compared as they stand
@pytest.mark.parametrize(
    ("origin", "status"),
    [("http://h:8080/", 200), ("https://h:8080", 403), ("HTTP://h:8080", 403), ("http://h", 403), ("null", 403)],
)
def test_the_origin_of_a_preflight_is_the_target_s_own_only_as_a_whole(origin: str, status: int) -> None:
    wanted = {"Access_Control_Request_Method": "POST", "Host": "h:8080"}
    assert Endpoint().send("OPTIONS", "/v1/tickets", Origin=origin, **wanted).status == status


# what every message inherits is bound by gson, and replaced afterwards
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"serviceId": {}}, "Expected a string but was BEGIN_OBJECT"),
        ({"clientIp": []}, "Expected a string but was BEGIN_ARRAY"),
        ({"headers": 1}, "Expected BEGIN_OBJECT but was NUMBER"),
        ({"headers": ["x"]}, "Expected BEGIN_ARRAY but was STRING"),
    ],
)
def test_inherited_members_of_a_wrong_type_are_refused(changes: dict[str, Any], said: str) -> None:
    answer = measured().create(**changes)
    assert (answer.status, said in answer.body.decode()) == (500, True)
    assert measured().create(headers=[], serviceId="x", clientIp=1, timeout=2**63).status == 200


@pytest.mark.parametrize(("value", "was"), [({}, "BEGIN_OBJECT"), ([], "BEGIN_ARRAY"), (True, "BOOLEAN")])
def test_an_event_that_is_no_text_is_refused_at_once(value: object, was: str) -> None:
    sent = {"changeTicketStatus": {"statusEvent": value}}
    status, said = text(measured(), "PUT", f"/v1/tickets/{UUID}/actions", sent)
    assert status == 500
    assert f"Expected a string but was {was} at line 1 column" in said


# normalizeCollectionParameters and mapQueryParameterToApiFieldValue of RestServer
@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        (
            "systemTags.a=1",
            500,
            "class org.zstack.ticket.api.APIDeleteTicketMsg::systemTags must be annotated by @MapField",
        ),
        ("deleteMode.0=x&deleteMode.1=y", 400, "Invalid query parameter[deleteMode], only one value"),
        ("deleteMode.0=x", 202, ""),
        ("timeout=abc&session=x&id=y&createdTime=z", 202, ""),
        ("systemTags.1=b&systemTags.0=a", 202, ""),
    ],
)
def test_parameters_with_a_dot_are_members_of_lists_and_maps(query: str, status: int, said: str) -> None:
    found, body_text = text(measured(), "DELETE", f"/v1/tickets/notauuid?{query}")
    assert (found, said in body_text) == (status, True)


def test_a_log_in_may_come_by_any_method_with_its_fields_in_the_query() -> None:
    endpoint = Endpoint(name="")
    path = f"/v1/accounts/login?accountName=admin&password={seed_data.digest('password')}&clientInfo.clientIp=x"
    assert endpoint.send("GET", path).status == 200
    assert endpoint.send("GET", f"{path}&accountName=x").status == 400
    assert endpoint.send("GET", f"{path}&clientInfo=x").status == 500
    sent = {"logInByAccount": {"accountName": "admin", "password": "x", "clientInfo": "x"}}
    assert endpoint.send("PUT", "/v1/accounts/login", sent).status == 500


def test_a_list_of_fields_without_one_is_refused() -> None:
    assert text(measured(), "GET", "/v1/tickets?fields=,") == (
        400,
        "Invalid query parameter. 'fields' contains zero field",
    )


def test_conditions_are_parsed_in_the_order_of_a_hash_set() -> None:
    answer = measured().query(more="q=a%3D1&q=b%3D1&q=a%3D1")
    # both are unknown; the set hands out the second one first
    assert "not having field[b]" in details(answer)


# a row whose id does not fit its column is not saved, as one with a character that the table does not have
@pytest.mark.parametrize(("size", "status"), [(32, 200), (33, 404)])
def test_a_job_with_too_long_an_id_is_lost(size: int, status: int) -> None:
    endpoint = measured()
    assert endpoint.send("POST", "/v1/tickets", {"params": message(id="x" * size)}).status == 202
    endpoint.now += 1
    assert text(endpoint, "GET", f"/v1/api-jobs/{'x' * size}")[0] == status


def test_a_slash_at_the_start_of_an_id_is_not_doubled_in_the_location() -> None:
    answer = measured().send("POST", "/v1/tickets", {"params": message()}, X_Job_UUID="/" * 2 + "a" * 30)
    assert body(answer)["location"].endswith("/v1/api-jobs/" + "a" * 30)
