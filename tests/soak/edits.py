"""`python -m tests.soak.edits [--edits N] [--seed N] [--kinds all|lines|shown]`: is an edited bundle believed.

Two runs with a certifier's nonce are recorded, one with a failed requirement. Each edit (`edit_kinds` of lines and
members, `report_kinds` of what a reader is shown, of files and whole parts of the evidence) is followed by what a
vendor can compute again: numbers, judgements, counters, counts, what the report says twice (`edit_fits`), root, report,
what the report shows of its evidence, statement and signature, all of it or a part. The result is offered to an honest signer, and to verifiers: one who trusts the certifier's key while another
one signed, and one who trusts the key that signed. Refused is what is not signed and not genuine, with a reason.

Exit status 1 if an edit was believed that may not be; `edit_rules` says which may.
"""

from __future__ import annotations

import argparse
import copy
import gzip
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from pytest_zstack_ticket.artifacts.bundle import ENVELOPE, REPORT, open_bundle, sha256
from pytest_zstack_ticket.artifacts.evidence_reader import read_evidence
from pytest_zstack_ticket.artifacts.merkle import MerkleTree
from pytest_zstack_ticket.certify.dsse import Envelope, envelope_text
from pytest_zstack_ticket.certify.keys import PrivateKey, new_key
from pytest_zstack_ticket.certify.rejudge import rejudged
from pytest_zstack_ticket.certify.sign import sign_bundle
from pytest_zstack_ticket.certify.statement import PAYLOAD_TYPE, Terms, make_statement
from pytest_zstack_ticket.certify.statement_reader import nonce_use_of, seal_of
from pytest_zstack_ticket.certify.strict_rejudge import judged_report
from pytest_zstack_ticket.certify.verify import Wanted, verify_bundle
from pytest_zstack_ticket.checks import evaluate
from pytest_zstack_ticket.config.profile_file import profile_from_json
from pytest_zstack_ticket.model.codec import exchange_from_json, judgement_to_json
from pytest_zstack_ticket.model.errors import EvidenceError, UsageError
from pytest_zstack_ticket.transport.quota import counts_as_creation, size_of
from tests.soak.edit_fits import agreeing, repeating
from tests.soak.edit_kinds import KINDS, Forgery, Kind, Line
from tests.soak.edit_rules import Class, class_of, has_tables
from tests.soak.report_kinds import REPORT_KINDS
from tests.support.read_once import JudgedOnce, read_once

ROOT = Path(__file__).parents[2]
SOME = "ZT-ANSWER-022 or ZT-BODY-004 or ZT-BODY-005 or ZT-ISOLATION-001"
NONCE = "CERT-2027-014"
EVIDENCE = "evidence.jsonl.gz"
NOW = datetime.now(UTC).replace(microsecond=0)
TERMS = Terms(not_before=NOW, not_after=NOW + timedelta(days=180))
HONEST, VENDOR = new_key(), new_key()
PASSED = 1
"""Place of the bundle of the run that passed."""
WHOLE = 0.5
"""Share of the edits after which everything is made to fit."""
PROGRESS = 50
CHOICES = {"all": (*KINDS, *REPORT_KINDS), "lines": KINDS, "shown": REPORT_KINDS}
STEPS = ("numbers", "judgements", "counters", "counts", "agreement", "report", "shown")
"""What can be made to fit after an edit; root and signature always are."""
Forged = (ValueError, LookupError, TypeError, AttributeError, EvidenceError, UsageError)
"""What computing again may raise on a value of another kind; then that step is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Result of one edit: its kind, what was made to fit, who believed it or broke off, and its class if one did.

    It `flipped` a verdict if a requirement that failed no longer does.
    """

    number: int
    kind: str
    touched: str
    steps: tuple[str, ...]
    group: Class | Literal["refused"]
    flipped: bool
    believed: tuple[str, ...]

    @property
    def line(self) -> str:
        """One line about it."""
        return f"edit {self.number} {self.kind} {self.touched} [{' '.join(self.steps)}] {self.group}{' FLIPPED' * self.flipped}: {self.believed}"


