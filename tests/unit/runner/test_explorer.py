"""What fails is made smaller, within bounds: what fails now and then would be for ever."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest
from hypothesis import strategies as st

from pytest_zstack_ticket.runner.explorer import EXAMPLES, MOST_SHRUNK, Explorer

NUMBERS = st.lists(st.integers(min_value=0, max_value=10_000), min_size=20, max_size=60)


@pytest.mark.parametrize("window", [1, 4])
def test_what_fails_without_a_pattern_is_made_smaller_within_bounds(tmp_path: Path, window: int):
    calls = 0

    def holds(numbers: list[list[int]]) -> None:
        nonlocal calls
        calls += 1
        assert sum(map(sum, numbers)) < 1000 or zlib.crc32(repr(numbers).encode()) % 3

    with pytest.raises(AssertionError):
        Explorer("smoke", 5, str(tmp_path), window=window)(st.lists(NUMBERS, max_size=40), holds)
    # how soon it fails depends on what else was imported: Hypothesis tries the constants of all modules
    assert EXAMPLES["smoke"] // 2 < calls < 2 * EXAMPLES["smoke"] + MOST_SHRUNK + 50


@pytest.mark.parametrize("window", [1, 4])
def test_what_always_fails_is_made_as_small_as_it_can_be(tmp_path: Path, window: int):
    failed: list[list[int]] = []

    def holds(numbers: list[int]) -> None:
        if any(number > 100 for number in numbers):
            failed.append(numbers)
            raise AssertionError(numbers)

    with pytest.raises(AssertionError):
        Explorer("smoke", 5, str(tmp_path), window=window)(NUMBERS, holds)
    assert failed[-1] == [0] * 19 + [101]
