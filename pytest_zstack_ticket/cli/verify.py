"""`zstack-ticket verify`: is a bundle genuine. Needs the bundle, a public key, and no network."""

from __future__ import annotations

import argparse
from dataclasses import asdict, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from pytest_zstack_ticket.certify.advisories import ADVISORIES
from pytest_zstack_ticket.certify.held_members import unheld
from pytest_zstack_ticket.certify.log_keys import load_log_key
from pytest_zstack_ticket.certify.messages import (
    advised_lines,
    claim_lines,
    logged_claims,
    logged_lines,
    rejection_lines,
    rejections_to_json,
    silent_lines,
    uncompared_lines,
    unheld_lines,
    witness_claims,
)
from pytest_zstack_ticket.certify.registry import REGISTRY, unregistered
from pytest_zstack_ticket.certify.sign import summary
from pytest_zstack_ticket.certify.signed_list import SignedList
from pytest_zstack_ticket.certify.statement import extension, stamp, untimely
from pytest_zstack_ticket.certify.strict_rejudge import judged_report
from pytest_zstack_ticket.certify.summary_attestation import verification_summary
from pytest_zstack_ticket.certify.timestamps import load_authorities
from pytest_zstack_ticket.certify.used_nonces import spend
from pytest_zstack_ticket.certify.verify import Verification, Wanted, verify_bundle
from pytest_zstack_ticket.cli.arguments import add_json, add_lang, add_nonce, language_of, nonce_of
from pytest_zstack_ticket.cli.command import Command
from pytest_zstack_ticket.cli.output import print_message, write_json, write_line
from pytest_zstack_ticket.cli.trust import (
    Trust,
    add_key_option,
    add_log_key,
    add_trust_arguments,
    add_witness_arguments,
    trust_of,
)
from pytest_zstack_ticket.config.policy_file import load_policy
from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.model.exchange import JsonObject
from pytest_zstack_ticket.report.text.columns import visible
from pytest_zstack_ticket.report.text.translations import translations

DOUBTED = 14
"""Exit status for a genuine bundle with a line that an advisory casts doubt on."""
WITHDRAWN = 15
"""Exit status for a bundle that is genuine but for its withdrawal."""
SHOWN = frozenset({"policy-unmet", "log-missing"})
"""Reasons to reject a bundle that is what its signer signed: a run that was shown has used its nonce."""
WITHOUT_A_KEY = frozenset({"bundle-unreadable", "not-signed"})
"""Reasons to reject a bundle whoever had to sign it."""
OR_ELSE = "(repeatable; default: the publishers of --keys, or the --public-key files)"


