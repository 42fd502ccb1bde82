"""Key sets: what a key signed counts while it was valid, for its role, and not after it was retired or stolen."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pytest_zstack_ticket.certify.advisories import ADVISORIES
from pytest_zstack_ticket.certify.dsse import Envelope
from pytest_zstack_ticket.certify.key_set import (
    CERTIFIER,
    KEY_SET,
    KeySet,
    SignedAt,
    read_key_set,
    read_published,
    written_keys,
)
from pytest_zstack_ticket.certify.keys import PrivateKey, load_public, new_key
from pytest_zstack_ticket.certify.signed_list import sign_list
from pytest_zstack_ticket.cli.main import main
from pytest_zstack_ticket.model.errors import EvidenceError, KeyFileError

ROOT, OLD, NEW, VENDOR, STRANGER = (new_key() for _ in range(5))
NOW = datetime(2027, 6, 1, tzinfo=UTC)


def entry(key: PrivateKey, *roles: str, **more: object) -> dict:
    base = {"owner": "Lab", "from": "2027-01-01T00:00:00Z", "until": "2028-01-01T00:00:00Z"}
    return {"public-key": key.public.pem.decode(), "roles": list(roles or ("certifier",)), **base, **more}


def written(folder: Path, *entries: dict) -> Path:
    path = folder / "keys.toml"
    lines = []
    for one in entries:
        lines.append("[[key]]")
        for name, value in one.items():
            inner = (
                "{" + ", ".join(f"{k} = {json.dumps(v)}" for k, v in value.items()) + "}"
                if isinstance(value, dict)
                else json.dumps(value)
            )
            lines.append(f"{name} = {inner}")
    path.write_text("\n".join(lines), "utf-8")
    return path


def key_set(folder: Path, *entries: dict) -> KeySet:
    path = folder / "keys.json"
    path.write_bytes(sign_list(KEY_SET, written_keys(written(folder, *entries)), ROOT, NOW))
    return read_key_set(path, [STRANGER.public, ROOT.public], NOW)


def reasons(keys: KeySet, *signers: PrivateKey, day: str, proven: bool = False, role: str = CERTIFIER) -> list[str]:
    envelope = Envelope(payload_type="t", payload=b"p")
    for signer in signers:
        envelope = envelope.with_signature(signer.sign(envelope.signed_bytes))
    at = SignedAt(moment=datetime.fromisoformat(f"{day}T00:00:00Z"), proven=proven)
    return [one.reason for one in keys.refusals(envelope, role, [at] * len(signers))]


def test_a_key_counts_from_its_first_moment_to_before_its_last(tmp_path: Path):
    keys = key_set(tmp_path, entry(OLD))
    assert reasons(keys, OLD, day="2026-12-31") == ["key-not-yet-valid"]
    assert reasons(keys, OLD, day="2027-01-01") == reasons(keys, OLD, day="2027-12-31") == []
    assert reasons(keys, OLD, day="2028-01-01") == ["key-expired"]


def test_a_rotation_has_an_overlap_in_which_both_keys_count(tmp_path: Path):
    keys = key_set(
        tmp_path,
        entry(OLD, until="2027-04-01T00:00:00Z", successor=NEW.keyid),
        entry(NEW, **{"from": "2027-03-01T00:00:00Z"}),
    )
    assert reasons(keys, OLD, day="2027-03-15") == reasons(keys, NEW, day="2027-03-15") == []
    assert reasons(keys, NEW, day="2027-02-15") == ["key-not-yet-valid"]
    assert reasons(keys, OLD, day="2027-04-15") == ["key-expired"]
    assert reasons(keys, OLD, NEW, day="2027-04-15") == []


def test_what_a_retired_key_signed_before_stays_good(tmp_path: Path):
    keys = key_set(tmp_path, entry(OLD, revoked={"at": "2027-03-01T00:00:00Z", "reason": "retired"}))
    assert reasons(keys, OLD, day="2027-02-28") == []
    assert reasons(keys, OLD, day="2027-03-01") == ["key-retired"]


def test_only_a_time_stamp_saves_what_a_stolen_key_signed_before(tmp_path: Path):
    keys = key_set(tmp_path, entry(OLD, revoked={"at": "2027-03-01T00:00:00Z", "reason": "compromised"}))
    assert reasons(keys, OLD, day="2027-02-01") == ["key-compromised"]
    assert reasons(keys, OLD, day="2027-02-01", proven=True) == []
    assert reasons(keys, OLD, day="2027-03-01", proven=True) == ["key-compromised"]


def test_a_key_counts_for_its_roles_alone(tmp_path: Path):
    keys = key_set(tmp_path, entry(VENDOR, "vendor"), entry(OLD, "certifier", "publisher"))
    assert reasons(keys, VENDOR, day="2027-02-01") == ["key-role"]
    assert reasons(keys, VENDOR, OLD, day="2027-02-01") == []
    assert reasons(keys, OLD, day="2027-02-01", role="publisher") == []
    assert reasons(keys, OLD, day="2027-02-01", role="vendor") == ["key-role"]


def test_a_key_that_is_not_listed_counts_for_nothing_whatever_id_it_claims(tmp_path: Path):
    keys = key_set(tmp_path, entry(OLD))
    assert reasons(keys, STRANGER, day="2027-02-01") == ["key-unlisted"]
    envelope = Envelope(payload_type="t", payload=b"p")
    forged = STRANGER.sign(envelope.signed_bytes)
    envelope = envelope.with_signature(type(forged)(OLD.keyid, forged.value))
    assert [one.reason for one in keys.unlisted(envelope)] == ["key-unlisted"]


def test_a_set_of_an_unknown_signer_or_of_tomorrow_is_not_believed(tmp_path: Path):
    path = tmp_path / "keys.json"
    listed = written_keys(written(tmp_path, entry(OLD)))
    path.write_bytes(sign_list(KEY_SET, listed, STRANGER, NOW))
    with pytest.raises(EvidenceError, match="none of the keys"):
        read_key_set(path, [ROOT.public], NOW)
    path.write_bytes(sign_list(KEY_SET, listed, ROOT, NOW + timedelta(days=1)))
    with pytest.raises(EvidenceError, match="in the future"):
        read_key_set(path, [ROOT.public], NOW)
    path.write_bytes(sign_list(ADVISORIES, listed, ROOT, NOW))
    with pytest.raises(EvidenceError, match="not a set of keys"):
        read_key_set(path, [ROOT.public], NOW)


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ([entry(OLD), entry(OLD)], "stands twice"),
        ([entry(OLD, until="2027-01-01T00:00:00Z")], "not after from"),
        ([entry(OLD, until="2027-13-01T00:00:00Z")], "no time"),
        ([entry(OLD, until="2027-12-01")], "a time in UTC"),
        ([entry(OLD, successor=NEW.keyid)], "a later key of this set"),
        ([entry(OLD, successor=OLD.keyid)], "a later key of this set"),
        ([entry(OLD, successor=NEW.keyid), entry(NEW)], "a later key of this set"),
        ([entry(OLD, successor=NEW.keyid), entry(NEW, "vendor", **{"from": "2027-02-01T00:00:00Z"})], "same roles"),
        ([entry(OLD, "auditor")], "certifier, vendor, publisher"),
        ([{**entry(OLD), "public-key": OLD.pem().decode()}], "key 1 of the set cannot be used"),
        ([entry(OLD, revoked={"at": "2027-02-01T00:00:00Z", "reason": "lost"})], "retired, compromised"),
    ],
)
def test_a_set_with_a_defect_is_refused(entries: list[dict], words: str, tmp_path: Path):
    with pytest.raises(KeyFileError, match=words):
        written_keys(written(tmp_path, *entries))


def test_advisories_are_believed_from_a_publisher_of_the_set(tmp_path: Path):
    keys = key_set(tmp_path, entry(VENDOR, "vendor"), entry(OLD, "publisher"))
    path, document = tmp_path / "a.json", {"advisory": []}
    path.write_bytes(sign_list(ADVISORIES, document, OLD, NOW))
    assert read_published(path, ADVISORIES, "publisher", keys, NOW).value["advisory"] == []
    path.write_bytes(sign_list(ADVISORIES, document, VENDOR, NOW))
    with pytest.raises(EvidenceError, match="key-role"):
        read_published(path, ADVISORIES, "publisher", keys, NOW)


def test_keygen_prints_an_entry_that_keyset_signs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    assert main(["keygen", "root"]) == 0
    capsys.readouterr()
    assert main(["keygen", "lab", "--role", "certifier", "--owner", '检测中心 "A"']) == 0
    (tmp_path / "keys.toml").write_text(capsys.readouterr().out, "utf-8")
    assert main(["keyset", "keys.toml", "--key", "root.key.pem", "--output", "keys.json"]) == 0
    (found,) = read_key_set(Path("keys.json"), [load_public(Path("root.pub.pem"))], datetime.now(UTC)).keys.values()
    assert (found.owner, found.roles) == ('检测中心 "A"', {"certifier"})
    assert found.public.keyid == load_public(Path("lab.pub.pem")).keyid
    assert main(["keygen", "other", "--role", "certifier"]) == 4
