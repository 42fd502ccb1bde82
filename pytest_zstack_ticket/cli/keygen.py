"""`zstack-ticket keygen`: a key to sign with and a key to verify with."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from pytest_zstack_ticket.cli.command import Command, add_json, talk, write, write_json


def add_keygen_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `keygen`."""
    parser.add_argument(
        "name",
        metavar="NAME",
        nargs="?",
        default="zstack-ticket",
        help="what the files are called: NAME.key.pem, which stays secret, and NAME.pub.pem (zstack-ticket)",
    )
    add_json(parser)
    parser.add_argument("--lang", choices=("en", "zh"), help="language (default: from LC_ALL or LANG)")


def keygen(told: argparse.Namespace) -> int:
    """Write a new pair of keys; a file that exists is never overwritten. Raises KeyFileError."""
    from pytest_zstack_ticket.certify.keys import PASSPHRASE, new_key, store  # noqa: PLC0415 - help is fast
    from pytest_zstack_ticket.config.options import language  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.model.errors import KeyFileError  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.report.text.translations import wording  # noqa: PLC0415 - likewise

    words = wording().catalogues[told.lang or language()]["certificate"]
    passphrase = os.environ.get(PASSPHRASE, "")
    private, public = Path(f"{told.name}.key.pem"), Path(f"{told.name}.pub.pem")
    if public.exists():
        raise KeyFileError(f"{public} exists already; a key is never overwritten. Give another name.")
    key = new_key()
    store(private, key.pem(passphrase), mode=0o600)
    store(public, key.public.pem, mode=0o644)
    if told.json:
        files = {"private": str(private), "public": str(public)}
        write_json({"keyid": key.keyid, **files, "locked": bool(passphrase)})
    else:
        write(key.keyid)
    locked = words["key-locked" if passphrase else "key-open"].format(variable=PASSPHRASE)
    talk(words["key-made"].format(private=private, public=public, locked=locked))
    return 0


COMMANDS = (
    Command(
        name="keygen",
        help="make a key to sign with and a key to verify with",
        description="Write an Ed25519 key to sign with (PKCS 8, readable by you alone) and the key to verify with,\n"
        "and print the id of the key. If the variable ZSTACK_TICKET_PASSPHRASE is set, the first one is locked with\n"
        "it. Needs the extra `sign`. Exit status: 0 made, 4 usage.",
        example="example:\n  zstack-ticket keygen certifier",
        add_arguments=add_keygen_arguments,
        run=keygen,
    ),
)
