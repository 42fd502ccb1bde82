"""Edit the evidence of a bundle at random, make everything else fit, and offer it to an honest signer and to a verifier.

`python -m tests.attacks.random_edits --edits 500 --seed 1` runs the soak. Lines are relabelled, cut, doubled or moved
from another run. Each edit is tried with the report as it was, with other counts and hashes, and with a report that
`judge` formed anew. What nobody can detect is left out: a run that is written from nothing and consistent.
"""

from __future__ import annotations

import argparse
import copy
import gzip
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.artifacts.bundle import ENVELOPE, open_bundle, sha256
from pytest_zstack_ticket.artifacts.evidence_reader import read_evidence
from pytest_zstack_ticket.artifacts.merkle import MerkleTree
from pytest_zstack_ticket.certify.dsse import Envelope, envelope_text
from pytest_zstack_ticket.certify.keys import PrivateKey, new_key
from pytest_zstack_ticket.certify.rejudge import judge_bundle, rejudged
from pytest_zstack_ticket.certify.sign import sign_bundle
from pytest_zstack_ticket.certify.statement import PAYLOAD_TYPE, Terms, make_statement
from pytest_zstack_ticket.certify.statement_reader import seal_of
from pytest_zstack_ticket.certify.verify import Wanted, verify_bundle
from pytest_zstack_ticket.checks import CHECKS
from pytest_zstack_ticket.config.catalogue import catalogue
from pytest_zstack_ticket.model.errors import EvidenceError, UsageError

Line = dict[str, Any]
ROOT = Path(__file__).parents[2]
SOME = "ZT-ANSWER-022 or ZT-BODY-004 or ZT-BODY-005"
NOW = datetime.now(UTC).replace(microsecond=0)
TERMS = Terms(not_before=NOW, not_after=NOW + timedelta(days=180))
DAY = 86400.0
HONEST, VENDOR = new_key(), new_key()


def make(folder: Path, seed: int) -> Path:
    """Run a few tests on the embedded simulator."""
    options = ["--zstack-url=embedded?fault=accept-too-long:name", f"--zstack-seed={seed}", "--zstack-effort=smoke"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", SOME, *options]
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("ZSTACK_", "PYTEST_"))}
    subprocess.run([*command, f"--zstack-report={folder}"], cwd=ROOT, check=False, capture_output=True, env=plain)
    return folder


def entries_of(folder: Path) -> list[Line]:
    """Read every line but the footer."""
    lines = gzip.decompress((folder / "evidence.jsonl.gz").read_bytes()).splitlines()
    return [json.loads(line) for line in lines[:-1]]


def picked(draw: random.Random, entries: Sequence[Line], kind: str) -> Line:
    return draw.choice([one for one in entries if one["type"] == kind])


def relabel(draw: random.Random, entries: list[Line], _other: list[Line]) -> None:
    """Let an example decide another requirement."""
    one = picked(draw, entries, "example")
    one["requirement"] = draw.choice([rule.id for rule in catalogue() if rule.id != one["requirement"]])


def other_check(draw: random.Random, entries: list[Line], _other: list[Line]) -> None:
    """Let another check decide."""
    one = picked(draw, entries, "example")
    one.update(check=draw.choice(sorted(set(CHECKS) - {one["check"]})))


def other_arguments(draw: random.Random, entries: list[Line], _other: list[Line]) -> None:
    """Let a check decide with arguments of another example, or with none."""
    one = picked(draw, entries, "example")
    known = [two["arguments"] for two in entries if two["type"] == "example" and two["arguments"] != one["arguments"]]
    one["arguments"] = copy.deepcopy(draw.choice([*known, {"anything": True}]))


def other_variation(draw: random.Random, entries: list[Line], _other: list[Line]) -> None:
    """Claim another variation than the one that was tried."""
    one = picked(draw, entries, "example")
    known = {two["partition"] for two in entries if two["type"] == "example"} - {one["partition"]}
    one["partition"] = draw.choice([*sorted(known), "params.name/never-tried"])


def cut(draw: random.Random, entries: list[Line], _other: list[Line]) -> None:
    """Leave out some lines of one kind."""
    kind = draw.choice(["exchange", "example"])
    places = [place for place, one in enumerate(entries) if one["type"] == kind]
    first = draw.randrange(len(places))
    for place in reversed(places[first : first + draw.randint(1, 5)]):
        del entries[place]


def double(draw: random.Random, entries: list[Line], _other: list[Line]) -> None:
    """Repeat an example or an exchange, as it is or with the next number."""
    kind = draw.choice(["exchange", "example"])
    one = copy.deepcopy(picked(draw, entries, kind))
    if draw.random() < 0.5:
        prefix = one["id"].rpartition("-")[0]
        last = max(int(two["id"].rpartition("-")[2]) for two in entries if two.get("id", "").startswith(f"{prefix}-"))
        one["id"] = f"{prefix}-{last + 1:06}"
    entries.insert(draw.randint(1, len(entries)), one)


