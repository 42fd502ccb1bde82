"""Text in columns: CJK counts double, and nothing can steer a terminal."""

import subprocess
import sys

import pytest

from pytest_zstack_ticket.report.text.columns import chopped, pad, shortened, visible, width, wrapped

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
HEART = "\u2764\ufe0f"
NIKHIT = "\u0e17\u0e35\u0e48"
"""Thai: one consonant with two marks, which are combining although their combining class is 0 or 107."""


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("abc", 3),
        ("", 0),
        ("一致性", 6),
        ("ａ", 2),
        ("\u1112\u1161\u11ab", 2),
        ("e\u0301", 1),
        ("か\u3099", 2),
        (NIKHIT, 1),
        ("a\u20dd", 1),
        ("\U0001f600", 2),
        (FAMILY, 2),
        (HEART, 2),
        ("a\x1bb", 3),
        ("一\x07\n", 4),
    ],
)
def test_width_counts_columns(text: str, columns: int):
    assert width(text) == columns


@pytest.mark.parametrize("letter", ["\x00", "\x1b", "\x7f", "\x9b", "\u202e", "\u200b", "\u2066", "\ud800", "\ufeff"])
def test_what_could_steer_a_terminal_is_escaped(letter: str):
    assert visible(f"a{letter}b") == f"a\\u{ord(letter):04x}b"


def test_line_ends_are_escaped_by_name():
    assert visible("a\tb\r\n") == "a\\tb\\r\\n"


def test_plain_text_is_left_alone():
    assert visible("一致性 test é 😀") == "一致性 test é 😀"


def test_padding_looks_at_columns():
    assert pad("期望", 6) == "期望  "


def test_a_shortened_text_says_so():
    assert shortened("一致性测试", 6) == "一致…"
    assert shortened("abc", 3) == "abc"


def test_wrapping_breaks_at_spaces():
    assert wrapped("one two three", 8) == ["one two", "three"]


def test_wrapping_breaks_between_wide_letters():
    assert wrapped("一致性测试abc def", 6) == ["一致性", "测试", "abc", "def"]


def test_wrapping_breaks_a_word_that_is_too_long():
    assert wrapped("x" * 10, 4) == ["xxxx", "xxxx", "xx"]


def test_wrapping_nothing_is_one_empty_line():
    assert wrapped("", 4) == [""]


def test_data_is_broken_wherever_a_line_is_full():
    assert chopped('{"a b": 1}', 4) == ['{"a ', 'b": ', "1}"]
    assert chopped("一致性", 3) == ["一", "致", "性"]
    assert chopped("", 3) == [""]


def test_a_shortened_text_may_end_in_letters_without_width():
    assert shortened("ab" + "\u0301" * 3 + "cd", 3) == "ab\u0301\u0301\u0301…"


@pytest.mark.parametrize("cluster", ["e\u0301", "か\u3099", NIKHIT, FAMILY, HEART, "\u1112\u1161\u11ab"])
@pytest.mark.parametrize("columns", [2, 3, 5, 8])
def test_what_is_shown_as_one_character_is_never_cut(cluster: str, columns: int):
    text = cluster * 7
    for lines in (chopped(text, columns), wrapped(text, columns)):
        assert "".join(lines) == text
        assert all(width(line) <= columns and line == cluster * (len(line) // len(cluster)) for line in lines)
    kept = shortened(text, columns)
    assert width(kept) <= columns
    assert kept.removesuffix("…") == cluster * (len(kept) // len(cluster))


def test_a_control_character_never_makes_a_line_too_long():
    assert chopped("ab\x1bcd", 2) == ["ab", "\x1bc", "d"]
    assert shortened("ab\x1bcd", 4) == "ab\x1b…"


def test_ascii_does_not_load_the_tables_of_unicode():
    module = width.__module__
    code = f"import sys; from {module} import width, wrapped; width('a b'); wrapped('a b', 2); sys.exit('wcwidth' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
