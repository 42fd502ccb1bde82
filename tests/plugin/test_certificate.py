"""A signed bundle: genuine as it was signed, and rejected with its own reason for each way to tamper with it."""

import base64
import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pytest_zstack_ticket.artifacts.bundle import ENVELOPE, open_bundle, sha256
from pytest_zstack_ticket.artifacts.merkle import MerkleTree
from pytest_zstack_ticket.artifacts.seal import Seal
from pytest_zstack_ticket.certify.dsse import Envelope, envelope_text, parse_envelope
from pytest_zstack_ticket.certify.keys import PrivateKey, new_key
from pytest_zstack_ticket.certify.sign import countersign_bundle, sign_bundle
from pytest_zstack_ticket.certify.statement import EXTENSION, PAYLOAD_TYPE, Terms, make_statement
from pytest_zstack_ticket.certify.statement_reader import seal_of
from pytest_zstack_ticket.certify.strict_rejudge import judged_report
from pytest_zstack_ticket.certify.verify import Verification, Wanted, verify_bundle
from pytest_zstack_ticket.config.policy_file import load_policy

pytestmark = pytest.mark.usefixtures("lines_are_read_once")

ROOT = Path(__file__).parents[2]
NOW = datetime(2027, 1, 31, tzinfo=UTC)
TERMS = Terms(not_before=NOW, not_after=NOW + timedelta(days=180))
KEY = new_key()
ADVISORIES = """
[[advisory]]
id = "ZTA-2027-001"
published = "2027-01-31"
requirements = ["ZT-ANSWER-001", "ZT-BODY-004"]
versions = ["0.1.0"]
effect = "passed-wrongly"
text = {en = "It looked at one answer only.", zh = "只看了一个应答。"}
"""
POLICY = load_policy("standard-2026")
FEW = "ZT-ANSWER-001 or ZT-BODY-004"


def judged(folder: Path) -> dict:
    return judged_report(folder)


