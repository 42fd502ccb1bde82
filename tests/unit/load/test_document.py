"""What a load comes to, and its exit status."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_zstack_ticket.load.document import STATUS, result_of, window_rows
from pytest_zstack_ticket.load.drift import Slowing
from pytest_zstack_ticket.load.tally import Window

CLEAN = {"deleted": 3, "left": [], "unseen": 0, "why": ""}
HELD = {"held": 5, "failed": 0, "undecided": 0}
SLOWER = Slowing(before=0.3, after=1.2, rising=1.0)


def result(*rows: dict[str, Any], **changes: Any) -> str:
    given = {"slower": None, "swept": CLEAN, "ended": "", "lost": 0.0} | changes
    return result_of(rows, given["slower"], given["swept"], ended=given["ended"], lost=given["lost"])


@pytest.mark.parametrize(
    ("rows", "changes", "wanted"),
    [
        ([HELD], {}, "passed"),
        ([HELD, HELD | {"failed": 1}], {"ended": "interrupted"}, "failed"),
        ([HELD], {"ended": "interrupted"}, "interrupted"),
        ([HELD], {"ended": "the cap is reached"}, "inconclusive"),
        ([HELD], {"slower": SLOWER}, "inconclusive"),
        ([HELD], {"lost": 0.02}, "inconclusive"),
        ([HELD], {"lost": 0.005}, "passed"),
        ([HELD, {"held": 0, "failed": 0, "undecided": 9}], {}, "inconclusive"),
        ([], {}, "inconclusive"),
        ([HELD], {"swept": CLEAN | {"left": ["x"]}}, "left"),
        ([HELD], {"swept": CLEAN | {"unseen": 1}}, "left"),
    ],
)
def test_the_worst_decides(rows: list[dict[str, Any]], changes: dict[str, Any], wanted: str) -> None:
    assert result(*rows, **changes) == wanted
    assert (STATUS[wanted] == 0) == (wanted == "passed")


def test_windows_begin_at_zero() -> None:
    one, other = Window(requests=4), Window(errors=2)
    one.latencies["create"].add(0.1)
    rows = window_rows({1000: one, 1002: other}, 5.0)
    assert [(row["at"], row["requests"], row["errors"]) for row in rows] == [(0.0, 4, 0), (10.0, 0, 2)]
    assert rows[0]["latencies"]["create"]["p50"] == pytest.approx(0.1, rel=0.06)
