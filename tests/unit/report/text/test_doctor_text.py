"""The doctor's lines: what was seen in the reader's language, the advice, and errors as they came."""

import pytest

from pytest_zstack_ticket.model.outcome import Phrase
from pytest_zstack_ticket.report.text.columns import width
from pytest_zstack_ticket.report.text.doctor_text import seen_text, step_lines


def test_what_was_seen_is_in_the_language_of_the_reader():
    seen = Phrase.of("seen-answered", status=200, ms=12)
    assert seen_text(seen, "en") == "status 200, 12 ms"
    assert step_lines("reach", "ok", seen, "", "zh") == ["正常      主机名、端口、TLS 与 HTTP：状态码 200，12 毫秒"]


def test_an_error_follows_the_advice_as_its_details():
    lines = step_lines("login", "failed", "the target refuses to log in\x1b", "second-factor", "zh")
    assert lines == [
        "未通过    登录",
        "          该账户需要双因子认证。请在 ZSTACK_TWO_FACTOR_TOKEN 中提供当前验证码，",
        "          或改用访问密钥或会话。",
        "          详细信息：the target refuses to log in\\u001b",
    ]


def test_a_step_that_saw_nothing_is_its_name():
    assert step_lines("service", "unknown", "", "", "en") == ["unknown   ticket service"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_step_that_nobody_asked_for_says_how_to_ask(lang: str):
    lines = step_lines("draft", "unknown", Phrase.of("seen-untried"), "", lang)
    assert "--try-ticket" in lines[0]
    assert max(map(width, lines)) <= 80


def test_lines_keep_to_eighty_columns():
    lines = step_lines("draft", "failed", "拒绝 refused " * 20, "draft-account", "zh")
    assert max(width(line) for line in lines) <= 80
