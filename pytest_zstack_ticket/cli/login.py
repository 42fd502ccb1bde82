"""`zstack-ticket login`: a session for the curl lines of a report."""

from __future__ import annotations

import argparse
import os
import shlex

from pytest_zstack_ticket.cli.arguments import add_json
from pytest_zstack_ticket.cli.command import Command
from pytest_zstack_ticket.cli.output import write_json, write_line
from pytest_zstack_ticket.client.recorder import NoRecorder
from pytest_zstack_ticket.client.session_manager import OURS
from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.model.quotas import Quotas
from pytest_zstack_ticket.model.settings import Session
from pytest_zstack_ticket.model.ticket_context import PARTS, Part
from pytest_zstack_ticket.redaction.shared_secrets import SharedSecrets
from pytest_zstack_ticket.report.curl import SESSION_VARIABLE
from pytest_zstack_ticket.runner.preparation import checked
from pytest_zstack_ticket.target.connect import open_target
from pytest_zstack_ticket.target.doctor import options_for
from pytest_zstack_ticket.target.target import Target
from pytest_zstack_ticket.transport.usage_counter import SharedUsageCounter

RUN_OPTIONS = ("login", "user", "project", "ca", "insecure", "context")
CAPS = Quotas(requests=20, rate=20.0, created=0)


def add_login_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `login`."""
    parser.add_argument("url", metavar="URL", help="the target, as for --zstack-url")
    parser.add_argument("--user", help="account or virtual ID to log in with (default: admin)")
    parser.add_argument("--login", choices=OURS, help="how to log in (default: account)")
    parser.add_argument("--project", help="project to switch to after login")
    parser.add_argument("--ca", metavar="FILE", help="PEM file with the CA of the target")
    parser.add_argument("--insecure", action="store_true", help="do not verify the target's certificate")
    parser.add_argument("--context", metavar="FILE", help="TOML file that names other users")
    parser.add_argument("--as", dest="part", choices=PARTS, help="log in as another user of the context file")
    add_json(parser)


def login(arguments: argparse.Namespace) -> int:
    """Log in and print the session, which stays valid. Raises TargetError and UsageError."""
    options = checked(options_for(arguments.url, {name: getattr(arguments, name) for name in RUN_OPTIONS}))
    if options.embedded:
        raise SettingsError("an embedded simulator ends with its run: start one with `zstack-ticket simulate`.")
    target = open_target(
        options,
        url=arguments.url,
        key=os.urandom(32),
        recorder=NoRecorder(),
        worker="login",
        usage_counter=SharedUsageCounter(CAPS),
        shared_secrets=SharedSecrets(),
    )
    try:
        name, session = _session(target, arguments.part)
    finally:
        # connections only: closing the target would log the session out
        target.own.breaker.close()
    if arguments.json:
        write_json({"variable": name, "session": session.uuid, "account": session.account})
    else:
        write_line(f"export {name}={shlex.quote(session.uuid)}")
    return 0


def _session(target: Target, part: Part | None) -> tuple[str, Session]:
    """Log in as the run's user or another one; name the variable of the session. Raises TargetError and UsageError."""
    if part is None:
        return SESSION_VARIABLE, target.sessions.session
    if part not in target.actors.parts:
        raise SettingsError(f"--as {part}: name a context file that has [{part}].")
    return f"ZSTACK_{part.upper()}_SESSION", target.actors.connect(part).sessions.session


COMMANDS = {
    "login": Command(
        description="Log in to a target and print the session as a line for the shell, for the curl lines of a\n"
        "report. The session is not logged out: it ends by itself. Exit status: 0, 4 usage, 11 no session.",
        example='example:\n  eval "$(ZSTACK_PASSWORD=... zstack-ticket login http://10.0.0.5:8080)"',
        add_arguments=add_login_arguments,
        run=login,
    ),
}
