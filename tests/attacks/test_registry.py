"""Key sets, certificate numbers and the registry, tried on one signed bundle by somebody who cheats."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pytest_zstack_ticket.artifacts.bundle import ENVELOPE
from pytest_zstack_ticket.certify.dsse import MOST_SIGNATURES, Signature, envelope_text, parse_envelope
from pytest_zstack_ticket.certify.keys import PrivateKey, new_key
from pytest_zstack_ticket.certify.messages import claim_lines
from pytest_zstack_ticket.certify.registry import merged
from pytest_zstack_ticket.cli.main import main
from pytest_zstack_ticket.config.policy_file import load_policy
from pytest_zstack_ticket.model.errors import UsageError
from pytest_zstack_ticket.report.text.translations import translations
from tests.plugin.test_certificate import edit_report, flip_quietly, leave_pages_out, make
from tests.support.time_authority import Authority, listening, needs_openssl
from tests.support.transparency_log import Log, body_of, others, tiled_body_of

NOW = datetime.now(UTC).replace(microsecond=0)
LAB, VENDOR, ROOT = new_key(), new_key(), new_key()


def day(days: int) -> str:
    return (NOW + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def entry(key: PrivateKey, role: str, more: str = "") -> str:
    pem = json.dumps(key.public.pem.decode())
    times = f'from = "{day(-9)}"\nuntil = "{day(9)}"'
    return f'[[key]]\npublic-key = {pem}\nowner = "Lab"\nroles = ["{role}"]\n{times}\n{more}\n'


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("signed")
    for name, key in (("lab", LAB), ("vendor", VENDOR), ("root", ROOT)):
        (folder / f"{name}.key.pem").write_bytes(key.pem())
        (folder / f"{name}.pub.pem").write_bytes(key.public.pem)
        (folder / f"{name}.key.pem").chmod(0o600)
    make(folder / "report", 1, "accept-too-long:name")
    leave_pages_out(folder / "report")  # to make them again is tried elsewhere
    assert main(["sign", str(folder / "report"), "--key", str(folder / "lab.key.pem"), "--replace"]) == 0
    return folder


def as_reported(folder: Path) -> dict:
    return json.loads((folder / "report.json").read_text("utf-8"))


@pytest.fixture
def place(signed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(signed, tmp_path / "place")
    monkeypatch.chdir(tmp_path / "place")
    for name in ("sign", "verify", "registry", "render"):  # judging again is tried elsewhere, and takes seconds
        monkeypatch.setattr(f"pytest_zstack_ticket.cli.{name}.judged_report", as_reported)
    return tmp_path / "place"


@pytest.fixture
def verify(place: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, dict]]:
    def run(*words: str) -> tuple[int, dict]:
        capsys.readouterr()
        status = main(["verify", "report", *words, "--json"])
        out = capsys.readouterr().out
        return status, json.loads(out) if out else {}

    return run


def reasons(document: dict) -> list[str]:
    return [one["reason"] for one in document["reasons"]]


def keyset(*entries: str) -> tuple[str, ...]:
    Path("keys.toml").write_text("".join(entries), "utf-8")
    assert main(["keyset", "keys.toml", "--key", "root.key.pem", "--output", "keys.json"]) == 0
    return ("--keys", "keys.json", "--keys-key", "root.pub.pem")


def test_a_certifier_of_the_set_is_believed_and_named(place, verify, capsys):
    trusted = keyset(entry(LAB, "certifier"), entry(VENDOR, "vendor"))
    status, document = verify(*trusted)
    for one in document["signatures"]:
        assert one.pop("time") == document["claims"]["validity"]["notBefore"]
    assert (status, document["signatures"]) == (
        0,
        [{"keyid": LAB.keyid, "verified": True, "stamped": False, "logged": None}],
    )
    assert main(["verify", "report", *trusted, "--lang", "en"]) == 0
    shown = capsys.readouterr().out
    assert f"signed by {LAB.keyid} (Lab, certifier)" in shown
    assert "a key that was revoked later still counts here" in shown
    assert verify(*trusted, "--at", day(500)[:10])[0] == 1


def test_a_vendor_cannot_certify_himself(place, verify):
    trusted = keyset(entry(LAB, "certifier"), entry(VENDOR, "vendor"))
    assert main(["sign", "report", "--key", "vendor.key.pem", "--replace"]) == 0
    status, document = verify(*trusted)
    assert (status, reasons(document)) == (1, ["key-role"])
    assert main(["countersign", "report", "--key", "lab.key.pem"]) == 0
    assert verify(*trusted)[0] == 0


@pytest.mark.parametrize(
    ("revoked", "expected"),
    [
        ((1, "retired"), []),
        ((-1, "retired"), ["key-retired"]),
        ((1, "compromised"), ["key-compromised"]),
        ((-1, "compromised"), ["key-compromised"]),
    ],
)
def test_a_revoked_key_says_why(revoked: tuple[int, str], expected: list[str], place, verify):
    days, reason = revoked
    trusted = keyset(entry(LAB, "certifier", f'revoked = {{at = "{day(days)}", reason = "{reason}"}}'))
    assert reasons(verify(*trusted)[1]) == expected


def test_a_set_that_the_vendor_signed_is_worth_nothing(place, verify):
    Path("keys.toml").write_text(entry(VENDOR, "certifier"), "utf-8")
    assert main(["keyset", "keys.toml", "--key", "vendor.key.pem", "--output", "keys.json"]) == 0
    assert verify("--keys", "keys.json", "--keys-key", "root.pub.pem")[0] == 4
    assert verify("--keys", "keys.json")[0] == 4
    assert verify()[0] == 4


@needs_openssl
def test_a_time_stamp_saves_what_was_signed_before_the_key_was_stolen(place, verify, capsys):
    (place / "tsa").mkdir()
    authority = Authority(place / "tsa")
    before = keyset(entry(LAB, "certifier", f'revoked = {{at = "{day(1)}", reason = "compromised"}}'))
    with listening(authority.answer) as url:
        assert main(["sign", "report", "--key", "lab.key.pem", "--replace", "--timestamp", url]) == 0
    assert reasons(verify(*before)[1]) == ["key-compromised"], "nobody vouches for the authority"
    trusted = ("--tsa-certificate", str(authority.certificate))
    status, document = verify(*before, *trusted)
    assert (status, document["signatures"][0]["stamped"]) == (0, True)
    assert main(["verify", "report", *before, *trusted, "--lang", "en"]) == 0
    assert "time-stamped at" in capsys.readouterr().out
    after = keyset(entry(LAB, "certifier", f'revoked = {{at = "{day(-1)}", reason = "compromised"}}'))
    assert reasons(verify(*after, *trusted)[1]) == ["key-compromised"]
    signed = (place / "report" / ENVELOPE).read_bytes()
    assert main(["sign", "report", "--key", "lab.key.pem", "--replace", "--timestamp", "http://127.0.0.1:1/"]) == 4
    assert (place / "report" / ENVELOPE).read_bytes() == signed, "without an answer nothing is written"


def test_a_log_entry_shows_that_a_certificate_was_signed_in_the_open(place, verify, capsys, monkeypatch):
    """Attached after signing, checked offline; a policy may require it, and the registry lists it."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    log, elsewhere = Log(), Log(tiled=True)
    key = ("--log-key", str(log.keep_key(place / "log.pem")))
    other = ("--log-key", str(elsewhere.keep_key(place / "other.pem")))
    logged = ("--public-key", "lab.pub.pem", *key)

    def enter(found: dict, *words: str) -> int:
        Path("entry.json").write_text(json.dumps(found), "utf-8")
        return main(["attach", "report", "--log-entry", "entry.json", *words])

    signed = (place / "report" / ENVELOPE).read_bytes()
    envelope = parse_envelope(signed)
    leaves = [*others(2), body_of(envelope, LAB.public), *others(3)]
    status, document = verify(*logged)
    assert (status, reasons(document)) == (1, ["log-missing"])
    for wrong in (elsewhere.bundled(leaves, 2), log.entry(leaves, 1), log.entry(leaves, 2) | log.entry(leaves, 1)):
        assert enter(wrong, *key) == 4
    assert enter(log.entry(leaves, 2), *other) == 4
    assert (place / "report" / ENVELOPE).read_bytes() == signed, "what proves nothing is not kept"
    now = int(datetime.now(UTC).timestamp())
    assert enter(log.entry(leaves, 2, now), *key, *other) == 0
    assert "entry 2 in a tree of 6 of the log" in capsys.readouterr().out
    status, document = verify(*logged)
    (one,) = document["signatures"]
    assert (status, one["stamped"], one["logged"]["size"], one["logged"]["keyid"]) == (0, True, 6, log.id.hex())
    assert main(["verify", "report", *logged, "--lang", "en"]) == 0
    assert "entry 2 in a tree of 6, 1002 over all its trees" in capsys.readouterr().out
    assert main(["verify", "report", "--public-key", "lab.pub.pem", "--lang", "zh"]) == 0
    assert "附有透明日志条目，但未核对" in capsys.readouterr().out
    assert reasons(verify("--public-key", "lab.pub.pem", *other)[1]) == ["log-bad"]
    assert main(["countersign", "report", "--key", "vendor.key.pem"]) == 0
    both = (*logged, "--public-key", "vendor.pub.pem")
    assert reasons(verify(*both)[1]) == ["log-missing"], "each of the required signatures"
    before = keyset(entry(LAB, "certifier", f'revoked = {{at = "{day(1)}", reason = "compromised"}}'))
    assert verify(*before, *key)[0] == 0, "the log saw it before the key was stolen"
    only = keyset(entry(VENDOR, "certifier"), entry(LAB, "vendor"))
    assert reasons(verify(*only, *key)[1]) == ["log-missing"], "that of a vendor is not that of a certifier"


