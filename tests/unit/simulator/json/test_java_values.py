from __future__ import annotations

from datetime import timedelta, timezone

import pytest

from pytest_zstack_ticket.simulator.json.java_values import date_text, double_text, trim, units

DOUBLES = [
    (0.0, "0.0"),
    (-0.0, "-0.0"),
    (1.0, "1.0"),
    (0.001, "0.001"),
    (0.0001, "1.0E-4"),
    (9999999.0, "9999999.0"),
    (10000000.0, "1.0E7"),
    (1545993580705.0, "1.545993580705E12"),
    (-1545993580705.0, "-1.545993580705E12"),
    (1e300, "1.0E300"),
    (1.5e-7, "1.5E-7"),
]


@pytest.mark.parametrize(("value", "text"), DOUBLES)
def test_doubles_are_written_as_java_writes_them(value: float, text: str) -> None:
    assert double_text(value) == text


def test_length_counts_utf16_units() -> None:
    assert [units(text) for text in ("", "a", "工", "\U0001f600", "e\u0301")] == [0, 1, 1, 2, 2]


def test_trim_removes_control_characters_and_blanks_but_no_other_spaces() -> None:
    assert trim("\x00\t a\u00a0 \x1f") == "a\u00a0"


def test_dates_have_no_padding_and_no_zone() -> None:
    when = 1546022305.9
    assert date_text(when) == "Dec 28, 2018 6:38:25 PM"
    assert date_text(when, style="java9") == "Dec 28, 2018, 6:38:25 PM"
    assert date_text(when, style="java20") == "Dec 28, 2018, 6:38:25\u202fPM"
    assert date_text(when, zone=timezone(timedelta(hours=8))) == "Dec 29, 2018 2:38:25 AM"
    assert date_text(0) == "Jan 1, 1970 12:00:00 AM"
