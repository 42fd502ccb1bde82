"""What this plugin needs of pytest and has no public way to: every private name that it touches stands here.

PYTEST_DONT_REWRITE: every pytest run on the machine imports this module.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


def set_confcutdir(config: pytest.Config, folder: Path) -> None:
    """Read no conftest.py above a folder; the public option is read before plugins are asked."""
    config.pluginmanager._confcutdir = folder  # noqa: SLF001 - this module exists for it


def forget_ini(config: pytest.Config, key: str) -> None:
    """Read a list of the ini file as empty from now on."""
    config._inicache[key] = []  # noqa: SLF001 - as above


def forget_interrupt(reporter: Any) -> None:
    """Let the terminal not repeat at the end why a session was ended."""
    reporter._keyboardinterrupt_memo = None  # noqa: SLF001 - as above


def write_line(reporter: Any, text: str) -> None:
    """Write a line below what the terminal shows, also where -q has left its dots without an end."""
    reporter.ensure_newline()
    if reporter._tw.width_of_current_line:  # noqa: SLF001 - as above
        reporter._tw.line()  # noqa: SLF001 - as above
    reporter.write_line(text)


def skipped_at_test(why: str) -> BaseException:
    """Make a skip that is shown at the line of its test, not at ours."""
    return pytest.skip.Exception(why, _use_item_location=True)
