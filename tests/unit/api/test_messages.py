"""What answers say: dates, read alike on every Python and in every locale."""

import pytest

from pytest_zstack_ticket.api.messages import moment


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Nov 14, 2017 10:20:57 PM", "2017-11-14T22:20:57+00:00"),
        ("Nov 4, 2017 12:20:57 AM", "2017-11-04T00:20:57+00:00"),
        ("Nov 14, 2017, 12:20:57\u202fPM", "2017-11-14T12:20:57+00:00"),
        ("2024-02-29", "2024-02-29T00:00:00"),
        ("2024-01-01T10:00", "2024-01-01T10:00:00"),
        ("2024-01-01 10:00:00.123456789Z", "2024-01-01T10:00:00.123456+00:00"),
        ("2024-01-01T10:00:00,5+08:00", "2024-01-01T10:00:00.500000+08:00"),
        ("2024-01-01T10:00:00-0330", "2024-01-01T10:00:00-03:30"),
        ("2024-01-01T10:00:00+08", "2024-01-01T10:00:00+08:00"),
    ],
)
def test_a_date_is_read(text, read):
    assert moment(text).isoformat() == read


@pytest.mark.parametrize(
    "text",
    [
        "2024-02-30",
        "Foo 14, 2017 10:20:57 PM",
        "Nov 31, 2017 10:20:57 PM",
        "Nov 14, 2017 13:20:57 PM",
        "Nov 14, 2017 0:20:57 PM",
        "2024-01-01T24:00:00",
        "2024-01-01T10:00:00+24:00",
        "2024-W01-1",
        "20240101",
        "2024-01-01T10",
        "２０２４-01-01",
        "2024-01-01\n",
        "",
        None,
        1,
    ],
)
def test_anything_else_is_no_date(text):
    assert moment(text) is None
