"""What goes out is what was given, what comes back is bounded, and nothing that a target does raises."""

from __future__ import annotations

import gzip
import hashlib
import socket
import ssl
import subprocess
import threading
import zlib
from pathlib import Path

import httpx
import pytest

from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.model.exchange import Failure, Request, Response
from pytest_zstack_ticket.model.settings import Patience, Settings
from pytest_zstack_ticket.transport.bounded_stream import MOST_INTERIM, Wire
from pytest_zstack_ticket.transport.content_decoding import MOST_BYTES
from pytest_zstack_ticket.transport.httpx_transport import HttpxTransport
from tests.support.scripted_server import (
    PATIENCE,
    ScriptedServer,
    Step,
    answer,
    hang_up,
    repeat,
    reset,
    silence,
    trickle,
)

GET = Request(method="GET", path="/v1/tickets?limit=1")
POST = Request(
    method="POST", path="/v1/tickets", headers=(("Content-Type", "application/json"),), body=b'{"params":{}}'
)
INTERIM = b"HTTP/1.1 100 Continue\r\n\r\n"


def send(
    *steps: Step, request: Request = POST, read: float = PATIENCE, connect: float = PATIENCE
) -> Response | Failure:
    with ScriptedServer(*steps) as server:
        return send_to(server, request, read=read, connect=connect)


def send_to(
    server: ScriptedServer, request: Request = POST, *, read: float = PATIENCE, connect: float = PATIENCE
) -> Response | Failure:
    transport = HttpxTransport(server.settings(read=read, connect=connect))
    try:
        return transport.send(request)
    finally:
        transport.close()


def failure(*steps: Step, request: Request = POST, read: float = PATIENCE) -> Failure:
    found = send(*steps, request=request, read=read)
    assert isinstance(found, Failure), found
    return found


def body(*steps: Step, request: Request = POST) -> bytes:
    found = send(*steps, request=request)
    assert isinstance(found, Response), found
    return found.body


def test_an_answer_comes_back_with_lower_case_header_names() -> None:
    found = send(answer(202, b'{"location":"x"}', "X-Seen: One", "X-SEEN: two"))
    assert isinstance(found, Response)
    assert (found.status, found.body) == (202, b'{"location":"x"}')
    assert [pair for pair in found.headers if pair[0] == "x-seen"] == [("x-seen", "One"), ("x-seen", "two")]


def test_only_what_was_given_and_what_http_needs_is_sent() -> None:
    with ScriptedServer(answer(200, b"{}", "Set-Cookie: JSESSIONID=abc; Path=/zstack")) as server:
        transport = HttpxTransport(server.settings())
        for _ in range(2):
            assert isinstance(transport.send(POST), Response)
        transport.close()
    for request in server.requests:
        head = request.partition(b"\r\n\r\n")[0].decode().split("\r\n")
        assert head[0] == "POST /zstack/v1/tickets HTTP/1.1"
        assert sorted(line.partition(":")[0] for line in head[1:]) == [
            "Accept-Encoding",
            "Content-Length",
            "Content-Type",
            "Host",
        ]
        assert request.endswith(b'{"params":{}}')


@pytest.mark.parametrize(
    "path", ["/v1//tickets", "/v1/tickets/%zz", "/v1/tickets?q=name%3Da%26b&x=é", "/v1/a%2Fb/../c;d=e"]
)
def test_a_request_target_goes_out_as_it_stands(path: str) -> None:
    with ScriptedServer(answer()) as server:
        found = send_to(server, Request(method="GET", path=path))
    if "é" in path:
        assert isinstance(found, Failure)
        assert (found.kind, found.sent) == ("protocol", False)
    else:
        assert server.requests[0].startswith(f"GET /zstack{path} HTTP/1.1".encode())


def test_header_values_beyond_latin_1_go_out_as_utf_8() -> None:
    request = Request(method="GET", path="/v1/tickets", headers=(("X-Latin", "é"), ("X-Han", "工单")))
    with ScriptedServer(answer()) as server:
        send_to(server, request)
    assert b"X-Latin: \xe9\r\n" in server.requests[0] + b"\r\n"
    assert "X-Han: 工单".encode() in server.requests[0]