def make(folder: Path, seed: int, fault: str) -> Path:
    """Run a few tests on the embedded endpoint and sign what they came to."""
    options = [f"--zstack-url=embedded?fault={fault}", f"--zstack-seed={seed}", "--zstack-effort=smoke"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", FEW, *options]
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("ZSTACK_", "PYTEST_"))}
    subprocess.run(
        [*command, f"--zstack-report={folder}"], cwd=ROOT, check=False, capture_output=True, env=plain, timeout=120
    )
    (folder / "notes.html").write_text("<p>by hand</p>", "utf-8")
    done = sign_bundle(folder, KEY, TERMS, judge_again=judged)
    assert not done.rejections, done.rejections
    return folder


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two signed bundles of runs that failed one requirement."""
    home = tmp_path_factory.mktemp("bundles")
    return make(home / "one", 1, "accept-too-long:name"), make(home / "two", 2, "accept-too-long:name")


@pytest.fixture
def bundle(bundles: tuple[Path, Path], tmp_path: Path) -> Path:
    """A copy of the first bundle that may be tampered with."""
    return Path(shutil.copytree(bundles[0], tmp_path / "bundle"))


def verified(bundle: Path, *, keys: tuple[PrivateKey, ...] = (KEY,), days: int = 1, nonce: str = "") -> Verification:
    at = NOW + timedelta(days=days)
    wanted = Wanted(keys=[key.public for key in keys], since=at, until=at, nonce=nonce)
    return verify_bundle(bundle, wanted, judge_again=judged)


def reasons(found: Verification) -> set[str]:
    return {one.reason for one in found.rejections}


def lines_of(bundle: Path) -> list[bytes]:
    return gzip.decompress((bundle / "evidence.jsonl.gz").read_bytes()).splitlines(keepends=True)


def keep_lines(bundle: Path, lines: list[bytes]) -> None:
    (bundle / "evidence.jsonl.gz").write_bytes(gzip.compress(b"".join(lines)))


def edit_report(bundle: Path, change: Callable[[dict], object]) -> None:
    report = json.loads((bundle / "report.json").read_text("utf-8"))
    change(report)
    (bundle / "report.json").write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")


def leave_pages_out(bundle: Path) -> None:
    """Delete what repeats the report, as whoever edits it and renders nothing has to."""
    for name in ("report.html", "junit.xml", "ctrf.json"):
        (bundle / name).unlink(missing_ok=True)


def edit_envelope(bundle: Path, change: Callable[[Envelope], Envelope]) -> None:
    path = bundle / ENVELOPE
    path.write_bytes(envelope_text(change(parse_envelope(path.read_bytes()))))


def signed_again(bundle: Path, change: Callable[[dict], object] = lambda statement: None) -> None:
    """Sign whatever the bundle holds now, as somebody with the key who does not care would."""
    report = json.loads((bundle / "report.json").read_text("utf-8"))
    opened = open_bundle(bundle)
    files = {name: sha256(opened, name) for name in opened.names - {ENVELOPE}}
    statement = make_statement(report, files, seal_of(opened, "evidence.jsonl.gz").seal, TERMS)
    change(statement)
    sign_payload(bundle, json.dumps(statement).encode())


def sign_payload(bundle: Path, payload: bytes) -> None:
    envelope = Envelope(payload_type=PAYLOAD_TYPE, payload=payload)
    (bundle / ENVELOPE).write_bytes(envelope_text(envelope.with_signature(KEY.sign(envelope.signed_bytes))))


def flip_quietly(report: dict) -> None:
    """Turn the failed requirement into a passed one, with counts that fit."""
    row = next(row for row in report["requirements"] if row["verdict"] == "failed")
    for counts in (report["counts"]["requirements"], report["counts"]["by-level"][row["level"]]):
        counts["failed"] -= 1
        counts["passed"] += 1
    failed = row["examples"]["failed"]
    report["counts"]["examples"]["held"] += failed
    report["counts"]["examples"]["failed"] -= failed
    row["examples"] |= {"held": row["examples"]["held"] + failed, "failed": 0}
    row |= {"verdict": "passed", "findings": []}
    report["verdict"], report["exit_status"] = "passed", 0


def flip(bundle: Path, _other: Path) -> None:
    edit_report(bundle, lambda report: report["requirements"][0].update(verdict="failed"))


def edit_page(bundle: Path, _other: Path) -> None:
    (bundle / "notes.html").write_text("<p>by another hand</p>", "utf-8")


def drop(bundle: Path, _other: Path) -> None:
    lines = lines_of(bundle)
    keep_lines(bundle, [*lines[:5], *lines[6:]])


def reorder(bundle: Path, _other: Path) -> None:
    lines = lines_of(bundle)
    lines[4], lines[5] = lines[5], lines[4]
    keep_lines(bundle, lines)


def change(bundle: Path, _other: Path) -> None:
    lines = lines_of(bundle)
    lines[4] = lines[4].replace(b'"status":2', b'"status":5').replace(b'"elapsed":0', b'"elapsed":1')
    keep_lines(bundle, lines)


def double(bundle: Path, _other: Path) -> None:
    lines = lines_of(bundle)
    keep_lines(bundle, [*lines[:5], lines[4], *lines[5:]])


def cut(bundle: Path, _other: Path) -> None:
    keep_lines(bundle, lines_of(bundle)[:-1])


def garble(bundle: Path, _other: Path) -> None:
    path = bundle / "evidence.jsonl.gz"
    path.write_bytes(path.read_bytes()[:10] + b"\xff" * 40 + path.read_bytes()[50:])


def repack(bundle: Path, _other: Path) -> None:
    keep_lines(bundle, lines_of(bundle))


def delete(bundle: Path, _other: Path) -> None:
    (bundle / "notes.html").unlink()


def add(bundle: Path, _other: Path) -> None:
    (bundle / "more.txt").write_text("more", "utf-8")


def link(bundle: Path, other: Path) -> None:
    (bundle / "notes.html").unlink()
    (bundle / "notes.html").symlink_to(other / "notes.html")


def swap_report(bundle: Path, other: Path) -> None:
    shutil.copy(other / "report.json", bundle)


def swap_evidence(bundle: Path, other: Path) -> None:
    shutil.copy(other / "evidence.jsonl.gz", bundle)


def no_envelope(bundle: Path, _other: Path) -> None:
    (bundle / ENVELOPE).unlink()


def no_json(bundle: Path, _other: Path) -> None:
    (bundle / ENVELOPE).write_text("genuine", "utf-8")


def other_type(bundle: Path, _other: Path) -> None:
    edit_envelope(bundle, lambda envelope: replace(envelope, payload_type="application/json"))


def other_payload(bundle: Path, _other: Path) -> None:
    edit_envelope(bundle, lambda envelope: replace(envelope, payload=envelope.payload.replace(b"FAILED", b"PASSED")))


def no_signature(bundle: Path, _other: Path) -> None:
    edit_envelope(bundle, lambda envelope: replace(envelope, signatures=()))


def flip_and_sign(bundle: Path, _other: Path) -> None:
    edit_report(bundle, flip_quietly)
    signed_again(bundle)


def miscount_and_sign(bundle: Path, _other: Path) -> None:
    edit_report(bundle, lambda report: report["counts"]["requirements"].update(passed=999))
    signed_again(bundle)


def whitewash_and_sign(bundle: Path, _other: Path) -> None:
    edit_report(bundle, lambda report: report.update(verdict="passed"))
    signed_again(bundle)


def shrink_and_sign(bundle: Path, _other: Path) -> None:
    edit_report(bundle, lambda report: report["requirements"].pop())
    signed_again(bundle)


def reword_and_sign(bundle: Path, _other: Path) -> None:
    edit_report(bundle, lambda report: report["requirements"][0].update(level="may"))
    signed_again(bundle)


def claim_more(bundle: Path, _other: Path) -> None:
    signed_again(bundle, lambda statement: statement["predicate"].update(result="PASSED"))


def claim_other_target(bundle: Path, _other: Path) -> None:
    signed_again(bundle, lambda statement: statement["predicate"][EXTENSION]["target"].update(url="https://cloud"))


def claim_a_policy(name: str, digest: str) -> Callable[[Path, Path], None]:
    """Return an attack that claims a policy that the run does not meet, or one that reads like it."""

    def change(statement: dict) -> None:
        statement["predicate"][EXTENSION]["policy"] = {"name": name, "digest": digest}

    def attack(bundle: Path, _other: Path) -> None:
        signed_again(bundle, change)

    attack.__name__ = f"claim_policy_{digest[-1]}_{name.isascii()}"
    return attack


def claim_a_number(bundle: Path, _other: Path) -> None:
    signed_again(bundle, lambda statement: statement["predicate"][EXTENSION].update(number="ZT-2027-5D0A6B9C1E2F"))


def leave_deviations_out(bundle: Path, _other: Path) -> None:
    edit_report(bundle, lambda report: report.pop("deviations"))
    signed_again(bundle)


def nothing_but_a_statement(bundle: Path, _other: Path) -> None:
    """Sign claims about a bundle that has neither report nor evidence."""

    def change(statement: dict) -> None:
        target = next(one for one in statement["subject"] if "uri" in one)
        empty = {"sha256": hashlib.sha256(b"").hexdigest()}
        statement["subject"] = [{"name": name, "digest": empty} for name in ("a.txt", "b.txt")] + [target]
        statement["predicate"] |= {"result": "PASSED", "failedTests": []}
        statement["predicate"][EXTENSION] |= {"verdict": "passed", "partial": False, "number": "LAB-1"}

    signed_again(bundle, change)
    for path in bundle.rglob("*"):
        if path.is_file() and path.name != ENVELOPE:
            path.unlink()
    for name in ("a.txt", "b.txt"):
        (bundle / name).touch()


def evidence_of_a_better_run(bundle: Path, other: Path) -> None:
    """Let the statement count the nonce in other evidence than the report has."""
    shutil.copy(other / "evidence.jsonl.gz", bundle / "better.jsonl.gz")
    seal = asdict(seal_of(open_bundle(bundle), "better.jsonl.gz").seal)
    claimed = {"file": "better.jsonl.gz", **seal}
    signed_again(bundle, lambda statement: statement["predicate"][EXTENSION].update(evidence=claimed, number="LAB-1"))


def no_evidence_at_all(bundle: Path, _other: Path) -> None:
    edit_report(bundle, lambda report: report.update(evidence=None))
    (bundle / "evidence.jsonl.gz").unlink()
    report = json.loads((bundle / "report.json").read_text("utf-8"))
    files = {name: sha256(open_bundle(bundle), name) for name in open_bundle(bundle).names - {ENVELOPE}}
    seal = Seal(size=1, root="0" * 64, unordered="0" * 64)
    stated = {**report, "evidence": {"file": "evidence.jsonl.gz"}}
    sign_payload(bundle, json.dumps(make_statement(stated, files, seal, TERMS)).encode())


def key_twice(bundle: Path, _other: Path) -> None:
    payload = json.loads((bundle / ENVELOPE).read_text("utf-8"))["payload"]
    sign_payload(bundle, base64.b64decode(payload).replace(b"{", b'{"_type":"x",', 1))


def claim(key: str, **document: object) -> Callable[[Path, Path], None]:
    """Return an attack that signs another claim than the report's."""

    def attack(bundle: Path, _other: Path) -> None:
        signed_again(bundle, lambda statement: statement["predicate"][EXTENSION][key].update(document))

    attack.__name__ = f"claim_other_{key.replace('-', '_')}"
    return attack


