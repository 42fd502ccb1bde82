"""What holds for all of the project's own tests."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.read_once import SchemaAnswers


@pytest.fixture(scope="session", autouse=True)
def _ctrl_c_interrupts() -> None:
    """Tests that send SIGINT work where it is ignored, too: a shell starts what it puts into the background so."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _signals_are_given_back(_ctrl_c_interrupts: None) -> Iterator[None]:
    """A handler that outlives its run swallows the Ctrl-C of a later test."""
    handled = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(one) for one in handled]
    yield
    assert [signal.getsignal(one) for one in handled] == before


@pytest.fixture(scope="session")
def schema_answers() -> SchemaAnswers:
    """What lines and rows of evidence and reports fitted their schema, for tests that read the same ones many times."""
    from tests.support.read_once import SchemaAnswers  # noqa: PLC0415 - most tests read none

    return SchemaAnswers()


@pytest.fixture
def lines_are_read_once(schema_answers: SchemaAnswers) -> Iterator[None]:
    """Let the same line be held to its schema once for all tests that use this."""
    from tests.support.read_once import read_once  # noqa: PLC0415 - likewise

    with read_once(schema_answers):
        yield
