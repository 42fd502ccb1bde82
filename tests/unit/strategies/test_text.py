"""Texts and combinations: lengths in UTF-16 units, and pairs that all meet."""

from __future__ import annotations

import itertools

import pytest

from pytest_zstack_ticket.strategies.layouts import html_safe, layouts, reordered
from pytest_zstack_ticket.strategies.pairwise import pairwise_combinations
from pytest_zstack_ticket.strategies.text import BEYOND, LOOKALIKES, SCRIPTS, of_length, units


@pytest.mark.parametrize(("text", "length"), [("", 0), ("a工", 2), ("😀", 2), ("e\u0301", 2)])
def test_units_are_counted_as_java_counts_them(text: str, length: int) -> None:
    assert units(text) == length == len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize("alphabet", ["n", "工单", "e\u0301"])
@pytest.mark.parametrize("count", [0, 1, 254, 255, 2048])
def test_a_text_has_the_length_that_was_asked_for(alphabet: str, count: int) -> None:
    assert units(of_length(count, alphabet)) == count


def test_valid_texts_fit_the_basic_multilingual_plane_and_have_no_control_characters() -> None:
    for text in (*SCRIPTS.values(), *LOOKALIKES.values()):
        assert all(" " <= letter <= "\uffff" for letter in text), text


def test_texts_beyond_are_of_another_kind_than_valid_ones() -> None:
    assert not set(BEYOND.values()) & {*SCRIPTS.values(), *LOOKALIKES.values()}


def test_every_two_fields_meet_in_every_pair_of_values() -> None:
    choices = {"a": (1, 2), "b": (1, 2, 3), "c": (1, 2), "d": (1, 2)}
    rows = pairwise_combinations(choices)
    for one, other in itertools.combinations(choices, 2):
        wanted = set(itertools.product(choices[one], choices[other]))
        assert {(row[one], row[other]) for row in rows} == wanted
    assert len(rows) < 2 * 3 * 2 * 2


def test_layouts_have_names_of_their_own() -> None:
    names = [name for name, _ in layouts()]
    assert len(set(names)) == len(names) == 7


def test_keys_are_reordered_at_every_depth() -> None:
    value = {"a": {"x": 1, "y": 2}, "b": [{"k": 1, "l": 2}]}
    turned = reordered(value, lambda keys: keys[::-1])
    assert turned == value
    assert list(turned) == ["b", "a"]
    assert list(turned["b"][0]) == ["l", "k"]


def test_html_characters_are_escaped_as_gson_escapes_them() -> None:
    assert html_safe({"n": "<a='x'>&"}) == b'{"n":"\\u003ca\\u003d\\u0027x\\u0027\\u003e\\u0026"}'