def first_passed(report: dict) -> dict:
    return next(row for row in report["requirements"] if row["verdict"] == "passed")


def edit_row(name: str, change: Callable[[dict], object]) -> Callable[[Path, Path], None]:
    """Return an attack that changes a passed row, whose verdict stays, and signs the report."""

    def attack(bundle: Path, _other: Path) -> None:
        edit_report(bundle, lambda report: change(first_passed(report)))
        signed_again(bundle)

    attack.__name__ = name
    return attack


def claim_nonce(bundle: Path, _other: Path) -> None:
    edit_report(bundle, lambda report: report["run"].update(nonce="CERT-2027-014"))
    signed_again(bundle)


def claim_no_nonce(bundle: Path, _other: Path) -> None:
    edit_report(bundle, lambda report: report["run"].update(nonce="CERT-2027-014"))
    signed_again(bundle, lambda statement: statement["predicate"][EXTENSION].update(nonce=None))


def other_configuration(bundle: Path, _other: Path) -> None:
    def change(statement: dict) -> None:
        document = next(one for one in statement["predicate"]["configuration"] if one["name"] == "suite")
        document["digest"]["sha256"] = "0" * 64

    signed_again(bundle, change)


def keep_evidence(bundle: Path, entries: list[dict]) -> None:
    """Write other evidence with a footer and a report that fit it, and sign that."""
    leaves = [json.dumps(one, separators=(",", ":")).encode() for one in entries]
    tree = MerkleTree()
    for leaf in leaves:
        tree.add(leaf)
    counts = dict(Counter(one["type"] for one in entries[1:]))
    footer = {"type": "footer", "counts": counts, "cut_short": [], "size": tree.size, "root": tree.root()}
    keep_lines(bundle, [leaf + b"\n" for leaf in [*leaves, json.dumps(footer).encode()]])
    edit_report(bundle, lambda report: report["evidence"].update(size=tree.size, root=tree.root(), counts=counts))
    signed_again(bundle)


