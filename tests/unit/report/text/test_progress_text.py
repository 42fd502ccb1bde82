"""The status line of a run."""

import pytest

from pytest_zstack_ticket.report.text.columns import width
from pytest_zstack_ticket.report.text.progress_text import Progress, clock, progress_text
from pytest_zstack_ticket.report.text.translations import translations

BEAT = Progress(what="ZT-BODY-061", examples=37, rate=210.4, findings=1, alive=12, left=41.2)


def test_it_says_what_is_examined_and_what_it_came_to():
    assert progress_text(BEAT, translations(), "en", columns=80) == (
        "ZT-BODY-061 · 37 examples · 210/s · 1 finding · 12 tickets · 0:41 left"
    )
    assert progress_text(BEAT, translations(), "zh", columns=80) == (
        "ZT-BODY-061 · 样例 37 · 210 次/秒 · 问题 1 · 工单 12 · 剩余 0:41"
    )


def test_without_a_budget_no_time_is_left():
    endless = Progress(what="ZT-BODY-061", examples=37, rate=210.4, findings=1, alive=12)
    assert "left" not in progress_text(endless, translations(), "en", columns=80)


@pytest.mark.parametrize("columns", [20, 40, 80, 200])
@pytest.mark.parametrize("what", ["ZT-BODY-061", "要求" * 60, "test_it[\x1b[2J\u202e]" * 9])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_it_never_takes_more_than_a_line_and_steers_nothing(what: str, columns: int, lang: str):
    document = Progress(what=what, examples=10**6, rate=99_999.0, findings=99, alive=10**5, left=7200.0)
    text = progress_text(document, translations(), lang, columns=columns)
    assert width(text) < columns
    assert not {"\x1b", "\u202e", "\n"} & set(text)


@pytest.mark.parametrize(("seconds", "shown"), [(-3, "0:00"), (9.6, "0:10"), (61, "1:01"), (3725, "1:02:05")])
def test_a_clock(seconds: float, shown: str):
    assert clock(seconds) == shown
