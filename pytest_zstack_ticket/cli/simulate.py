"""`zstack-ticket simulate`: the embedded simulator as a process of its own."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

from pytest_zstack_ticket.cli.arguments import add_json, say
from pytest_zstack_ticket.cli.command import Command
from pytest_zstack_ticket.cli.output import print_message
from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.simulator.embedded_url import parse_options
from pytest_zstack_ticket.simulator.options import SimulatorOptions
from pytest_zstack_ticket.simulator.server.server import SimulatorServer, hold_short_jobs
from pytest_zstack_ticket.simulator.storage import seed_data


def add_simulate_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `simulate`."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", metavar="N", type=int, default=0, help="port to listen on (default: any free one)")
    parser.add_argument(
        "--profile",
        choices=("deployed", "documented"),
        default="deployed",
        help="behave like real deployments, or exactly like the documentation (default: %(default)s)",
    )
    parser.add_argument("--release", default="", metavar="X.Y", help="release to simulate, such as 4.8 or after-5.3")
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="FAULT",
        help="a fault to inject, see `zstack-ticket faults` (repeatable)",
    )
    parser.add_argument(
        "--latency", type=float, default=0.002, metavar="SECONDS", help="duration of a job (default: %(default)s)"
    )
    parser.add_argument("--locale", choices=("en", "zh"), default="zh", help="language of error messages (default: zh)")
    parser.add_argument(
        "--choice",
        action="append",
        default=[],
        metavar="NAME:WORD",
        help="how an open question is decided (repeatable; default: measured, as a measured 5.2.1 node)",
    )
    parser.add_argument(
        "--session-timeout", type=float, metavar="SECONDS", help="lifetime of an idle session (default: 7200)"
    )
    parser.add_argument(
        "--webhook-pause", type=float, metavar="SECONDS", help="pause between two tries of a webhook (default: 2)"
    )
    parser.add_argument("--seed", type=int, metavar="N", help="seed of the UUIDs: the same seed gives the same UUIDs")
    parser.add_argument("--time-zone", metavar="ZONE", help="such as Asia/Shanghai (default: this machine's)")
    add_json(parser)


def simulate(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl-C. Raises SettingsError."""
    if not 0 <= arguments.port < 1 << 16:
        raise SettingsError(f"cannot listen on port {arguments.port}: a port is a number from 0 to 65535.")
    with _ending_signal() as over:
        server = SimulatorServer(options_of(arguments), host=arguments.host, port=arguments.port)
        hold_short_jobs(server)
        try:
            server.start()
        except OSError as error:
            raise SettingsError(f"cannot listen on {arguments.host} port {arguments.port}: {error}") from error
        _announce(server.url, arguments)
        while not over.wait(3600):
            continue
        server.stop()
    return 0


@contextmanager
def _ending_signal() -> Iterator[threading.Event]:
    """Yield what Ctrl-C and SIGTERM set; afterwards both signals are handled as before."""
    over = threading.Event()
    former = {one: signal.signal(one, lambda *_: over.set()) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield over
    finally:
        for one, handler in former.items():
            signal.signal(one, handler)


def _announce(url: str, arguments: argparse.Namespace) -> None:
    """Write the URL, and how to log in there."""
    known = {"url": url, "user": "admin", "password": seed_data.PASSWORD}
    keys = {"access_key_id": seed_data.ACCESS_KEY_ID, "access_key_secret": seed_data.ACCESS_KEY_SECRET}
    sys.stdout.write((json.dumps({**known, **keys}) if arguments.json else url) + "\n")
    sys.stdout.flush()
    print_message(say(arguments, "simulate-login", user=known["user"], password=known["password"]))
    print_message(f"  ZSTACK_PASSWORD={known['password']} pytest --zstack-url={url}")
    print_message(say(arguments, "simulate-end"))


def options_of(arguments: argparse.Namespace) -> SimulatorOptions:
    """Return the options of the simulator. Raises SettingsError."""
    release = f"@{arguments.release}" if arguments.release else ""
    wanted = {
        "latency": arguments.latency,
        "locale": arguments.locale,
        "fault": "+".join(arguments.fault) or None,
        "choice": "+".join(arguments.choice) or "measured",
        "session_timeout": arguments.session_timeout,
        "webhook_pause": arguments.webhook_pause,
        "seed": arguments.seed,
        "time_zone": arguments.time_zone,
    }
    query = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in wanted.items() if value is not None)
    return parse_options(f"embedded:{arguments.profile}{release}?{query}")


COMMANDS = {
    "simulate": Command(
        description="Serve a simulated ZStack cloud with its ticket API, with or without faults, until Ctrl-C.\n"
        "Its base URL is written to stdout. Exit status: 0 stopped, 4 usage.",
        example="example:\n  zstack-ticket simulate --port 8080 --fault accept-too-long:name",
        add_arguments=add_simulate_arguments,
        run=simulate,
    ),
}
