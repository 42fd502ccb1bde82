"""What reads as it was sent."""

from pytest_zstack_ticket.core.checks.echoes import same


def test_characters_beyond_the_bmp_may_be_replaced_but_not_dropped():
    assert same("a\U0001f004b", "a?b", loose=True)
    assert same("a\U0001f004b", "a????b", loose=True)
    assert not same("a\U0001f004b", "ab", loose=True)
    assert not same("a\u5de5b", "a?b", loose=True)
    assert same("\U0001f004" * 1024, "?" * 2048, loose=True)
    assert not same("\U0001f004" * 1024 + "x", "?" * 4096, loose=True)