def test_a_header_that_would_start_another_is_not_sent() -> None:
    found = failure(answer(), request=Request(method="GET", path="/", headers=(("X", "a\r\nY: b"),)))
    assert (found.kind, found.sent) == ("protocol", False)
    assert "cannot be written as HTTP" in found.detail


def test_a_body_goes_out_in_two_chunks_where_chunks_are_asked_for() -> None:
    request = Request(method="POST", path="/v1/tickets", headers=(("Transfer-Encoding", "chunked"),), body=b"abcd")
    with ScriptedServer(answer()) as server:
        send_to(server, request)
    assert server.requests[0].endswith(b"2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n")
    assert b"content-length" not in server.requests[0].lower()


def test_head_and_body_leave_together() -> None:
    seen: list[bytes] = []

    def read_once(plug: socket.socket) -> None:
        seen.append(plug.recv(65_536))
        plug.sendall(answer())

    with ScriptedServer(answer(), rude=read_once) as server:
        assert isinstance(send_to(server), Response)
    assert seen[0].startswith(b"POST ")
    assert seen[0].endswith(b'{"params":{}}')


def test_a_large_body_arrives_whole() -> None:
    big = Request(method="POST", path="/v1/tickets", body=bytes(range(256)) * 8192)
    with ScriptedServer(answer()) as server:
        assert isinstance(send_to(server, big), Response)
    assert server.requests[0].endswith(b"\r\n\r\n" + (big.body or b""))


def test_a_redirect_is_an_answer() -> None:
    with ScriptedServer(answer(302, b"", "Location: http://127.0.0.1:9/elsewhere")) as server:
        found = send_to(server, GET)
    assert isinstance(found, Response)
    assert found.status == 302
    assert len(server.requests) == 1


def test_answers_of_every_framing_are_read() -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
    assert body(chunked) == b"{}"
    assert body(lambda plug: plug.sendall(b"HTTP/1.0 200 OK\r\n\r\n{}")) == b"{}"
    assert body(b"HTTP/1.1 204 \r\n\r\n") == b""
    assert body(b"HTTP/1.1 200 \r\nContent-Length: 9\r\n\r\n", request=Request(method="HEAD", path="/")) == b""
    assert body(INTERIM * 3 + answer()) == b"{}"


def test_gzip_and_deflate_are_undone() -> None:
    text = b'{"inventory":{}}'
    members = gzip.compress(text[:5]) + gzip.compress(text[5:])
    assert body(answer(200, gzip.compress(text), "Content-Encoding: gzip")) == text
    assert body(answer(200, members, "Content-Encoding: x-gzip")) == text
    assert body(answer(200, zlib.compress(text), "Content-Encoding: Deflate")) == text
    assert body(answer(200, b"", "Content-Encoding: gzip")) == b""


@pytest.mark.parametrize(
    ("content", "encoding", "words"),
    [
        (b"{}", "gzip", "not compressed as it claims"),
        (gzip.compress(b"{}" * 50, mtime=0)[:-9], "gzip", "cut short"),
        (gzip.compress(b"{}", mtime=0) + b"more", "gzip", "not compressed as it claims"),
        (b"{}", "br", "'br', which was not asked for"),
    ],
)
def test_an_encoding_that_is_not_what_it_claims_is_a_protocol_failure(
    content: bytes, encoding: str, words: str
) -> None:
    found = failure(answer(200, content, f"Content-Encoding: {encoding}"))
    assert (found.kind, found.sent) == ("protocol", True)
    assert words in found.detail


def test_a_decompression_bomb_is_stopped_early() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(b" " * (1 << 20)) for _ in range(64)) + packer.flush()
    twice = gzip.compress(b" " * (MOST_BYTES - 1)) + bomb
    for content in (bomb, twice):
        found = failure(answer(200, content, "Content-Encoding: gzip"))
        assert found.kind == "too-large"


def test_eight_mebibytes_are_read_and_not_one_byte_more() -> None:
    assert len(body(answer(200, b" " * MOST_BYTES))) == MOST_BYTES
    assert failure(answer(200, b" " * (MOST_BYTES + 1))).kind == "too-large"

    def without_end(plug: socket.socket) -> None:
        plug.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            plug.sendall(b" " * 65_536)

    assert failure(without_end).kind == "too-large"