def edit_evidence(name: str, change: Callable[[dict], object]) -> Callable[[Path, Path], None]:
    """Return an attack that changes each line of the evidence and makes everything else fit."""

    def attack(bundle: Path, _other: Path) -> None:
        entries = [json.loads(line) for line in lines_of(bundle)[:-1]]
        keep_evidence(bundle, [one for one in entries if change(one) is not False])

    attack.__name__ = name
    return attack


def easier_check(entry: dict) -> None:
    if entry["type"] == "example" and entry["requirement"] == "ZT-BODY-004":
        entry.update(check="form", arguments={}, judgement=None)


def another_row(entry: dict) -> None:
    if entry["type"] == "example" and entry["requirement"] == "ZT-BODY-004":
        entry.update(partition="params.name/drop")


def any_answer(entry: dict) -> None:
    if entry["type"] == "example" and entry["requirement"] == "ZT-ANSWER-001":
        entry.update(check="answered", arguments={}, judgement=None)


def long_ago(entry: dict) -> None:
    if entry["type"] == "exchange":
        entry.update(started=entry["started"] - 86400)


def nothing_fails(entry: dict) -> bool:
    return entry["type"] != "exchange" or not entry["id"].endswith("7")


def older(entry: dict) -> None:
    if entry["type"] == "header":
        entry["suite"]["version"] = "0.0.9"


def borrow_profile(bundle: Path, _other: Path) -> None:
    edit_report(bundle, lambda report: report["profile"]["limits"].update(name=100))
    signed_again(bundle)


def invent_profile_digest(bundle: Path, _other: Path) -> None:
    edit_report(bundle, lambda report: report["profile"].update(digest=f"sha256:{'0' * 64}"))
    signed_again(bundle)


