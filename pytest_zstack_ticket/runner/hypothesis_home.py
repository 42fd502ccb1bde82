"""Where Hypothesis keeps its files: it can be set in public, but to restore it its private name has to be read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

PRIVATE_NAME = "__hypothesis_home_directory"
"""Variable of `hypothesis.configuration` with the folder that was set, None if none was."""


@contextmanager
def storage(folder: str) -> Iterator[None]:
    """Make Hypothesis use another folder for a while, and then the one from before again."""
    from hypothesis import configuration  # noqa: PLC0415 - 350 ms that only suites pay

    before = getattr(configuration, PRIVATE_NAME)
    configuration.set_hypothesis_home_dir(folder)
    try:
        yield
    finally:
        configuration.set_hypothesis_home_dir(before)
