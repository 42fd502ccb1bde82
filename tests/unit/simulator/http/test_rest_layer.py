from __future__ import annotations

import pytest

from pytest_zstack_ticket.simulator.storage import seed_data
from tests.support.simulator_endpoint import Endpoint, body, code
from tests.support.simulator_probe import message

ROWS = [
    ("GET", "/v1/nothing", None, 404, "no api mapping to /v1/nothing"),
    ("GET", "/v1/tickets/", None, 404, "no api mapping to /v1/tickets/"),
    ("GET", "/v1/Tickets", None, 404, "no api mapping to /v1/Tickets"),
    ("GET", "/v1/api-jobs", None, 404, "no api mapping to /v1/api-jobs"),
    ("GET", "/v1/api-jobs/", None, 404, "no api mapping to /v1/api-jobs/"),
    ("GET", "/v1/a%20b", None, 404, "no api mapping to /v1/a b"),
    ("PUT", "/v1/tickets", {"x": {}}, 400, "the body doesn't contain action mapping to the URL[/v1/tickets]"),
    (
        "PUT",
        "/v1/tickets/u/actions",
        {"x": {}},
        400,
        "the body doesn't contain action mapping to the URL[/v1/tickets/u/actions]",
    ),
    ("PUT", "/v1/tickets/u/actions", {"changeticketstatus": {}}, 400, "the body doesn't contain action"),
    ("PUT", "/v1/tickets/u/actions", None, 500, ""),
    ("POST", "/v1/tickets/u", {}, 500, "No creational API found for the path[/zstack/v1/tickets/u]"),
    ("POST", "/v1/tickets/u/actions", {}, 500, "No creational API found"),
    ("GET", "/v1/tickets/u/actions", None, 500, "No query API found for the path[/zstack/v1/tickets/u/actions]"),
    ("DELETE", "/v1/tickets", None, 500, "No delete API found for the path[/zstack/v1/tickets]"),
    ("HEAD", "/v1/tickets", None, 405, "The method[HEAD] is not allowed for the path[/zstack/v1/tickets]"),
    ("GET", "/v1/tickets?limit=x", None, 400, "Invalid query parameter. 'limit' must be an integer"),
    ("GET", "/v1/tickets?start=1.5", None, 400, "Invalid query parameter. 'start' must be an integer"),
    (
        "GET",
        "/v1/tickets?q=name",
        None,
        400,
        "operators are [[!=, >=, <=, !?=, !~=, ~=, ?=, =, >, <, is null, not null]]",
    ),
    ("GET", "/v1/tickets?q=%3D%3Dx", None, 400, "The '==x' in parameter[q] is not a key-value pair split by ="),
    ("GET", "/v1/tickets?q=%7E%3Dx", None, 400, "The '~=x' in parameter[q] is not a key-value pair split by like"),
    (
        "DELETE",
        "/v1/tickets/u?deleteMode=a&deleteMode=b",
        None,
        400,
        "Invalid query parameter[deleteMode], only one value is allowed",
    ),
    (
        "DELETE",
        "/v1/accounts/sessions/u?clientInfo.a.x=1&clientInfo.a.y=2",
        None,
        400,
        "duplicate map query parameter[clientInfo.a.y], there has been a parameter with the same map key",
    ),
    (
        "DELETE",
        "/v1/accounts/sessions/u?clientInfo.a=1&clientInfo.a=2",
        None,
        400,
        "Invalid query parameter[clientInfo.a], only one value is allowed for the parameter but multiple values found",
    ),
    ("DELETE", "/v1/tickets/u?a.=1", None, 500, "Index 1 out of bounds for length 1"),
    ("DELETE", "/v1/tickets/u?a..=1", None, 500, "Index 1 out of bounds for length 1"),
    ("DELETE", "/v1/tickets/u?.=1", None, 500, "Index 0 out of bounds for length 0"),
    (
        "POST",
        "/v1/tickets/flow-collections",
        {"params": {"isDefault": "x"}},
        400,
        "Invalid value for boolean field [isDefault], [x]",
    ),
]


@pytest.mark.parametrize(("method", "path", "sent", "status", "text"), ROWS)
def test_a_refusal_of_the_master_table(method: str, path: str, sent: object, status: int, text: str) -> None:
    answer = Endpoint().send(method, path, sent)
    assert answer.status == status
    assert text in answer.body.decode()
    assert answer.header("content-type") is None
    assert (answer.header("connection") == "close") == (status in (400, 500))


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        *(("GET", "/v2/x", 404), ("GET", "/", 404), ("GET", "/v1x", 404), ("PATCH", "/v1/tickets", 405)),
        *(("TRACE", "/v1/tickets", 405), ("FOO", "/v1/tickets", 405), ("GET", "/v1/tickets/%zz", 400)),
        *(("GET", "/v1/a%2Fb", 400), ("GET", "/v1/<x>", 400), ("GET", "/v1/tickets?q=name>=a", 400)),
        *(("GET", "/v1/tickets?q={}", 400), ("GET", "/v1/a b", 400)),
    ],
)
def test_what_the_container_refuses_is_a_page(method: str, path: str, status: int) -> None:
    answer = Endpoint().send(method, path)
    assert answer.status == status
    assert answer.header("content-type") == "text/html;charset=utf-8"
    assert answer.body.startswith(b"<!doctype html>")
    assert (answer.header("allow") is not None) == (status == 405)