def ended_tomorrow(bundle: Path, _other: Path) -> None:
    edit_report(bundle, lambda report: report["run"].update(ended="2027-02-01T00:00:00+00:00"))
    signed_again(bundle)


def fewer_creates(bundle: Path, _other: Path) -> None:
    edit_report(bundle, lambda report: report["run"]["residue"]["used"].update(created=1))
    signed_again(bundle)


def hide_the_suite(bundle: Path, _other: Path) -> None:
    """Claim other files of the same version, so that a strict comparison would seem impossible."""

    def change(report: dict) -> None:
        report["run"]["suite"]["digest"] = f"sha256:{'0' * 64}"
        first_passed(report).update(distinct=9999)

    edit_report(bundle, change)
    signed_again(bundle)


def page_of_another_report(bundle: Path, _other: Path) -> None:
    """Say more on the page that people read than the report does."""
    page = bundle / "report.html"
    page.write_text(page.read_text("utf-8").replace("Not conformant", "Conformant"), "utf-8")
    signed_again(bundle)


def other_export(name: str) -> Callable[[Path, Path], None]:
    """Return an attack that lets an export of the report say something else."""

    def attack(bundle: Path, _other: Path) -> None:
        path = bundle / name
        path.write_text(path.read_text("utf-8").replace("failed", "passed"), "utf-8")
        signed_again(bundle)

    attack.__name__ = f"other_{name.replace('.', '_')}"
    return attack


def other_request_file(bundle: Path, _other: Path) -> None:
    next((bundle / "requests").glob("*.json")).write_text('{"params":{}}', "utf-8")
    signed_again(bundle)


def excuse(name: str, **waiver: object) -> Callable[[Path, Path], None]:
    """Return an attack that writes a waiver of the failure into the report."""

    def change(report: dict) -> None:
        row = next(row for row in report["requirements"] if row["verdict"] == "failed")
        given = {"requirement": row["id"], "signature": row["findings"][0]["signature"], "class": "product-bug"}
        named = {"reason": "known", "owner": "anna", "approver": "bert", "expires": "2030-01-01", "link": None}
        stated = {"state": "waived", "replays": {"failed": 1, "decided": 1}, "found": True}
        report["waivers"].append({**given, **named, **stated, **waiver})
        row["waived"], report["deviations"] = True, 1
        report["exit_status"] = 0

    def attack(bundle: Path, _other: Path) -> None:
        edit_report(bundle, change)
        leave_pages_out(bundle)
        signed_again(bundle)

    attack.__name__ = name
    return attack


def pass_for_a_built_in_profile(bundle: Path, _other: Path) -> None:
    edit_report(bundle, lambda report: report["profile"].update(name="dep1oyed"))
    signed_again(bundle)


def pass_for_a_requirement(bundle: Path, _other: Path) -> None:
    edit_report(bundle, lambda report: report["requirements"].append({**first_passed(report), "id": "ZT-MORE-001"}))
    signed_again(bundle)


