"""Which hooks of ours a session gets."""

from __future__ import annotations

import os

import pytest

from pytest_zstack_ticket.model.errors import UsageError
from pytest_zstack_ticket.plugin import lookahead, startup
from pytest_zstack_ticket.plugin.forecasting import Forecasting
from pytest_zstack_ticket.plugin.hooks import RunHooks
from pytest_zstack_ticket.plugin.interrupts import Interrupts
from pytest_zstack_ticket.plugin.loaded_plugins import LoadedPlugins
from pytest_zstack_ticket.plugin.progress import LiveLine, is_wanted
from pytest_zstack_ticket.plugin.rounds import Rounds


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
    register = config.pluginmanager.register
    forecasting = Forecasting(run, config)
    register(forecasting, "zstack-ticket-forecast")
    register(RunHooks(run), "zstack-ticket-run")
    if config.option.collectonly or run.options["plan"]:
        return
    register(LoadedPlugins(run, config), "zstack-ticket-plugins")
    interrupts = Interrupts(run)
    register(interrupts, "zstack-ticket-interrupts")
    register(Rounds(run), "zstack-ticket-rounds")
    if lookahead.is_wanted(config):
        ahead = lookahead.Lookahead(run, config)
        interrupts.stops.append(ahead.stop_sending)
        register(ahead, "zstack-ticket-lookahead")
    if is_wanted(config, os.environ):
        register(LiveLine(run, config, forecasting), "zstack-ticket-live")
