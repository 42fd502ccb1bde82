"""`zstack-ticket verify`: is a bundle genuine. Needs the bundle, a public key, and no network."""

from __future__ import annotations

import argparse
from dataclasses import asdict, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from pytest_zstack_ticket.certify.advisories import ADVISORIES
from pytest_zstack_ticket.certify.key_set import PUBLISHER, KeySet, read_key_set, read_published
from pytest_zstack_ticket.certify.keys import PublicKey, load_public
from pytest_zstack_ticket.certify.messages import advised_lines, claim_lines, rejection_lines, rejections_to_json
from pytest_zstack_ticket.certify.rejudge import judge_bundle
from pytest_zstack_ticket.certify.sign import summary
from pytest_zstack_ticket.certify.signed_list import read_signed_list
from pytest_zstack_ticket.certify.statement import extension
from pytest_zstack_ticket.certify.summary_attestation import verification_summary
from pytest_zstack_ticket.certify.used_nonces import spend
from pytest_zstack_ticket.certify.verify import Verification, Wanted, verify_bundle
from pytest_zstack_ticket.cli.arguments import add_json, add_lang, add_nonce, language_of, nonce_of
from pytest_zstack_ticket.cli.command import Command
from pytest_zstack_ticket.cli.output import print_message, write_json, write_line
from pytest_zstack_ticket.config.policy_file import load_policy
from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.model.exchange import JsonObject
from pytest_zstack_ticket.report.text.columns import visible
from pytest_zstack_ticket.report.text.translations import translations

DOUBTED = 14
"""Exit status for a genuine bundle with a line that an advisory casts doubt on."""


