"""The pytest plugin: options, marker and fixtures; everything else is loaded only where a target is given.

PYTEST_DONT_REWRITE: every pytest run on the machine imports this module.
"""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register our options and ini keys."""
    from pytest_zstack_ticket.plugin.options import add_options  # noqa: PLC0415 - this module imports only pytest

    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Register marker and fixtures, and the hooks of a run if there is a target."""
    from pytest_zstack_ticket.plugin import fixtures  # noqa: PLC0415 - as above
    from pytest_zstack_ticket.plugin.suite_selection import is_asked_for  # noqa: PLC0415 - as above

    config.addinivalue_line("markers", "requirement(id): the requirement of the ZStack ticket API that a test examines")
    config.addinivalue_line(
        "markers",
        "zstack_alone(group, cleanup, in_turn): nothing runs beside this test but tests of its group, if any; "
        'with cleanup=True tickets that no test needs are deleted meanwhile, with cleanup="sessions" '
        "as long as no session of the run has died; with in_turn=True it may, as long as that holds, run next to tests "
        "that need no quiet, one such test at a time",
    )
    config.addinivalue_line(
        "markers",
        "zstack_long: takes longer than others (a real node refuses some jobs after 15 s), so it starts first",
    )
    config.addinivalue_line(
        "markers",
        "zstack_early(effort, ...): at these efforts it is sent first of all, alone until its calls were sent; "
        "the others run while it waits for their jobs",
    )
    config.addinivalue_line(
        "markers",
        "zstack_rounds(most): above effort smoke the test is repeated with varied drafts, at most so many times",
    )
    config.pluginmanager.register(fixtures, "zstack-ticket-fixtures")
    if is_asked_for(config):
        from pytest_zstack_ticket.plugin import registration  # noqa: PLC0415 - a run without target does not pay for it

        registration.set_up(config)
