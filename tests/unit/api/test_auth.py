"""Log-in, log-out and access keys, held to the dossier and to what the real SDK sends."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from pytest_zstack_ticket.api.auth import (
    access_key_headers,
    date_text,
    login_request,
    logout_request,
    password_digest,
    project_request,
    read_session,
    sign,
)
from pytest_zstack_ticket.model.errors import LoginError
from pytest_zstack_ticket.model.exchange import Exchange, Request
from pytest_zstack_ticket.model.settings import Session
from tests.support.builders import answered, error, failed

SESSION = "7f1b0d6a9d0c4c0f8f6a2b1c3d4e5f60"


def sent(request: Request) -> object:
    assert request.body is not None
    return json.loads(request.body)


def test_a_password_is_sent_as_lower_case_sha_512() -> None:
    assert password_digest("password") == (
        "b109f3bbbc244eb82441917ed06d618b9008dd09b3befd1b5e07394c706a8bb9"
        "80b1d7785e5976ec049b46df5f1326af5a2ea6d103fd07c95385ffab0cacbc86"
    )
    assert password_digest("工") == password_digest("工").lower()


def test_an_account_logs_in_by_its_name() -> None:
    request = login_request("account", "admin", "password")
    assert (request.method, request.path) == ("PUT", "/v1/accounts/login")
    assert request.headers == (("Content-Type", "application/json;charset=UTF-8"),)
    assert sent(request) == {"logInByAccount": {"accountName": "admin", "password": password_digest("password")}}


def test_a_virtual_id_logs_in_by_its_name() -> None:
    request = login_request("virtual-id", "工号", None)
    assert request.path == "/v1/iam2/virtual-ids/login"
    assert sent(request) == {"loginIAM2VirtualID": {"name": "工号"}}
    assert request.body is not None
    assert "工号".encode() in request.body


def test_a_project_is_entered_with_the_session_of_a_virtual_id() -> None:
    request = project_request(Session(uuid=SESSION, kind="virtual-id"), "p1")
    assert (request.method, request.path) == ("PUT", "/v1/iam2/projects/login")
    assert ("Authorization", f"OAuth {SESSION}") in request.headers
    assert sent(request) == {"loginIAM2Project": {"projectName": "p1"}}


def test_a_log_out_names_the_session_in_its_path() -> None:
    assert logout_request(SESSION) == Request(method="DELETE", path=f"/v1/accounts/sessions/{SESSION}")
    assert logout_request("a/b?c").path == "/v1/accounts/sessions/a%2Fb%3Fc"


def test_the_session_of_a_log_in_is_read_with_its_owner() -> None:
    inventory = {"uuid": SESSION, "accountUuid": "a" * 32, "userUuid": None, "extra": 1}
    session = read_session([answered(200, {"inventory": inventory})], login="account", who="admin")
    assert session == Session(uuid=SESSION, account="a" * 32, user="", kind="account")
    assert session.authorization == f"OAuth {SESSION}"


@pytest.mark.parametrize(
    ("exchange", "words"),
    [
        (answered(503, error("ID.1000", details="wrong account name or password")), "ID.1000 wrong account name"),
        (answered(503, error("ID.1000")), r"ID.1000 One or more .* \(status 503\)"),
        (answered(503, {"error": {}}), r"\(status 503\)"),
        (answered(200, {}), "status 200 but no session"),
        (answered(200, {"inventory": {"uuid": ""}}), "status 200 but no session"),
        (answered(200, {"inventory": {"uuid": 7}}), "status 200 but no session"),
        (answered(200, {"inventory": []}), "status 200 but no session"),
        (answered(401, b"go away\x1b[31m"), r"status 401: 'go away\\x1b\[31m'"),
        (answered(400, [1]), "status 400"),
        (failed(detail="no answer within 3 s"), "no answer within 3 s"),
    ],
)
def test_a_refused_log_in_says_why_and_what_to_do(exchange: Exchange, words: str) -> None:
    with pytest.raises(LoginError, match=words) as caught:
        read_session([exchange], login="account", who="account 'admin'")
    text = str(caught.value)
    assert "refuses to log in account 'admin'" in text
    assert "Check --zstack-user, --zstack-login and ZSTACK_PASSWORD" in text


def test_a_date_is_english_and_says_its_zone() -> None:
    moment = datetime(2026, 11, 3, 7, 4, 9, tzinfo=UTC).timestamp()
    assert date_text(moment) == "Tue, 03 Nov 2026 07:04:09 UTC"
    china = timezone(timedelta(hours=8))
    assert date_text(moment, china, "GMT+08:00") == "Tue, 03 Nov 2026 15:04:09 GMT+08:00"
    days = [date_text(moment + 86_400 * day)[:3] for day in range(7)]
    assert sorted(days) == ["Fri", "Mon", "Sat", "Sun", "Thu", "Tue", "Wed"]


def test_a_signature_covers_method_date_and_path_without_its_query() -> None:
    date = "Mon, 23 Nov 2026 07:44:59 Etc/UTC"
    signature = sign("secret", method="POST", date=date, path="/v1/tickets?limit=1")
    assert signature == sign("secret", method="POST", date=date, path="/v1/tickets")
    # openssl dgst -sha1 -hmac secret -binary | base64, over the three lines without a last line feed
    assert signature == "hEcDS/Iq3/O3nVwRlP0Zr+7X4to="
    others = [
        sign("Secret", method="POST", date=date, path="/v1/tickets"),
        sign("secret", method="GET", date=date, path="/v1/tickets"),
        sign("secret", method="POST", date=date.lower(), path="/v1/tickets"),
        sign("secret", method="POST", date=date, path="/v1/Tickets"),
    ]
    assert len({signature, *others}) == 5


def test_an_access_key_signs_by_two_headers() -> None:
    headers = access_key_headers("id", "secret", method="GET", path="/v1/tickets", date="today")
    signature = sign("secret", method="GET", date="today", path="/v1/tickets")
    assert headers == (("Date", "today"), ("Authorization", f"ZStack id:{signature}"))


def test_a_second_factor_travels_as_a_system_tag() -> None:
    body = sent(login_request("virtual-id", "a", "password", two_factor="123456"))
    assert body["systemTags"] == ["twofatoken::123456"]
    assert "systemTags" not in body["loginIAM2VirtualID"]


@pytest.mark.parametrize(
    ("code", "details", "words"),
    [
        ("LOGIN_CONTROL.1002", "target is locked", "The account is locked"),
        ("LOGIN_CONTROL.1003", "wrong captcha", "requires a captcha"),
        ("LICENSE.1002", "expired", "licence does not allow"),
        ("ID.2001", "wrong", "ZSTACK_TWO_FACTOR_TOKEN"),
        ("SYS.1006", "the moon is full", r"the moon is full .*The cause is unknown"),
    ],
)
def test_a_refused_log_in_names_its_own_fix(code: str, details: str, words: str) -> None:
    with pytest.raises(LoginError, match=words):
        read_session([answered(503, error(code, details=details))], login="account", who="account 'admin'")