def test_thousands_of_interim_answers_are_a_failure() -> None:
    assert failure(INTERIM * 5000 + answer()).kind == "protocol"
    assert failure(repeat(INTERIM)).detail == "interim answers (1xx) came without an end"
    assert failure(trickle(INTERIM * (MOST_INTERIM + 1), pause=0)).kind == "protocol"


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(repeat(b"X-Pad: " + b"x" * 1000 + b"\r\n"), id="head-without-an-end"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX-Pad: " + b"x" * 300_000 + b"\r\n\r\n", id="one-huge-header"),
        pytest.param(b"hello\r\n\r\n", id="no-status-line"),
        pytest.param(b"HTTP/1.1 2000 OK\r\n\r\n", id="status-of-four-digits"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", id="length-that-is-no-number"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", id="two-lengths"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", id="chunk-without-a-size"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 9, id="tls"),
        pytest.param(b"SSH-2.0-OpenSSH_9.2\r\n", id="ssh"),
    ],
)
def test_what_is_no_http_is_a_protocol_failure(step: Step) -> None:
    found = failure(step if not isinstance(step, bytes) else lambda plug: plug.sendall(step))
    assert (found.kind, found.sent) in {("protocol", True), ("reset", True)}, found
    assert found.detail


def test_a_switch_of_protocols_does_not_hang() -> None:
    found = failure(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n")
    assert (found.kind, found.sent) == ("protocol", True)


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (hang_up, "before an answer began"),
        (lambda plug: plug.sendall(b"HTTP/1.1 200"), "before an answer began"),
        (lambda plug: plug.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"), "before the answer ended"),
        (
            lambda plug: plug.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{"),
            "before the answer",
        ),
        (reset, "Connection reset by peer"),
    ],
)
def test_a_connection_that_ends_before_its_answer_is_a_reset(step: Step, words: str) -> None:
    found = failure(step)
    assert (found.kind, found.sent) == ("reset", True)
    assert words in found.detail


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(silence, id="silence"),
        pytest.param(trickle(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1000), id="trickled-head"),
        pytest.param(trickle(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1000, pause=0.01), id="trickled-body"),
        pytest.param(
            trickle(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + b"x" * 1000, pause=0.01),
            id="trickled-chunk-extension",
        ),
    ],
)
def test_the_time_of_a_request_is_bounded_as_a_whole(step: Step) -> None:
    # each trickle lasts 10 seconds and more, and would end as an answer or in another failure
    found = failure(step, read=0.4)
    assert (found.kind, found.sent) == ("timeout", True)
    assert "within 0.4 s" in found.detail


def test_an_answer_that_stops_on_its_way_is_told_from_none() -> None:
    def stopped(plug: socket.socket) -> None:
        plug.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{}")
        silence(plug)

    assert failure(silence, read=0.4).detail == "no answer within 0.4 s"
    assert failure(stopped, read=0.4).detail == "the answer did not end within 0.4 s"


def test_a_target_that_does_not_read_is_a_timeout() -> None:
    big = Request(method="POST", path="/v1/tickets", body=b" " * (32 << 20))
    over = threading.Event()
    with ScriptedServer(answer(), rude=lambda _: over.wait()) as server:
        found = send_to(server, big, read=0.5)
    over.set()
    assert isinstance(found, Failure)
    assert (found.kind, found.sent) == ("timeout", True)


def test_a_refused_connection_was_not_sent() -> None:
    with ScriptedServer(answer()) as server:
        settings = server.settings()
    found = HttpxTransport(settings).send(POST)
    assert found == Failure(kind="refused", detail="Connection refused", sent=False)


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 64 + ".invalid", "xn--a..invalid"])
def test_a_name_that_nobody_knows_is_unresolved(host: str) -> None:
    transport = HttpxTransport(Settings(url=f"http://{host}:8080/zstack", patience=Patience(connect=2, read=2)))
    found = transport.send(POST)
    assert isinstance(found, Failure)
    assert (found.kind, found.sent) == ("unresolved", False)


def test_bytes_after_an_answer_do_not_begin_the_next_one() -> None:
    with ScriptedServer(answer(200, b"{}") + b"stray", answer(200, b"[]")) as server:
        transport = HttpxTransport(server.settings())
        first, second = transport.send(POST), transport.send(POST)
        transport.close()
    assert isinstance(first, Response)
    assert isinstance(second, Response)
    assert (first.body, second.body) == (b"{}", b"[]")
    assert server.connections == 2


