"""`zstack-ticket attach`: the entry of a transparency log, kept beside the signature that it holds."""

from __future__ import annotations

import argparse
from pathlib import Path

from pytest_zstack_ticket.certify.attach import attach_entry
from pytest_zstack_ticket.certify.log_entry import load_entry
from pytest_zstack_ticket.certify.log_keys import load_log_key
from pytest_zstack_ticket.certify.messages import logged_claims
from pytest_zstack_ticket.cli.arguments import add_json, add_lang, language_of
from pytest_zstack_ticket.cli.command import Command
from pytest_zstack_ticket.cli.output import write_json, write_line
from pytest_zstack_ticket.cli.trust import add_log_key
from pytest_zstack_ticket.report.text.translations import translations


def add_attach_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `attach`."""
    parser.add_argument("bundle", metavar="BUNDLE", type=Path, help="a signed bundle: a folder, or a zip of it")
    parser.add_argument(
        "--log-entry", metavar="FILE", type=Path, required=True, help="entry of a transparency log, as JSON"
    )
    add_log_key(parser, required=True)
    add_json(parser)
    add_lang(parser)


def attach(arguments: argparse.Namespace) -> int:
    """Keep an entry beside the signatures that it holds. Raises UsageError or EvidenceError."""
    keys = tuple(map(load_log_key, arguments.log_key))
    found = attach_entry(arguments.bundle, load_entry(arguments.log_entry), keys)
    if arguments.json:
        write_json([{"signer": one.signer, **logged_claims(one)} for one in found])
        return 0
    words = translations().catalogues[language_of(arguments)]["certificate"]
    for one in found:
        write_line(words["attached"].format(signer=one.signer, **logged_claims(one)))
    return 0


COMMANDS = {
    "attach": Command(
        description="Keep the entry of a transparency log (Rekor, kind dsse) beside the signature that it holds, once\n"
        "it was checked without a network. `verify --log-key` checks it again. Needs the extra `sign`.\n"
        "Exit status: 0 attached, 4 it is no entry of that log about a signature of the bundle, or usage.",
        example="example:\n  zstack-ticket attach report/ --log-entry entry.json --log-key rekor.pub.pem",
        add_arguments=add_attach_arguments,
        run=attach,
    ),
}