def test_a_policy_may_require_a_log_and_the_registry_names_it(place, verify, monkeypatch):
    log = Log(tiled=True)
    key = ("--log-key", str(log.keep_key(place / "log.pem")))
    policy = {**load_policy("standard-2026"), "log": True}
    monkeypatch.setattr("pytest_zstack_ticket.cli.verify.load_policy", lambda _: policy)
    lacking = "no entry of a transparency log was checked"
    held = ("--public-key", "lab.pub.pem", "--policy", "mine")
    assert lacking in {one["where"] for one in verify(*held)[1]["reasons"]}
    assert "log-missing" in reasons(verify(*held, *key)[1])
    leaves = [*others(1), tiled_body_of(parse_envelope((place / "report" / ENVELOPE).read_bytes()), LAB.public)]
    Path("entry.json").write_text(json.dumps(log.bundled(leaves, 1)), "utf-8")
    assert main(["attach", "report", "--log-entry", "entry.json", *key, "--json"]) == 0
    assert set(reasons(verify(*held, *key)[1])) == {"policy-unmet"}, "it was a run of one test"
    assert lacking not in {one["where"] for one in verify(*held, *key)[1]["reasons"]}
    assert verify("--public-key", "lab.pub.pem", *key)[1]["signatures"][0]["stamped"] is False
    assert register("report", *LAB_KEY, *key) == 0
    (listed,) = json.loads(Path("site/registry.json").read_text("utf-8"))["certificate"]
    assert [one["index"] for one in listed["logged"]] == [1]
    assert "in the log of log.example, entry 1 of a tree of 2" in Path("site/index.html").read_text("utf-8")
    assert "日志 log.example 已收录" in Path("site/index.zh.html").read_text("utf-8")
    assert register("report", *LAB_KEY) == 0
    assert json.loads(Path("site/registry.json").read_text("utf-8"))["certificate"][0]["logged"] == listed["logged"]


