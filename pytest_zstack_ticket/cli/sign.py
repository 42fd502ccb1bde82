"""`zstack-ticket sign` and `countersign`: a statement about a bundle, and a further signature under it."""

from __future__ import annotations

import argparse
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_zstack_ticket.cli.command import Command, add_json, talk, write, write_json
from pytest_zstack_ticket.model.errors import SettingsError

if TYPE_CHECKING:
    from pytest_zstack_ticket.certify.keys import PrivateKey
    from pytest_zstack_ticket.certify.sign import Signing

NONCE = re.compile(r"[A-Za-z0-9._-]{8,64}")
LONGEST = 3660
"""Days, about ten years: no target stays the same for longer."""


def add_sign_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `sign`."""
    parser.add_argument("bundle", metavar="BUNDLE", type=Path, help="folder of --zstack-report, or a zip of it")
    parser.add_argument("--key", metavar="FILE", type=Path, required=True, help="the key to sign with")
    parser.add_argument("--days", type=int, default=365, help="how long it counts (365)")
    parser.add_argument("--nonce", default="", help="the certifier's word, if not that of --zstack-nonce")
    parser.add_argument("--replace", action="store_true", help="sign again what is signed already")
    add_json(parser)
    parser.add_argument("--lang", choices=("en", "zh"), help="language (default: from LC_ALL or LANG)")


def sign(told: argparse.Namespace) -> int:
    """Sign a bundle; the exit status is 1 if it contradicts itself. Raises UsageError or EvidenceError."""
    from datetime import UTC, datetime, timedelta  # noqa: PLC0415 - help is fast

    from pytest_zstack_ticket.certify.sign import sign_bundle  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.certify.statement import Terms  # noqa: PLC0415 - likewise

    if not 1 <= told.days <= LONGEST:
        raise SettingsError(f"--days: {told.days} is not between 1 and {LONGEST}; give a number of days.")
    since = datetime.now(UTC).replace(microsecond=0)
    terms = Terms(not_before=since, not_after=since + timedelta(days=told.days), nonce=checked_nonce(told.nonce))
    return _told(sign_bundle(told.bundle, _key(told), terms, replace=told.replace), told)


def add_countersign_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `countersign`."""
    parser.add_argument("bundle", metavar="BUNDLE", type=Path, help="a signed bundle: a folder, or a zip of it")
    parser.add_argument("--key", metavar="FILE", type=Path, required=True, help="the key to sign with")
    parser.add_argument(
        "--public-key", metavar="FILE", type=Path, action="append", default=[], help="who must have signed (repeat)"
    )
    parser.add_argument("--nonce", default="", help="the word that the certifier gave out")
    add_json(parser)
    parser.add_argument("--lang", choices=("en", "zh"), help="language (default: from LC_ALL or LANG)")


def countersign(told: argparse.Namespace) -> int:
    """Add a signature; the exit status is 1 if the bundle is not genuine. Raises UsageError or EvidenceError."""
    from datetime import UTC, datetime  # noqa: PLC0415 - help is fast

    from pytest_zstack_ticket.certify.keys import load_public  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.certify.rejudge import judge_bundle  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.certify.sign import countersign_bundle  # noqa: PLC0415 - likewise

    others = [load_public(path) for path in told.public_key]
    nonce, now = checked_nonce(told.nonce), datetime.now(UTC)
    done = countersign_bundle(
        told.bundle, _key(told), now=now, nonce=nonce, others=others, judge_again=lambda path: judge_bundle(path).report
    )
    if not others and not done.rejections:
        talk(_words(told)["others-unchecked"])
    return _told(done, told)


def checked_nonce(nonce: str) -> str:
    """Return a nonce that is none or can stand in a ticket's name as it is. Raises SettingsError."""
    if nonce and not NONCE.fullmatch(nonce):
        raise SettingsError("--nonce: give 8 to 64 letters, digits, dots, dashes or underscores.")
    return nonce


def _key(told: argparse.Namespace) -> PrivateKey:
    from pytest_zstack_ticket.certify.keys import PASSPHRASE, load_private, open_to_others  # noqa: PLC0415 - help is fast

    key = load_private(told.key, os.environ.get(PASSPHRASE, ""))
    if open_to_others(told.key):
        talk(_words(told)["key-readable"].format(path=told.key))
    return key


def _words(told: argparse.Namespace) -> dict[str, str]:
    from pytest_zstack_ticket.config.options import language  # noqa: PLC0415 - help is fast
    from pytest_zstack_ticket.report.text.translations import wording  # noqa: PLC0415 - likewise

    return dict(wording().catalogues[told.lang or language()]["certificate"])


def _told(done: Signing, told: argparse.Namespace) -> int:
    from pytest_zstack_ticket.certify.messages import claim_lines, rejection_lines, rejections_to_json  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.certify.sign import summary  # noqa: PLC0415 - help is fast
    from pytest_zstack_ticket.config.options import language  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.report.text.translations import wording  # noqa: PLC0415 - likewise

    lang, words = told.lang or language(), _words(told)
    claims = summary(done.statement) if done.statement else None
    if told.json:
        reasons = rejections_to_json(done.rejections, wording())
        write_json({"signed": not reasons, "reasons": reasons, "claims": claims, "signatures": list(done.signatures)})
    elif claims:
        for line in claim_lines(claims, wording(), lang):
            write(line)
    else:
        for line in rejection_lines(done.rejections, wording(), lang):
            write(line)
    talk(words["signed" if claims else "not-signed"].format(bundle=told.bundle, count=len(done.signatures)))
    return 0 if claims else 1


COMMANDS = (
    Command(
        name="sign",
        help="sign what a run came to",
        description="Write statement.dsse.json into a bundle: an in-toto statement about every file and the target,\n"
        "signed with Ed25519. A bundle that contradicts itself is not signed. Needs the extra `sign`.\n"
        "Exit status: 0 signed, 1 the bundle contradicts itself, 4 usage.",
        example="example:\n  zstack-ticket sign out/ --key certifier.key.pem --days 180 --nonce CERT-2027-014",
        add_arguments=add_sign_arguments,
        run=sign,
    ),
    Command(
        name="countersign",
        help="add a signature to a signed bundle",
        description="Verify a signed bundle but for your key, then add your signature to its envelope.\n"
        "Exit status: 0 signed, 1 the bundle is not genuine, 4 usage.",
        example="example:\n  zstack-ticket countersign out.zip --key lab.key.pem --public-key vendor.pub.pem",
        add_arguments=add_countersign_arguments,
        run=countersign,
    ),
)
