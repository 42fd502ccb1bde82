from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from select import select
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from pytest_zstack_ticket.simulator.engine import Engine
from pytest_zstack_ticket.simulator.options import SimulatorOptions
from pytest_zstack_ticket.simulator.response import Delivery
from pytest_zstack_ticket.simulator.server.server import SimulatorServer
from pytest_zstack_ticket.simulator.server.webhook_delivery import deliver
from tests.support.simulator_probe import Caller, log_in, message


def session(client: httpx.Client, url: str) -> str:
    request = log_in()
    answer = client.request(request.method, url + request.path, headers=list(request.headers), content=request.body)
    return str(answer.json()["inventory"]["uuid"])


def post(client: httpx.Client, url: str, token: str, **headers: str) -> httpx.Response:
    sent = Caller(token).send("POST", "/v1/tickets", {"params": message()}, **headers)
    return client.post(url + sent.path, headers=list(sent.headers), content=sent.body)


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=60, trust_env=False) as made:
        yield made


def test_a_server_starts_on_a_free_port_and_stops() -> None:
    server = SimulatorServer()
    url = server.start()
    assert url == f"http://127.0.0.1:{server.port}/zstack"
    server.stop()
    server.stop()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((server.host, server.port), timeout=1)


def test_a_port_that_is_taken_is_an_error_of_the_start() -> None:
    with SimulatorServer() as first, pytest.raises(OSError, match="address already in use"):
        SimulatorServer(port=first.port).start()


def test_a_ticket_is_created_and_its_location_can_be_followed(client: httpx.Client) -> None:
    with SimulatorServer("embedded?latency=0.02") as server:
        now = server.clock()
        server.clock = lambda: now  # type: ignore[method-assign] # time stands still while the job runs
        answer = post(client, server.url, session(client, server.url))
        assert answer.status_code == 202
        assert answer.reason_phrase == ""
        location = answer.json()["location"]
        assert location.startswith(server.url)
        assert client.get(location).status_code == 202
        now += 0.03
        assert client.get(location).json()["inventory"]["name"] == "a ticket"
        counts = server.counts()
        assert (counts["call:create"], counts["call:poll"], counts["call:login"]) == (1, 2, 1)
        assert (server.requests, server.tickets) == (4, 3)


def test_http_0_9_gets_a_body_alone() -> None:
    with SimulatorServer() as server, socket.create_connection((server.host, server.port), timeout=60) as plug:
        plug.sendall(b"GET /zstack/v1/tickets\r\n\r\n")
        assert plug.makefile("rb").read() == b"missing header 'Authorization'"


def test_accepted_sockets_have_no_delay_and_connections_are_kept() -> None:
    with SimulatorServer() as server:
        connection = http.client.HTTPConnection(server.host, server.port, timeout=60)
        for _ in range(5):
            connection.request("PUT", "/zstack/v1/management-nodes/actions", body=b'{"getVersion":{}}')
            assert connection.getresponse().read() == b'{"success":true,"version":"5.2.1"}'
        kept = next(iter(server.connections))
        plug = kept.transport.get_extra_info("socket")
        assert plug.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
        assert len(server.connections) == 1
        connection.close()


@pytest.mark.parametrize("path", ["/", "/v1/tickets", "/zstackx/v1/tickets", "/other"])
def test_outside_the_context_the_container_answers_a_page(client: httpx.Client, path: str) -> None:
    with SimulatorServer() as server:
        answer = client.get(server.url.removesuffix("/zstack") + path)
        assert (answer.status_code, answer.text[:15]) == (404, "<!doctype html>")


@pytest.mark.parametrize(("path", "place"), [("", "/zstack/"), ("/", None), ("?x=1", "/zstack/?x=1")])
def test_the_bare_context_root_leads_to_its_folder(client: httpx.Client, path: str, place: str | None) -> None:
    with SimulatorServer() as server:
        answer = client.get(server.url + path)
        assert (answer.status_code, answer.headers.get("location")) == (302 if place else 404, place)


def test_refusals_of_400_500_and_503_close_the_connection_and_others_keep_it() -> None:
    with SimulatorServer() as server:
        for path, status, closes in (("/v1/tickets", 400, True), ("/v1/x", 404, False), ("/v2", 404, False)):
            connection = http.client.HTTPConnection(server.host, server.port, timeout=60)
            connection.request("GET", "/zstack" + path)
            answer = connection.getresponse()
            answer.read()
            assert (answer.status, answer.will_close) == (status, closes)
            connection.close()


