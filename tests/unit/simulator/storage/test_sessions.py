from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from pytest_zstack_ticket.simulator.embedded_url import parse_options
from pytest_zstack_ticket.simulator.options import SimulatorOptions
from pytest_zstack_ticket.simulator.storage import seed_data, sessions
from tests.support.simulator_endpoint import Endpoint, body, code, details
from tests.support.simulator_probe import Caller, log_in, message, signed

DATE = "Mon, 24 Nov 2025 16:00:00 Etc/UTC"
LOGINS = [
    ("/v1/accounts/login", "logInByAccount", {"accountName": "admin"}, seed_data.ADMIN_ACCOUNT),
    ("/v1/accounts/users/login", "logInByUser", {"userName": "staff", "accountName": "admin"}, seed_data.ADMIN_ACCOUNT),
    ("/v1/login", "logIn", {"username": "admin", "loginType": "account"}, seed_data.ADMIN_ACCOUNT),
    ("/v1/login", "logIn", {"username": "alice", "loginType": "iam2"}, seed_data.NO_PROJECT_ACCOUNT),
    ("/v1/iam2/virtual-ids/login", "loginIAM2VirtualID", {"name": "alice"}, seed_data.NO_PROJECT_ACCOUNT),
]


@pytest.mark.parametrize(("path", "wrapper", "who", "account"), LOGINS)
def test_every_log_in_call_gives_a_session(path: str, wrapper: str, who: dict[str, str], account: str) -> None:
    endpoint = Endpoint(name="")
    sent = {wrapper: who | {"password": seed_data.digest("password"), "clientInfo": {"clientIp": "x"}}}
    answer = endpoint.send("PUT", path, sent)
    assert answer.status == 200
    shown = body(answer)["inventory"]
    assert shown["accountUuid"] == account
    assert list(shown) == ["uuid", "accountUuid", "userUuid", "expiredDate", "createDate", "noSessionEvaluation"]
    endpoint.token = shown["uuid"]
    assert endpoint.query().status == 200
    wrong = endpoint.send("PUT", path, {wrapper: who | {"password": "x"}})
    text = "wrong account or username or password" if wrapper == "logInByUser" else "wrong account name or password"
    assert (wrong.status, code(wrong), details(wrong)) == (503, "ID.1000", text)


def test_a_user_who_is_refused_is_refused_by_the_account_service() -> None:
    endpoint = Endpoint("embedded?locale=zh", name="")
    sent = {"userName": "staff", "accountName": "admin", "password": "x"}
    error = body(endpoint.send("PUT", "/v1/accounts/users/login", {"logInByUser": sent}))["error"]
    # no text of its own in Chinese, no place in a chain of steps, near enough to a text that the catalogue explains
    assert (error["details"], error["elaboration"]) == (
        "wrong account or username or password",
        "错误信息: 错误的帐号或密码。",
    )
    assert "location" not in error
    assert 0.09 < error["messages"]["distance"] < 0.1
    del sent["accountName"]
    refused = endpoint.send("PUT", "/v1/accounts/users/login", {"logInByUser": sent})
    assert (code(refused), details(refused)) == ("SYS.1007", "accountName和accountUuid不能同时为空，您必须定义至少一个")


# accounts and sessions lie in tables with the collation of the others (V0.6__schema.sql)
def test_names_digests_and_tokens_have_no_case() -> None:
    endpoint = Endpoint(name="")
    sent = {"accountName": "ADMIN", "password": seed_data.digest("password").upper()}
    token = body(endpoint.send("PUT", "/v1/accounts/login", {"logInByAccount": sent}))["inventory"]["uuid"]
    endpoint.token = token.upper()
    assert endpoint.query().status == 200
    exact = Endpoint("embedded?choice=compare:exact", name="")
    assert exact.send("PUT", "/v1/accounts/login", {"logInByAccount": sent}).status == 503


def test_a_log_in_without_a_password_names_it() -> None:
    answer = Endpoint(name="").send("PUT", "/v1/accounts/login", {"logInByAccount": {}})
    assert (answer.status, code(answer)) == (503, "SYS.1007")
    assert "field[password]" in details(answer)


