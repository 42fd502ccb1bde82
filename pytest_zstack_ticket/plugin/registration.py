"""Which hooks of ours a session gets."""

from __future__ import annotations

import os

import pytest

from pytest_zstack_ticket.model.errors import UsageError
from pytest_zstack_ticket.plugin import lookahead, startup
from pytest_zstack_ticket.plugin.hooks import RunHooks
from pytest_zstack_ticket.plugin.interrupts import Interrupts
from pytest_zstack_ticket.plugin.progress import LiveLine, is_wanted


def set_up(config: pytest.Config) -> None:
    """Read what was asked for, choose the tests, and register the hooks if there is a target.

    Raises pytest.UsageError, in one sentence.
    """
    try:
        run = startup.run_of(config)
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None
    if run is None:
        return
    config.stash[startup.RUN] = run
    config.pluginmanager.register(RunHooks(run), startup.NAMES[0])
    if config.option.collectonly or run.options["plan"]:
        return
    config.pluginmanager.register(Interrupts(run), startup.NAMES[1])
    if lookahead.is_wanted(config):
        config.pluginmanager.register(lookahead.Lookahead(run, config), startup.NAMES[2])
    if is_wanted(config, os.environ):
        config.pluginmanager.register(LiveLine(run, config), startup.NAMES[3])
