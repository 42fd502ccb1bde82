"""Seeded misconfigurations: the doctor names the cause of each, and a run forms no verdict of it."""

from __future__ import annotations

import datetime as dt
import json
import socket
import ssl
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from pytest_zstack_ticket.client.session_manager import tls_cause
from pytest_zstack_ticket.model.outcome import Phrase
from pytest_zstack_ticket.runner.preparation import checked
from pytest_zstack_ticket.simulator.server.server import SimulatorServer
from pytest_zstack_ticket.simulator.storage import seed_data
from pytest_zstack_ticket.target.doctor import options_for, visit

Answer = tuple[int, dict[str, str], bytes]
Script = Callable[[str, str], Answer]
PAGE = b"<!DOCTYPE html><html><body>ZStack</body></html>"
SESSION = {"inventory": {"uuid": "c" * 32, "accountUuid": "a" * 32, "userUuid": "a" * 32}}


def json_answer(status: int, value: Any, **headers: str) -> Answer:
    return status, {"Content-Type": "application/json", **headers}, json.dumps(value).encode()


def failure(code: str, details: str, status: int = 503) -> Answer:
    return json_answer(status, {"error": {"code": code, "description": "-", "details": details}})


def script(**report: Answer) -> Script:
    """Return what answers `version`, `login`, `tickets` and `post` as told, and else as ZStack does."""

    def answer(method: str, path: str) -> Answer:
        if "management-nodes" in path:
            return report.get("version", json_answer(200, {"version": "5.2.0"}))
        if "login" in path:
            return report.get("login", json_answer(200, SESSION))
        if method == "POST":
            return report.get("post", json_answer(200, {}))
        if "tickets" in path:
            return report.get("tickets", json_answer(200, {"inventories": []}))
        return json_answer(200, {})

    return answer