def test_an_unknown_log_in_type_is_no_operation_and_an_unknown_name_is_no_user() -> None:
    endpoint = Endpoint(name="")
    sent = {"username": "admin", "loginType": "ldap", "password": seed_data.digest("password")}
    refused = endpoint.send("PUT", "/v1/login", {"logIn": sent})
    assert (code(refused), details(refused)) == ("SYS.1006", "unsupported login type ldap")
    assert code(endpoint.handle(log_in("nobody"))) == "ID.1000"


def test_the_texts_of_a_failed_log_in_may_be_chinese() -> None:
    answer = Endpoint("embedded?locale=zh", name="").handle(log_in("admin", "x"))
    assert details(answer) == "错误信息: 错误的帐号或密码"
    assert body(answer)["error"]["description"] == "Unable to authenticate a user"
    modern = Endpoint("embedded:deployed@after-5.3?locale=zh", name="")
    sent = Caller().send("PUT", "/v1/login", {"logIn": {"username": "x", "loginType": "account", "password": "x"}})
    assert details(modern.handle(sent)) == "错误信息: 错误的帐号或密码"
    for language, text in (("en-US", "wrong account name or password"), ("zh-CN", "错误信息: 错误的帐号或密码")):
        headers = (*sent.headers, ("Accept-Language", language))
        assert (
            details(modern.handle(type(sent)(method="PUT", path="/v1/login", headers=headers, body=sent.body))) == text
        )


def test_projects_are_entered_by_their_members_only() -> None:
    endpoint = Endpoint(name="alice")
    answers = {}
    for project in ("p1", "p2", "p3"):
        answers[project] = endpoint.send(
            "PUT", "/v1/iam2/projects/login", {"loginIAM2Project": {"projectName": project}}
        )
    assert body(answers["p1"])["inventory"]["accountUuid"] == seed_data.PROJECT_ONE_ACCOUNT
    assert body(answers["p1"])["inventory"]["userUuid"] == seed_data.ALICE
    assert "not belong to project" in details(answers["p2"])
    assert code(answers["p3"]) == "SYS.1003"
    answer = Endpoint().send("PUT", "/v1/iam2/projects/login", {"loginIAM2Project": {"projectName": "p1"}})
    assert (answer.status, code(answer)) == (503, "SYS.1006")


def test_the_platform_is_for_operators() -> None:
    sent = {"loginIAM2Platform": {}}
    assert Endpoint(name="operator").send("PUT", "/v1/iam2/platform/login", sent).status == 200
    assert Endpoint(name="alice").send("PUT", "/v1/iam2/platform/login", sent).status == 503


def test_a_session_slides_with_each_call_and_ends_after_its_time() -> None:
    endpoint = Endpoint("embedded?session_timeout=100")
    for _ in range(3):
        endpoint.now += 90
        assert endpoint.query().status == 200
    endpoint.now += 101
    assert code(endpoint.query()) == "ID.1001"
    assert code(endpoint.create()) == "ID.1001"


@pytest.mark.parametrize("header", ["OAuth", "OAuth ", "OAuth " + "0" * 32, "OAuth nonsense", "OAuth' or 1=1"])
def test_a_dead_session_is_an_error_of_the_call_or_of_its_job(header: str) -> None:
    endpoint = Endpoint(name="")
    answer = endpoint.send("GET", "/v1/tickets", Authorization=header)
    assert (answer.status, code(answer), details(answer)) == (503, "ID.1001", "Session expired")
    answer = endpoint.send("POST", "/v1/tickets", {"params": message()}, Authorization=header)
    assert answer.status == 202
    assert code(endpoint.finish(answer)) == "ID.1001"


def test_the_scheme_needs_its_case_but_no_space() -> None:
    endpoint = Endpoint()
    token, endpoint.token = endpoint.token, ""
    assert endpoint.send("GET", "/v1/tickets", Authorization=f"OAuth{token}").status == 200
    for header in (f"oauth {token}", f"Bearer {token}", ""):
        answer = endpoint.send("GET", "/v1/tickets", Authorization=header)
        assert (answer.status, answer.body) == (400, b"Authorization type must be 'OAuth'")
    assert endpoint.send("GET", "/v1/tickets").body == b"missing header 'Authorization'"


