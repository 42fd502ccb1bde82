"""`zstack-ticket sign` and `countersign`: a signed statement about a bundle, and further signatures on it."""

from __future__ import annotations

import argparse
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pytest_zstack_ticket.certify.judged_again import is_known
from pytest_zstack_ticket.certify.keys import PASSPHRASE, PrivateKey, load_private, load_public, open_to_others
from pytest_zstack_ticket.certify.messages import claim_lines, rejection_lines, rejections_to_json, uncompared_lines
from pytest_zstack_ticket.certify.sign import Signing, countersign_bundle, sign_bundle, summary
from pytest_zstack_ticket.certify.statement import Terms, like_drawn
from pytest_zstack_ticket.certify.strict_rejudge import judged_report
from pytest_zstack_ticket.certify.timestamps import TimeStamper, time_stamper
from pytest_zstack_ticket.cli.arguments import BUNDLE, add_json, add_lang, add_nonce, days_of, language_of, nonce_of
from pytest_zstack_ticket.cli.command import Command
from pytest_zstack_ticket.cli.output import print_message, write_json, write_line
from pytest_zstack_ticket.cli.trust import Trust, add_key_option, add_witness_arguments
from pytest_zstack_ticket.config.policy_file import load_policy
from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.report.text.translations import translations

NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
NUMBER_FORM = "1 to 64 letters, digits, dots, dashes or underscores, the first a letter or digit"


def add_sign_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `sign`."""
    parser.add_argument("bundle", metavar="BUNDLE", type=Path, help=BUNDLE)
    parser.add_argument("--key", metavar="FILE", type=Path, required=True, help="private key to sign with")
    parser.add_argument("--days", metavar="N", type=int, default=365, help="days of validity (default: 365)")
    add_nonce(parser, "certifier's nonce (default: that of --zstack-nonce)")
    parser.add_argument("--policy", metavar="NAME|FILE", default="", help="certification policy to meet")
    parser.add_argument("--number", metavar="NUMBER", default="", help="certificate number (default: drawn)")
    parser.add_argument("--replace", action="store_true", help="replace an existing signature")
    _add_timestamp(parser)
    add_witness_arguments(parser)
    add_json(parser)
    add_lang(parser)


def _add_timestamp(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--timestamp", metavar="URL", default="", help="time-stamping authority (RFC 3161) to ask when it was signed"
    )


def _stamper(arguments: argparse.Namespace) -> TimeStamper | None:
    return time_stamper(arguments.timestamp) if arguments.timestamp else None


def sign(arguments: argparse.Namespace) -> int:
    """Sign a bundle; the exit status is 1 if it contradicts itself. Raises UsageError or EvidenceError."""
    since = datetime.now(UTC).replace(microsecond=0)
    policy = load_policy(arguments.policy) if arguments.policy else None
    until = since + timedelta(days=days_of(arguments))
    terms = Terms(
        not_before=since, not_after=until, nonce=nonce_of(arguments), policy=policy, number=_number(arguments)
    )
    key = _key(arguments)
    trust = Trust(keys=(key.public,), key_set=None)
    done = sign_bundle(
        arguments.bundle,
        key,
        terms,
        judge_again=judged_report,
        replace=arguments.replace,
        stamper=_stamper(arguments),
        witness=trust.read_witness(arguments.witness, arguments.witness_key),
    )
    return _report(done, arguments)


def _number(arguments: argparse.Namespace) -> str:
    number: str = arguments.number
    if number and not NUMBER.fullmatch(number):
        raise SettingsError(f"--number: {number!r} is not a number; write {NUMBER_FORM}.")
    if like_drawn(number):
        raise SettingsError(f"--number: {number!r} reads like a drawn number; write another, or leave --number out.")
    return number


def add_countersign_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `countersign`."""
    parser.add_argument("bundle", metavar="BUNDLE", type=Path, help="a signed bundle: a folder, or a zip of it")
    parser.add_argument("--key", metavar="FILE", type=Path, required=True, help="private key to sign with")
    add_key_option(parser, "--public-key", "public key of an earlier signer, required to have signed (repeatable)")
    add_nonce(parser, "the nonce that the certifier gave out")
    _add_timestamp(parser)
    add_json(parser)
    add_lang(parser)


def countersign(arguments: argparse.Namespace) -> int:
    """Add a signature; the exit status is 1 if the bundle is not genuine. Raises UsageError or EvidenceError."""
    others = [load_public(path) for path in arguments.public_key]
    done = countersign_bundle(
        arguments.bundle,
        _key(arguments),
        now=datetime.now(UTC),
        nonce=nonce_of(arguments),
        others=others,
        judge_again=judged_report,
        stamper=_stamper(arguments),
    )
    if not others and not done.rejections:
        print_message(_words(arguments)["others-unchecked"])
    return _report(done, arguments)


def _key(arguments: argparse.Namespace) -> PrivateKey:
    key = load_private(arguments.key, os.environ.get(PASSPHRASE, ""))
    if open_to_others(arguments.key):
        print_message(_words(arguments)["key-readable"].format(path=arguments.key))
    return key


def _words(arguments: argparse.Namespace) -> dict[str, str]:
    return dict(translations().catalogues[language_of(arguments)]["certificate"])


def _report(done: Signing, arguments: argparse.Namespace) -> int:
    """Write what was signed, or why nothing was; return the exit status."""
    lang, words = language_of(arguments), _words(arguments)
    claims = summary(done.statement) if done.statement else None
    if arguments.json:
        reasons = rejections_to_json(done.rejections, translations())
        document = {"signed": not reasons, "reasons": reasons, "claims": claims, "signatures": list(done.signatures)}
        write_json({**document, "uncompared": list(done.uncompared)})
    elif claims:
        for line in claim_lines(claims, translations(), lang):
            write_line(line)
        if claims["nonce"] and not nonce_of(arguments):
            write_line(words["nonce-uncompared"])
        if not is_known(claims["suite"]):
            write_line(words["other-version"])
        for line in uncompared_lines(done.uncompared, translations(), lang):
            write_line(line)
    else:
        for line in rejection_lines(done.rejections, translations(), lang):
            write_line(line)
    outcome = words["signed" if claims else "not-signed"]
    print_message(outcome.format(bundle=arguments.bundle, count=len(done.signatures)))
    return 0 if claims else 1


COMMANDS = {
    "sign": Command(
        description="Write statement.dsse.json into a bundle: an in-toto statement about every file and the target,\n"
        "signed with Ed25519. A bundle that contradicts itself is not signed. Needs the extra `sign`.\n"
        "Only --timestamp uses the network. Exit status: 0 signed, 1 the bundle contradicts itself, 4 usage.",
        example="example:\n  zstack-ticket sign out/ --key certifier.key.pem \\\n"
        "      --days 180 --nonce CERT-2027-014",
        add_arguments=add_sign_arguments,
        run=sign,
    ),
    "countersign": Command(
        description="Verify a signed bundle, then add your signature to its envelope.\n"
        "Exit status: 0 signed, 1 the bundle is not genuine, 4 usage.",
        example="example:\n  zstack-ticket countersign out.zip --key lab.key.pem \\\n      --public-key vendor.pub.pem",
        add_arguments=add_countersign_arguments,
        run=countersign,
    ),
}
