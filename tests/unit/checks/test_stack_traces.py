"""Stack traces of other platforms, as text, in JSON and on a page; what a request itself said may be quoted."""

from __future__ import annotations

import html
import json

import pytest

from pytest_zstack_ticket.checks import evaluate
from pytest_zstack_ticket.model.exchange import Exchange, Request, Response
from pytest_zstack_ticket.model.outcome import Violation
from tests.support.builders import profile

PHP = """PHP Fatal error:  Uncaught Exception: no in /var/www/a/index.php:38
Stack trace:
#0 /var/www/a/index.php(12): create()
#1 {main}
  thrown in /var/www/a/index.php on line 38"""
PAGE = """<br />
<b>Fatal error</b>:  Uncaught TypeError: no in /var/www/a/index.php:38
Stack trace:
#0 [internal function]: {closure}()
  thrown in <b>/var/www/a/index.php</b> on line <b>38</b><br />"""
TRACES = {
    "java": "java.lang.NullPointerException\n\tat org.zstack.rest.RestServer.handle(RestServer.java:643)",
    "java-on-a-line": "x at org.zstack.rest.RestServer.handle(RestServer.java:643) at y",
    "tomcat": "java.lang.NullPointerException\n\torg.zstack.rest.RestServer.handle(RestServer.java:643)\n",
    "tomcat-page": "<pre>x\n\tjava.base/java.lang.reflect.Method.invoke(Method.java:569)\n</pre>",
    "tomcat-first": "<pre>java.base/java.lang.reflect.Method.invoke(Method.java:569)\n</pre>",
    "native": "x\n\tsun.reflect.Native.invoke0(Native Method)",
    "php": PHP,
    "php-frame": "Stack trace:\n#0 /var/www/a/index.php(12): create()",
    "php-main": "#1 {main}",
    "php-page": PAGE,
    "php-fatal": "<b>Fatal error</b>: Uncaught Exception: no in /var/www/a/index.php:38",
    "php-uncaught": "Uncaught App\\Error: no in C:\\www\\new.php:38",
    "php-parse": "<b>Parse error</b>: unexpected end in <b>/var/www/a/index.php</b> on line <b>38</b>",
    "ruby": "app.rb:12:in 'Object#create': no (RuntimeError)",
    "ruby-old": "/srv/app/app.rb:12:in `create': no (RuntimeError)\n\tfrom config.ru:3:in `block'",
    "python": 'Traceback (most recent call last):\n  File "/srv/app.py", line 3, in create',
    "python-frame": '  File "app.py", line 3, in create\n    raise ValueError',
    "python-page": "<h2>Traceback <em>(most recent call last)</em>:</h2>",
    "node": "Error: no\n    at create (/srv/app/index.js:12:9)",
    "node-page": "<pre>Error: no<br> &nbsp; &nbsp;at Layer.handle [as handle_request] (/srv/layer.js:95:5)</pre>",
    "node-bare": "at file:///srv/app.mjs:3:1",
    "node-own": "at process.processTicksAndRejections (node:internal/process/task_queues:95:5)",
    "go": "panic: no\n\ngoroutine 1 [running]:\nmain.create()\n\t/srv/main.go:12 +0x1d",
    "go-frame": "/srv/main.go:12 (0x4a5b6c)",
    "net": "System.Exception: no\n   at A.B.Create(String name) in /srv/x.cs:line 3",
    "net-bare": "System.Exception: no\r\n   at A.B.Create(String name)\r\n   at A.B.Main()",
    "rust": "thread 'main' panicked at src/main.rs:1:2:\nno",
    "rust-old": "thread 'main' panicked at 'no', src/main.rs:1:2",
}
HARMLESS = (
    "refused by RestServer.java:643, see there",
    "field[name] (APICreateTicketMsg.java) is mandatory",
    "Stack trace: none",
    "Expected BEGIN_OBJECT but was STRING at line 1 column 12 path $.params",
    "Fatal error: the quota is used up in zone-1",
    "the VM is [running]: it cannot be started",
    "an exception happened at org.zstack.rest (see the log)",
    "item #1 (12): no such ticket",
    "look at /v1/tickets:1 and at 10.0.0.1:8080",
    "<p>Note: look\n   at it (soon)</p>",
    "node:host:8080 is not reachable",
)


def shows(body: bytes, sent: bytes = b"{}", path: str = "/v1/tickets") -> bool:
    """Say whether an answer to a request is found to show a trace."""
    request = Request(method="POST", path=path, body=sent)
    trail = (Exchange(id="m-3", request=request, answer=Response(status=500, body=body)),)
    return isinstance(evaluate("no-stack-trace", {"subject": trail}, {}, profile()), Violation)


def refusal(text: object) -> bytes:
    return json.dumps({"error": {"code": "SYS.1000", "details": text}}).encode()


@pytest.mark.parametrize("text", TRACES.values(), ids=TRACES)
def test_a_trace_is_known_as_text_in_json_and_on_a_page(text: str) -> None:
    assert shows(text.encode())
    assert shows(refusal(text))
    assert shows(refusal(json.dumps({"message": text})))
    assert shows(refusal({"causes": [text]}))
    assert shows(f"<html><body><pre>{html.escape(text)}</pre></body></html>".encode()) or "<" in text


@pytest.mark.parametrize("text", HARMLESS)
def test_other_words_are_no_trace(text: str) -> None:
    assert not shows(text.encode())
    assert not shows(refusal(text))


@pytest.mark.parametrize("text", [PHP, TRACES["python"], TRACES["go"], TRACES["java"]])
def test_a_request_may_be_quoted(text: str) -> None:
    sent = json.dumps({"params": {"name": text}}).encode()
    assert not shows(json.dumps({"inventory": {"name": text}}).encode(), sent)
    assert not shows(b"cannot read " + sent, sent)
    assert shows(json.dumps({"inventory": {"name": text}, "log": TRACES["ruby"]}).encode(), sent)


def test_a_path_may_be_quoted() -> None:
    assert not shows(b"no field app.rb:1:in 'x'", path="/v1/tickets?q=app.rb%3A1%3Ain+%27x%27%3D1")


def test_long_answers_are_read_soon() -> None:
    for text in ("a" * 100_000, "\n" * 100_000, "a.b/" * 30_000, "at a" * 30_000, "\\" * 50_000, "<" * 50_000):
        assert not shows(text.encode())
        assert not shows(refusal(text))