def test_validation_comes_before_the_session() -> None:
    endpoint = Endpoint(name="")
    answer = endpoint.send("POST", "/v1/tickets", {"params": message(name=None)}, Authorization="OAuth x")
    assert code(endpoint.finish(answer)) == "SYS.1007"


def test_log_out_ends_a_session_and_is_never_an_error() -> None:
    endpoint = Endpoint()
    for token in (endpoint.token, endpoint.token, "nonsense"):
        answer = endpoint.send("DELETE", f"/v1/accounts/sessions/{token}?clientInfo.clientIp=1")
        assert (answer.status, answer.body) == (200, b"{}")
    assert code(endpoint.query()) == "ID.1001"


def test_before_3_2_an_empty_result_has_no_bytes() -> None:
    endpoint = Endpoint("embedded:deployed@3.0")
    assert endpoint.send("DELETE", "/v1/accounts/sessions/x").body == b""
    waiting = Endpoint("embedded:deployed@3.0?latency=5")
    assert waiting.create().body == b""


def test_the_validity_of_a_session_can_be_asked() -> None:
    endpoint = Endpoint("embedded?session_timeout=10")
    path = f"/v1/accounts/sessions/{endpoint.token}/valid"
    assert body(endpoint.send("GET", path)) == {"valid": True}
    endpoint.now += 11
    assert body(endpoint.send("GET", path)) == {"valid": False}


def test_only_so_many_ended_sessions_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "REMEMBERED", 2)
    endpoint = Endpoint(name="")
    for _ in range(4):
        endpoint.send("DELETE", f"/v1/accounts/sessions/{endpoint.log_in('admin')}")
    assert len(endpoint.engine.state.sessions.ended) == 2


def test_a_session_can_be_renewed_by_a_job() -> None:
    endpoint = Endpoint()
    for token, status in ((endpoint.token, 200), ("0" * 32, 503)):
        answer = endpoint.send("PUT", f"/v1/accounts/sessions/{token}/renew", {"renewSession": {}})
        assert endpoint.finish(answer).status == status


def test_a_given_session_is_live_from_the_start() -> None:
    endpoint = Endpoint(SimulatorOptions(sessions=(("t" * 32, "alice"),)), name="")
    endpoint.token = "t" * 32
    assert endpoint.query().status == 200
    answer = endpoint.send("PUT", f"/v1/accounts/sessions/{endpoint.token}/renew", {"renewSession": {}})
    assert body(endpoint.finish(answer))["inventory"]["userUuid"] == seed_data.ALICE


def test_flows_are_the_administrators_business() -> None:
    endpoint = Endpoint(name="alice")
    params = {"name": "x", "projectUuid": seed_data.PROJECT_ONE}
    answer = endpoint.finish(endpoint.send("POST", "/v1/tickets/flow-collections", {"params": params}))
    assert (code(answer), details(answer).endswith("is denied by default, please contact admin to correct it")) == (
        "SYS.1006",
        True,
    )


def test_version_and_time_need_no_session() -> None:
    endpoint = Endpoint("embedded:deployed@4.8", name="")
    assert body(endpoint.send("PUT", "/v1/management-nodes/actions", {"getVersion": {}})) == {
        "success": True,
        "version": "4.8.0",
    }
    shown = body(endpoint.send("PUT", "/v1/management-nodes/actions", {"getCurrentTime": {}}))
    assert shown["currentTime"]["Seconds"] == int(endpoint.now)


def key(endpoint: Endpoint, *, method: str = "GET", path: str = "/v1/tickets", **signing: str) -> tuple[int, str]:
    date = signing.pop("date", DATE)
    header = signed(signing.pop("sign_method", method), path.partition("?")[0], date=date, **signing)
    answer = endpoint.send(method, path, Authorization=header, Date=date)
    return answer.status, answer.body.decode()


def test_an_access_key_signs_method_date_and_path_without_query() -> None:
    endpoint = Endpoint(name="")
    assert key(endpoint)[0] == 200
    assert key(endpoint, path="/v1/tickets?limit=1")[0] == 200
    wrong = (500, "wrong accessKey signature")
    assert key(endpoint, secret="x") == wrong
    assert key(endpoint, sign_method="POST") == wrong
    assert key(endpoint, as_path="/zstack/v1/tickets") == wrong