def move(draw: random.Random, entries: list[Line], other: list[Line]) -> None:
    """Take an exchange from another run, beside those that are there or in the place of one."""
    one = copy.deepcopy(picked(draw, other, "exchange"))
    one["started"] -= DAY
    same = [place for place, two in enumerate(entries) if two.get("id") == one["id"] and two["type"] == "exchange"]
    if same and draw.random() < 0.7:
        entries[same[0]] = one
    else:
        entries.insert(draw.randint(1, len(entries)), one)


EDITS: tuple[Callable[[random.Random, list[Line], list[Line]], None], ...] = (
    relabel,
    other_check,
    other_arguments,
    other_variation,
    cut,
    double,
    move,
)


def keep(folder: Path, entries: Sequence[Line]) -> dict[str, Any]:
    """Write evidence with a footer that fits it; return its seal."""
    leaves = [json.dumps(one, separators=(",", ":")).encode() for one in entries]
    tree = MerkleTree()
    for leaf in leaves:
        tree.add(leaf)
    counts = dict(Counter(one["type"] for one in entries[1:]))
    seal = {"size": tree.size, "root": tree.root(), "counts": counts}
    footer = json.dumps({"type": "footer", "cut_short": [], **seal}, separators=(",", ":")).encode()
    text = b"".join(leaf + b"\n" for leaf in [*leaves, footer])
    (folder / "evidence.jsonl.gz").write_bytes(gzip.compress(text, compresslevel=1))
    return seal


def reports(folder: Path, seal: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the reports that a forger may put beside the evidence, with what was done to each."""
    report = json.loads((folder / "report.json").read_text("utf-8"))
    report["evidence"] |= {"size": seal["size"], "root": seal["root"]}
    yield "counts as they were", report
    report = copy.deepcopy(report)
    report["evidence"]["counts"] = seal["counts"]
    yield "counts that fit", report
    report["evidence"]["counts"] = json.loads((folder / "report.json").read_text("utf-8"))["evidence"]["counts"]
    try:
        yield "judged again", rejudged(report, read_evidence(folder / "evidence.jsonl.gz")).report
    except (EvidenceError, UsageError):
        return


def is_believed(folder: Path, *, by_signer: bool) -> bool:
    """Tell whether a bundle is signed by an honest signer, or else verified with the key of a vendor who signed it."""

    def judged(path: Path) -> dict[str, Any]:
        return judge_bundle(path).report

    if by_signer:
        return not sign_bundle(folder, HONEST, TERMS, judge_again=judged, replace=True).rejections
    sign_anyway(folder, VENDOR)
    at = NOW + timedelta(days=1)
    return verify_bundle(folder, Wanted(keys=[VENDOR.public], since=at, until=at), judge_again=judged).genuine


def sign_anyway(folder: Path, key: PrivateKey) -> None:
    """Sign whatever a bundle holds."""
    report = json.loads((folder / "report.json").read_text("utf-8"))
    bundle = open_bundle(folder)
    files = {name: sha256(bundle, name) for name in bundle.names - {ENVELOPE}}
    statement = make_statement(report, files, seal_of(bundle, "evidence.jsonl.gz").seal, TERMS)
    envelope = Envelope(payload_type=PAYLOAD_TYPE, payload=json.dumps(statement).encode())
    (folder / ENVELOPE).write_bytes(envelope_text(envelope.with_signature(key.sign(envelope.signed_bytes))))


def attempt(number: int, seed: int, bundles: tuple[Path, Path], home: Path, *, quick: bool) -> list[str]:
    """Make one edit; return a line for each way in which it was believed. A `quick` one has one of the reports."""
    bundle, other = bundles
    draw = random.Random(f"{seed}/{number}")
    edit = EDITS[number % len(EDITS)]
    folder = Path(shutil.copytree(bundle, home / "edited", dirs_exist_ok=True))
    (folder / ENVELOPE).unlink(missing_ok=True)
    entries = entries_of(bundle)
    edit(draw, entries, entries_of(other))
    seal = keep(folder, entries)
    found = []
    made = list(reports(folder, seal))
    for what, report in [draw.choice(made)] if quick else made:
        (folder / "report.json").write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")
        by_signer = draw.random() < 0.5
        if is_believed(folder, by_signer=by_signer):
            found.append(
                f"edit {number} ({edit.__name__}, {what}): believed by {'signer' if by_signer else 'verifier'}"
            )
    return found


def soak(edits: int, seed: int, home: Path, *, quick: bool = False) -> list[str]:
    """Make many edits; return what was believed."""
    bundle, other = make(home / "one", 1), make(home / "two", 2)
    unedited = Path(shutil.copytree(bundle, home / "edited"))
    if not is_believed(unedited, by_signer=True):
        return ["the bundle is not believed before it is edited"]
    return [line for number in range(edits) for line in attempt(number, seed, (bundle, other), home, quick=quick)]


def main() -> int:
    """Run the soak, print what was believed, and return 1 if anything was."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edits", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        found = soak(arguments.edits, arguments.seed, Path(home))
    for line in found:
        print(line)
    print(f"{arguments.edits} edits: {len(found)} believed")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