def serve(stack: ExitStack, answer: Script, *, context: ssl.SSLContext | None = None) -> str:
    """Serve a script on loopback until the stack ends; return its URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def reply(self) -> None:
            self.rfile.read(int(self.headers.get("content-length") or 0))
            status, headers, body = answer(self.command, self.path)
            self.send_response_only(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_PUT = do_POST = do_DELETE = reply  # noqa: N815 - http.server names them so

        def log_message(self, *_: object) -> None:
            """Be quiet."""

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A refused handshake is what is tested."""

    server = Quiet(("127.0.0.1", 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    stack.callback(server.server_close)
    stack.callback(server.shutdown)
    return f"{'https' if context else 'http'}://127.0.0.1:{server.server_port}"


CLIENT, SERVER = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH
PURPOSES = x509.KeyUsage(
    digital_signature=True,
    key_cert_sign=True,
    key_encipherment=False,
    content_commitment=False,
    data_encipherment=False,
    key_agreement=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


def weak_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 1024)  # noqa: S505 - what must be refused


def certificate(folder: Path, *, name: str, days: int, flaw: str = "") -> ssl.SSLContext:
    """Return the context of a server with a certificate that it signed itself; its PEM file is `ca.pem`."""
    key = weak_key() if flaw == "weak" else ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=30))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(PURPOSES, critical=True)
        .add_extension(x509.ExtendedKeyUsage([CLIENT if flaw == "purpose" else SERVER]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = built.public_bytes(serialization.Encoding.PEM)
    (folder / "ca.pem").write_bytes(pem)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.pem").write_bytes(pem + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if flaw == "weak":
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.load_cert_chain(folder / "server.pem")
    return context


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def silent(stack: ExitStack) -> str:
    """Return the URL of what takes connections and never answers."""
    server = socket.create_server(("127.0.0.1", 0))
    stack.callback(server.close)
    return f"http://127.0.0.1:{server.getsockname()[1]}"


def babbling(stack: ExitStack) -> str:
    """Return the URL of what speaks no HTTP."""
    server = socket.create_server(("127.0.0.1", 0))

    def speak() -> None:
        try:
            while True:
                line, _ = server.accept()
                with line:
                    line.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
                    time.sleep(0.05)
        except OSError:
            return

    threading.Thread(target=speak, daemon=True).start()
    stack.callback(server.close)
    return f"http://127.0.0.1:{server.getsockname()[1]}"


REFUSALS: dict[str, tuple[Script, str]] = {
    "the user interface": (script(version=(200, {}, PAGE), login=(200, {}, PAGE), tickets=(200, {}, PAGE)), "page"),
    "a page instead of tickets": (script(tickets=(200, {}, PAGE)), "page"),
    "a redirection": (script(tickets=(302, {"Location": "https://sso.invalid/"}, b"")), "redirect"),
    "a gateway": (script(tickets=(502, {}, PAGE)), "gateway"),
    "a node that starts": (script(tickets=failure("SYS.1012", "not available")), "not-ready"),
    "no ticket module": (script(tickets=(404, {}, b"no api mapping to /v1/tickets")), "no-tickets"),
    "a wrong password": (script(login=failure("ID.1000", "wrong account name or password")), "password"),
    "a first password": (script(login=failure("ID.1005", "must change")), "change-password"),
    "too many sessions": (script(login=failure("ID.1006", "too many")), "too-many-sessions"),
    "a second factor": (script(login=failure("ID.2001", "second factor")), "second-factor"),
    "a locked account": (script(login=failure("LOGIN_CONTROL.1002", "locked")), "locked"),
    "a log-in of something else": (script(login=json_answer(200, {"token": "x"})), "login-body"),
    "a captcha": (script(login=failure("LOGIN_CONTROL.1003", "wrong")), "captcha"),
    "a captcha in words alone": (script(login=failure("SYS.1006", "the captcha is missing")), "captcha"),
    "a stale password": (script(login=failure("LOGIN_CONTROL.1000", "stale")), "change-password"),
    "a licence at its end": (script(login=failure("LICENSE.1002", "expired")), "licence"),
    "a licence without tickets": (script(tickets=failure("LICENSE.1000", "no module")), "licence"),
    "a refusal nobody knows": (script(login=failure("SYS.1006", "the moon is full")), "unknown"),
    "nodes that share no sessions": (script(tickets=failure("ID.1001", "Session expired")), "sessions-not-shared"),
}
DRAFTS = {
    "no matched ticket flow collection or no default ticket flow collection found": "draft-flow",
    "not matched ticket type found": "draft-type",
    "invalid request. no API[org.zstack.X] found": "draft-api",
    "the project[uuid:x] does not exist": "draft-account",
    "is denied by default, please contact admin to correct it": "denied",
    "the moon is full": "draft-refused",
}


def told_by_doctor(url: str, **more: object) -> dict[str, str]:
    """Return the causes that the doctor names by step, and that it says how to mend each."""
    environment = {
        "ZSTACK_PASSWORD": seed_data.PASSWORD,
        **{k: str(v) for k, v in more.items() if k.startswith("ZSTACK")},
    }
    report = {"read-timeout": 1.0, **{k: v for k, v in more.items() if not k.startswith("ZSTACK")}}
    options = checked(options_for(url, report, environment))
    return {
        line.step: line.cause
        for line in visit(options, try_ticket=True, environment=environment)
        if line.state in ("failed", "warning") and line.step != "proxy"
    }


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def run_forms_no_verdict(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, url: str, *more: str) -> None:
    """A run says one sentence and ends with 11; nothing failed."""
    monkeypatch.setenv("ZSTACK_PASSWORD", seed_data.PASSWORD)
    result = pytester.runpytest(f"--zstack-url={url}", "--zstack-read-timeout=1", *more)
    assert result.ret == 11, result.stdout.str() + result.stderr.str()
    assert " failed" not in result.stdout.str()
    assert "Traceback" not in result.stdout.str() + result.stderr.str()


@pytest.mark.parametrize("name", list(REFUSALS))
def test_what_answers_wrongly_has_its_own_cause(
    name: str, stack: ExitStack, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
):
    answer, cause = REFUSALS[name]
    url = serve(stack, answer)
    assert cause in told_by_doctor(url).values()
    run_forms_no_verdict(pytester, monkeypatch, url)


@pytest.mark.parametrize(("details", "cause"), DRAFTS.items())
def test_a_refused_calibration_ticket_has_its_own_cause(details: str, cause: str, stack: ExitStack):
    assert told_by_doctor(serve(stack, script(post=failure("SYS.1006", details))))["draft"] == cause


@pytest.mark.parametrize(
    ("url", "cause"),
    [("http://no-such-host.invalid", "name"), (f"http://127.0.0.1:{closed_port()}", "port")],
    ids=["name", "port"],
)
def test_what_cannot_be_reached_has_its_own_cause(
    url: str, cause: str, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
):
    assert told_by_doctor(url) == {"reach": cause}
    consent = ("--zstack-consent=no-such-host.invalid",) if "invalid" in url else ()
    run_forms_no_verdict(pytester, monkeypatch, url, *consent)


@pytest.mark.parametrize(("make", "cause"), [(silent, "timeout"), (babbling, "not-http")])
def test_what_is_no_api_has_its_own_cause(
    make: Callable[[ExitStack], str],
    cause: str,
    stack: ExitStack,
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
):
    url = make(stack)
    assert told_by_doctor(url) == {"reach": cause}
    run_forms_no_verdict(pytester, monkeypatch, url)


@pytest.mark.parametrize(
    ("name", "days", "trusted", "flaw", "cause"),
    [
        ("localhost", 30, False, "", "tls-untrusted"),
        ("other", 30, True, "", "tls-host"),
        ("localhost", -1, True, "", "tls-expired"),
        ("localhost", 30, True, "purpose", "tls-flaw"),
        ("localhost", 30, True, "weak", "tls-flaw"),
    ],
)
def test_each_flaw_of_a_certificate_has_its_own_cause(  # noqa: PLR0917 - a case and its surroundings
    name: str,
    days: int,
    trusted: bool,
    flaw: str,
    cause: str,
    stack: ExitStack,
    tmp_path: Path,
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
):
    context = certificate(tmp_path, name=name, days=days, flaw=flaw)
    url = serve(stack, script(), context=context).replace("127.0.0.1", "localhost")
    ca = str(tmp_path / "ca.pem") if trusted else ""
    assert told_by_doctor(url, ca=ca) == {"reach": cause}
    run_forms_no_verdict(pytester, monkeypatch, url, *([f"--zstack-ca={ca}"] if trusted else []))


def wants_certificate(context: ssl.SSLContext, folder: Path) -> None:
    context.load_verify_locations(folder / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED


def old_cipher(context: ssl.SSLContext, _folder: Path) -> None:
    # a client that knows RSA alone finds nothing in common with a certificate of an elliptic curve
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AES128-SHA")


def old_protocol(context: ssl.SSLContext, _folder: Path) -> None:
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # a version this old is what is tested
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1


@pytest.mark.parametrize(
    ("change", "cause"),
    [(wants_certificate, "tls-client"), (old_cipher, "tls-cipher"), (old_protocol, "tls-protocol")],
)
def test_a_handshake_that_is_refused_has_its_own_cause(  # noqa: PLR0917 - a case and its surroundings
    change: Callable[[ssl.SSLContext, Path], None],
    cause: str,
    stack: ExitStack,
    tmp_path: Path,
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
):
    context = certificate(tmp_path, name="localhost", days=30)
    change(context, tmp_path)
    url = serve(stack, script(), context=context).replace("127.0.0.1", "localhost")
    ca = str(tmp_path / "ca.pem")
    assert told_by_doctor(url, ca=ca) == {"reach": cause}
    run_forms_no_verdict(pytester, monkeypatch, url, f"--zstack-ca={ca}")


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ("tlsv1 alert protocol version", "tls-protocol"),
        ("unsupported protocol", "tls-protocol"),
        ("no shared cipher", "tls-cipher"),
        ("certificate verify failed: EE certificate key too weak", "tls-flaw"),
        ("certificate verify failed: Missing Authority Key Identifier", "tls-flaw"),
        ("certificate verify failed: CA cert does not include key usage extension", "tls-flaw"),
        ("certificate verify failed: unable to get local issuer certificate", "tls-untrusted"),
        ("certificate verify failed: self-signed certificate in certificate chain", "tls-untrusted"),
        ("the moon is full", "tls-unknown"),
    ],
)
def test_what_openssl_says_points_at_one_cause(said: str, cause: str):
    assert tls_cause(said) == cause


def test_plain_http_at_a_tls_url_has_its_own_cause(
    stack: ExitStack, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
):
    url = serve(stack, script()).replace("http:", "https:")
    assert told_by_doctor(url) == {"reach": "tls-plain"}
    run_forms_no_verdict(pytester, monkeypatch, url)


def test_no_password_has_its_own_cause(stack: ExitStack, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    url = serve(stack, script())
    assert told_by_doctor(url, ZSTACK_PASSWORD="")["login"] == "no-password"
    monkeypatch.delenv("ZSTACK_PASSWORD", raising=False)
    assert pytester.runpytest(f"--zstack-url={url}").ret == 11


def test_a_clock_that_is_wrong_is_warned_of(stack: ExitStack):
    date = formatdate(time.time() - 7200, usegmt=True)
    answer = json_answer(200, {"version": "5.2.0"}, Date=date)
    assert told_by_doctor(serve(stack, script(version=answer)))["clock"] == "clock"


def test_a_rate_limit_is_warned_of(stack: ExitStack):
    seen = iter(range(10_000))

    def answer(method: str, path: str) -> Answer:
        busy = "management" in path and next(seen) == 5
        return (429, {"Retry-After": "0"}, b"") if busy else script()(method, path)

    assert told_by_doctor(serve(stack, answer))["rate"] == "rate"


def test_a_target_without_query_or_deletion_is_warned_of(stack: ExitStack):
    report = told_by_doctor(serve(stack, script(tickets=(405, {}, b""))))
    assert report["service"] == "no-query"
    assert report["cleanup"] == "no-delete"


@pytest.mark.parametrize(("hidden", "status"), [("script", 403), ("x" * 8192, 414)])
def test_a_front_end_with_pages_of_its_own_is_warned_of(stack: ExitStack, hidden: str, status: int):
    page = b"<html><center><h1>Refused</h1></center><hr><center>nginx</center></html>"

    def answer(method: str, path: str) -> Answer:
        return (status, {}, page) if hidden in path else script()(method, path)

    assert told_by_doctor(serve(stack, answer))["front"] == "front"


def test_a_healthy_target_gets_no_warning():
    with SimulatorServer("embedded") as server:
        assert told_by_doctor(server.url) == {}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--zstack-url=embeded"], "--zstack-url: embeded is not known. Did you mean embedded?"),
        (
            ["--zstack-url=embedded", "-k", "ZT-BODY-4"],
            "-k: there is no requirement ZT-BODY-4. Did you mean ZT-BODY-004*",
        ),
    ],
)
def test_a_misspelt_word_is_answered_with_the_nearest(pytester: pytest.Pytester, arguments: list[str], said: str):
    result = pytester.runpytest(*arguments)
    assert result.ret == 4
    result.stderr.fnmatch_lines([f"ERROR: {said}"])