LAB_KEY = ("--public-key", "lab.pub.pem")
LIST = ("--registry", "site/registry.dsse.json")


def register(*words: str) -> int:
    return main(["registry", *words, "--output", "site", "--key", "lab.key.pem"])


def number(verify: Callable[..., tuple[int, dict]]) -> str:
    found: str = verify(*LAB_KEY)[1]["claims"]["number"]
    return found


def test_a_run_that_does_not_meet_the_policy_has_used_its_nonce(place, verify, monkeypatch):
    """Else a vendor shows run after run with one nonce until one of them is good."""
    spent = []
    monkeypatch.setattr("pytest_zstack_ticket.cli.verify.spend", lambda *found: spent.append(found) or [])
    held = ("--policy", "standard-2026", "--used-nonces", "used")
    assert set(reasons(verify(*LAB_KEY, *held)[1])) == {"policy-unmet"}
    assert len(spent) == 1
    assert reasons(verify("--public-key", "vendor.pub.pem", "--used-nonces", "used")[1]) == ["other-key"]
    assert len(spent) == 1, "a bundle that anybody may have made uses no nonce"


def test_a_page_shows_the_number_of_a_certificate_that_was_verified(place, verify, capsys):
    assert main(["bundle", "report", "--output", "report.zip"]) == 0
    drawn = number(verify)
    assert main(["render", "report.zip", *LAB_KEY, "--output", "page.html"]) == 0
    page = Path("page.html").read_text("utf-8")
    assert f"Certificate number</dt><dd>{drawn}</dd>" in page
    assert f"{NOW:%Y-%m-%d}" in page.partition("Valid from / until</dt><dd>")[2][:10]
    assert main(["render", "report.zip", "--output", "plain.html"]) == 0
    assert drawn not in Path("plain.html").read_text("utf-8"), "what was not verified is not shown"
    assert main(["render", "report", *LAB_KEY]) == 4, "the pages of a folder are signed"
    capsys.readouterr()
    assert main(["render", "report.zip", "--public-key", "vendor.pub.pem", "--output", "other.html"]) == 1
    assert not Path("other.html").exists()
    assert "other-key" in capsys.readouterr().err


