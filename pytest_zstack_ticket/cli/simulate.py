"""`zstack-ticket simulate`: the embedded endpoint as a process of its own, for whoever wants to try against it."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from typing import TYPE_CHECKING
from urllib.parse import quote

from pytest_zstack_ticket.cli.command import Command, add_json, talk
from pytest_zstack_ticket.model.errors import SettingsError

if TYPE_CHECKING:
    from pytest_zstack_ticket.simulator.options import SimulatorOptions


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `simulate`."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default: any free one)")
    parser.add_argument(
        "--profile",
        choices=("deployed", "documented"),
        default="deployed",
        help="like a real deployment, or exactly like the documented page (default: %(default)s)",
    )
    parser.add_argument("--release", default="", metavar="X.Y", help="the release to play, such as 4.8 or after-5.3")
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="FAULT",
        help="a misbehaviour, see `zstack-ticket faults`; may be given several times",
    )
    parser.add_argument("--latency", type=float, default=0.002, metavar="SECONDS", help="how long a job takes")
    parser.add_argument("--locale", choices=("en", "zh"), default="en", help="language of error texts")
    add_json(parser)


def run(told: argparse.Namespace) -> int:
    """Serve until Ctrl-C."""
    from pytest_zstack_ticket.simulator.server.server import SimulatorServer  # noqa: PLC0415 - only this command serves
    from pytest_zstack_ticket.simulator.storage import seed_data  # noqa: PLC0415 - likewise

    if not 0 <= told.port < 1 << 16:
        raise SettingsError(f"cannot listen on port {told.port}: a port is a number from 0 to 65535.")
    over = threading.Event()
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda *_: over.set())
    server = SimulatorServer(options_of(told), host=told.host, port=told.port)
    try:
        server.start()
    except OSError as error:
        raise SettingsError(f"cannot listen on {told.host} port {told.port}: {error}") from error
    known = {"url": server.url, "user": "admin", "password": seed_data.PASSWORD}
    keys = {"access_key_id": seed_data.ACCESS_KEY_ID, "access_key_secret": seed_data.ACCESS_KEY_SECRET}
    sys.stdout.write((json.dumps({**known, **keys}) if told.json else server.url) + "\n")
    sys.stdout.flush()
    talk(f"account {known['user']}, password {known['password']}; examine it with")
    talk(f"  ZSTACK_PASSWORD={known['password']} pytest --zstack-url={server.url}")
    talk("Ctrl-C ends it.")
    while not over.wait(3600):
        continue
    server.stop()
    return 0


def options_of(told: argparse.Namespace) -> SimulatorOptions:
    """Return the set-up of the endpoint. Raises SettingsError."""
    from pytest_zstack_ticket.simulator.embedded_url import parse_options  # noqa: PLC0415 - only this command serves

    release = f"@{told.release}" if told.release else ""
    fault = f"&fault={quote('+'.join(told.fault), safe='')}" if told.fault else ""
    return parse_options(f"embedded:{told.profile}{release}?latency={told.latency}&locale={told.locale}{fault}")


COMMANDS = (
    Command(
        name="simulate",
        help="serve an endpoint to try the suites on",
        description="Serve a stand-in for a ZStack cloud with its ticket API, with or without faults, until Ctrl-C.\n"
        "Its base URL is written to stdout. Exit status: 0 ended, 4 usage.",
        example="example:\n  zstack-ticket simulate --port 8080 --fault accept-too-long:name",
        add_arguments=add_arguments,
        run=run,
    ),
)
