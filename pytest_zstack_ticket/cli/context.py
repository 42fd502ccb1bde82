"""`zstack-ticket context init`: a context file with the values that a cloud offers."""

from __future__ import annotations

import argparse
import os
from dataclasses import asdict
from pathlib import Path

from pytest_zstack_ticket.cli.arguments import STDOUT, add_json, add_lang, say
from pytest_zstack_ticket.cli.command import Command
from pytest_zstack_ticket.cli.context_text import LoggedIn, context_text
from pytest_zstack_ticket.cli.output import open_output, print_message, write_json
from pytest_zstack_ticket.client.recorder import NoRecorder
from pytest_zstack_ticket.client.session_manager import OURS
from pytest_zstack_ticket.config.options import RunOptions
from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.model.quotas import Quotas
from pytest_zstack_ticket.redaction.shared_secrets import SharedSecrets
from pytest_zstack_ticket.runner.preparation import checked
from pytest_zstack_ticket.target.connect import open_target
from pytest_zstack_ticket.target.doctor import options_for
from pytest_zstack_ticket.target.offers import Listed, ask
from pytest_zstack_ticket.transport.usage_counter import SharedUsageCounter

RUN_OPTIONS = ("login", "user", "project", "ca", "insecure")
CAPS = Quotas(requests=30, rate=20.0, created=0)


def add_context_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `context`."""
    parser.add_argument("action", choices=("init",), help="init: ask the cloud and write a file")
    parser.add_argument("url", metavar="URL", help="the target, as for --zstack-url")
    parser.add_argument(
        "--output", metavar="FILE", default="cloud.toml", help="file (default: %(default)s), - for stdout"
    )
    parser.add_argument("--user", help="account or virtual ID to log in with (default: admin)")
    parser.add_argument("--login", choices=OURS, help="how to log in (default: account)")
    parser.add_argument("--project", help="project to switch to after login")
    parser.add_argument("--ca", metavar="FILE", help="PEM file with the CA of the target")
    parser.add_argument("--insecure", action="store_true", help="do not verify the target's certificate")
    add_json(parser)
    add_lang(parser)


def context(arguments: argparse.Namespace) -> int:
    """Ask the cloud and write the file; one that exists is never overwritten. Raises TargetError and UsageError."""
    options = checked(options_for(arguments.url, {name: getattr(arguments, name) for name in RUN_OPTIONS}))
    if options.embedded:
        raise SettingsError("an embedded simulator accepts the documented sample: it needs no context file.")
    if arguments.output != STDOUT and not arguments.json and Path(arguments.output).exists():
        raise SettingsError(f"{arguments.output} exists; files are never overwritten. Name another one with --output.")
    lists, who = _asked(options, arguments.url)
    if arguments.json:
        write_json({name: asdict(one) for name, one in lists.items()})
        return 0
    with open_output(arguments.output) as file:
        file.write(context_text(arguments.url, lists, who).encode())
    if arguments.output != STDOUT:
        print_message(say(arguments, "context-written", output=arguments.output))
        print_message(f"  zstack-ticket doctor {arguments.url} --context {arguments.output} --try-ticket")
    return 0


def _asked(options: RunOptions, url: str) -> tuple[dict[str, Listed], LoggedIn]:
    """Log in, ask for what the cloud offers, and log out. Raises TargetError."""
    target = open_target(
        options,
        url=url,
        key=os.urandom(32),
        recorder=NoRecorder(),
        worker="context",
        usage_counter=SharedUsageCounter(CAPS),
        shared_secrets=SharedSecrets(),
    )
    try:
        lists = ask(target)
        settings, session = target.settings, target.sessions.session
        who = LoggedIn(settings.user, session.user, settings.project, settings.login == "virtual-id")
    finally:
        target.close()
    return lists, who


COMMANDS = {
    "context": Command(
        description="Ask a cloud for its offerings, images, networks, projects and flow collections, and write a\n"
        "context file. Nothing is created or changed there. Exit status: 0, 4 usage, 11 the target cannot be reached.",
        example="example:\n  ZSTACK_PASSWORD=... zstack-ticket context init http://10.0.0.5:8080 \\\n"
        "      --login virtual-id --user alice --project p1",
        add_arguments=add_context_arguments,
        run=context,
    ),
}