def test_an_unknown_charset_is_a_page_of_the_container() -> None:
    answer = Endpoint().send(
        "POST", "/v1/tickets", {"params": message()}, Content_Type="application/json;charset=nothing"
    )
    assert (answer.status, answer.body[:15]) == (500, b"<!doctype html>")


@pytest.mark.parametrize("charset", ["idna", "base64", "latin-1", "u8", "utf_8", "utf-7"])
def test_what_is_a_charset_to_nobody_else_is_unknown_too(charset: str) -> None:
    answer = Endpoint().send("POST", "/v1/tickets", {"params": message()}, Content_Type=f"a/x;charset={charset}")
    assert answer.status == 500


def test_options_is_answered_by_the_dispatcher() -> None:
    endpoint = Endpoint()
    answer = endpoint.send("OPTIONS", "/v1/tickets")
    assert (answer.status, answer.body, "POST" in (answer.header("allow") or "")) == (200, b"", True)
    answer = endpoint.send("OPTIONS", "/v1/tickets", Origin="http://x", Access_Control_Request_Method="POST")
    assert (answer.status, answer.body) == (403, b"Invalid CORS request")


def test_doubled_slashes_and_path_parameters_are_harmless() -> None:
    endpoint = Endpoint()
    assert endpoint.send("GET", "/v1//tickets").status == 200
    assert endpoint.send("GET", "/v1/tickets/x;a=b").status == 200


def test_a_path_of_a_single_call_is_served_whatever_the_method() -> None:
    endpoint = Endpoint()
    for method in ("GET", "POST", "PUT", "DELETE"):
        assert "inventories" in body(endpoint.send(method, "/v1/ticket-types"))
    assert Endpoint("embedded:documented").send("POST", "/v1/ticket-types").status == 405
    answer = endpoint.send("GET", f"/v1/tickets/flow/{seed_data.DEFAULT_FLOW}/actions")
    assert answer.status == 202


ORDER = [
    ("unknown path beats malformed body", "POST /v1/x", b"{", {}, 404),
    ("malformed body beats missing Authorization", "POST /v1/tickets", b"{", None, 500),
    ("malformed body is looked at on GET too", "GET /v1/tickets", b"{", {}, 500),
    ("unknown action beats missing Authorization", "PUT /v1/tickets/u/actions", b"{}", None, 400),
    ("missing Authorization beats a bad parameter", "GET /v1/tickets?limit=x", None, None, 400),
    ("binding beats X-Job-UUID", "POST /v1/tickets", b'{"params":{"name":{}}}', {"X-Job-UUID": "x"}, 500),
    ("X-Job-UUID beats X-API-Timeout", "POST /v1/tickets", b"{}", {"X-Job-UUID": "x", "X-API-Timeout": "x"}, 400),
]


@pytest.mark.parametrize(("why", "line", "sent", "headers", "status"), ORDER)
def test_the_checks_have_a_fixed_order(
    why: str, line: str, sent: bytes, headers: dict[str, str] | None, status: int
) -> None:
    endpoint = Endpoint()
    if headers is None:
        endpoint.token = ""
    method, _, path = line.partition(" ")
    answer = endpoint.send(method, path, raw=sent, **(headers or {}))
    assert answer.status == status, why
    assert (answer.body == b"missing header 'Authorization'") == ("beats a bad" in why)


@pytest.mark.parametrize("wanted", ["a" * 31, "a" * 33, "a" * 36])
def test_only_the_length_of_X_Job_UUID_is_checked(wanted: str) -> None:  # noqa: N802 - the header's own name
    endpoint = Endpoint()
    answer = endpoint.send("POST", "/v1/tickets", {"params": message()}, X_Job_UUID=wanted)
    assert (answer.status, answer.body) == (400, b"Invalid header[X-Job-UUID], it must be a UUID with '-' stripped")
    assert endpoint.query(more="limit=1").status == 200
    assert endpoint.send("GET", "/v1/tickets", X_Job_UUID=wanted).status == 200


@pytest.mark.parametrize(
    ("given", "timeout"),
    [
        ("5", 5000),
        (None, 1_800_000),
        ("-1", -1000),
        ("+7", 7000),
        (str(2**63 - 1), 2**63 - 1),
        (str(-(2**63)), -(2**63)),
    ],
)
def test_X_API_Timeout_is_shown_in_milliseconds(given: str | None, timeout: int) -> None:  # noqa: N802
    headers = {} if given is None else {"X_API_Timeout": given}
    answer = Endpoint().send("POST", "/v1/tickets", {"params": message()}, **headers)
    assert body(answer)["apiTimeout"] == timeout


