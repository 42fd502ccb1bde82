"""`zstack-ticket load` and `soak`: many users at once, every answer judged.

The load itself runs in a process of its own, because gevent replaces sockets and threads. This one starts it, and
serves the embedded simulator if that is the target.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from math import inf

from pytest_zstack_ticket.cli.arguments import add_json, add_lang, add_target_options, language_of
from pytest_zstack_ticket.cli.command import Command
from pytest_zstack_ticket.config.options import EMBEDDED, parsed_duration
from pytest_zstack_ticket.load.plan import LoadPlan, caps_of
from pytest_zstack_ticket.model.errors import SettingsError, UsageError
from pytest_zstack_ticket.runner.consent import host_was_typed, require_consent
from pytest_zstack_ticket.runner.preparation import checked

RUN_OPTIONS = ("login", "user", "project", "ca", "insecure", "context", "profile", "release", "consent")
CAPS = ("max-rate", "max-alive", "max-requests", "max-created", "max-bytes")
LEAST_RATE = 0.1
"""Requests a second with which a ticket's life takes two minutes; with fewer, no load would come to its end."""
EXAMPLE = """example:
  ZSTACK_PASSWORD=... zstack-ticket load http://10.0.0.5:8080 \\
      --users 20 --time 10m --report load/
  zstack-ticket load 'embedded?latency=0.3&fault=load:stale' \\
      --users 20 --time 1m"""


def add_load_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `load`."""
    parser.add_argument("--users", type=int, default=20, metavar="N", help="users at once (default: %(default)s)")
    parser.add_argument("--time", default="1m", metavar="TIME", help="how long: 60s, 10m or 1h (default: %(default)s)")
    parser.add_argument("--rate", type=float, default=0.0, metavar="N", help="requests a second (default: no limit)")
    roles = parser.add_mutually_exclusive_group()
    roles.add_argument("--master", action="store_true", help="lead the workers that other machines run")
    roles.add_argument("--worker", action="store_true", help="be a worker of the master at --host")
    parser.add_argument(
        "--workers", type=int, default=1, metavar="N", help="workers in all, for master and workers alike"
    )
    parser.add_argument("--host", default="127.0.0.1", help="the master's address, or its own to listen on")
    parser.add_argument("--port", type=int, default=5557, metavar="N", help="the master's port (default: %(default)s)")
    _add_target_arguments(parser)


def add_soak_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `soak`."""
    parser.add_argument("--users", type=int, default=4, metavar="N", help="users at once (default: %(default)s)")
    parser.add_argument("--time", default="8h", metavar="TIME", help="how long: 30m or 24h (default: %(default)s)")
    parser.add_argument("--rate", type=float, default=2.0, metavar="N", help="requests a second (default: %(default)s)")
    parser.set_defaults(master=False, worker=False, workers=1, host="127.0.0.1", port=5557)
    _add_target_arguments(parser)


def _add_target_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", metavar="URL", help="the target, as for --zstack-url")
    parser.add_argument("--report", default="", metavar="DIR", help="folder for load.json, load.html and the evidence")
    add_target_options(parser)
    parser.add_argument("--consent", metavar="HOST", help="the host that you are allowed to test")
    parser.add_argument("--max-rate", type=float, metavar="N", help="requests a second (remote target: at most 20)")
    parser.add_argument("--max-alive", type=int, metavar="N", help="tickets at once (remote target: at most 50)")
    parser.add_argument("--max-requests", type=int, metavar="N", help="requests in all (remote target: 10000)")
    parser.add_argument("--max-created", type=int, metavar="N", help="creates in all (remote target: 2000)")
    parser.add_argument("--max-bytes", type=int, metavar="N", help="bytes sent in all (remote target: 50000000)")
    add_json(parser)
    add_lang(parser)


def load(arguments: argparse.Namespace, *, soak: bool = False) -> int:
    """Run a load and return its exit status. Raises UsageError."""
    if find_spec("locust") is None:
        raise UsageError("A load needs Locust: pip install 'pytest-zstack-ticket[load]'.")
    plan = plan_of(arguments, soak=soak)
    options = checked(plan.run_options())
    caps = caps_of(replace(plan, role="alone"), options)
    require_consent(options, caps, lambda: host_was_typed(options, caps))
    with _served(plan) as (served, secrets):
        return _run(served, secrets)


