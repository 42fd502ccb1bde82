"""`zstack-ticket serve`: the runs of a folder as a read-only web application."""

from __future__ import annotations

import argparse
import ipaddress
import socket
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from pytest_zstack_ticket.certify.keys import load_public
from pytest_zstack_ticket.cli.arguments import add_json, add_lang, language_of
from pytest_zstack_ticket.cli.command import Command
from pytest_zstack_ticket.cli.output import print_message, write_json
from pytest_zstack_ticket.cli.trust import add_key_option
from pytest_zstack_ticket.model.errors import SettingsError, UsageError
from pytest_zstack_ticket.report.text.translations import translations


def add_serve_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `serve`."""
    parser.add_argument(
        "folder", metavar="FOLDER", type=Path, help="folder with reports of runs and loads, at any depth"
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port",
        type=int,
        default=8090,
        metavar="N",
        help="port to listen on, 0 for any free one (default: %(default)s)",
    )
    parser.add_argument(
        "--allow-others",
        metavar="NAME",
        action="append",
        default=[],
        help="listen for other machines too, that ask for this host name (repeatable)",
    )
    add_key_option(parser, "--public-key", "public key that certificates must be signed with (repeatable)")
    add_json(parser)
    add_lang(parser)


def serve(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl-C. Raises UsageError."""
    if find_spec("starlette") is None or find_spec("uvicorn") is None:
        raise UsageError("This needs Starlette and uvicorn: pip install 'pytest-zstack-ticket[serve]'.")
    _check(arguments)
    import uvicorn  # noqa: PLC0415 - it is an extra

    from pytest_zstack_ticket.serve.app import LOOPBACK, make_app  # noqa: PLC0415 - likewise

    keys = [load_public(path) for path in arguments.public_key]
    hosts = (*LOOPBACK, *arguments.allow_others)
    app = make_app(arguments.folder, lang=language_of(arguments), keys=keys, hosts=hosts)
    listening = _listening(arguments.host, arguments.port)
    url = f"http://{_shown(arguments.host)}:{listening.getsockname()[1]}/"
    if arguments.json:
        write_json({"url": url, "folder": str(arguments.folder)})
        sys.stdout.flush()
    print_message(
        translations().catalogues[language_of(arguments)]["serve"]["listening"].format(folder=arguments.folder, url=url)
    )
    settings = uvicorn.Config(app, log_level="warning", server_header=False)
    with suppress(KeyboardInterrupt):  # it raises it again once all is closed
        uvicorn.Server(settings).run(sockets=[listening])
    return 0


def _listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens, before anything is said about it. Raises SettingsError."""
    if not 0 <= port < 1 << 16:
        raise SettingsError(f"--port {port}: a port is a number from 0 to 65535.")
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return socket.create_server(address[:2], family=family)
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise SettingsError(f"cannot listen on {host} port {port}: {why}. Name another --host or --port.") from error


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _check(arguments: argparse.Namespace) -> None:
    """See that there is a folder, and that other machines are meant to be served if they would be."""
    if not arguments.folder.is_dir():
        raise SettingsError(f"{arguments.folder} is not a folder. Name one with reports of runs.")
    try:
        here = ipaddress.ip_address(arguments.host).is_loopback
    except ValueError:
        here = arguments.host == "localhost"
    if not here and not arguments.allow_others:
        raise SettingsError(
            f"--host {arguments.host} would show these runs to other machines, without a login. "
            "Add --allow-others NAME with the host name that they ask for."
        )


COMMANDS = {
    "serve": Command(
        description="Show the runs and loads of a folder in a browser: history, comparison of any two, pages,\n"
        "certificates. It changes nothing, shows no evidence, and listens to this machine only unless told otherwise.\n"
        "Needs the extra [serve]. Exit status: 0 stopped, 4 usage.",
        example="example:\n  zstack-ticket serve reports/ --public-key certifier.pub",
        add_arguments=add_serve_arguments,
        run=serve,
    ),
}