def make(folder: Path, seed: int, fault: str = "accept-too-long:name") -> Path:
    """Run a few tests on the embedded simulator; of what they leave, report and evidence are kept.

    A forger leaves out what is made of the report: pages that do not fit it are rejected whatever else fits.
    """
    url = f"embedded?fault={fault}" if fault else "embedded"
    options = [f"--zstack-url={url}", f"--zstack-seed={seed}", "--zstack-effort=certify", f"--zstack-nonce={NONCE}"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", SOME, *options]
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("ZSTACK_", "PYTEST_"))}
    subprocess.run([*command, f"--zstack-report={folder}"], cwd=ROOT, check=False, capture_output=True, env=plain)
    for path in folder.iterdir():
        if path.name not in (REPORT, EVIDENCE):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return folder


def make_both(home: Path) -> tuple[Path, Path]:
    """Make a run that failed and one that passed with the seed of one nonce, as a vendor who tries again has them.

    Raises AssertionError if one has not sent the rows that the other one sent: then no rule could tell what was cut.
    """
    with ThreadPoolExecutor() as pool:  # each run is a process of its own
        runs = [pool.submit(make, home / "failed", 1), pool.submit(make, home / "passed", 1, "")]
    both = runs[0].result(), runs[1].result()
    whole = entries_of(both[PASSED])
    for one in both:
        report = json.loads((one / "report.json").read_text("utf-8"))
        assert has_tables(Forgery(entries=entries_of(one), report=report, other=[], whole=whole)), one.name
    return both


def entries_of(folder: Path) -> list[Line]:
    """Read every line but the footer."""
    lines = gzip.decompress((folder / "evidence.jsonl.gz").read_bytes()).splitlines()
    return [json.loads(line) for line in lines[:-1]]


def numbered(forgery: Forgery) -> None:
    """Number exchanges and examples again without a gap, in the order of their numbers."""
    for kind in ("exchange", "example"):
        counts: Counter[str] = Counter()
        new: dict[str, str] = {}
        lines = [one for one in forgery.entries if one["type"] == kind]
        for one in sorted(lines, key=lambda one: str(one["id"])):
            prefix = one["id"].rpartition("-")[0]
            counts[prefix] += 1
            new[one["id"]] = one["id"] = f"{prefix}-{counts[prefix]:06}"
        if kind == "exchange":
            _renamed(forgery, new)


def _renamed(forgery: Forgery, new: dict[str, str]) -> None:
    for one in forgery.entries:
        one["roles"] = {role: [new.get(i, i) for i in ids] for role, ids in one.get("roles", {}).items()}
        if one["type"] != "example":
            del one["roles"]
    text = json.dumps(forgery.report)
    forgery.report = json.loads(re.sub(r'"((?:m|gw\d+)[a-z-]*-\d{6})"', lambda m: f'"{new.get(m[1], m[1])}"', text))


def judged_in_lines(forgery: Forgery) -> None:
    """Write into each example what its check says of the exchanges as they are now, and lengths that fit bodies."""
    profile = profile_from_json(forgery.report["profile"])
    for one in forgery.entries:
        if isinstance(one.get("response"), dict) and isinstance(one["response"].get("body"), str):
            for pair in one["response"]["headers"]:
                if str(pair[0]).lower() == "content-length" and one["request"]["method"] != "HEAD":
                    pair[1] = str(len(one["response"]["body"].encode()))
    exchanges = {one["id"]: exchange_from_json(one) for one in forgery.entries if one["type"] == "exchange"}
    for one in (one for one in forgery.entries if one["type"] == "example"):
        trails = {role: tuple(exchanges[i] for i in ids) for role, ids in one["roles"].items()}
        one["judgement"] = judgement_to_json(evaluate(one["check"], trails, one["arguments"], profile))