@pytest.mark.parametrize("given", ["abc", "", "1.5", str(2**63)])
def test_X_API_Timeout_that_is_no_long_is_a_500(given: str) -> None:  # noqa: N802
    answer = Endpoint().send("POST", "/v1/tickets", {"params": message()}, X_API_Timeout=given)
    assert (answer.status, answer.body.decode()) == (500, f'For input string: "{given}"')


@pytest.mark.parametrize(("given", "timeout"), [(5, 5), ("7", 7), (-1, 1_800_000), (0, 0), (2.0, 2)])
def test_a_timeout_in_the_message_is_in_milliseconds(given: object, timeout: int) -> None:
    answer = Endpoint().send("POST", "/v1/tickets", {"params": message(timeout=given)})
    assert body(answer)["apiTimeout"] == timeout


def test_a_timeout_in_the_message_that_is_not_whole_is_a_500() -> None:
    answer = Endpoint().send("POST", "/v1/tickets", {"params": {"timeout": 1.5}})
    text = "java.lang.NumberFormatException: Expected a long but was 1.5 at line 1 column 15 path $.timeout"
    assert (answer.status, answer.body.decode()) == (500, text)


def test_an_id_in_the_message_becomes_the_id_of_the_job() -> None:
    endpoint = Endpoint()
    answer = endpoint.send("POST", "/v1/tickets", {"params": message(id="a" * 32)})
    assert body(answer)["location"].endswith("/v1/api-jobs/" + "a" * 32)
    assert endpoint.finish(answer).status == 200
    old = Endpoint("embedded:deployed@4.1").send("POST", "/v1/tickets", {"params": message()}, X_API_Timeout="")
    assert old.status == 500


@pytest.mark.parametrize("base", ["deployed", "documented"])
@pytest.mark.parametrize(
    "sent",
    [
        b"{",
        b'{"params":{}',
        b"garbage",
        b'"text"',
        b"5",
        b"true",
        b"[1]",
        b"{} x",
        b'{"a":1,}',
        b'{"params":1,"params":2}',
        b"[" * 9999,
    ],
)
def test_malformed_bodies_are_refused_in_the_form_of_the_variant(base: str, sent: bytes) -> None:
    answer = Endpoint(f"embedded:{base}").send("POST", "/v1/tickets", raw=sent)
    if base == "deployed":
        assert answer.status == 500
    else:
        assert (answer.status, code(answer)) == (400, "SYS.1007")


def test_the_documented_variant_reads_no_lenient_json() -> None:
    answer = Endpoint("embedded:documented").send("POST", "/v1/tickets", raw=b"{'params':{}}")
    assert answer.status == 400


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        *(("GET", "/v1/nothing", 404), ("PATCH", "/v1/tickets", 405), ("PUT", "/v1/tickets", 405), ("GET", "/v2", 404)),
        *(("GET", "/v1/api-jobs/x", 404), ("POST", "/v1/api-jobs/x", 405), ("GET", "/v1/tickets/%zz", 400)),
    ],
)
def test_the_documented_variant_refuses_with_an_error_object(method: str, path: str, status: int) -> None:
    answer = Endpoint("embedded:documented").send(method, path)
    assert answer.status == status
    assert set(body(answer)["error"]) == {"code", "description", "details"}
    assert answer.header("content-type") == "application/json;charset=UTF-8"


def test_a_session_cookie_is_set_until_it_is_sent_back() -> None:
    endpoint = Endpoint()
    cookie = endpoint.query().header("set-cookie") or ""
    assert cookie.startswith("JSESSIONID=")
    assert cookie.endswith("; Path=/zstack; HttpOnly")
    assert endpoint.send("GET", "/v1/tickets", Cookie=cookie.partition(";")[0]).header("set-cookie") is None


def test_a_condition_with_a_broken_escape_is_dropped() -> None:
    assert len(Endpoint().rows(more="q=name%3D%zz")) == len(seed_data.FOREIGN_TICKETS)


def test_the_uuid_of_the_path_wins_over_one_in_the_wrapper() -> None:
    endpoint = Endpoint()
    uuid = endpoint.created()["uuid"]
    assert endpoint.act(uuid, "changeTicketStatus", uuid="x" * 32, statusEvent="cancel").status == 200


@pytest.mark.parametrize("more", ["unknown=1&unknown=2", "a.b=1&a.b=2", ".a=1"])
def test_a_parameter_that_the_message_does_not_have_is_ignored_however_often_it_comes(more: str) -> None:
    endpoint = Endpoint()
    uuid = endpoint.created()["uuid"]
    assert endpoint.finish(endpoint.send("DELETE", f"/v1/tickets/{uuid}?{more}")).body == b"{}"


def test_lists_in_a_query_string_are_repeated_names() -> None:
    endpoint = Endpoint()
    uuid = endpoint.created()["uuid"]
    path = f"/v1/tickets/{uuid}?deleteMode=Enforcing&systemTags=a%3A%3Ab+c&systemTags=ephemeral%3A%3AvalidationOnly&requestIp=1&a.b=c"
    assert endpoint.finish(endpoint.send("DELETE", path)).body == b"{}"
    assert endpoint.rows(f"uuid={uuid}")