def add_verify_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `verify`."""
    parser.add_argument("bundle", metavar="BUNDLE", type=Path, help="a signed bundle: a folder, or a zip of it")
    add_trust_arguments(parser)
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
        "--tsa-certificate",
        metavar="FILE",
        type=Path,
        help="certificates of an accepted time-stamping authority, its root among them (PEM)",
    )
    add_log_key(parser)
    add_key_option(parser, "--advisory-key", f"public key of an accepted publisher of advisories {OR_ELSE}")
    parser.add_argument(
        "--registry", metavar="FILE", type=Path, help="signed list of `registry`: the certificate must stand in it"
    )
    add_key_option(parser, "--registry-key", f"public key of an accepted publisher of the registry {OR_ELSE}")
    add_witness_arguments(parser)
    add_json(parser)
    add_lang(parser)


def verify(arguments: argparse.Namespace) -> int:
    """Report whether a bundle is genuine: 0 if it is, 1 if not. Raises UsageError."""
    since, until = moment(arguments.at, datetime.now(UTC))
    if not arguments.public_key and arguments.keys is None:
        no_key = Wanted(keys=(), since=since, until=until)
        found = verify_bundle(arguments.bundle, no_key)
        if found.rejections and found.rejections[0].reason in WITHOUT_A_KEY:
            return _report(found, arguments, Trust(keys=(), key_set=None))
    trust = trust_of(arguments)
    advisories = _list_of("advisory", arguments.advisories, arguments.advisory_key, trust)
    registry = _list_of("registry", arguments.registry, arguments.registry_key, trust)
    wanted = Wanted(
        keys=trust.keys,
        since=since,
        until=until,
        nonce=nonce_of(arguments),
        advisories=advisories.value if advisories else None,
        policy=load_policy(arguments.policy) if arguments.policy else None,
        key_set=trust.key_set,
        authorities=load_authorities(arguments.tsa_certificate) if arguments.tsa_certificate else (),
        logs=tuple(map(load_log_key, arguments.log_key)),
        witness=trust.read_witness(arguments.witness, arguments.witness_key),
    )
    found = verify_bundle(arguments.bundle, wanted, judge_again=judged_report)
    if registry and found.genuine and found.statement:
        found = replace(found, rejections=tuple(unregistered(found.statement, registry.value)))
    if arguments.used_nonces and found.statement and {one.reason for one in found.rejections} <= SHOWN:
        # a run that does not meet the policy has used its nonce too, else the best of several runs could be shown
        claimed = extension(found.statement)
        used = claimed["nonce"] or "", claimed["run"]["id"], claimed["evidence"]["root"]
        found = replace(found, rejections=(*found.rejections, *spend(arguments.used_nonces, *used)))
    return _report(found, arguments, trust, advisories=advisories, registry=registry)


def _list_of(name: str, path: Path | None, keys: list[Path], trust: Trust) -> SignedList | None:
    """Read a signed list, None without one. Raises EvidenceError and UsageError."""
    kind = {"advisory": ADVISORIES, "registry": REGISTRY}[name]
    if path is None:
        if keys:
            raise SettingsError(f"{kind.key_option} applies to {kind.words}: name its file too.")
        return None
    return trust.read_list(path, kind, keys)


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


def _write_limits(arguments: argparse.Namespace, claims: JsonObject, registry: SignedList | None, trust: Trust) -> None:
    """Say what a verification of a genuine bundle did not look at, or could not know."""
    words = translations().catalogues[language_of(arguments)]["certificate"]
    if claims["nonce"] and not nonce_of(arguments):
        write_line(words["nonce-uncompared"])
    if trust.key_set:
        write_line(words["keys-issued"].format(issued=stamp(trust.key_set.issued)))
    if registry:
        write_line(words["registry-issued"].format(issued=registry.value["issued"], keyid=registry.keyid))


def _report(
    found: Verification,
    arguments: argparse.Namespace,
    trust: Trust,
    *,
    advisories: SignedList | None = None,
    registry: SignedList | None = None,
) -> int:

    claims = summary(found.statement) if found.statement and found.genuine else None
    if arguments.json:
        write_json(_document(found, arguments, claims, registry, trust))
    else:
        _write(found, claims, language_of(arguments), advisories, trust)
        if claims:
            _write_limits(arguments, claims, registry, trust)
        if found.witness:
            words = translations().catalogues[language_of(arguments)]["certificate"]
            write_line(words["witnessed"].format(**witness_claims(found.witness)))
    if not found.genuine:
        return WITHDRAWN if {one.reason for one in found.rejections} == {"withdrawn"} else 1
    return DOUBTED if found.advised else 0


def _document(
    found: Verification,
    arguments: argparse.Namespace,
    claims: JsonObject | None,
    registry: SignedList | None,
    trust: Trust,
) -> JsonObject:
    """Write a verification as JSON."""
    return {
        "genuine": found.genuine,
        "reasons": rejections_to_json(found.rejections, translations()),
        "claims": claims,
        "signatures": [
            {
                "keyid": keyid,
                "verified": verified,
                "time": stamp(at.moment),
                "stamped": at.proven,
                "logged": logged_claims(at.logged) if at.logged else None,
            }
            for (keyid, verified), at in zip(found.signatures, found.times, strict=True)
        ],
        "judged_again": found.judged_again,
        "uncompared": list(found.uncompared),
        "known_version": found.known_version,
        "silent": list(found.silent),
        "unheld": unheld() if found.judged_again and found.known_version else None,
        "same_suite": found.same_suite,
        "advised": [asdict(one) for one in found.advised],
        "witness": witness_claims(found.witness) if found.witness else None,
        "issued": {
            "keys": stamp(trust.key_set.issued) if trust.key_set else None,
            "registry": registry.value["issued"] if registry else None,
        },
        "summary": _summary(found, arguments),
    }


def _summary(found: Verification, arguments: argparse.Namespace) -> JsonObject | None:
    """Summarise a verification as an attestation; None if no signature was verified."""
    if found.statement is None:
        return None
    policy = load_policy(arguments.policy) if arguments.policy else None
    now = datetime.now(UTC)
    # with --at for another day, a certificate that is not valid now has PASSED nothing now
    genuine = found.genuine and not untimely(found.statement, now, now)
    return verification_summary(found.statement, policy=policy, envelope=found.envelope, genuine=genuine, at=now)


def _write(
    found: Verification,
    claims: JsonObject | None,
    lang: str,
    advisories: SignedList | None,
    trust: Trust,
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
        print_message(words["advised-none"].format(issued=advisories.value["issued"]))
    _write_signers(found, lang, trust)
    print_message(words["judged-again" if found.judged_again else "not-judged-again"])
    _write_unchecked(found, lang)


def _write_unchecked(found: Verification, lang: str) -> None:
    """Say what of a genuine bundle is compared with nothing: files, members of the report, other versions' rules."""
    words = translations().catalogues[lang]["certificate"]
    for line in uncompared_lines(found.uncompared, translations(), lang):
        write_line(line)
    if not found.known_version:
        write_line(words["other-version"])
        return
    for line in silent_lines(found.silent, translations(), lang):
        write_line(line)
    for line in unheld_lines(translations(), lang) if found.judged_again else ():
        write_line(line)
    if found.same_suite is False:
        write_line(words["other-suite"])


def _write_signers(found: Verification, lang: str, trust: Trust) -> None:
    """Say who signed, when, and in which log that stands."""
    words = translations().catalogues[lang]["certificate"]
    for (keyid, verified), at in zip(found.signatures, found.times, strict=True):
        line = words["signature-verified" if verified else "signature-unknown"].format(keyid=visible(keyid)[:64])
        time = words["stamped" if at.proven else "unstamped"].format(time=stamp(at.moment)) if verified else ""
        write_line(f"{line}{trust.owner_of(keyid)}{time}")
        for more in logged_lines(at, translations(), lang) if verified else ():
            write_line(more)


COMMANDS = {
    "verify": Command(
        description="Verify signatures, validity, every file, the evidence, and that statement and report agree,\n"
        "without a network. Exit status: 0 genuine, 1 rejected, with every reason, 4 usage, 14 genuine but an\n"
        "advisory casts doubt on a line, 15 withdrawn according to --registry. Genuine does not mean passed: the\n"
        "first lines show the verdict.",
        example="example:\n  zstack-ticket verify out.zip --public-key certifier.pub.pem --at 2027-01-31",
        add_arguments=add_verify_arguments,
        run=verify,
    ),
}