def counted(forgery: Forgery) -> None:
    """Let the run have counted the requests, creates and bytes that are in the evidence."""
    exchanges = [exchange_from_json(one) for one in forgery.entries if one["type"] == "exchange"]
    sent = [one.request for one in exchanges if "-hook-" not in one.id]
    used = forgery.report["run"]["residue"]["used"]
    used |= {"requests": len(sent), "created": sum(map(counts_as_creation, sent)), "bytes": sum(map(size_of, sent))}


def keep(folder: Path, forgery: Forgery, steps: Sequence[str]) -> None:
    """Write evidence with a footer that fits it, and the report."""
    leaves = [json.dumps(one, separators=(",", ":")).encode() for one in forgery.entries]
    tree = MerkleTree()
    for leaf in leaves:
        tree.add(leaf)
    counts = dict(Counter(one["type"] for one in forgery.entries[1:]))
    seal = {"size": tree.size, "root": tree.root(), "counts": counts}
    footer = json.dumps({"type": "footer", "cut_short": list(forgery.lost), **seal}, separators=(",", ":")).encode()
    text = b"".join(leaf + b"\n" for leaf in [*leaves, footer])
    (folder / "evidence.jsonl.gz").write_bytes(gzip.compress(text, compresslevel=1))
    fitting = {"size": tree.size, "root": tree.root()} | ({"counts": counts} if "counts" in steps else {})
    if isinstance(forgery.report.get("evidence"), dict):
        forgery.report["evidence"] |= fitting
    if "agreement" in steps:
        with suppress(*Forged):
            agreeing(forgery.report)
    if "report" in steps:
        with suppress(*Forged):  # what cannot be judged is offered as it is
            evidence = read_evidence(folder / "evidence.jsonl.gz")
            found = rejudged(forgery.report, evidence)
            if "shown" in steps:
                repeating(found.report, evidence, found.judged)
                found = rejudged(found.report, evidence)
            forgery.report = found.report
    (folder / "report.json").write_text(json.dumps(forgery.report, ensure_ascii=False, indent=1) + "\n", "utf-8")
    with suppress(*Forged):
        for name, text in (forgery.files(forgery.report, folder) if forgery.files else {}).items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(forgery.change(name, text))


def believers(folder: Path) -> list[str]:
    """Say who takes a bundle for genuine; who breaks off with anything but a reason counts too."""
    at = NOW + timedelta(days=1)
    judge = JudgedOnce(judged_report)

    def signer() -> bool:
        return not sign_bundle(folder, HONEST, TERMS, judge_again=judge).rejections

    def verifier(key: PrivateKey) -> bool:
        sign_anyway(folder, VENDOR)
        wanted = Wanted(keys=[key.public], since=at, until=at, nonce=NONCE)
        return verify_bundle(folder, wanted, judge_again=judge).genuine

    found = []
    for name, ask in (
        ("signer", signer),
        ("verifier with the vendor's key", lambda: verifier(VENDOR)),
        ("verifier with the certifier's key", lambda: verifier(HONEST)),
    ):
        (folder / ENVELOPE).unlink(missing_ok=True)
        try:
            found += [name] if ask() else []
        except (EvidenceError, UsageError):
            continue
        except Exception as error:  # noqa: BLE001 - whatever it is, it is no reason
            found.append(f"{name} broke off: {error!r}")
    return found


def sign_anyway(folder: Path, key: PrivateKey) -> None:
    """Sign whatever a bundle holds. Raises EvidenceError where there is nothing that a statement could be made of."""
    try:
        report = json.loads((folder / "report.json").read_text("utf-8"))
        bundle = open_bundle(folder)
        files = {name: sha256(bundle, name) for name in bundle.names - {ENVELOPE}}
        used = asdict(nonce_use_of(bundle, "evidence.jsonl.gz", report["run"]["nonce"] or "-"))
        statement = make_statement(report, files, seal_of(bundle, "evidence.jsonl.gz").seal, TERMS, used)
    except Forged as error:
        raise EvidenceError(str(error)) from error
    envelope = Envelope(payload_type=PAYLOAD_TYPE, payload=json.dumps(statement).encode())
    (folder / ENVELOPE).write_bytes(envelope_text(envelope.with_signature(key.sign(envelope.signed_bytes))))


