"""`zstack-ticket advise`: sign a list of requirements that are known to be wrong, for `verify --advisories`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from pytest_zstack_ticket.cli.command import Command, add_json, talk, write_json
from pytest_zstack_ticket.model.errors import AdvisoryError


def add_advise_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `advise`."""
    parser.add_argument("list", metavar="LIST", type=Path, help="a TOML file of advisories")
    parser.add_argument("--key", metavar="FILE", type=Path, required=True, help="the key to sign with")
    parser.add_argument("--output", metavar="FILE", default="-", help="the signed file, - for stdout (-)")
    add_json(parser)


def advise(told: argparse.Namespace) -> int:
    """Check a list of advisories and sign it. Raises AdvisoryError and KeyFileError."""
    from datetime import UTC, datetime  # noqa: PLC0415 - help is fast

    from pytest_zstack_ticket.certify.advisories import signed, written  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.certify.keys import PASSPHRASE, load_private  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.config.catalogue import catalogue  # noqa: PLC0415 - likewise

    advisories = written(told.list)
    key = load_private(told.key, os.environ.get(PASSPHRASE, ""))
    text = signed(advisories, key, datetime.now(UTC))
    known = {row.id for row in catalogue()}
    named = sorted({one for row in advisories["advisory"] for one in row["requirements"]})
    for one in named:
        if one not in known:
            talk(f"{told.list}: {one} is no requirement of this version; other versions may have it.")
    if told.json and told.output == "-":
        raise AdvisoryError("--json tells what was written: name the signed file with --output.")
    _deliver(text, told.output)
    if told.json:
        write_json({"keyid": key.keyid, "advisories": len(advisories["advisory"]), "requirements": named})
    talk(f"{len(advisories['advisory'])} advisories about {len(named)} requirements are signed by {key.keyid}.")
    return 0


def _deliver(text: bytes, output: str) -> None:
    if output == "-":
        sys.stdout.buffer.write(text)
        return
    try:
        Path(output).write_bytes(text)
    except OSError as error:
        raise AdvisoryError(f"{output} cannot be written: {error.strerror}. Name another with --output.") from error


COMMANDS = (
    Command(
        name="advise",
        help="sign a list of requirements that are known to be wrong",
        description="Check a TOML list of advisories and sign it, so that `verify --advisories` can say which lines\n"
        "of a certificate should not be believed. Needs the extra `sign`. Exit status: 0 signed, 4 usage.",
        example="example:\n  zstack-ticket advise list.toml --key publisher.key.pem --output advisories.dsse.json",
        add_arguments=add_advise_arguments,
        run=advise,
    ),
)