FORGERIES = {
    page_of_another_report: "page-otherwise",
    other_export("junit.xml"): "page-otherwise",
    other_export("ctrf.json"): "page-otherwise",
    other_request_file: "page-otherwise",
    excuse("excused_by_the_owner", approver="Anna"): "waiver-void",
    excuse("excused_too_late", expires="2026-01-01"): "waiver-void",
    excuse("excused_as_another_failure", signature="0" * 16): "evidence-edited",
    pass_for_a_built_in_profile: "profile-name-reserved",
    pass_for_a_requirement: "requirement-foreign",
    edit_evidence("easier_check", easier_check): "evidence-edited",
    edit_evidence("another_row", another_row): "evidence-edited",
    edit_evidence("any_answer", any_answer): "evidence-edited",
    edit_evidence("long_ago", long_ago): "evidence-edited",
    edit_evidence("exchanges_left_out", nothing_fails): "evidence-edited",
    borrow_profile: "profile-name-reserved",
    invent_profile_digest: "rows-otherwise",
    ended_tomorrow: "signed-before-end",
    fewer_creates: "evidence-edited",
    hide_the_suite: "rows-otherwise",
}
"""Edits after which everything fits and is signed again, by the vendor or by an honest signer."""
ATTACKS = {
    flip: "file-changed",
    edit_page: "file-changed",
    drop: "evidence-dropped",
    reorder: "evidence-reordered",
    change: "evidence-changed",
    double: "evidence-added",
    cut: "evidence-truncated",
    garble: "evidence-damaged",
    repack: "file-changed",
    delete: "file-missing",
    add: "file-extra",
    link: "file-odd",
    swap_report: "report-of-other-run",
    swap_evidence: "evidence-of-other-run",
    no_envelope: "not-signed",
    no_json: "envelope-unreadable",
    other_type: "payload-type",
    other_payload: "bad-signature",
    no_signature: "other-key",
    flip_and_sign: "judged-otherwise",
    miscount_and_sign: "counts-without-rows",
    whitewash_and_sign: "verdict-without-rows",
    shrink_and_sign: "requirements-incomplete",
    reword_and_sign: "requirements-changed",
    claim_more: "verdict-differs",
    claim_other_target: "target-differs",
    claim_a_policy("standard-2026", POLICY["digest"]): "policy-unmet",
    claim_a_policy("standard-2026", f"sha256:{'1' * 64}"): "policy-borrowed",
    claim_a_policy("stаndard-2026", f"sha256:{'2' * 64}"): "policy-borrowed",
    claim_a_number: "number-borrowed",
    nothing_but_a_statement: "file-missing",
    no_evidence_at_all: "file-missing",
    evidence_of_a_better_run: "evidence-differs",
    key_twice: "statement-malformed",
    claim("suite", digest=f"sha256:{'0' * 64}"): "suite-differs",
    claim("installed", digest=f"sha256:{'0' * 64}"): "installed-differs",
    claim("environment", ours={}): "environment-differs",
    claim("kill-matrix", faults=999): "kill-matrix-differs",
    claim_nonce: "nonce-unused",
    claim_no_nonce: "nonce-differs",
    other_configuration: "verdict-differs",
    edit_row("more_partitions", lambda row: row["partitions"].append("params.name/never-tried")): "rows-otherwise",
    edit_row("more_inputs", lambda row: row.update(distinct=9999)): "rows-otherwise",
    edit_row(
        "other_witness", lambda row: row["witnesses"][0]["subject"]["answer"].update(status=299)
    ): "rows-otherwise",
    edit_row(
        "witness_of_nothing", lambda row: row["witnesses"][0]["exchanges"].update(subject=["m-9"])
    ): "evidence-edited",
    edit_row(
        "witness_of_no_call", lambda row: row["witnesses"][0].update(arguments={}, check="accepted-job-part")
    ): "evidence-edited",
    leave_deviations_out: "evidence-edited",
    edit_row("more_faults", lambda row: row["killed_by"].append("everything")): "rows-otherwise",
}


def test_a_bundle_is_genuine_as_it_was_signed_and_judged_again(bundles):
    found = verified(bundles[0])
    assert (reasons(found), found.judged_again, found.signatures) == (set(), True, ((KEY.keyid, True),))


@pytest.mark.parametrize(("attack", "reason"), ATTACKS.items(), ids=[attack.__name__ for attack in ATTACKS])
def test_tampering_is_rejected_with_its_reason(attack, reason, bundle, bundles):
    attack(bundle, bundles[1])
    assert reason in reasons(verified(bundle))


@pytest.mark.parametrize(("forgery", "reason"), FORGERIES.items(), ids=[one.__name__ for one in FORGERIES])
def test_a_forgery_is_neither_genuine_nor_signed(forgery, reason, bundle, bundles):
    forgery(bundle, bundles[1])
    assert reason in reasons(verified(bundle))
    done = sign_bundle(bundle, KEY, TERMS, judge_again=judged, replace=True)
    assert reason in {one.reason for one in done.rejections}
    assert done.statement is None


def test_files_that_say_anything_are_named(bundle):
    found = verified(bundle)
    assert (reasons(found), found.uncompared) == (set(), ("notes.html",))


def test_a_bundle_is_rejected_outside_its_time(bundle):
    assert reasons(verified(bundle, days=180)) == {"expired"}
    assert reasons(verified(bundle, days=-1)) == {"not-yet-valid"}


def test_every_key_that_is_asked_for_must_have_signed(bundle):
    lab = new_key()
    assert reasons(verified(bundle, keys=(KEY, lab))) == {"other-key"}
    countersign_bundle(bundle, lab, now=NOW + timedelta(days=1))
    assert reasons(verified(bundle, keys=(KEY, lab))) == set()