def test_a_connection_is_kept_and_a_closed_one_is_opened_again() -> None:
    closing = answer(503, b"{}", "Connection: close")
    with ScriptedServer(answer(), answer(), closing, answer()) as server:
        transport = HttpxTransport(server.settings())
        found = [transport.send(POST) for _ in range(4)]
        transport.close()
    assert [one.status for one in found if isinstance(one, Response)] == [200, 200, 503, 200]
    assert server.connections == 2


def test_a_connection_that_died_while_it_was_kept_is_not_used_again() -> None:
    def answer_and_close(plug: object) -> None:
        plug.sendall(answer())  # type: ignore[attr-defined] # a socket

    with ScriptedServer(answer_and_close, answer()) as server:
        transport = HttpxTransport(server.settings())
        transport.send(POST)
        assert server.wait_for(closed=1)
        assert isinstance(transport.send(POST), Response)
        transport.close()
    assert len(server.requests) == 2


def test_a_connection_whose_exchange_was_interrupted_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Wire.handle_request

    def interrupted(self: Wire, request: httpx.Request) -> httpx.Response:
        plain(self, request)
        raise KeyboardInterrupt

    with ScriptedServer(answer(200, b'"first"'), answer(200, b'"second"')) as server:
        transport = HttpxTransport(server.settings())
        monkeypatch.setattr(Wire, "handle_request", interrupted)
        with pytest.raises(KeyboardInterrupt):
            transport.send(POST)
        monkeypatch.setattr(Wire, "handle_request", plain)
        found = transport.send(POST)
        transport.close()
    assert isinstance(found, Response), found
    assert found.body == b'"second"'
    assert server.connections == 2


def test_many_threads_share_a_transport_and_its_connections() -> None:
    with ScriptedServer(answer()) as server:
        transport = HttpxTransport(server.settings())
        found: list[Response | Failure] = []
        for _ in range(3):
            threads = [threading.Thread(target=lambda: found.append(transport.send(POST))) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        transport.close()
    assert len(found) == 24
    assert all(isinstance(one, Response) for one in found)
    assert server.connections <= 8


def test_an_exception_of_ours_is_raised() -> None:
    with ScriptedServer(answer()) as server, pytest.raises(AttributeError):
        send_to(server, Request(method="GET", path="/", headers=((None, "x"),)))  # type: ignore[arg-type] # a fault of ours


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject, *files]
    subprocess.run(command, check=True, capture_output=True)
    return folder


def fingerprint(path: Path) -> str:
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(path.read_text("ascii"))).hexdigest()


def server_context(folder: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


def test_tls_is_verified_unless_told_otherwise(certificate: Path) -> None:
    with ScriptedServer(answer(), tls=server_context(certificate)) as server:
        for settings in (server.settings(ca=str(certificate / "cert.pem")), server.settings(insecure=True)):
            transport = HttpxTransport(settings)
            assert isinstance(transport.send(POST), Response)
            transport.close()
            assert transport.certificates == {fingerprint(certificate / "cert.pem")}
        found = HttpxTransport(server.settings()).send(POST)
    assert isinstance(found, Failure)
    assert (found.kind, found.sent) == ("tls", False)
    assert found.detail == "certificate verify failed: self-signed certificate"


def test_tls_to_a_plain_port_is_a_tls_failure() -> None:
    with ScriptedServer(answer(), rude=lambda plug: plug.sendall(answer(400, b"plain"))) as server:
        url = server.url.replace("http://", "https://")
        found = HttpxTransport(Settings(url=url, patience=Patience(connect=1, read=1))).send(POST)
    assert isinstance(found, Failure)
    assert (found.kind, found.sent) == ("tls", False)


def test_a_ca_that_cannot_be_read_is_an_error_of_the_settings(tmp_path: Path) -> None:
    for text in (None, "no certificate"):
        file = tmp_path / f"{text}.pem"
        if text is not None:
            file.write_text(text)
        with pytest.raises(SettingsError, match=r"--zstack-ca .*Give a PEM file"):
            HttpxTransport(Settings(url="https://127.0.0.1/zstack", ca=str(file)))


def test_a_redirect_to_no_url_is_an_answer_too() -> None:
    found = send(answer(302, b"", "Location: http://[::1"))
    assert isinstance(found, Response)
    assert (found.status, found.header("location")) == (302, "http://[::1")
