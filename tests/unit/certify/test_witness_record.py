"""The record of a witness: whose signature counts, by single keys and by a key set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pytest_zstack_ticket.certify.key_set import KeySet, ListedKey
from pytest_zstack_ticket.certify.keys import PrivateKey, new_key
from pytest_zstack_ticket.certify.witness_record import read_record
from pytest_zstack_ticket.model.errors import EvidenceError
from tests.support.witness import write

WITNESS, VENDOR = new_key(), new_key()
NOW = datetime.now(UTC)


def key_set(role: str, *, days: int = 30) -> KeySet:
    """Return a set with the key of the witness in a role, valid from a month ago for so many days more."""
    key = ListedKey(
        public=WITNESS.public,
        owner="Lab",
        roles=frozenset({role}),
        since=NOW - timedelta(days=30),
        until=NOW + timedelta(days=days),
        successor="",
        revoked=None,
    )
    return KeySet(keys={key.public.keyid: key}, issued=NOW)


def record(folder: Path, key: PrivateKey = WITNESS) -> Path:
    return write(folder / "record.gz", key, [], "http://cloud", 1.0, 2.0, b"s" * 16)


def test_a_witness_of_the_set_may_sign(tmp_path: Path):
    found = read_record(record(tmp_path), [], key_set("witness"))
    assert (found.keyid, found.target, found.salt, found.exchanges) == (WITNESS.keyid, "http://cloud", b"s" * 16, ())


@pytest.mark.parametrize("role", ["vendor", "certifier", "publisher"])
def test_a_key_of_another_role_may_not(role: str, tmp_path: Path):
    with pytest.raises(EvidenceError, match=r"its signature does not count \(key-role"):
        read_record(record(tmp_path), [], key_set(role))


def test_a_key_that_was_not_valid_may_not(tmp_path: Path):
    with pytest.raises(EvidenceError, match="key-expired"):
        read_record(record(tmp_path), [], key_set("witness", days=-1))


def test_a_key_outside_the_set_may_not(tmp_path: Path):
    with pytest.raises(EvidenceError, match="signed by none of the keys"):
        read_record(record(tmp_path, VENDOR), [], key_set("witness"))
    assert read_record(tmp_path / "record.gz", [VENDOR.public], key_set("witness")).keyid == VENDOR.keyid


@pytest.mark.parametrize("text", [b"", b"\x1f\x8b", b"no record", b"{}\n", b'{"type":"footer"}\n', b"[]\n" * 3])
def test_what_is_no_record_is_one_sentence(text: bytes, tmp_path: Path):
    (tmp_path / "record.gz").write_bytes(text)
    with pytest.raises(EvidenceError):
        read_record(tmp_path / "record.gz", [WITNESS.public], None)