def raw(server: SimulatorServer, data: bytes, *, parts: int = 1) -> bytes:
    """Send bytes and read until the other side closes."""
    with socket.create_connection((server.host, server.port), timeout=60) as plug:
        size = max(1, len(data) // parts)
        for at in range(0, len(data), size):
            plug.sendall(data[at : at + size])
            time.sleep(0.001 if parts > 1 else 0)
        plug.shutdown(socket.SHUT_WR)
        received = b""
        with contextlib.suppress(ConnectionResetError):
            while chunk := plug.recv(65536):
                received += chunk
        return received


def test_pipelined_requests_are_answered_in_order() -> None:
    one = b"GET /zstack/v1/nothing%d HTTP/1.1\r\nHost: x\r\n\r\n"
    with SimulatorServer() as server:
        received = raw(server, one % 1 + one % 2)
    assert received.index(b"nothing1") < received.index(b"nothing2")
    assert received.count(b"HTTP/1.1 404 \r\n") == 2


def test_a_request_may_come_in_pieces_and_in_chunks() -> None:
    body = b'{"getVersion":{}}'
    head = b"PUT /zstack/v1/management-nodes/actions HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    with SimulatorServer() as server:
        assert b'"version"' in raw(server, head + b"Content-Length: 17\r\n\r\n" + body, parts=20)
        assert b'"version"' in raw(server, head + b"Transfer-Encoding: chunked\r\n\r\n11\r\n" + body + b"\r\n0\r\n\r\n")
        continued = raw(server, head + b"Expect: 100-continue\r\nContent-Length: 17\r\n\r\n" + body, parts=2)
        assert b'"version"' in continued
        absolute = head.replace(b"/zstack", b"http://x/zstack", 1)
        assert b'"version"' in raw(server, absolute + b"Content-Length: 17\r\n\r\n" + body)
        assert (
            b"400" in raw(server, absolute.replace(b"http://x/", b"http://other/") + b"Content-Length: 0\r\n\r\n")[:15]
        )
        assert b"404" in raw(server, b"GET http://x?x=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")


def test_the_container_answers_a_ping_of_the_whole_server() -> None:
    with SimulatorServer() as server:
        received = raw(server, b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        other = raw(server, b"GET * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert received.startswith(b"HTTP/1.1 200 \r\nallow: GET, HEAD, POST, PUT, DELETE, OPTIONS\r\n")
    assert other.startswith(b"HTTP/1.1 400 ")


def test_a_client_that_waits_for_100_continue_gets_it() -> None:
    head = b"PUT /zstack/v1/login HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    with SimulatorServer() as server, socket.create_connection((server.host, server.port), timeout=60) as plug:
        plug.sendall(head)
        assert plug.recv(100).startswith(b"HTTP/1.1 100")
        plug.sendall(b"{}")
        assert plug.recv(1000).startswith(b"HTTP/1.1 503")


@pytest.mark.parametrize(
    "data",
    [
        b"nonsense\r\n\r\n",
        b"GET /zstack HTTP/1.1\r\n\r\n",
        b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /zstack HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
    ],
)
def test_what_is_no_http_gets_the_container_s_page(data: bytes) -> None:
    with SimulatorServer() as server:
        received = raw(server, data)
        assert received.startswith(b"HTTP/1.1 400 \r\n")
        assert b"<!doctype html>" in received


def test_a_head_that_is_too_long_is_refused() -> None:
    with SimulatorServer() as server:
        received = raw(server, b"GET /zstack HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 100_000 + b"\r\n\r\n")
        assert received.startswith(b"HTTP/1.1 400 ")


def test_garbage_in_the_middle_of_a_body_ends_the_connection() -> None:
    head = b"POST /zstack/v1/tickets HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    with SimulatorServer() as server:
        answer = raw(server, head + b"zz\r\nnot a chunk")
        assert answer.startswith(b"HTTP/1.1 500 ")
        assert b"org.apache.coyote.BadRequestException: Invalid chunk header" in answer
        answer = raw(server, head + b"2\r\n{}0\r\n\r\n")
        assert b"Invalid end of line sequence (character other than CR or LF found)" in answer


def test_head_gets_no_body(client: httpx.Client) -> None:
    with SimulatorServer() as server:
        answer = client.head(server.url + "/v1/tickets", headers={"Authorization": "OAuth x"})
        assert (answer.status_code, answer.content) == (405, b"")
        assert int(answer.headers["content-length"]) > 0


def test_an_answer_without_content_has_none_and_keeps_the_connection(client: httpx.Client) -> None:
    with SimulatorServer("embedded?fault=status:version=204") as server:
        for _ in range(2):
            answer = client.put(server.url + "/v1/management-nodes/actions", json={"getVersion": {}})
            assert (answer.status_code, answer.content) == (204, b"")
        assert len(server.connections) == 1


def test_a_body_over_the_bound_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_zstack_ticket.simulator.server.connection._BODY_LIMIT", 1000)
    head = b"POST /zstack/v1/tickets HTTP/1.1\r\nHost: x\r\nContent-Length: 2000\r\n\r\n"
    with SimulatorServer() as server:
        assert raw(server, head + b"x" * 2000).startswith(b"HTTP/1.1 413 ")


def test_two_servers_draw_different_uuids_and_a_seed_makes_them_equal(client: httpx.Client) -> None:
    tokens = []
    for text in ("embedded", "embedded", "embedded?seed=1", "embedded?seed=1"):
        with SimulatorServer(text) as server:
            tokens.append(session(client, server.url))
    assert tokens[0] != tokens[1]
    assert tokens[2] == tokens[3]


def test_a_server_takes_an_engine_options_or_a_text() -> None:
    engine = Engine(SimulatorOptions(advertised="http://10.0.0.1/zstack"))
    with SimulatorServer(engine) as server:
        assert server.engine is engine
        assert engine.address == "http://10.0.0.1/zstack"
    with SimulatorServer(SimulatorOptions(locale="zh")) as server:
        assert server.engine.options.locale == "zh"


class Receiver(BaseHTTPRequestHandler):
    """Takes web hooks; answers 500 as often as it is told to."""

    refusals = 0
    changed = threading.Condition()
    taken: list[tuple[dict[str, str], Any]] = []  # noqa: RUF012 - reset by the fixture

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        with self.changed:
            type(self).taken.append((dict(self.headers), json.loads(content or b"null")))
            refuse = len(type(self).taken) <= type(self).refusals
            self.changed.notify_all()
        self.send_response(500 if refuse else 204)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        del args


@pytest.fixture
def receiver() -> Iterator[str]:
    Receiver.refusals, Receiver.taken = 0, []
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook?a=b"
    server.shutdown()
    thread.join()
    server.server_close()


def wait_for(number: int) -> None:
    with Receiver.changed:
        assert Receiver.changed.wait_for(lambda: len(Receiver.taken) >= number, 60)


def test_a_web_hook_is_delivered_without_anybody_polling_and_again_after_a_500(
    client: httpx.Client, receiver: str
) -> None:
    Receiver.refusals = 2
    with SimulatorServer("embedded?latency=0.02&webhook_pause=0.01") as server:
        answer = post(client, server.url, session(client, server.url), X_Web_Hook=receiver, X_Job_UUID="j" * 32)
        wait_for(3)
        poll = client.get(answer.json()["location"]).json()
        time.sleep(0.05)  # a fourth delivery would come after 0.01 s; a slow machine can only miss it
    assert len(Receiver.taken) == 3
    headers, content = Receiver.taken[-1]
    assert (headers["X-Job-UUID"], headers["X-Job-Success"]) == ("j" * 32, "true")
    assert content == poll


def test_hooks_of_several_jobs_are_all_delivered(client: httpx.Client, receiver: str) -> None:
    with SimulatorServer("embedded?latency=0.05") as server:
        token = session(client, server.url)
        for _ in range(5):
            post(client, server.url, token, X_Web_Hook=receiver)
        wait_for(5)
    assert len(Receiver.taken) == 5


def delivery(url: str, attempts: int = 2) -> Delivery:
    return Delivery(url=url, headers=(("X-Job-UUID", "x"),), body=b"{}", attempts=attempts, pause=0.0)


def run(one: Delivery) -> bool:
    return asyncio.run(deliver(one))


def test_a_hook_that_nobody_takes_is_dropped_after_its_attempts(receiver: str) -> None:
    Receiver.refusals = 99
    assert run(delivery(receiver, attempts=3)) is False
    assert len(Receiver.taken) == 3
    assert run(delivery("http://127.0.0.1:1/")) is False
    assert run(delivery("http://127.0.0.1:99999/")) is False
    Receiver.refusals = 0
    assert run(delivery(receiver)) is True


def test_a_hook_to_something_that_speaks_no_http_is_dropped() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up() -> None:
            plug, _ = server.accept()
            plug.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        assert run(delivery(f"http://127.0.0.1:{server.getsockname()[1]}", attempts=1)) is False
        thread.join()


def test_a_hook_over_tls_does_not_check_the_certificate() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def refuse() -> None:
            plug, _ = server.accept()
            plug.recv(100)
            plug.close()

        thread = threading.Thread(target=refuse)
        thread.start()
        assert run(delivery(f"https://127.0.0.1:{server.getsockname()[1]}", attempts=1)) is False
        thread.join()
    assert ssl.HAS_TLSv1_2


def faulty(fault: str) -> SimulatorServer:
    return SimulatorServer(f"embedded?latency=0&fault={fault}")


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("close", httpx.RemoteProtocolError),
        ("reset", httpx.ReadError),
        ("long-length", httpx.RemoteProtocolError),
        ("half", httpx.RemoteProtocolError),
        ("garbage-status", httpx.RemoteProtocolError),
        ("huge-header", httpx.RemoteProtocolError),
        ("gzip-lie", httpx.DecodingError),
        ("never", httpx.ReadTimeout),
    ],
)
def test_a_wire_fault_reaches_the_client(kind: str, error: type[Exception]) -> None:
    with faulty(f"wire-{kind}:create") as server, httpx.Client(timeout=60, trust_env=False) as client:
        token = session(client, server.url)
        client.timeout = httpx.Timeout(0.3 if error is httpx.ReadTimeout else 60)
        with pytest.raises(error):
            post(client, server.url, token)


@pytest.mark.parametrize("kind", ["trickle", "chunked", "http10", "gzip", "silent-close", "many-100", "slow"])
def test_a_wire_fault_that_http_allows_leaves_the_answer_readable(client: httpx.Client, kind: str) -> None:
    text = "wire:create/accepted=slow=0.05" if kind == "slow" else f"wire-{kind}:create"
    with faulty(text) as server:
        token = session(client, server.url)
        assert post(client, server.url, token).json()["location"]
        # a connection that was closed silently is only found out by using it
        with contextlib.suppress(httpx.TransportError):
            assert post(client, server.url, token).json()["location"]
        if kind == "slow":
            begun = time.perf_counter()
            post(client, server.url, token)
            assert time.perf_counter() - begun >= 0.05  # load makes it longer, nothing makes it shorter


@pytest.mark.parametrize("kind", ["chunked", "gzip", "http10"])
def test_what_http_allows_is_never_a_broken_connection(client: httpx.Client, kind: str) -> None:
    with faulty(f"wire-{kind}:all") as server:
        token = session(client, server.url)
        for _ in range(10):
            assert post(client, server.url, token).status_code == 202


def test_a_body_cut_by_its_own_content_length(client: httpx.Client) -> None:
    with faulty("wire-short-length:create") as server:
        assert post(client, server.url, session(client, server.url)).content == b'{"'


@pytest.mark.parametrize("kind", ["endless", "gzip-bomb"])
def test_a_body_without_an_end_can_be_left_alone(client: httpx.Client, kind: str) -> None:
    with faulty(f"wire-{kind}:create") as server:
        token = session(client, server.url)
        sent = Caller(token).send("POST", "/v1/tickets", {"params": message()})
        with client.stream("POST", server.url + sent.path, headers=list(sent.headers), content=sent.body) as answer:
            size = 0
            for chunk in answer.iter_bytes():
                size += len(chunk)
                if size > 1_000_000:
                    break
        assert size > 1_000_000


def test_an_endless_body_ends_at_a_bound_of_our_own(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_zstack_ticket.simulator.server.wire_faults._ENDLESS_BYTES", 100_000)
    with faulty("wire-endless:create") as server:
        assert len(post(client, server.url, session(client, server.url)).content) >= 100_000


def test_a_client_that_leaves_during_a_trickle_stops_it() -> None:
    with faulty("wire:*=trickle=0.05") as server:
        with socket.create_connection((server.host, server.port), timeout=60) as plug:
            plug.sendall(b"GET /zstack/v1/x HTTP/1.1\r\nHost: x\r\n\r\n")
            plug.recv(1)
        # the server notices at its next byte; a test that waits for ever fails by the time limit of whoever runs it
        while server.connections:
            time.sleep(0.01)


def test_an_answer_that_never_comes_can_be_bounded() -> None:
    with faulty("wire:*=never=0.05") as server:
        assert raw(server, b"GET /zstack/v1/x HTTP/1.1\r\nHost: x\r\n\r\n") == b""


def test_stopping_does_not_wait_for_an_answer_that_never_comes() -> None:
    server = faulty("wire:*=never")
    server.start()
    with socket.create_connection((server.host, server.port), timeout=60) as plug:
        plug.sendall(b"GET /zstack/v1/x HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.02)
        server.stop()
        assert not server._thread.is_alive()


@pytest.mark.parametrize("url", ["embedded", "embedded?choice=measured", "embedded?fault=leave-trailers"])
def test_a_connection_serves_one_request_after_the_other(url: str) -> None:
    with SimulatorServer(url) as server:
        parts = urlsplit(server.url)
        assert parts.hostname is not None
        with contextlib.closing(http.client.HTTPConnection(parts.hostname, parts.port, timeout=5)) as client:
            places = set()
            for _ in range(3):
                asked = log_in()
                client.request(asked.method, f"{parts.path}{asked.path}", asked.body, dict(asked.headers))
                answer = client.getresponse()
                answer.read()
                assert answer.status == 200
                assert client.sock is not None, "the connection was closed"
                places.add(client.sock.getsockname())
                assert not select([client.sock], [], [], 0.1)[0], "the server ended the connection unasked"
            assert len(places) == 1
