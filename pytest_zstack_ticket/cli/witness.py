"""`zstack-ticket witness`: stand between a run and its target, and record what passes, signed."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import ssl
import sys
import time
from contextlib import suppress
from dataclasses import fields
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from pytest_zstack_ticket.certify.keys import PASSPHRASE, PrivateKey, load_private
from pytest_zstack_ticket.certify.witness_record import RecordWriter
from pytest_zstack_ticket.cli.arguments import add_json, add_lang, language_of
from pytest_zstack_ticket.cli.command import Command
from pytest_zstack_ticket.cli.output import print_message, write_json
from pytest_zstack_ticket.config.options import parsed_duration
from pytest_zstack_ticket.model.errors import EvidenceError, SettingsError
from pytest_zstack_ticket.model.quotas import FOREIGN
from pytest_zstack_ticket.report.text.translations import translations
from pytest_zstack_ticket.witness.relay import Relay, Route

PORTS = {"http": 80, "https": 443}
MOST_PORT = 65535


def add_witness_command_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `witness`."""
    parser.add_argument(
        "--listen", metavar="HOST:PORT", required=True, help="address to listen on; port 0 is any free one"
    )
    parser.add_argument("--target", metavar="URL", required=True, help="the target that everything is passed on to")
    parser.add_argument("--key", metavar="FILE", type=Path, required=True, help="private key to sign the record with")
    parser.add_argument(
        "--output",
        metavar="FILE",
        type=Path,
        default=Path("witness.jsonl.gz"),
        help="the record, a new file (default: %(default)s)",
    )
    parser.add_argument("--for", metavar="TIME", dest="time", default="", help="end by itself after 60s, 10m or 1h")
    parser.add_argument("--ca", metavar="FILE", type=Path, help="PEM file with the CA of the target")
    parser.add_argument(
        "--certificate", metavar="FILE", type=Path, help="PEM file with a certificate and its key: listen with TLS"
    )
    parser.add_argument("--allow-others", action="store_true", help="listen for other machines too")
    parser.add_argument(
        "--consent", metavar="HOST", help="the target's host, if runs of this machine may test that other machine"
    )
    add_json(parser)
    add_lang(parser)


def witness(arguments: argparse.Namespace) -> int:
    """Pass on and record until Ctrl-C, SIGTERM or the end of `--for`. Raises UsageError and EvidenceError."""
    seconds = parsed_duration("--for", arguments.time) if arguments.time else None
    route = _route(arguments)
    key = load_private(arguments.key, os.environ.get(PASSPHRASE, ""))
    record = RecordWriter(arguments.output, target=arguments.target, started=time.time())
    relay = Relay(route, record.add)
    words = dict(translations().catalogues[language_of(arguments)]["witness"])
    try:
        asyncio.run(_serve(relay, arguments, words, seconds))
    except OSError as error:
        record.drop()
        raise SettingsError(f"--listen: cannot listen on {arguments.listen}: {error.strerror or error}.") from error
    return _end(record, relay, key, arguments, words)


async def _serve(relay: Relay, arguments: argparse.Namespace, words: dict[str, str], seconds: float | None) -> None:
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):
        # where the loop cannot, Ctrl-C is a KeyboardInterrupt
        with suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(one, relay.stop)
    await relay.serve(lambda port: _announce(port, arguments, words), seconds)


def _announce(port: int, arguments: argparse.Namespace, words: dict[str, str]) -> None:
    """Say where to point the run, with the path of the target's URL."""
    host, _ = _address(arguments.listen)
    target = urlsplit(arguments.target)
    scheme = "https" if arguments.certificate else "http"
    shown = f"[{host}]" if ":" in host else host
    url = f"{scheme}://{shown}:{port}{target.path.rstrip('/')}"
    if arguments.json:
        write_json({"url": url, "target": arguments.target, "record": str(arguments.output)})
        sys.stdout.flush()
    print_message(words["listening"].format(url=url, target=arguments.target))
    if _is_loopback(host) and not _is_loopback(target.hostname or ""):
        print_message(words["taken-for-local"].format(options=_limits()))