def test_refusals_of_an_access_key() -> None:
    endpoint = Endpoint(name="")
    good = signed("GET", "/v1/tickets", date=DATE)
    rows = [
        (good, None, 400, "'Date' must be incuded in request header"),
        (good, "yesterday", 400, "'Date' format error, correct format is 'EEE, dd MMM yyyy HH:mm:ss z'"),
        (
            good,
            "Mon, 99 Nov 2025 16:00:00 UTC",
            400,
            "'Date' format error, correct format is 'EEE, dd MMM yyyy HH:mm:ss z'",
        ),
        (good, "Mon, 24 Nov 2025 15:44:00 UTC", 403, "requestTimeTooSkewed"),
        (good, "Mon, 24 Nov 2025 16:16:00 UTC", 403, "requestTimeTooSkewed"),
        ("ZStack " + seed_data.ACCESS_KEY_ID, DATE, 400, "accessKey format is 'ZStack AccessKeyId:Signature'"),
        (good + ":x", DATE, 400, "accessKey format is 'ZStack AccessKeyId:Signature'"),
        (good.replace(seed_data.ACCESS_KEY_ID, "other"), DATE, 500, "access key id[other] not found"),
        (
            "ZStack " + seed_data.ACCESS_KEY_ID + ":" + base64.b64encode(b"x" * 20).decode(),
            DATE,
            500,
            "wrong accessKey signature",
        ),
    ]
    for header, date, status, text in rows:
        headers = {"Authorization": header} | ({"Date": date} if date else {})
        answer = endpoint.send("GET", "/v1/tickets", **headers)
        assert (answer.status, answer.body.decode()) == (status, text)
    modern = Endpoint("embedded:deployed@after-5.3", name="")
    assert modern.send("GET", "/v1/tickets", Authorization=good, Date="x").body.startswith(b"Date format error.")


def test_before_3_2_there_are_no_access_keys() -> None:
    answer = Endpoint("embedded:deployed@3.0", name="").send("GET", "/v1/tickets", Authorization="ZStack a:b")
    assert answer.body == b"Authorization type must be 'OAuth'"


def test_a_wrong_key_may_be_an_error_of_the_call_instead() -> None:
    endpoint = Endpoint("embedded?choice=access-key:job", name="")
    answer = endpoint.send(
        "GET", "/v1/tickets", Authorization=signed("GET", "/v1/tickets", date=DATE, secret="x"), Date=DATE
    )
    assert (answer.status, code(answer)) == (503, "ID.1001")


@pytest.mark.parametrize(
    ("checked", "zone", "clock", "status"),
    [
        (False, "UTC", "Mon, 24 Nov 2025 16:00:00 CST", 200),
        (False, "Asia/Shanghai", "Tue, 25 Nov 2025 00:00:00 UTC", 200),
        (False, "Asia/Shanghai", "Mon, 24 Nov 2025 16:00:00 UTC", 403),
        (True, "Asia/Shanghai", "Mon, 24 Nov 2025 16:00:00 GMT", 200),
        (True, "UTC", "Tue, 25 Nov 2025 00:00:00 CST", 200),
    ],
)
def test_the_zone_of_the_date_counts_only_if_it_is_checked(checked: bool, zone: str, clock: str, status: int) -> None:
    options = replace(parse_options(f"embedded?time_zone={zone}"), check_time_zone=checked)
    assert key(Endpoint(options, name=""), date=clock)[0] == status


def test_the_documented_variant_answers_401_and_403() -> None:
    endpoint = Endpoint("embedded:documented", name="")
    assert endpoint.send("GET", "/v1/tickets").status == 401
    assert endpoint.send("GET", "/v1/tickets", Authorization="OAuth x").status == 401
    assert endpoint.handle(log_in("admin", "x")).status == 401
    assert key(endpoint, date="Mon, 24 Nov 2025 10:00:00 UTC")[0] == 403
    assert key(endpoint, secret="x")[0] == 401
