"""What holds for all of the project's own tests."""

import signal
from collections.abc import Iterator

import pytest


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
