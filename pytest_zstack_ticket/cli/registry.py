"""`zstack-ticket registry`: the public list of certificates, as signed JSON and as pages."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from pytest_zstack_ticket.api.strict_json import parse
from pytest_zstack_ticket.artifacts.bundle import ENVELOPE
from pytest_zstack_ticket.certify.dsse import parse_envelope
from pytest_zstack_ticket.certify.keys import PASSPHRASE, PrivateKey, load_private, load_public
from pytest_zstack_ticket.certify.log_keys import load_log_key
from pytest_zstack_ticket.certify.messages import rejection_lines
from pytest_zstack_ticket.certify.registry import REGISTRY, entry_of, merged, withdraw
from pytest_zstack_ticket.certify.signed_list import read_signed_list, sign_list
from pytest_zstack_ticket.certify.strict_rejudge import judged_report
from pytest_zstack_ticket.certify.verify import Wanted, verify_bundle
from pytest_zstack_ticket.cli.arguments import add_json, add_lang, language_of
from pytest_zstack_ticket.cli.command import Command
from pytest_zstack_ticket.cli.output import print_message, write_json, write_line
from pytest_zstack_ticket.cli.trust import add_key_option, add_log_key, add_trust_arguments, trust_of
from pytest_zstack_ticket.config.atomic_write import write_atomically
from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.model.exchange import JsonObject
from pytest_zstack_ticket.report.html.registry_page import render_registry_page
from pytest_zstack_ticket.report.text.translations import translations

SIGNED = "registry.dsse.json"
PLAIN = "registry.json"
PAGES = {"en": "index.html", "zh": "index.zh.html"}
MOST_REASON = 500


def add_registry_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `registry`."""
    parser.add_argument(
        "bundles", metavar="BUNDLE", type=Path, nargs="*", help="signed bundle to list, or a folder of bundles"
    )
    parser.add_argument("--output", metavar="DIR", type=Path, required=True, help="folder of the registry")
    parser.add_argument("--key", metavar="FILE", type=Path, required=True, help="private key to sign the list with")
    add_key_option(parser, "--registry-key", "public key that the list was signed with before (default: that of --key)")
    add_trust_arguments(parser)
    add_log_key(parser)
    parser.add_argument("--withdraw", metavar="NUMBER", default="", help="withdraw a listed certificate, for good")
    parser.add_argument("--reason", metavar="TEXT", default="", help="why it is withdrawn")
    add_json(parser)
    add_lang(parser)


def registry(arguments: argparse.Namespace) -> int:
    """List bundles; the exit status is 1, and nothing is written, if one is not genuine. Raises UsageError."""
    if bool(arguments.withdraw) != bool(arguments.reason) or len(arguments.reason) > MOST_REASON:
        raise SettingsError(f"--withdraw NUMBER and --reason TEXT belong together; at most {MOST_REASON} characters.")
    if not arguments.bundles and not arguments.withdraw:
        raise SettingsError("name bundles to list, or --withdraw NUMBER.")
    now = datetime.now(UTC)
    key = load_private(arguments.key, os.environ.get(PASSPHRASE, ""))
    listed = _earlier(arguments, key, now)
    new = _verified(arguments, now) if arguments.bundles else []
    if new is None:
        return 1
    listed = merged(listed, new)
    if arguments.withdraw:
        listed = withdraw(listed, arguments.withdraw, arguments.reason, now)
    _write(arguments.output, sign_list(REGISTRY, {"certificate": listed}, key, now))
    gone = sum(bool(one["withdrawn"]) for one in listed)
    if arguments.json:
        write_json({"keyid": key.keyid, "certificates": len(listed), "withdrawn": gone})
    words = translations().catalogues[language_of(arguments)]["registry"]
    print_message(words["written"].format(folder=arguments.output, count=len(listed), withdrawn=gone))
    return 0


def _earlier(arguments: argparse.Namespace, key: PrivateKey, now: datetime) -> Sequence[JsonObject]:
    """Return what the registry lists already."""
    path = arguments.output / SIGNED
    if not path.exists():
        return []
    keys = [key.public, *map(load_public, arguments.registry_key)]
    found: Sequence[JsonObject] = read_signed_list(path, REGISTRY, keys, now).value["certificate"]
    return found


def _verified(arguments: argparse.Namespace, now: datetime) -> list[JsonObject] | None:
    """Return the entries of the bundles; None, with the reasons written, if one is not genuine."""
    trust = trust_of(arguments)
    logs = tuple(map(load_log_key, arguments.log_key))
    wanted = Wanted(keys=trust.keys, key_set=trust.key_set, since=now, until=now, logs=logs)
    entries, genuine = [], True
    for path in _bundles(arguments.bundles):
        found = verify_bundle(path, wanted, judge_again=judged_report)
        if found.genuine:
            entries.append(entry_of(found))
        genuine &= found.genuine
        for line in rejection_lines(found.rejections, translations(), language_of(arguments)):
            write_line(f"{path}: {line}")
    return entries if genuine else None


def _bundles(paths: Sequence[Path]) -> Iterator[Path]:
    """Find the bundles: a folder without a statement is a folder of bundles."""
    for path in paths:
        if not path.is_dir() or (path / ENVELOPE).exists():
            yield path
            continue
        inside = [one for one in sorted(path.iterdir()) if (one / ENVELOPE).is_file() or one.suffix == ".zip"]
        if not inside:
            raise SettingsError(f"{path} holds no signed bundle.")
        yield from inside


def _write(folder: Path, text: bytes) -> None:
    """Write the list and its pages, the signed file last: what names it is there when it changes."""
    payload = parse_envelope(text).payload
    document = parse(payload)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(folder / PLAIN, payload + b"\n")
        for lang, name in PAGES.items():
            write_atomically(folder / name, render_registry_page(document, translations(), lang))
        write_atomically(folder / SIGNED, text)
    except OSError as error:
        raise SettingsError(f"--output: {folder} cannot be written ({error.strerror}). Name another folder.") from error


COMMANDS = {
    "registry": Command(
        description="List verified certificates in a folder for a web server: registry.dsse.json (signed, for\n"
        "`verify --registry`), registry.json (the same, unsigned), index.html and index.zh.html. A list that is there\n"
        "is added to. --withdraw marks a certificate for good. Needs the extra `sign`.\n"
        "Exit status: 0 written, 1 a bundle is not genuine and nothing was written, 4 usage.",
        example="example:\n"
        "  zstack-ticket registry report.zip --public-key certifier.pub.pem \\\n"
        "      --key certifier.key.pem --output site\n"
        "  zstack-ticket registry --withdraw ZT-2027-5D0A6B9C1E2F \\\n"
        "      --reason 'other target' --key certifier.key.pem --output site",
        add_arguments=add_registry_arguments,
        run=registry,
    ),
}
