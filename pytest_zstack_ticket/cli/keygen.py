"""`zstack-ticket keygen`: a private key to sign with and a public key to verify with."""

from __future__ import annotations

import argparse
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pytest_zstack_ticket.certify.key_set import ROLES
from pytest_zstack_ticket.certify.keys import PASSPHRASE, PublicKey, new_key, store
from pytest_zstack_ticket.certify.statement import stamp
from pytest_zstack_ticket.certify.used_nonces import new_nonce
from pytest_zstack_ticket.cli.arguments import add_json, add_lang, days_of, language_of
from pytest_zstack_ticket.cli.command import Command
from pytest_zstack_ticket.cli.output import print_message, write_json, write_line
from pytest_zstack_ticket.model.errors import KeyFileError, SettingsError
from pytest_zstack_ticket.report.text.translations import translations

MOST_NONCES = 10_000


def add_keygen_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `keygen`."""
    parser.add_argument(
        "name",
        metavar="NAME",
        nargs="?",
        default="zstack-ticket",
        help="stem of the files NAME.key.pem, to keep secret, and NAME.pub.pem (default: zstack-ticket)",
    )
    parser.add_argument("--nonces", metavar="N", type=int, default=0, help="print N nonces for runs, and make no keys")
    parser.add_argument(
        "--role",
        metavar="ROLE",
        action="append",
        default=[],
        choices=ROLES,
        help=f"print the key's entry in a list for `keyset`; one of {', '.join(ROLES)} (repeatable)",
    )
    parser.add_argument("--owner", metavar="TEXT", default="", help="who owns the key, for its entry")
    parser.add_argument("--days", metavar="N", type=int, default=365, help="days of its entry (default: 365)")
    add_json(parser)
    add_lang(parser)


def keygen(arguments: argparse.Namespace) -> int:
    """Write a new pair of keys; a file that exists is never overwritten. Raises KeyFileError."""
    if arguments.nonces:
        return _nonces(arguments)
    if bool(arguments.role) != bool(arguments.owner):
        raise SettingsError("--role and --owner belong together: an entry says whose key it is.")
    if not arguments.owner.isprintable():
        raise SettingsError("--owner: write a name of printable characters.")
    days = days_of(arguments)
    words = translations().catalogues[language_of(arguments)]["certificate"]
    passphrase = os.environ.get(PASSPHRASE, "")
    private, public = Path(f"{arguments.name}.key.pem"), Path(f"{arguments.name}.pub.pem")
    if public.exists():
        raise KeyFileError(f"{public} already exists; keys are never overwritten. Give another name.")
    key = new_key()
    store(private, key.pem(passphrase), mode=0o600)
    store(public, key.public.pem, mode=0o644)
    if arguments.json:
        files = {"private": str(private), "public": str(public)}
        write_json({"keyid": key.keyid, **files, "locked": bool(passphrase)})
    else:
        write_line(_entry(key.public, arguments, days) if arguments.role else key.keyid)
    locked = words["key-locked" if passphrase else "key-open"].format(variable=PASSPHRASE)
    print_message(words["key-made"].format(private=private, public=public, locked=locked))
    return 0


def _entry(key: PublicKey, arguments: argparse.Namespace, days: int) -> str:
    """Write a key as an entry of a list for `keyset`; JSON texts are TOML texts too."""
    since = datetime.now(UTC).replace(microsecond=0)
    rows = {
        "public-key": key.pem.decode(),
        "owner": arguments.owner,
        "roles": sorted(set(arguments.role)),
        "from": stamp(since),
        "until": stamp(since + timedelta(days=days)),
    }
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in rows.items()]
    return "\n".join([f"[[key]] # {key.keyid}", *lines])


def _nonces(arguments: argparse.Namespace) -> int:
    if not 1 <= arguments.nonces <= MOST_NONCES:
        raise SettingsError(f"--nonces: {arguments.nonces} is not a number from 1 to {MOST_NONCES}.")
    made = [new_nonce() for _ in range(arguments.nonces)]
    if arguments.json:
        write_json({"nonces": made})
    else:
        for nonce in made:
            write_line(nonce)
    return 0


COMMANDS = {
    "keygen": Command(
        description="Write an Ed25519 private key (PKCS 8, readable by you alone) and its public key, and print the\n"
        "key id. If ZSTACK_TICKET_PASSPHRASE is set, the private key is encrypted with it. Needs the extra `sign`.\n"
        "With --role and --owner, print its entry for `keyset` instead.\n"
        "With --nonces, print nonces for a certifier to give out, one for each run, and make no keys.\n"
        "Exit status: 0 created, 4 usage.",
        example="example:\n  zstack-ticket keygen certifier",
        add_arguments=add_keygen_arguments,
        run=keygen,
    ),
}