def attempt(
    number: int,
    seed: int,
    bundles: Sequence[Path],
    home: Path,
    *,
    always: tuple[str, ...] = (),
    of: str = "",
    kinds: Sequence[Kind] = KINDS,
) -> Attempt:
    """Make one edit in one of the bundles, drawn or the one `of` that name, and offer it; `always` are its steps."""
    draw = random.Random(f"{seed}/{number}")
    kind = kinds[number % len(kinds)]
    bundle, other = draw.sample(bundles, 2)
    if of and bundle.name != of:
        bundle, other = other, bundle
    shutil.rmtree(home / "edited", ignore_errors=True)
    folder = Path(shutil.copytree(bundle, home / "edited"))
    report = json.loads((bundle / "report.json").read_text("utf-8"))
    forgery = Forgery(
        entries=entries_of(bundle),
        report=copy.deepcopy(report),
        other=entries_of(other),
        whole=entries_of(bundles[PASSED]),
    )
    kind(draw, forgery)
    steps = always or (STEPS if draw.random() < WHOLE else tuple(one for one in STEPS if draw.random() < 0.5))
    for name, step in (("numbers", numbered), ("judgements", judged_in_lines), ("counters", counted)):
        if name in steps:
            with suppress(*Forged):
                step(forgery)
    keep(folder, forgery, steps)
    believed = tuple(believers(folder))
    return Attempt(
        number=number,
        kind=kind.__name__,
        touched=forgery.touched,
        steps=steps,
        group=class_of(report, entries_of(bundle), forgery, folder, kind.__name__) if believed else "refused",
        flipped=bool(_failed(report) - _failed(forgery.report)),
        believed=believed,
    )


def _failed(report: Line) -> set[str]:
    return {row["id"] for row in report["requirements"] if row.get("verdict") == "failed"}


def soak(edits: int, seed: int, home: Path, kinds: Sequence[Kind] = KINDS) -> list[Attempt]:
    """Make many edits of some kinds, and print what was wrongly believed. Raises AssertionError if a bundle is not believed as it is."""
    bundles = make_both(home)
    for one in bundles:
        found = believers(Path(shutil.copytree(one, home / "edited", dirs_exist_ok=True)))
        assert found[:1] == ["signer"], f"{one.name} is not believed before it is edited: {found}"
    found = []
    for number in range(edits):
        found.append(attempt(number, seed, bundles, home, kinds=kinds))
        for line in wrongly(found[-1:]):
            print(line, flush=True)
        if len(found) % PROGRESS == 0:
            print(f"{len(found)} edits tried", file=sys.stderr, flush=True)
    return found


def wrongly(found: Sequence[Attempt]) -> list[str]:
    """Return a line about each edit that had to be refused and was not."""
    return [one.line for one in found if one.believed and (one.group == "counts" or "broke off" in str(one.believed))]


def main() -> int:
    """Run the soak, print what was believed, and return 1 if anything was that may not be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edits", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--kinds", choices=tuple(CHOICES), default="all", help="of lines and members, or of what a reader sees"
    )
    parser.add_argument("--verbose", action="store_true", help="print every edit that was believed")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, read_once():
        found = soak(arguments.edits, arguments.seed, Path(home), CHOICES[arguments.kinds])
    bad = wrongly(found)
    for line in [one.line for one in found if one.believed and arguments.verbose]:
        print(line)
    for group, count in sorted(Counter(one.group for one in found).items()):
        print(f"{group}: {count}")
    print(f"{len(found)} edits, {len(bad)} wrongly believed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
