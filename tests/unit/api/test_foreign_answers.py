"""What front ends say in words of their own is told from what the API says, right or wrong."""

import pytest

from pytest_zstack_ticket.api.classify import from_gateway
from pytest_zstack_ticket.model.exchange import Response

JSON = (("Content-Type", "application/json"),)
COOKIE = (("Set-Cookie", "JSESSIONID=1; Path=/zstack; HttpOnly"),)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (403, '{"code":403,"msg":"您的请求存在安全风险","traceid":"7f"}'),
        (200, '{"code":10403,"success":false,"message":"request blocked by security policy"}'),
        (401, '{"message":"Missing Authentication Token"}'),
        (415, '{"message":"Unsupported Media Type","code":"UNSUPPORTED_MEDIA_TYPE"}'),
        (403, '{"error_msg":"Backend unavailable","error_code":"APIG.0201x","request_id":"a"}'),
        (400, '{"RequestId":"A","HostId":"h","Code":"InvalidParameter","Message":"bad"}'),
        (503, '{"message":"Service Unavailable"}'),
        (500, '{"message":"An unexpected error occurred","request_id":"7f3a"}'),
        (413, '{"error":"payload too large","limit":4096}'),
        (500, '{"fault":{"faultstring":"Body buffer overflow","detail":{"errorcode":"x"}}}'),
        (403, '{"error":{"code":403,"message":"blocked by policy"}}'),
    ],
)
def test_json_in_words_of_something_else_is_a_front_end_s(status: int, body: str):
    assert from_gateway(Response(status=status, headers=JSON, body=body.encode()))


@pytest.mark.parametrize(
    "body",
    [
        '{"error":{"code":"SYS.1007","description":"One or more API argument is invalid","details":"x"}}',
        '{"code":"SYS.1007","description":"x","details":"y"}',
        '{"errorCode":{"code":"SYS.1007","message":"x"}}',
        '{"error":"field[name] is mandatory"}',
        '{"error":{}}',
        '{"error":null}',
        "{}",
        '{"message":"org.zstack.Failed SYS.1000"}',
        '{"inventory":{"uuid":"a","message":"x"}}',
        '["SYS.1007"]',
        '"blocked"',
    ],
)
def test_wrong_answers_in_the_api_s_own_words_stay_its_own(body: str):
    assert not from_gateway(Response(status=400, headers=JSON, body=body.encode()))


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, '{"timestamp":"2026-01-01T00:00:00","status":404,"error":"Not Found","path":"/zstack/v1/x"}'),
        (403, '{"timestamp":1767225600000,"status":403,"error":"Forbidden","path":"/zstack/v1/tickets"}'),
        (400, '{"statusCode":400,"message":["name should not be empty"],"error":"Bad Request"}'),
        (422, '{"detail":[{"loc":["body","name"],"msg":"field required"}]}'),
        (400, '{"type":"https://tools.ietf.org/html/rfc7231","title":"One or more errors","status":400}'),
        (400, '{"code":400,"msg":"name is mandatory","data":null}'),
        (200, '{"code":1001,"success":false,"message":"name is mandatory"}'),
        (500, '{"code":500,"message":"internal error"}'),
        (503, '{"message":"the ticket cannot be created"}'),
    ],
)
def test_an_api_that_words_its_errors_wrongly_is_no_front_end(status: int, body: str):
    assert not from_gateway(Response(status=status, headers=JSON, body=body.encode()))


@pytest.mark.parametrize("headers", [(), (*JSON, *COOKIE), (("Content-Type", "text/plain"),)])
def test_json_that_carries_marks_of_the_api_is_its_own(headers: tuple[tuple[str, str], ...]):
    assert not from_gateway(Response(status=403, headers=headers, body=b'{"message":"blocked"}'))


@pytest.mark.parametrize("status", [200, 202, 403, 404])
def test_a_page_is_a_front_end_s_whatever_its_status_unless_the_container_wrote_it(status: int):
    page = b"<!DOCTYPE html><html><head><title>%s</title></head></html>"
    assert from_gateway(Response(status=status, body=page % b"Request Rejected"))
    assert not from_gateway(Response(status=status, body=page % b"HTTP Status 404 - Not Found"))


def test_a_page_with_405_and_allow_is_the_origin_server_s():
    page, allow = b"<html>Method Not Allowed</html>", (("Allow", "POST, GET"),)
    assert not from_gateway(Response(status=405, headers=allow, body=page))
    assert from_gateway(Response(status=405, body=page))
    assert from_gateway(Response(status=403, headers=allow, body=page))


