"""Differences between two bodies that are shown next to each other."""

from pytest_zstack_ticket.report.html.body_diff import Segments, compare


def differences(segments: Segments) -> list[str]:
    return [one.text for one in segments if one.differs]


def test_what_only_one_body_has_differs():
    one, other = '{\n  "name": "long",\n  "x": 1\n}', '{\n  "name": "a",\n  "x": 1,\n  "y": 2\n}'
    ours, theirs = compare(one, other)
    assert differences(ours) == ["long"]
    assert differences(theirs) == ["a", '  "y": 2']


def test_nothing_is_lost():
    one, other = "a\nb\nc\n\nd", "a\nx\n\nd\ne\n"
    ours, theirs = compare(one, other)
    assert "".join(segment.text for segment in ours) == one
    assert "".join(segment.text for segment in theirs) == other


def test_a_nonce_is_no_difference():
    ours, theirs = compare("zt-0123456789abcdef", "zt-fedcba9876543210")
    assert differences(ours) + differences(theirs) == []


def test_a_nonce_is_no_difference_in_long_bodies_either():
    lines = "\n" * 900
    ours, theirs = compare(f"zt-0123456789abcdef{lines}", f"zt-fedcba9876543210{lines}")
    assert differences(ours) + differences(theirs) == []


def test_long_bodies_are_compared_by_their_ends():
    lines = "\n".join(map(str, range(900)))
    ours, theirs = compare(f"{lines}\nx\n{lines}", f"{lines}\nyy\n{lines}")
    assert differences(ours) + differences(theirs) == ["x", "yy"]