def add_verify_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `verify`."""
    parser.add_argument("bundle", metavar="BUNDLE", type=Path, help="a signed bundle: a folder, or a zip of it")
    parser.add_argument(
        "--public-key",
        metavar="FILE",
        type=Path,
        action="append",
        default=[],
        help="public key of a required signer (repeatable: each must have signed)",
    )
    parser.add_argument(
        "--keys", metavar="FILE", type=Path, help="signed key set of `keyset`: a certifier must have signed"
    )
    parser.add_argument(
        "--keys-key",
        metavar="FILE",
        type=Path,
        action="append",
        default=[],
        help="public key of an accepted publisher of the key set (repeatable)",
    )
    parser.add_argument("--at", metavar="DATE", default="", help="day or time to verify for (default: now)")
    add_nonce(parser, "the nonce that the certifier gave out")
    parser.add_argument(
        "--used-nonces", metavar="FILE", type=Path, help="list of nonces that were used; that of a new run is added"
    )
    parser.add_argument("--policy", metavar="NAME|FILE", default="", help="certification policy to meet")
    parser.add_argument(
        "--advisories", metavar="FILE", type=Path, help="signed advisories of `advise`: known defects of suites"
    )
    parser.add_argument(
        "--advisory-key",
        metavar="FILE",
        type=Path,
        action="append",
        default=[],
        help="public key of an accepted publisher of advisories (repeatable; default: the --public-key files, or the "
        "publishers of --keys)",
    )
    add_json(parser)
    add_lang(parser)


def verify(arguments: argparse.Namespace) -> int:
    """Report whether a bundle is genuine: 0 if it is, 1 if not. Raises UsageError."""
    since, until = moment(arguments.at, datetime.now(UTC))
    key_set = _key_set(arguments)
    keys = {key.keyid: key for key in map(load_public, arguments.public_key)}
    advisories = _advisories(arguments, tuple(keys.values()), key_set)
    wanted = Wanted(
        keys=tuple(keys.values()),
        since=since,
        until=until,
        nonce=nonce_of(arguments),
        advisories=advisories,
        policy=load_policy(arguments.policy) if arguments.policy else None,
        key_set=key_set,
    )
    found = verify_bundle(arguments.bundle, wanted, judge_again=lambda folder: judge_bundle(folder).report)
    if arguments.used_nonces and found.genuine and found.statement:
        claimed = extension(found.statement)
        found = replace(
            found, rejections=tuple(spend(arguments.used_nonces, claimed["nonce"] or "", claimed["run"]["id"]))
        )
    return _report(found, arguments, advisories, key_set)


def _key_set(arguments: argparse.Namespace) -> KeySet | None:
    """Return the keys of `--keys`, None without it. Raises EvidenceError and UsageError."""
    if arguments.keys is None:
        if arguments.keys_key or not arguments.public_key:
            raise SettingsError("name who must have signed: --public-key FILE, or --keys FILE with --keys-key FILE.")
        return None
    if not arguments.keys_key:
        raise SettingsError("--keys: a key set counts only from a known publisher; add its key with --keys-key FILE.")
    return read_key_set(arguments.keys, [load_public(path) for path in arguments.keys_key], datetime.now(UTC))


def _advisories(
    arguments: argparse.Namespace, signers: tuple[PublicKey, ...], key_set: KeySet | None
) -> JsonObject | None:
    """Return the advisories of `--advisories`, None without it. Raises EvidenceError and UsageError."""
    if arguments.advisories is None:
        if arguments.advisory_key:
            raise SettingsError("--advisory-key applies to advisories: add --advisories FILE.")
        return None
    if arguments.advisory_key or key_set is None:
        keys = [load_public(path) for path in arguments.advisory_key] or list(signers)
        return read_signed_list(arguments.advisories, ADVISORIES, keys, datetime.now(UTC)).value
    return read_published(arguments.advisories, ADVISORIES, PUBLISHER, key_set, datetime.now(UTC)).value


def moment(text: str, now: datetime) -> tuple[datetime, datetime]:
    """Return beginning and end of a day, or a time twice; without a zone it is UTC. Raises SettingsError."""
    if not text:
        return now, now
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise SettingsError(f"--at: {text!r} is not a date; write it as 2027-01-31 or 2027-01-31T12:00:00Z.") from error
    if found.tzinfo is None:
        found = found.replace(tzinfo=UTC)
    whole_day = len(text) <= len("2027-01-31") and found.time() == time()
    return found, found + timedelta(days=1, microseconds=-1) if whole_day else found


def _report(
    found: Verification, arguments: argparse.Namespace, advisories: JsonObject | None, key_set: KeySet | None
) -> int:

    claims = summary(found.statement) if found.statement and found.genuine else None
    if arguments.json:
        write_json(
            {
                "genuine": found.genuine,
                "reasons": rejections_to_json(found.rejections, translations()),
                "claims": claims,
                "signatures": [{"keyid": keyid, "verified": verified} for keyid, verified in found.signatures],
                "judged_again": found.judged_again,
                "known_version": found.known_version,
                "same_suite": found.same_suite,
                "advised": [asdict(one) for one in found.advised],
                "summary": _summary(found, arguments),
            }
        )
    else:
        _write(found, claims, language_of(arguments), advisories, key_set)
    return (DOUBTED if found.advised else 0) if found.genuine else 1


def _summary(found: Verification, arguments: argparse.Namespace) -> JsonObject | None:
    """Summarise a verification as an attestation; None if no signature was verified."""
    if found.statement is None:
        return None
    policy = load_policy(arguments.policy) if arguments.policy else None
    return verification_summary(
        found.statement, policy=policy, envelope=found.envelope, genuine=found.genuine, at=datetime.now(UTC)
    )


def signer_of(key_set: KeySet | None, keyid: str) -> str:
    """Return owner and roles of a key of a set, in parentheses."""
    listed = key_set.keys.get(keyid) if key_set else None
    return f" ({visible(listed.owner)}, {', '.join(sorted(listed.roles))})" if listed else ""


def _write(
    found: Verification,
    claims: JsonObject | None,
    lang: str,
    advisories: JsonObject | None,
    key_set: KeySet | None,
) -> None:

    words = translations().catalogues[lang]["certificate"]
    if claims is None:
        for line in rejection_lines(found.rejections, translations(), lang):
            write_line(line)
        print_message(words["not-genuine"])
        return
    write_line(words["genuine"])
    for line in claim_lines(claims, translations(), lang):
        write_line(line)
    for line in advised_lines(found.advised, translations(), lang):
        write_line(line)
    if advisories and not found.advised:
        print_message(words["advised-none"].format(issued=advisories["issued"]))
    for keyid, verified in found.signatures:
        line = words["signature-verified" if verified else "signature-unknown"].format(keyid=visible(keyid)[:64])
        write_line(f"{line}{signer_of(key_set, keyid)}")
    print_message(words["judged-again" if found.judged_again else "not-judged-again"])
    if not found.known_version:
        print_message(words["other-version"])
    elif found.same_suite is False:
        print_message(words["other-suite"])


COMMANDS = {
    "verify": Command(
        description="Verify signatures, validity, every file, the evidence, and that statement and report agree,\n"
        "without a network. Exit status: 0 genuine, 1 rejected, with every reason, 4 usage, 14 genuine but an\n"
        "advisory casts doubt on a line. Genuine does not mean passed: the first lines show the verdict.",
        example="example:\n  zstack-ticket verify out.zip --public-key certifier.pub.pem --at 2027-01-31",
        add_arguments=add_verify_arguments,
        run=verify,
    ),
}
