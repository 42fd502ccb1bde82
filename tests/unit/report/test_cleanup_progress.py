"""What a clean-up says of itself while it lasts."""

import pytest

from pytest_zstack_ticket.report import cleanup_progress
from pytest_zstack_ticket.report.cleanup_progress import CleanupProgress


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        (
            "en",
            "9 tickets deleted; waiting up to 42 s for 6 creates whose jobs have not ended: they may still leave tickets",
        ),
        ("zh", "已删除 9 个工单；最多再等待 42 秒：有 6 次创建的任务尚未结束，仍可能产生工单"),
    ],
)
def test_a_wait_says_what_for_and_how_long(monkeypatch: pytest.MonkeyPatch, lang: str, told: str):
    monkeypatch.setattr(cleanup_progress, "EVERY", 0.0)
    lines: list[str] = []
    CleanupProgress(lines.append, lang)(9, 0, unended=6, seconds=42.2)
    assert lines == [told]


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("en", "1 ticket deleted; the target does not answer: waiting for it up to 88 s"),
        ("zh", "已删除 1 个工单；被测系统没有响应，最多再等待 88 秒"),
    ],
)
def test_a_target_that_does_not_answer_is_said_to_be_waited_for(monkeypatch: pytest.MonkeyPatch, lang: str, told: str):
    monkeypatch.setattr(cleanup_progress, "EVERY", 0.0)
    lines: list[str] = []
    CleanupProgress(lines.append, lang)(1, 7, silent=True, seconds=88.4)
    assert lines == [told]


def test_lines_come_every_few_seconds_and_no_faster():
    lines: list[str] = []
    progress = CleanupProgress(lines.append, "en")
    progress(1, 2)
    assert lines == []
