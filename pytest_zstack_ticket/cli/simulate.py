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
    parser.add_argument(
        "--choice",
        action="append",
        default=[],
        metavar="NAME:WORD",
        help="how an open question is decided; `measured` for a measured 5.2.1 node; may be given several times",
    )
    parser.add_argument(
        "--session-timeout", type=float, metavar="SECONDS", help="how long an idle session lives (7200)"
    )
    parser.add_argument("--webhook-pause", type=float, metavar="SECONDS", help="between two tries of a web hook (2)")
    parser.add_argument("--seed", type=int, metavar="N", help="of the uuids: the same seed gives the same uuids")
    parser.add_argument("--time-zone", metavar="ZONE", help="such as Asia/Shanghai (default: this machine's)")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl-C."""
    from pytest_zstack_ticket.simulator.server.server import SimulatorServer  # noqa: PLC0415 - only this command serves
    from pytest_zstack_ticket.simulator.storage import seed_data  # noqa: PLC0415 - likewise

    if not 0 <= arguments.port < 1 << 16:
        raise SettingsError(f"cannot listen on port {arguments.port}: a port is a number from 0 to 65535.")
    over = threading.Event()
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda *_: over.set())
    server = SimulatorServer(options_of(arguments), host=arguments.host, port=arguments.port)
    try:
        server.start()
    except OSError as error:
        raise SettingsError(f"cannot listen on {arguments.host} port {arguments.port}: {error}") from error
    known = {"url": server.url, "user": "admin", "password": seed_data.PASSWORD}
    keys = {"access_key_id": seed_data.ACCESS_KEY_ID, "access_key_secret": seed_data.ACCESS_KEY_SECRET}
    sys.stdout.write((json.dumps({**known, **keys}) if arguments.json else server.url) + "\n")
    sys.stdout.flush()
    talk(f"account {known['user']}, password {known['password']}; examine it with")
    talk(f"  ZSTACK_PASSWORD={known['password']} pytest --zstack-url={server.url}")
    talk("Ctrl-C ends it.")
    while not over.wait(3600):
        continue
    server.stop()
    return 0


def options_of(arguments: argparse.Namespace) -> SimulatorOptions:
    """Return the set-up of the endpoint. Raises SettingsError."""
    from pytest_zstack_ticket.simulator.embedded_url import parse_options  # noqa: PLC0415 - only this command serves

    release = f"@{arguments.release}" if arguments.release else ""
    wanted = {
        "latency": arguments.latency,
        "locale": arguments.locale,
        "fault": "+".join(arguments.fault) or None,
        "choice": "+".join(arguments.choice) or None,
        "session_timeout": arguments.session_timeout,
        "webhook_pause": arguments.webhook_pause,
        "seed": arguments.seed,
        "time_zone": arguments.time_zone,
    }
    query = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in wanted.items() if value is not None)
    return parse_options(f"embedded:{arguments.profile}{release}?{query}")


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
