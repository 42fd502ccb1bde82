"""`zstack-ticket verify`: is a bundle genuine. Needs the bundle, a public key, and no network."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_zstack_ticket.cli.command import Command, add_json, talk, write, write_json
from pytest_zstack_ticket.cli.sign import checked_nonce
from pytest_zstack_ticket.model.errors import SettingsError

if TYPE_CHECKING:
    from pytest_zstack_ticket.certify.keys import PublicKey
    from pytest_zstack_ticket.certify.verify import Judge, Verification


DOUBTED = 14
"""Exit status for a genuine bundle of which a line should not be believed."""


def add_verify_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `verify`."""
    parser.add_argument("bundle", metavar="BUNDLE", type=Path, help="a signed bundle: a folder, or a zip of it")
    parser.add_argument(
        "--public-key",
        metavar="FILE",
        type=Path,
        action="append",
        required=True,
        help="a key that must have signed (repeat: each of them must)",
    )
    parser.add_argument("--at", metavar="DATE", default="", help="verify as of a day or moment (default: now)")
    parser.add_argument("--nonce", default="", help="the word that the certifier gave out")
    parser.add_argument("--advisories", metavar="FILE", type=Path, help="what `advise` signed: known defects of suites")
    parser.add_argument(
        "--advisory-key",
        metavar="FILE",
        type=Path,
        action="append",
        default=[],
        help="a key that may sign advisories (repeat; default: the --public-key files)",
    )
    add_json(parser)
    parser.add_argument("--lang", choices=("en", "zh"), help="language (default: from LC_ALL or LANG)")


def verify(told: argparse.Namespace) -> int:
    """Say whether a bundle is genuine: 0 if it is, 1 if not. Raises UsageError."""
    from pytest_zstack_ticket.certify.keys import load_public  # noqa: PLC0415 - help is fast
    from pytest_zstack_ticket.certify.verify import Wanted, verify_bundle  # noqa: PLC0415 - likewise

    since, until = moment(told.at, datetime.now(UTC))
    keys = {key.keyid: key for key in map(load_public, told.public_key)}
    advisories = _advisories(told, tuple(keys.values()))
    wanted = Wanted(
        keys=tuple(keys.values()),
        since=since,
        until=until,
        nonce=checked_nonce(told.nonce),
        advisories=advisories,
    )
    return _told(verify_bundle(told.bundle, wanted, judge_again=judge_again()), told, advisories)


def _advisories(told: argparse.Namespace, signers: tuple[PublicKey, ...]) -> dict[str, Any] | None:
    """Return the advisories of the file that was given, if there is one. Raises EvidenceError and UsageError."""
    from pytest_zstack_ticket.certify.advisories import believed  # noqa: PLC0415 - help is fast
    from pytest_zstack_ticket.certify.keys import load_public  # noqa: PLC0415 - likewise

    if told.advisories is None:
        if told.advisory_key:
            raise SettingsError("--advisory-key says who may sign advisories: give them too, with --advisories FILE.")
        return None
    keys = [load_public(path) for path in told.advisory_key] or list(signers)
    return believed(told.advisories, keys, datetime.now(UTC))


def judge_again() -> Judge:
    """Return what forms the verdicts of a bundle again from its evidence."""
    from pytest_zstack_ticket.certify.rejudge import judge_bundle  # noqa: PLC0415 - help is fast

    return lambda folder: judge_bundle(folder).report


def moment(text: str, now: datetime) -> tuple[datetime, datetime]:
    """Return a day's beginning and end, or a moment twice; without a zone it is UTC. Raises SettingsError."""
    if not text:
        return now, now
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise SettingsError(f"--at: {text!r} is no date; write it as 2027-01-31 or 2027-01-31T12:00:00Z.") from error
    if found.tzinfo is None:
        found = found.replace(tzinfo=UTC)
    whole_day = len(text) <= len("2027-01-31") and found.time() == time()
    return found, found + timedelta(days=1, microseconds=-1) if whole_day else found


def _told(found: Verification, told: argparse.Namespace, advisories: dict[str, Any] | None) -> int:
    from pytest_zstack_ticket.certify.messages import rejections_to_json  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.certify.sign import summary  # noqa: PLC0415 - help is fast
    from pytest_zstack_ticket.config.options import language  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.report.text.translations import wording  # noqa: PLC0415 - likewise

    claims = summary(found.statement) if found.statement and found.genuine else None
    if told.json:
        write_json(
            {
                "genuine": found.genuine,
                "reasons": rejections_to_json(found.rejections, wording()),
                "claims": claims,
                "signatures": [{"keyid": keyid, "verified": verified} for keyid, verified in found.signatures],
                "judged_again": found.judged_again,
                "known_version": found.known_version,
                "same_suite": found.same_suite,
                "advised": [asdict(one) for one in found.advised],
            }
        )
    else:
        _say(found, claims, told.lang or language(), advisories)
    return (DOUBTED if found.advised else 0) if found.genuine else 1


def _say(found: Verification, claims: dict[str, object] | None, lang: str, advisories: dict[str, Any] | None) -> None:
    from pytest_zstack_ticket.certify.messages import advised_lines, claim_lines, rejection_lines  # noqa: PLC0415 - help is fast
    from pytest_zstack_ticket.report.text.columns import visible  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.report.text.translations import wording  # noqa: PLC0415 - likewise

    words = wording().catalogues[lang]["certificate"]
    if claims is None:
        for line in rejection_lines(found.rejections, wording(), lang):
            write(line)
        talk(words["not-genuine"])
        return
    write(words["genuine"])
    for line in claim_lines(claims, wording(), lang):
        write(line)
    for line in advised_lines(found.advised, wording(), lang):
        write(line)
    if advisories and not found.advised:
        talk(words["advised-none"].format(issued=advisories["issued"]))
    for keyid, verified in found.signatures:
        write(words["signature-verified" if verified else "signature-unknown"].format(keyid=visible(keyid)[:64]))
    talk(words["judged-again" if found.judged_again else "not-judged-again"])
    if not found.known_version:
        talk(words["other-version"])
    elif found.same_suite is False:
        talk(words["other-suite"])


COMMANDS = (
    Command(
        name="verify",
        help="say whether a signed bundle is genuine",
        description="Verify signatures, time, every file, the evidence, and that statement and report agree, without\n"
        "a network. Exit status: 0 genuine, 1 rejected, with every reason, 4 usage, 14 genuine but\n"
        "an advisory casts doubt on a line. Genuine is not passed: the verdict is what the first lines show.",
        example="example:\n  zstack-ticket verify out.zip --public-key certifier.pub.pem --at 2027-01-31",
        add_arguments=add_verify_arguments,
        run=verify,
    ),
)
