"""`zstack-ticket keyset`: sign a list of keys with roles and validity, for `verify --keys`."""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime
from pathlib import Path

from pytest_zstack_ticket.certify.key_set import KEY_SET, written_keys
from pytest_zstack_ticket.certify.keys import PASSPHRASE, load_private
from pytest_zstack_ticket.certify.signed_list import sign_list
from pytest_zstack_ticket.cli.arguments import add_json, add_lang, language_of, require_named_output
from pytest_zstack_ticket.cli.command import Command
from pytest_zstack_ticket.cli.output import open_output, print_message, write_json
from pytest_zstack_ticket.report.text.translations import translations


def add_keyset_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `keyset`."""
    parser.add_argument("list", metavar="LIST", type=Path, help="a TOML file of keys; `keygen --role` prints entries")
    parser.add_argument("--key", metavar="FILE", type=Path, required=True, help="private key to sign the set with")
    parser.add_argument("--output", metavar="FILE", default="-", help="signed file, - for stdout (default: -)")
    add_json(parser)
    add_lang(parser)


def keyset(arguments: argparse.Namespace) -> int:
    """Check a list of keys and sign it. Raises KeyFileError and SettingsError."""
    listed = written_keys(arguments.list)
    key = load_private(arguments.key, os.environ.get(PASSPHRASE, ""))
    require_named_output(arguments, arguments.output)
    with open_output(arguments.output) as file:
        file.write(sign_list(KEY_SET, listed, key, datetime.now(UTC)))
    count = len(listed["key"])
    if arguments.json:
        write_json({"keyid": key.keyid, "keys": count})
    words = translations().catalogues[language_of(arguments)]["certificate"]
    print_message(words["keys-signed"].format(count=count, keyid=key.keyid))
    return 0


COMMANDS = {
    "keyset": Command(
        description="Check a TOML list of keys with owner, roles, validity, successor and revocation, and sign it, so\n"
        "that `verify --keys` knows which key may sign what, and when. Needs the extra `sign`.\n"
        "Exit status: 0 signed, 4 usage.",
        example="example:\n  zstack-ticket keyset keys.toml --key root.key.pem --output keys.dsse.json",
        add_arguments=add_keyset_arguments,
        run=keyset,
    ),
}