@pytest.mark.parametrize(
    "body",
    [
        b"<h1>Bad Message 400</h1><pre>reason: Bad Request</pre>",  # Jetty, of a path that it cannot decode
        b"<h1>400 Bad Request</h1>URISyntaxException thrown",  # the JDK's own server
        b"<html><body><h2>HTTP ERROR 404 Not Found</h2></body></html>",
        b"<!DOCTYPE HTML><html><h1>Error response</h1><p>Error code explanation: 501 - Server does not support this.",
        b"<html>\n  <head><title>Bad Request</title></head><body>\n    <h1><p>Bad Request</p></h1>",  # gunicorn
    ],
)
def test_what_containers_write_is_no_front_end_s(body: bytes):
    assert not from_gateway(Response(status=400, body=body))


@pytest.mark.parametrize("status", [200, 400, 503])
@pytest.mark.parametrize(
    "body",
    [
        b'{"inventory":{"uuid":"a","name":"<html><body>x"}}',
        b'{"error":{"code":"SYS.1007","description":"x","details":"[<!doctype html><html>] is too long"}}',
    ],
)
def test_json_that_quotes_markup_is_no_page(status: int, body: bytes):
    assert not from_gateway(Response(status=status, body=body))


@pytest.mark.parametrize(
    ("place", "body", "foreign"),
    [
        ("https://block.example/denied?id=1", b"", True),
        ("/zstack/", b"", False),
        ("/zstack/v1/tickets2", b"", False),
        ("http://10.0.0.5:8080/zstack/v1/tickets", b"", False),
        ("https://block.example/denied", b'{"error":{"code":"SYS.1000"}}', False),
        ("", b"", False),
    ],
)
def test_a_redirection_to_something_else_is_a_front_end_s(place: str, body: bytes, foreign: bool):
    assert from_gateway(Response(status=302, headers=(("Location", place),), body=body)) is foreign


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("Age", "1", True),
        ("Age", "0", False),
        ("X-Cache", "HIT from edge", True),
        ("X-Cache-Status", "STALE", True),
        ("X-Cache-Status", "MISS", False),
        ("X-Varnish", "32770 3", True),
        ("X-Varnish", "32770", False),
        ("CF-Cache-Status", "DYNAMIC", False),
        ("Cache-Control", "no-store", False),
    ],
)
def test_what_a_cache_had_kept_is_not_the_api_s(name: str, value: str, kept: bool):
    answer = Response(status=200, headers=((name, value),), body=b'{"inventories":[]}')
    assert from_gateway(answer) is kept


@pytest.mark.parametrize(("status", "kept"), [(200, True), (404, True), (202, False), (400, False), (500, False)])
def test_an_age_counts_on_what_may_be_kept_unasked(status: int, kept: bool):
    assert from_gateway(Response(status=status, headers=(("Age", "1"),), body=b'{"location":"a"}')) is kept


@pytest.mark.parametrize(
    ("body", "foreign"),
    [
        ('{"error":{"code":"SYS.1007","details":"resourceUuid[a\nb] is not valid"}}', False),
        ('{"error":{"code":"SYS.1007","details":"no "quotes" are escaped"}}', False),
        ("upstream connect error", True),
        ('<html>{"error":{"code":"SYS.1007"}}', True),
    ],
)
def test_broken_json_in_the_words_of_the_api_is_the_api_s_own(body: str, foreign: bool):
    assert from_gateway(Response(status=503, headers=JSON, body=body.encode())) is foreign


@pytest.mark.parametrize(
    "body",
    [
        "<html><h1>Internal Server Error</h1><pre>Traceback (most recent call last):\n  File &quot;/a.py&quot;, line 7",
        "<!doctype html><title>500</title><p>Either the server is overloaded or there is an error in the application.",
        "<html><h1>Server Error (500)</h1></html>",
        "<!DOCTYPE html><title>Error</title><pre>Error: x<br> &nbsp; &nbsp;at f (/srv/app.js:10:5)</pre>",
        "<html><body><h2>Oops</h2>/srv/app.rb:12:in `call'</body></html>",
        "<html><b>Fatal error</b>:  Uncaught Error in /srv/index.php:7",
    ],
)
def test_a_page_of_a_program_that_broke_down_is_the_api_s_own(body: str):
    assert not from_gateway(Response(status=500, body=body.encode()))
    assert from_gateway(Response(status=403, body=body.encode()))


@pytest.mark.parametrize(
    "body",
    [
        "<html><head><title>500 Internal Server Error</title></head><center><h1>500 Internal Server Error</h1></center>",
        "<html><p>The server encountered an internal error or misconfiguration and was unable to complete your request.",
        "<html><h1>Oops, something went wrong.</h1><p>We have been told. Call us\n    at 10:30, or write.",
    ],
)
def test_another_500_page_is_a_front_end_s(body: str):
    assert from_gateway(Response(status=500, body=body.encode()))
