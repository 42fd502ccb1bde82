"""`zstack-ticket advise`: sign a list of requirements that are known to be wrong, for `verify --advisories`."""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime
from pathlib import Path

from pytest_zstack_ticket.certify.advisories import ADVISORIES, written
from pytest_zstack_ticket.certify.keys import PASSPHRASE, load_private
from pytest_zstack_ticket.certify.signed_list import sign_list
from pytest_zstack_ticket.cli.arguments import add_json, add_lang, require_named_output, say
from pytest_zstack_ticket.cli.command import Command
from pytest_zstack_ticket.cli.output import open_output, print_message, write_json
from pytest_zstack_ticket.config.catalogue import catalogue


def add_advise_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `advise`."""
    parser.add_argument("list", metavar="LIST", type=Path, help="a TOML file of advisories")
    parser.add_argument("--key", metavar="FILE", type=Path, required=True, help="private key to sign with")
    parser.add_argument("--output", metavar="FILE", default="-", help="signed file, - for stdout (default: -)")
    add_json(parser)
    add_lang(parser)


def advise(arguments: argparse.Namespace) -> int:
    """Check a list of advisories and sign it. Raises AdvisoryError, KeyFileError and SettingsError."""
    advisories = written(arguments.list)
    key = load_private(arguments.key, os.environ.get(PASSPHRASE, ""))
    text = sign_list(ADVISORIES, advisories, key, datetime.now(UTC))
    known = {row.id for row in catalogue()}
    named = sorted({one for row in advisories["advisory"] for one in row["requirements"]})
    for one in named:
        if one not in known:
            print_message(say(arguments, "advised-unknown", list=arguments.list, id=one))
    require_named_output(arguments, arguments.output)
    with open_output(arguments.output) as file:
        file.write(text)
    if arguments.json:
        write_json({"keyid": key.keyid, "advisories": len(advisories["advisory"]), "requirements": named})
    counts = {"count": len(advisories["advisory"]), "requirements": len(named)}
    print_message(say(arguments, "advised", **counts, keyid=key.keyid))
    return 0


COMMANDS = {
    "advise": Command(
        description="Check a TOML list of advisories and sign it, so that `verify --advisories` can report which\n"
        "lines of a certificate should not be relied on. Needs the extra `sign`. Exit status: 0 signed, 4 usage.",
        example="example:\n  zstack-ticket advise list.toml --key publisher.key.pem \\\n"
        "      --output advisories.dsse.json",
        add_arguments=add_advise_arguments,
        run=advise,
    ),
}