def test_another_nonce_is_rejected(bundle):
    assert reasons(verified(bundle, nonce="CERT-2027-014")) == {"nonce-other"}


def test_a_nonce_that_no_ticket_carries_is_not_signed(bundle):
    done = sign_bundle(bundle, KEY, replace(TERMS, nonce="CERT-2027-014"), judge_again=judged, replace=True)
    assert [one.reason for one in done.rejections] == ["nonce-unused"]


def test_whoever_verifies_is_told_whether_the_same_files_judged(bundle):
    assert verified(bundle).same_suite is True
    leave_pages_out(bundle)
    edit_report(bundle, lambda report: report["run"]["suite"].update(digest=f"sha256:{'0' * 64}"))
    signed_again(bundle)
    found = verified(bundle)
    assert (reasons(found), found.same_suite, found.known_version) == (set(), False, True)
    edit_report(bundle, lambda report: report["run"]["suite"].pop("digest"))
    signed_again(bundle)
    assert verified(bundle).same_suite is None


def test_a_report_of_an_older_run_can_still_be_signed_and_verified(bundle):
    def strip(report: dict) -> None:
        for key in ("environment", "kill-matrix"):
            del report[key]
        for key in ("installed", "nonce"):
            del report["run"][key]
        del report["run"]["suite"]["digest"], report["target"]["tls"]

    edit_report(bundle, strip)
    leave_pages_out(bundle)
    done = sign_bundle(bundle, KEY, TERMS, judge_again=judged, replace=True)
    assert [one.reason for one in done.rejections] == ["evidence-edited"]
    edit_report(bundle, lambda report: report["run"]["suite"].update(version="0.0.9"))
    assert sign_bundle(bundle, KEY, TERMS, judge_again=judged, replace=True).rejections != ()
    edit_evidence("of_another_version", older)(bundle, bundle)
    assert sign_bundle(bundle, KEY, TERMS, judge_again=judged, replace=True).rejections == ()
    assert (reasons(verified(bundle)), verified(bundle).known_version) == (set(), False)


def test_a_zip_is_as_good_as_its_folder(bundle, tmp_path):
    path = tmp_path / "bundle.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for file in filter(Path.is_file, bundle.rglob("*")):
            packed.write(file, file.relative_to(bundle).as_posix())
    assert reasons(verified(path)) == set()
    path.write_bytes(path.read_bytes()[:-60])
    assert reasons(verified(path)) == {"bundle-unreadable"}


def test_the_commands_make_keys_sign_verify_and_judge(bundle, tmp_path):
    def command(*words: str) -> subprocess.CompletedProcess[str]:
        program = [sys.executable, "-c", "import sys; from pytest_zstack_ticket.cli.main import main; sys.exit(main())"]
        return subprocess.run([*program, *words], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)

    assert command("keygen", "me").returncode == 0
    assert (tmp_path / "me.key.pem").stat().st_mode & 0o077 == 0
    assert command("keygen", "me").returncode == 4
    assert command("sign", str(bundle), "--key", "me.key.pem").returncode == 4
    assert command("sign", str(bundle), "--key", "me.key.pem", "--replace").returncode == 0
    assert command("verify", str(bundle), "--public-key", "me.pub.pem").returncode == 0
    document = json.loads(command("judge", str(bundle), "--json").stdout)
    assert (document["same"], document["same_rules"], document["changed"]) == (True, True, [])
    (tmp_path / "list.toml").write_text(ADVISORIES, "utf-8")
    assert command("advise", "list.toml", "--key", "me.key.pem", "--output", "a.json").returncode == 0
    doubted = command("verify", str(bundle), "--public-key", "me.pub.pem", "--advisories", "a.json", "--json")
    assert doubted.returncode == 14
    assert [one["requirement"] for one in json.loads(doubted.stdout)["advised"]] == ["ZT-ANSWER-001"]
    assert command("keygen", "stranger").returncode == 0
    strangers = ("--advisories", "a.json", "--advisory-key", "stranger.pub.pem")
    assert command("verify", str(bundle), "--public-key", "me.pub.pem", *strangers).returncode == 4
    edit_report(bundle, flip_quietly)
    assert command("judge", str(bundle)).returncode == 1
    rejected = command("verify", str(bundle), "--public-key", "me.pub.pem", "--json")
    assert rejected.returncode == 1
    assert "file-changed" in {one["reason"] for one in json.loads(rejected.stdout)["reasons"]}