def test_a_listed_certificate_is_found_until_it_is_withdrawn(place, verify, capsys):
    assert register("report", *LAB_KEY) == 0
    assert verify(*LAB_KEY, *LIST)[0] == 0
    assert main(["verify", "report", *LAB_KEY, *LIST, "--lang", "en"]) == 0
    assert "a later withdrawal is not known here" in capsys.readouterr().out
    drawn = number(verify)
    assert drawn.startswith(f"ZT-{NOW:%Y}-")
    page = Path("site/index.html").read_text("utf-8")
    assert drawn in page
    assert "<script" not in page
    assert register("--withdraw", drawn, "--reason", "<b>other</b> target") == 0
    status, document = verify(*LAB_KEY, *LIST)
    assert (status, reasons(document), document["genuine"]) == (15, ["withdrawn"], False)
    assert "<b>other</b> target" in document["reasons"][0]["en"]
    for name, word in (("index.html", "WITHDRAWN"), ("index.zh.html", "撤回")):
        page = Path("site", name).read_text("utf-8")
        assert word in page
        assert "<b>other" not in page
    assert register("report", *LAB_KEY) == 0, "listing it again does not bring it back"
    assert verify(*LAB_KEY, *LIST)[0] == 15
    assert main(["sign", "report", "--key", "lab.key.pem", "--replace", "--days", "30"]) == 0
    assert register("report", *LAB_KEY) == 4, "nor does another certificate of the same run"
    assert register("--withdraw", drawn, "--reason", "again") == 4
    assert register("--withdraw", "ZT-2027-0", "--reason", "never listed") == 4
    assert json.loads(Path("site/registry.json").read_text("utf-8"))["certificate"][0]["withdrawn"]["reason"]


def test_another_certificate_under_a_listed_number_is_named(place, verify):
    again = ["sign", "report", "--key", "lab.key.pem", "--replace"]
    assert main([*again, "--number", number(verify)]) == 4, "of the form of a drawn one"
    assert main([*again, "--number", "LAB-2027.013"]) == 0
    assert register("report", *LAB_KEY) == 0
    assert main([*again, "--number", "LAB-2027.013", "--days", "9"]) == 0
    assert reasons(verify(*LAB_KEY, *LIST)[1]) == ["number-otherwise"]
    assert register("report", *LAB_KEY) == 4
    assert main([*again, "--number", "LAB-2027.014"]) == 0
    assert number(verify) == "LAB-2027.014"
    assert reasons(verify(*LAB_KEY, *LIST)[1]) == ["number-unlisted"]
    assert main([*again, "--number", "a b"]) == 4