def _limits() -> str:
    """Return the options that give a run the limits of a remote target."""
    values = {f"--zstack-max-{one.name}": getattr(FOREIGN, one.name) for one in fields(FOREIGN)}
    return " ".join(f"{name}={value:.0f}" for name, value in values.items() if value is not None)


def _end(
    record: RecordWriter, relay: Relay, key: PrivateKey, arguments: argparse.Namespace, words: dict[str, str]
) -> int:
    """Sign the record and say what is in it. Raises EvidenceError if it cannot be written."""
    now = datetime.now(UTC)
    try:
        if relay.failed is not None:
            raise relay.failed
        root = record.close(
            key, ended=time.time(), now=now, salt=relay.recording.salt, certificates=sorted(relay.certificates)
        )
    except OSError as error:
        raise EvidenceError(
            f"{record.path} cannot be written, so it is not signed: {error.strerror or error}."
        ) from error
    if arguments.json:
        write_json({"record": str(record.path), "exchanges": record.count, "root": root, "keyid": key.keyid})
    print_message(words["ended"].format(count=record.count, path=record.path, keyid=key.keyid, root=root))
    return 0


def _route(arguments: argparse.Namespace) -> Route:
    """Return where to listen and where to pass on. Raises SettingsError."""
    host, port = _address(arguments.listen)
    if not _is_loopback(host) and not arguments.allow_others:
        raise SettingsError(
            f"--listen {arguments.listen} would let other machines reach the target through this one. "
            "Listen on 127.0.0.1, or add --allow-others."
        )
    try:
        target = urlsplit(arguments.target)
        far = (target.hostname or "", target.port or PORTS.get(target.scheme, 0))
    except ValueError as error:
        raise SettingsError(
            f"--target: {arguments.target!r} is not a URL ({error}); write http://cloud:8080."
        ) from error
    if target.scheme not in PORTS or not far[0] or target.query or target.fragment or target.username is not None:
        raise SettingsError(
            f"--target: {arguments.target!r} is not the URL of a target; write it as https://cloud:8080/zstack."
        )
    if _is_loopback(host) and not _is_loopback(far[0]) and arguments.consent != far[0]:
        raise SettingsError(
            f"--target {arguments.target}: a run takes the address of this witness for one of its own machine and asks "
            f"for no consent. If you are allowed to test {far[0]}, add --consent {far[0]}."
        )
    return Route(
        listen=(host, port),
        target=far,
        tls=_tls(arguments.ca) if target.scheme == "https" else None,
        own_tls=_own_tls(arguments.certificate) if arguments.certificate else None,
    )


def _address(text: str) -> tuple[str, int]:
    """Return host and port. Raises SettingsError."""
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not (port.isascii() and port.isdigit() and int(port) <= MOST_PORT):
        raise SettingsError(f"--listen: {text!r} is not an address; write it as 127.0.0.1:9080.")
    return host, int(port)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _tls(ca: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(ca) if ca else None)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(f"--ca {ca}: {error}. Give a PEM file with the CA's certificate.") from error


def _own_tls(path: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(path, password=lambda: "")
    except (OSError, ssl.SSLError, ValueError) as error:
        raise SettingsError(
            f"--certificate {path}: {error}. Give a PEM file with a certificate and its key, without a passphrase."
        ) from error
    return context


COMMANDS = {
    "witness": Command(
        description="Stand between a run and its target: pass every byte on as it is, and record digests of each\n"
        "exchange, no secrets. At its end (Ctrl-C, SIGTERM or --for) the record is signed, for `verify --witness`.\n"
        "Needs the extra `sign`. Exit status: 0 recorded and signed, 4 usage, or the record cannot be written.",
        example="example:\n  zstack-ticket witness --listen 127.0.0.1:9080 \\\n"
        "      --target https://cloud:8080/zstack --key witness.key.pem",
        add_arguments=add_witness_command_arguments,
        run=witness,
    ),
}