OTHERS_OPTIONS = """
def pytest_addoption(parser):
    for name in ("--disable-socket", "--force-enable-socket", "--forked"):
        parser.addoption(name, action="store_true")
"""
"""Those of pytest-socket and pytest-forked, which need not be installed here."""


@pytest.mark.parametrize("option", ["--disable-socket", "--forked"])
def test_a_plugin_that_keeps_tests_from_the_target_is_told_in_one_sentence(pytester: pytest.Pytester, option: str):
    pytester.makeconftest(OTHERS_OPTIONS)
    result = pytester.runpytest("--zstack-url=embedded", option, "-k", "ZT-ANSWER-001")
    assert result.ret == 4
    (line,) = [line for line in result.errlines if line.strip()]
    assert line.startswith(f"ERROR: {option} ")
    assert "leave it out" in line
    assert "ZStack CreateTicket conformance" not in result.stdout.str()


def test_such_a_plugin_is_no_matter_where_no_test_needs_a_target_or_it_is_overridden(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
):
    pytester.makeconftest(OTHERS_OPTIONS)
    enabled = pytester.runpytest(
        "--zstack-url=embedded", "--disable-socket", "--force-enable-socket", "-k", "ANSWER-001"
    )
    assert enabled.ret == 0
    monkeypatch.setenv("ZSTACK_URL", "embedded")
    pytester.makepyfile(test_other="def test_nothing(): pass")
    pytester.runpytest("--disable-socket", "--forked").assert_outcomes(passed=1)


def test_the_doctor_says_of_what_it_did_not_look_at_how_to_ask_for_it():
    with SimulatorServer("embedded") as server:
        options = checked(options_for(server.url, {}, {"ZSTACK_PASSWORD": seed_data.PASSWORD}))
        lines = {one.step: one for one in visit(options, try_ticket=False, environment={})}
    assert {step for step, one in lines.items() if one.state == "unknown"} == {"draft", "job", "query", "cleanup"}
    assert {one.seen for one in lines.values() if one.state == "unknown"} == {Phrase.of("seen-untried")}
    # a date has whole seconds, so that a clock next to ours may be a second behind; it is never -0
    assert lines["clock"].seen in [Phrase.of("seen-clock", seconds=seconds) for seconds in ("0", "-1")]