def test_only_verified_bundles_enter_and_only_its_signer_changes_a_list(place, verify):
    assert register("report", *LAB_KEY) == 0
    before = Path("site/registry.dsse.json").read_bytes()
    assert register("report", "--public-key", "vendor.pub.pem") == 1
    shutil.copytree("report", "bundles/one")
    edit_report(Path("bundles/one"), flip_quietly)
    assert register("bundles", *LAB_KEY) == 1
    (Path("bundles/one") / ENVELOPE).unlink()
    assert register("bundles", *LAB_KEY) == 4
    assert main(["registry", "report", *LAB_KEY, "--output", "site", "--key", "vendor.key.pem"]) == 4
    assert Path("site/registry.dsse.json").read_bytes() == before
    assert verify(*LAB_KEY, *LIST, "--registry-key", "vendor.pub.pem")[0] == 4
    assert verify(*keyset(entry(LAB, "certifier"), entry(VENDOR, "vendor")), *LIST)[0] == 4, "it is no publisher"


@pytest.mark.parametrize(
    "number", ["ZT-2027-5D0A6B9C1E2F", "ZT-2027-5DOA6B9ClE2F", "zt-2027-5d0a6b9c1e2f", "ZT.2027.5D0A6B9C1E2F."]
)
def test_a_number_that_reads_like_a_drawn_one_is_not_given_out(number, place):
    assert main(["sign", "report", "--key", "lab.key.pem", "--replace", "--number", number]) == 4


def test_a_withdrawn_run_gets_no_certificate_under_another_id_nor_a_number_that_reads_alike(place, verify):
    assert register("report", *LAB_KEY) == 0
    (one,) = json.loads(Path("site/registry.json").read_text("utf-8"))["certificate"]
    moved = (datetime.fromisoformat(one["run"]["started"]) + timedelta(seconds=40)).isoformat()
    gone = {**one, "withdrawn": {"at": day(0), "reason": "other target"}}
    again = {**one, "number": "LAB-1", "run": {**one["run"], "id": "0" * 16, "started": moved}}
    with pytest.raises(UsageError, match="was withdrawn"):
        merged([gone], [again])
    later = (datetime.fromisoformat(moved) + timedelta(hours=1)).isoformat()
    new = {**again, "run": {**again["run"], "started": later}}
    assert len(merged([gone], [new])) == 2
    for number in ("lab-1", "LAB.1", "LAB-l", "LAB--1"):
        with pytest.raises(UsageError, match="reads like LAB-1"):
            merged([new], [{**new, "number": number, "statement": "sha256:" + "0" * 64}])
    assert len(merged([new], [{**new, "number": "LAB-11"}])) == 2


def test_an_envelope_with_many_signatures_is_refused_before_any_is_tried(place, verify):
    envelope = parse_envelope((place / "report" / ENVELOPE).read_bytes())
    many = replace(envelope, signatures=(*envelope.signatures, *[Signature("", bytes(64))] * 50_000))
    (place / "report" / ENVELOPE).write_bytes(envelope_text(many))
    status, document = verify(*LAB_KEY)
    assert (status, reasons(document)) == (1, ["envelope-unreadable"])
    few = replace(envelope, signatures=(*envelope.signatures, *[Signature("", bytes(64))] * (MOST_SIGNATURES - 1)))
    (place / "report" / ENVELOPE).write_bytes(envelope_text(few))
    assert verify(*LAB_KEY)[0] == 0


def test_a_target_whose_answers_have_no_date_is_told(place, verify):
    """Else the times of an old run could be moved, and nothing would say otherwise."""
    claims = verify(*LAB_KEY)[1]["claims"]
    assert not [line for line in claim_lines(claims, translations(), "en") if "have no date" in line]
    claims["environment"]["target"]["clock"] = None
    assert [line for line in claim_lines(claims, translations(), "en") if "have no date" in line]