def plan_of(arguments: argparse.Namespace, *, soak: bool) -> LoadPlan:
    """Return the plan that arguments ask for. Raises SettingsError."""
    if arguments.users < 1 or arguments.workers < 1:
        raise SettingsError("--users and --workers are whole numbers above 0.")
    if arguments.rate and not LEAST_RATE <= arguments.rate < inf:
        raise SettingsError(f"--rate {arguments.rate:g}: write 0 for no limit, or {LEAST_RATE:g} and more.")
    if not 0 < arguments.port < 1 << 16:
        raise SettingsError(f"--port {arguments.port}: a port is a number from 1 to 65535.")
    for name in CAPS:
        value = getattr(arguments, name.replace("-", "_"))
        if value is not None and not 0 < value < inf:
            raise SettingsError(f"--{name} {value:g}: write a number above 0.")
    given = {name: getattr(arguments, name) for name in RUN_OPTIONS}
    caps = {name: getattr(arguments, name.replace("-", "_")) for name in CAPS}
    return LoadPlan(
        url=arguments.url,
        shown=arguments.url,
        users=arguments.users,
        seconds=parsed_duration("--time", arguments.time),
        rate=arguments.rate,
        role="master" if arguments.master else "worker" if arguments.worker else "alone",
        workers=arguments.workers,
        host=arguments.host,
        port=arguments.port,
        report=arguments.report,
        lang=language_of(arguments),
        soak=soak,
        json=arguments.json,
        options={name: value for name, value in {**given, **caps}.items() if value is not None and value is not False},
    )


@contextmanager
def _served(plan: LoadPlan) -> Iterator[tuple[LoadPlan, Mapping[str, str]]]:
    """Serve the embedded simulator if it is the target; yield the plan and the environment that reach it."""
    if not plan.url.startswith(EMBEDDED):
        yield plan, os.environ
        return
    from pytest_zstack_ticket.simulator.embedded_url import parse_options  # noqa: PLC0415 - only embedded loads pay for it
    from pytest_zstack_ticket.simulator.server.server import started  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.simulator.storage import seed_data  # noqa: PLC0415 - likewise

    base = parse_options(plan.url).variant.base
    server = started(plan.url)
    try:
        options = {"profile": base, **plan.options}
        secrets = {name: value for name, value in os.environ.items() if not name.startswith("ZSTACK_")}
        yield replace(plan, url=server.url, options=options), {**secrets, "ZSTACK_PASSWORD": seed_data.PASSWORD}
    finally:
        server.stop()


def _run(plan: LoadPlan, environment: Mapping[str, str]) -> int:
    """Run the process of a load; Ctrl-C and SIGTERM are its to handle, which cleans up."""
    command = [sys.executable, "-m", "pytest_zstack_ticket.load"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, env=dict(environment), text=True)  # noqa: S603 - our own interpreter
    former = {
        signal.SIGINT: signal.signal(signal.SIGINT, lambda *_: None),
        signal.SIGTERM: signal.signal(signal.SIGTERM, lambda *_: process.terminate()),
    }
    try:
        process.communicate(plan.to_text())
    finally:
        for one, handler in former.items():
            signal.signal(one, handler)
    return process.returncode if process.returncode >= 0 else 128 - process.returncode


def soak(arguments: argparse.Namespace) -> int:
    """Run a soak and return its exit status. Raises UsageError."""
    return load(arguments, soak=True)


STATUS = (
    "Exit status: 0 every answer was as required, 1 violations, 2 interrupted, 4 usage, 11 no target, 12 inconclusive\n"
    "(a cap was reached, nothing was decided, or jobs became slower), 13 tickets left."
)
COMMANDS = {
    "load": Command(
        description="Let many users create, follow, query, cancel and delete tickets at once, and judge every answer.\n"
        f"Caps and consent of a run hold. Needs the extra [load].\n{STATUS}",
        example=EXAMPLE,
        add_arguments=add_load_arguments,
        run=load,
    ),
    "soak": Command(
        description="The same for hours with few users and a fixed small rate, with charts of what changed over time.\n"
        f"{STATUS}",
        example="example:\n  ZSTACK_PASSWORD=... zstack-ticket soak http://10.0.0.5:8080 \\\n"
        "      --time 8h --report soak/",
        add_arguments=add_soak_arguments,
        run=soak,
    ),
}
