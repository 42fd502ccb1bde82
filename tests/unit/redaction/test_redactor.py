"""No secret of a run is left in what is kept, and what is kept is judged as what was seen."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import string
import threading
from dataclasses import replace
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_zstack_ticket.api.classify import classify
from pytest_zstack_ticket.model.exchange import Exchange, Failure, Headers, Request, Response
from pytest_zstack_ticket.model.outcome import Malformed, Outcome
from pytest_zstack_ticket.redaction.redactor import LEAST, Redactor
from tests.support.builders import answered, error, failed, inventory, profile

SESSION = "7f1b0d6a9d0c4c0f8f6a2b1c3d4e5f60"
OTHER = "0c9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f"
PASSWORD = 'Str0ng "pass"/<wörd>'
KEY_SECRET = "Vt8nEo4sLq6hJd9pRf0aGk3xYi7uBz5wMc1T2eNv"
COOKIE = "9TEgLJzeVQChBJ7FhLbXSqt98kTvV49C"
LOGIN = "/v1/accounts/login"
AUTHORIZED = (("Authorization", f"OAuth {SESSION}"),)


def redactor() -> Redactor:
    made = Redactor(b"a key for tests")
    for kind, secret in (("session", SESSION), ("password", PASSWORD), ("access-key", KEY_SECRET)):
        made.learn(kind, secret)
    return made


def logged_in(body: object, *, status: int = 200, path: str = LOGIN, headers: Headers = ()) -> Exchange:
    return answered(status, body, method="PUT", path=path, headers=headers)


def kept(exchange: Exchange) -> str:
    """Return all that would be written of an exchange."""
    clean = redactor().exchange(exchange)
    return repr((clean.request, clean.answer))


def written(secret: str) -> dict[str, str]:
    """Return a secret as it may be written by anybody."""
    text = secret.encode()
    forms = {
        "plain": secret,
        "quoted": quote(secret, safe=""),
        "form": quote_plus(secret),
        "json": json.dumps(secret)[1:-1],
        "hex": text.hex(),
        "upper-hex": text.hex().upper(),
        "upper": secret.upper(),
    }
    for before in ("", "x", "xy"):
        whole = base64.b64encode(f"{before}{secret}".encode()).decode()
        forms[f"base64-{len(before)}"] = whole
        forms[f"url-base64-{len(before)}"] = base64.urlsafe_b64encode(f"{before}{secret}".encode()).decode()
    return forms


SECRETS = {"session": SESSION, "password": PASSWORD, "access-key": KEY_SECRET}
WRITTEN = [(kind, form, text) for kind, secret in SECRETS.items() for form, text in written(secret).items()]


@pytest.mark.parametrize(("kind", "form", "text"), WRITTEN, ids=[f"{kind}-{form}" for kind, form, _ in WRITTEN])
def test_every_form_of_a_secret_is_replaced_everywhere(kind: str, form: str, text: str) -> None:
    exchange = answered(
        500,
        f"it was {text}!".encode(),
        sent=f"<{text}>".encode(),
        path=f"/v1/x?y={text}",
        headers=(("x-echo", text), (f"x-{text}", "1")),
        request_headers=(("X-Sent", text), ("Authorization", f"OAuth {text}")),
    )
    shown = kept(exchange)
    core = text[4:-4] if "base64" in form else text
    assert core not in shown
    assert "it was" in shown
    clean = redactor().exchange(exchange)
    assert clean.leaks == (() if kind == "password" else (kind,))


def test_the_digest_of_a_password_is_a_secret_of_its_own() -> None:
    digest = hashlib.sha512(PASSWORD.encode()).hexdigest()
    sent = {"logInByAccount": {"accountName": "admin", "password": digest}}
    exchange = answered(503, error(details=f"no user with {digest.upper()}"), method="PUT", path=LOGIN, sent=sent)
    clean = redactor().exchange(exchange)
    assert digest not in repr(clean).lower()
    assert clean.leaks == ("password-digest",)
    assert clean.request.body is not None
    stand_in = json.loads(clean.request.body)["logInByAccount"]["password"]
    assert len(stand_in) == 128
    assert set(stand_in) <= set("0123456789abcdef")
    assert stand_in == hashlib.sha512(redactor().pseudonym(PASSWORD).encode()).hexdigest()


def test_a_short_password_is_known_by_its_digest_alone() -> None:
    made = Redactor(b"k")
    made.learn("password", "tick")
    made.learn("session", "tick")
    digest = hashlib.sha512(b"tick").hexdigest()
    clean = made.exchange(answered(200, {}, sent=f"/v1/tickets {digest}".encode(), path="/v1/tickets"))
    assert clean.request.path == "/v1/tickets"
    assert clean.request.body is not None
    assert clean.request.body.startswith(b"/v1/tickets ")
    assert digest.encode() not in clean.request.body
    assert made.secrets == {digest: "password-digest"}


def test_the_session_of_a_log_in_is_learned_from_its_answer() -> None:
    made = Redactor(b"k")
    clean = made.exchange(logged_in({"inventory": {"uuid": OTHER, "accountUuid": SESSION}}))
    assert clean.leaks == ()
    assert OTHER not in repr(clean)
    assert SESSION in repr(clean)
    assert OTHER not in repr(made.exchange(answered(200, {}, path=f"/v1/accounts/sessions/{OTHER}")))
    assert made.secrets == {OTHER: "session"}


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ({"inventory": {"uuid": OTHER}, "echo": OTHER}, ()),
        ({"inventory": {"uuid": OTHER}, "echo": SESSION}, ()),
        ({"inventory": {"uuid": OTHER}}, (("x-session", OTHER),)),
    ],
)
def test_a_session_is_at_home_in_one_place_of_a_log_in_only(body: object, headers: Headers) -> None:
    clean = redactor().exchange(logged_in(body, headers=headers))
    assert clean.leaks == ("session",)


@pytest.mark.parametrize(
    "exchange",
    [
        logged_in({"inventory": {"uuid": OTHER}}, status=503),
        logged_in({"inventory": {"uuid": OTHER}}, path="/v1/logins"),
        logged_in({"inventory": {"uuid": 7}}),
        logged_in({"inventory": []}),
        logged_in(["inventory"]),
        logged_in(b"\xff"),
        replace(logged_in({}), answer=Failure(kind="reset", detail="")),
    ],
)
def test_what_is_no_answer_of_a_log_in_teaches_no_session(exchange: Exchange) -> None:
    made = Redactor(b"k")
    made.exchange(exchange)
    assert made.secrets == {}


def test_a_word_that_a_log_in_answers_is_no_session() -> None:
    made = Redactor(b"k")
    assert (
        made.exchange(logged_in({"inventory": {"uuid": "inventory"}})).answer
        == logged_in({"inventory": {"uuid": "inventory"}}).answer
    )
    assert made.secrets == {}


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        (f"OAuth {SESSION}", r"OAuth [0-9a-f]{32}"),
        (f"OAuth {OTHER}", r"OAuth [0-9a-f]{32}"),
        (f"OAuth{OTHER}", r"OAuth[0-9a-f]{32}"),
        ("OAuth   0123456789", r"OAuth   [1-9][0-9]{9}"),
        ("OAuth", "OAuth"),
        ("", ""),
        ("Bearer a.b-C_9", r"Bearer \w\.\w-\w_\w"),
        ("ZStack mZ3uQ0vX7rT1:c2lnbmF0dXJl", r"ZStack mZ3uQ0vX7rT1:\w{12}"),
        ("ZStack id:one:two", r"ZStack id:\w{7}"),
        (OTHER, "[0-9a-f]{32}"),
    ],
)
def test_an_authorization_is_always_replaced_and_keeps_its_shape(value: str, shape: str) -> None:
    clean = redactor().exchange(answered(200, {}, request_headers=(("authorization", value),)))
    ((name, shown),) = clean.request.headers
    assert name == "authorization"
    assert re.fullmatch(shape, shown), shown
    assert shown != value or value in ("", "OAuth")


def test_cookies_are_always_replaced() -> None:
    exchange = answered(
        200,
        {"seen": COOKIE},
        headers=(("set-cookie", f"JSESSIONID={COOKIE}; Path=/zstack; HttpOnly"), ("set-cookie", "a=deleted")),
        request_headers=(("Cookie", f"JSESSIONID={COOKIE}; other=b"),),
    )
    clean = redactor().exchange(exchange)
    assert COOKIE not in repr(clean)
    assert isinstance(clean.answer, Response)
    assert clean.answer.headers[0][1].endswith("; Path=/zstack; HttpOnly")
    assert clean.request.headers[0][1].startswith("JSESSIONID=")
    assert clean.leaks == ("cookie",)


def test_a_signature_that_is_shown_is_a_leak_and_a_made_up_session_is_none() -> None:
    signed = (("Authorization", "ZStack id:c2lnbmF0dXJl"),)
    clean = redactor().exchange(answered(500, b"bad c2lnbmF0dXJl", request_headers=signed))
    assert clean.leaks == ("signature",)
    assert "c2lnbmF0dXJl" not in repr(clean)
    made_up = (("Authorization", f"OAuth {OTHER}"),)
    clean = redactor().exchange(answered(503, error(details=f"no session {OTHER}"), request_headers=made_up))
    assert clean.leaks == ()
    assert OTHER not in repr(clean)


def test_one_secret_has_one_pseudonym_and_another_key_gives_another() -> None:
    first, second = Redactor(b"one"), Redactor(b"two")
    assert first.pseudonym(SESSION) == first.pseudonym(SESSION) != first.pseudonym(OTHER)
    assert first.pseudonym(SESSION) != second.pseudonym(SESSION)


@given(secret=st.text(st.sampled_from(string.printable + "é工😀\ud800"), max_size=300))
def test_a_pseudonym_has_the_shape_of_its_secret(secret: str) -> None:
    shown = Redactor(b"k").pseudonym(secret)
    assert len(shown) == len(secret)
    assert shown.isascii()
    if secret.isascii() and secret.isdigit():
        assert shown.isdigit()
        assert not shown.startswith("0")
    elif secret and set(secret) <= set("0123456789abcdef"):
        assert set(shown) <= set("0123456789abcdef")
    else:
        assert [mark for mark in shown if not mark.isalnum()] == [mark for mark in secret if mark in "-_."]


def test_a_secret_is_learned_once_and_an_odd_writing_of_it_is_not_one() -> None:
    made = redactor()
    made.learn("session", SESSION)
    odd = answered(200, SESSION.replace("7f", "7F").encode())
    assert made.exchange(odd) == odd
    assert len(made.secrets) == 3


def test_a_number_in_json_stays_a_number() -> None:
    made = Redactor(b"k")
    made.learn("session", "123456")
    clean = made.exchange(answered(200, b'{"count":123456}'))
    assert isinstance(clean.answer, Response)
    assert json.loads(clean.answer.body)["count"] > 99_999
    assert clean.leaks == ("session",)


ANSWERS = [
    answered(200, inventory(name=SESSION, accountSystemContext={"k": PASSWORD}), request_headers=AUTHORIZED),
    answered(200, {}, request_headers=AUTHORIZED),
    answered(503, error(details=f"session {SESSION} of <{PASSWORD}>"), request_headers=AUTHORIZED),
    answered(400, f"missing {KEY_SECRET}".encode()),
    answered(200, inventory(uuid=SESSION)),
    answered(200, inventory(uuid=SESSION.upper())),
    answered(200, inventory(uuid=f"{SESSION}x")),
    failed(detail=f"closed by {SESSION}"),
]


def places(outcome: Outcome) -> list[tuple[str, str]]:
    """Return what is malformed and where; the text of a reason shows the secret or its pseudonym."""
    reasons = outcome.reasons if isinstance(outcome, Malformed) else ()
    return [(phrase.key, dict(phrase.parameters).get("path", "")) for phrase in reasons]


@pytest.mark.parametrize("exchange", ANSWERS)
def test_what_is_kept_is_classified_as_what_was_seen(exchange: Exchange) -> None:
    raw, clean = classify([exchange], profile()), classify([redactor().exchange(exchange)], profile())
    assert type(raw) is type(clean)
    assert getattr(raw, "form", None) == getattr(clean, "form", None)
    assert places(raw) == places(clean)
    assert SESSION not in repr(clean)


def test_an_exchange_without_secrets_is_kept_as_it_is() -> None:
    exchange = answered(202, {"location": "http://x/v1/api-jobs/" + OTHER}, headers=(("date", "today"),))
    assert redactor().exchange(exchange) == exchange


def test_bytes_and_texts_that_are_no_unicode_pass() -> None:
    exchange = answered(200, b"\xff\xfe" + SESSION.encode(), sent=b"\x80", path="/v1/\udcff\ud800")
    clean = redactor().exchange(exchange)
    assert isinstance(clean.answer, Response)
    assert clean.answer.body.startswith(b"\xff\xfe")
    assert clean.request.path == exchange.request.path
    assert redactor().text(f"\ud800 {SESSION}").startswith("\ud800 ")


@settings(max_examples=60)
@given(before=st.binary(max_size=20), after=st.binary(max_size=20), secret=st.text(string.printable, min_size=LEAST))
def test_base64_of_anything_around_a_secret_hides_it_not(before: bytes, after: bytes, secret: str) -> None:
    made = Redactor(b"k")
    made.learn("access-key", secret)
    body = base64.b64encode(before + secret.encode() + after)
    clean = made.exchange(answered(200, body))
    assert isinstance(clean.answer, Response)
    assert clean.leaks == ("access-key",)
    assert secret.encode() not in base64.b64decode(clean.answer.body)


def test_many_threads_may_learn_and_redact_at_once() -> None:
    made = Redactor(b"k")
    tokens = [f"{number * 7919:032x}" for number in range(64)]
    seen: list[Exchange] = []

    def work(part: list[str]) -> None:
        for token in part:
            made.learn("session", token)
            seen.append(made.exchange(answered(500, f"seen {token}".encode(), request_headers=AUTHORIZED)))

    threads = [threading.Thread(target=work, args=(tokens[start::8],)) for start in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made.secrets) == 64
    assert all(exchange.leaks == ("session",) for exchange in seen)
    assert not any(token in repr(seen) for token in tokens)


def test_headers_are_remembered_within_bounds() -> None:
    made = redactor()
    for number in range(1000):
        made.exchange(answered(200, {}, headers=(("set-cookie", f"JSESSIONID={number:032}"),)))
    assert len(made._headers) <= 256


def test_an_exchange_without_secrets_is_not_searched_in_detail(monkeypatch: pytest.MonkeyPatch) -> None:
    made = redactor()
    for number in range(20):
        made.learn("session", f"{number * 7919:032x}")
    plain = answered(200, inventory(name="x" * 200), sent=inventory(name="y" * 300), request_headers=AUTHORIZED)
    made.exchange(plain)
    searched: list[bytes] = []
    clean = made._clean
    monkeypatch.setattr(made, "_clean", lambda content: searched.append(content) or clean(content))
    made.exchange(plain)
    assert searched == []
    made.exchange(answered(200, inventory(name=f"{7919:032x}"), request_headers=AUTHORIZED))
    assert searched != []


def test_a_request_without_a_body_keeps_none() -> None:
    exchange = Exchange(
        id="m-1", request=Request(method="GET", path=f"/v1/x/{SESSION}"), answer=Response(status=200, body=b"")
    )
    assert redactor().exchange(exchange).request.body is None
