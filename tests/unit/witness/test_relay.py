"""Bytes pass a witness as they are, over plain TCP and TLS; what is kept of them holds no secret."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self

import pytest

from pytest_zstack_ticket.certify.witnessed import Witnessed
from tests.support.witness import RunningWitness

SESSION = "3f" * 16
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
ODD = b"\r\nPO<ST /zstack/v1/tickets\x00 HTTP/1.1\r\nX-Conformance\r\nHost : \xff\r\nContent-Length: -1\r\n\r\n\x80{}"


BANNER = b"SSH-2.0-OpenSSH_9.2\r\n\r\n"


class Peer:
    """A target that keeps the bytes of one connection and answers them once they end with a mark, or with the line."""

    def __init__(self, answer: bytes, mark: bytes = b"", tls: ssl.SSLContext | None = None) -> None:
        self.got = b""
        self._answer, self._mark, self._tls = answer, mark, tls
        self._server = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(10)
        self._server.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.getsockname()[1]}/zstack"

    def _serve(self) -> None:
        line, _ = self._server.accept()
        with self._tls.wrap_socket(line, server_side=True) if self._tls else line as line:
            while data := line.recv(1 << 16):
                self.got += data
                if self._mark and self.got.endswith(self._mark):
                    break
            line.sendall(self._answer)


def sent(
    witness: RunningWitness, raw: bytes, *, end: bool = False, wrap: Callable[[socket.socket], socket.socket]
) -> bytes:
    """Send bytes, end what is sent if asked to, and return all that comes back."""
    with wrap(socket.create_connection(witness.address, timeout=10)) as line:
        line.sendall(raw)
        if end:
            line.shutdown(socket.SHUT_WR)
        found = b""
        while data := line.recv(1 << 16):
            found += data
        return found


def through(
    raw: bytes, answer: bytes = ANSWER, *, end: bool = False, own: Path | None = None, far: Path | None = None
) -> tuple[bytes, bytes, list[Witnessed]]:
    """Return what the target got, what the client got, and the lines that were kept."""
    contexts: dict[str, ssl.SSLContext] = {}
    if own:
        contexts["own_tls"] = served(own)
    if far:
        contexts["tls"] = ssl.create_default_context(cafile=str(far))
    wrap = (
        (lambda line: ssl.create_default_context(cafile=str(own)).wrap_socket(line, server_hostname="127.0.0.1"))
        if own
        else (lambda line: line)
    )
    with (
        Peer(answer, b"" if end else raw[-4:], served(far) if far else None) as peer,
        RunningWitness(peer.url, **contexts) as witness,
    ):
        got = sent(witness, raw, end=end, wrap=wrap)
    return peer.got, got, witness.kept


def served(pem: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject, *files]
    subprocess.run(command, check=True, capture_output=True)
    (folder / "both.pem").write_bytes((folder / "cert.pem").read_bytes() + (folder / "key.pem").read_bytes())
    return folder / "both.pem"


@pytest.mark.parametrize("end", [False, True], ids=["open", "half-closed"])
def test_bytes_that_are_no_http_arrive_as_they_were_sent(end: bool):
    asked, got, kept = through(ODD, end=end)
    assert (asked, got) == (ODD, ANSWER)
    assert [(one.method, one.request, one.status, one.end) for one in kept] == [("PO<ST", "", 200, "complete")]
    assert len(kept[0].raw) == 64


@pytest.mark.parametrize("sides", [(0, 1), (1, 0), (1, 1)], ids=["to-the-target", "to-the-run", "both"])
def test_tls_on_either_side_changes_no_byte(sides: tuple[int, int], pem: Path):
    raw = b"GET /zstack/v1/tickets?q=%ff HTTP/1.1\r\nHost: cloud\r\nX-Padded: \t a \r\n\r\n"
    asked, got, kept = through(raw, own=pem if sides[0] else None, far=pem if sides[1] else None)
    assert (asked, got) == (raw, ANSWER)
    assert [(one.path, one.end) for one in kept] == [("/zstack/v1/tickets?q=%ff", "complete")]


def test_an_answer_that_is_no_http_reaches_the_client():
    _, got, kept = through(b"GET / HTTP/1.1\r\nHost: cloud\r\n\r\n", BANNER)
    assert got == BANNER
    assert [(one.answer, one.end) for one in kept] == [("", "unreadable")]


def test_a_target_that_cannot_be_reached_ends_the_connection():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with RunningWitness(f"http://127.0.0.1:{port}") as witness:
        assert sent(witness, b"GET / HTTP/1.1\r\nHost: cloud\r\n\r\n", wrap=lambda line: line) == b""
    assert witness.kept == []


def test_a_session_is_a_number_and_is_hidden_in_paths_and_digests():
    lines = []
    for session in (SESSION, "9c" * 16):
        raw = f"DELETE /zstack/v1/accounts/sessions/{session} HTTP/1.1\r\nHost: cloud\r\nAuthorization: OAuth {session}\r\n\r\n"
        lines += through(raw.encode())[2]
    first, second = lines
    assert (first.who, first.auth) == (1, "OAuth:32")
    assert first.path == "/zstack/v1/accounts/sessions/" + "0" * 32
    assert first.request == second.request
