"""Entries of transparency logs: held to the log's key and to the signature, offline; and entries that were forged."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from pytest_zstack_ticket.artifacts.merkle import MerkleTree, root_above
from pytest_zstack_ticket.certify.checkpoint import read_checkpoint
from pytest_zstack_ticket.certify.dsse import Envelope, envelope_text, parse_envelope
from pytest_zstack_ticket.certify.keys import new_key
from pytest_zstack_ticket.certify.log_entry import LARGEST, load_entry, read_entry
from pytest_zstack_ticket.certify.log_keys import LogKey, load_log_key
from pytest_zstack_ticket.certify.logged import Logged, logged
from pytest_zstack_ticket.certify.signers import signatures_of, signing_times, unlogged
from pytest_zstack_ticket.model.errors import EvidenceError, KeyFileError
from tests.support.transparency_log import (
    NAME,
    SHIFT,
    TREE,
    Log,
    b64,
    body_of,
    canonical,
    others,
    path,
    root,
    sha256,
    tiled_body_of,
)

KEY, OTHER = new_key(), new_key()
NOW = datetime(2027, 1, 31, 12, tzinfo=UTC)
LOG, TILED, STRANGE = Log(), Log(tiled=True), Log()
UNSIGNED = Envelope(payload_type="application/vnd.in-toto+json", payload=b'{"a": 1}')
SIGNED = UNSIGNED.with_signature(KEY.sign(UNSIGNED.signed_bytes))
BODY = body_of(SIGNED, KEY.public)
LEAVES = [*others(6), BODY, *others(4)]
"""A tree of eleven, in which no level is full."""
AT = LEAVES.index(BODY)
SECONDS = int(NOW.timestamp())


def key_of(log: Log) -> LogKey:
    return LogKey(log.key.public_key())


def look(entry: object, *logs: Log, envelope: Envelope = SIGNED) -> Logged:
    text = entry if isinstance(entry, bytes) else json.dumps(entry).encode()
    return logged(text, envelope, envelope.signatures[0], [key_of(one) for one in logs or (LOG,)])


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 8, 9, 16, 31])
def test_each_leaf_of_each_tree_is_below_its_root_and_nowhere_else(size: int):
    leaves = others(size)
    tree = MerkleTree()
    for leaf in leaves:
        tree.add(leaf)
    above = root(leaves)
    assert tree.root() == above.hex()
    for index, leaf in enumerate(leaves):
        proof = path(leaves, index)
        assert root_above(leaf, index, size, proof) == above
        for other in range(size):
            if other != index:
                with suppress(ValueError):  # a path of another length
                    assert root_above(leaf, other, size, proof) != above
        for wrong in (proof[:-1] if proof else None, [*proof, sha256(b"")]):
            if wrong is not None:
                with pytest.raises(ValueError, match=r"too (short|long)"):
                    root_above(leaf, index, size, wrong)
    for index in (-1, size, 1 << 62):
        with pytest.raises(ValueError, match="none at index"):
            root_above(leaves[0], index, size, path(leaves, 0))


@pytest.mark.parametrize("size", [1, 2, 3, 6, 8, 13])
def test_an_entry_of_either_version_says_where_the_signature_is(size: int):
    for index in range(size):
        leaves = others(size)
        leaves[index] = BODY
        found = look(LOG.entry(leaves, index, SECONDS))
        assert (found.index, found.size, found.log_index, found.moment) == (index, size, index + SHIFT, NOW)
        assert (found.origin, found.signer) == (f"{NAME} - {TREE}", KEY.keyid)
        leaves[index] = tiled_body_of(SIGNED, KEY.public)
        tiled = look(TILED.bundled(leaves, index), STRANGE, TILED)
        assert (tiled.index, tiled.size, tiled.log_index, tiled.moment) == (index, size, None, None)
        assert tiled.origin == NAME


def test_a_bundle_without_its_zeros_and_with_witnesses_is_read():
    leaves = [tiled_body_of(SIGNED, KEY.public)]
    entry = TILED.bundled(leaves, 0)
    del entry["logIndex"], entry["inclusionProof"]["logIndex"], entry["inclusionProof"]["hashes"]
    entry["inclusionProof"]["treeSize"] = 1
    entry["inclusionProof"]["checkpoint"]["envelope"] += f"\u2014 witness.example {b64(b'wit!' + bytes(72))}\n"
    assert look(entry, TILED).index == 0
    of_version_1 = LOG.bundled(LEAVES, AT)
    promised = {"body": b64(BODY), "integratedTime": SECONDS, "logID": LOG.id.hex(), "logIndex": AT + SHIFT}
    of_version_1 |= {"logIndex": str(AT + SHIFT), "integratedTime": str(SECONDS)}
    assert look(of_version_1).moment is None, "a time that the log did not sign is none"
    of_version_1["inclusionPromise"] = {"signedEntryTimestamp": b64(LOG.sign(canonical(promised)))}
    assert look(of_version_1).moment == NOW


def at(*keys: str | int) -> Callable[[dict, object], None]:
    """What sets a member of the entry under its UUID."""

    def change(document: dict, value: object) -> None:
        (place,) = document.values()
        for key in keys[:-1]:
            place = place[key]
        place[keys[-1]] = value

    return change


PROOF = ("verification", "inclusionProof")
HONEST = LOG.entry(LEAVES, AT, SECONDS)
(ENTRY,) = HONEST.values()
HASHES = ENTRY["verification"]["inclusionProof"]["hashes"]
SMALLER = LOG.entry(LEAVES[:-1], AT, SECONDS)
(SMALL,) = SMALLER.values()
FORGED: dict[str, tuple[tuple[str | int, ...], object, str]] = {
    "another body": (("body",), b64(body_of(SIGNED, OTHER.public)), "UUID"),
    "another index in the tree": ((*PROOF, "logIndex"), AT - 1, "proof"),
    "an index outside the tree": ((*PROOF, "logIndex"), len(LEAVES), "none at index"),
    "another index of the log": (("logIndex",), AT, "signed entry timestamp"),
    "another time": (("integratedTime",), SECONDS - 86400, "signed entry timestamp"),
    "a time of the far future": (("integratedTime",), 1 << 40, "out of range"),
    "a proof that was cut": ((*PROOF, "hashes"), HASHES[:-1], "too short"),
    "a proof with one hash more": ((*PROOF, "hashes"), [*HASHES, "00" * 32], "too long"),
    "a proof with a hash changed": ((*PROOF, "hashes", 0), "00" * 32, "root hash"),
    "a proof with a short hash": ((*PROOF, "hashes", 0), "00", "SHA-256"),
    "a proof of ten thousand hashes": ((*PROOF, "hashes"), ["00" * 32] * 10000, "at most"),
    "the root of another size": ((*PROOF, "rootHash"), SMALL["verification"]["inclusionProof"]["rootHash"], "another"),
    "another size": ((*PROOF, "treeSize"), len(LEAVES) - 1, "another"),
    "the checkpoint of another size": (
        (*PROOF, "checkpoint"),
        SMALL["verification"]["inclusionProof"]["checkpoint"],
        "another",
    ),
    "a checkpoint by another key": ((*PROOF, "checkpoint"), STRANGE.checkpoint(LEAVES), "another key"),
    "a checkpoint with a line more": (
        (*PROOF, "checkpoint"),
        LOG.checkpoint(LEAVES).replace("\n\n", "\nmore\n\n"),
        "not signed by the log",
    ),
    "a checkpoint without a signature": (
        (*PROOF, "checkpoint"),
        LOG.checkpoint(LEAVES).partition("\u2014")[0],
        "checkpoint",
    ),
    "no checkpoint": ((*PROOF, "checkpoint"), None, "text is missing"),
    "a timestamp by another key": (
        ("verification", "signedEntryTimestamp"),
        b64(STRANGE.sign(canonical({key: ENTRY[key] for key in ("body", "integratedTime", "logID", "logIndex")}))),
        "signed entry timestamp",
    ),
    "a timestamp that is none": (("verification", "signedEntryTimestamp"), b64(b"x"), "signed entry timestamp"),
    "another log": (("logID",), STRANGE.id.hex(), "another key"),
    "no proof": (("verification",), {"signedEntryTimestamp": "AAAA"}, "inclusion proof"),
    "a number that is true": ((*PROOF, "logIndex"), True, "number"),
    "a negative number": ((*PROOF, "logIndex"), -1, "number"),
    "a number of 19 digits": ((*PROOF, "treeSize"), 10**19 - 1, "number"),
    "a fraction": ((*PROOF, "logIndex"), 6.0, "number"),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_entry_is_refused_and_says_why(name: str):
    assert look(HONEST).moment == NOW
    keys, value, why = FORGED[name]
    forged = copy.deepcopy(HONEST)
    at(*keys)(forged, value)
    with pytest.raises(EvidenceError, match=why):
        look(forged)


def test_another_body_under_a_uuid_of_its_own_is_not_in_the_tree():
    body = body_of(SIGNED, OTHER.public)
    uuid = f"{TREE:016x}" + sha256(b"\0" + body).hex()
    with pytest.raises(EvidenceError, match="root hash"):
        look({uuid: {**ENTRY, "body": b64(body)}})


def about(body: bytes) -> dict:
    """An honest entry of another body."""
    return LOG.entry([*others(2), body], 2, SECONDS)


def changed(**members: object) -> bytes:
    """The body about the signature with members of its spec changed."""
    value = json.loads(BODY)
    value["spec"] |= members
    return canonical(value)


def hashedrekord() -> bytes:
    data = {"hash": {"algorithm": "sha256", "value": sha256(SIGNED.signed_bytes).hex()}}
    signature = {"content": b64(SIGNED.signatures[0].value), "publicKey": {"content": b64(KEY.public.pem)}}
    spec = {"data": data, "signature": signature}
    return canonical({"apiVersion": "0.0.1", "kind": "hashedrekord", "spec": spec})


ELSEWHERE = UNSIGNED.with_signature(OTHER.sign(UNSIGNED.signed_bytes))
STATEMENT = Envelope(payload_type=UNSIGNED.payload_type, payload=b"{}")
BODIES = {
    "of another statement": (
        body_of(STATEMENT.with_signature(KEY.sign(STATEMENT.signed_bytes)), KEY.public),
        "another statement",
    ),
    "with the hash of another statement": (
        changed(payloadHash={"algorithm": "sha256", "value": "0" * 64}),
        "another statement",
    ),
    "with another algorithm": (
        changed(payloadHash={"algorithm": "sha1", "value": sha256(UNSIGNED.payload).hex()}),
        "another statement",
    ),
    "of another signer": (body_of(ELSEWHERE, OTHER.public), "not about this signature"),
    "with the key of another": (body_of(SIGNED, OTHER.public), "another key"),
    "without a key": (
        changed(signatures=[{"signature": b64(SIGNED.signatures[0].value), "verifier": b64(b"x")}]),
        "not a public key",
    ),
    "without signatures": (changed(signatures=[]), "not about this signature"),
    "of the kind intoto": (body_of(SIGNED, KEY.public, kind="intoto"), "kind 'intoto'"),
    "of the kind hashedrekord": (hashedrekord(), "kind 'hashedrekord'"),
    "of a kind that is a list": (canonical({"kind": ["dsse"], "apiVersion": "0.0.1"}), "cannot be read"),
    "of a version to come": (canonical({"kind": "dsse", "apiVersion": "9"}), "'9'"),
    "of another shape": (canonical({"kind": "dsse", "apiVersion": "0.0.1", "spec": []}), "cannot be read"),
    "that is no JSON": (b"\xff", "cannot be read"),
}


@pytest.mark.parametrize("name", BODIES)
def test_an_honest_entry_about_something_else_is_refused(name: str):
    body, why = BODIES[name]
    with pytest.raises(EvidenceError, match=why):
        look(about(body))


def test_the_log_of_the_signer_proves_nothing():
    own = Log(tiled=True)
    own.key = KEY._key
    own.id = bytes.fromhex(KEY.keyid)
    with pytest.raises(EvidenceError, match="that of the signer"):
        look(own.entry(LEAVES, AT, SECONDS), own)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "ends too early"),
        (b"x", "out of place"),
        (b"[]", "not an object"),
        (b"{}", "0 entries"),
        (json.dumps(HONEST | SMALLER | about(hashedrekord())).encode(), "2 entries"),
        (json.dumps(HONEST).encode()[:-1] + b"," + json.dumps(HONEST).encode()[1:], "twice|duplicate|more than once"),
        (b'{"a": {"logIndex": ' + b"9" * 700 + b"}}", "digits"),
        (b"[" * 100000, "deep"),
        (b" " * (10 << 20), "bytes"),
        (json.dumps({"canonicalizedBody": ""}).encode(), "missing"),
        (json.dumps({"uuid": ENTRY}).encode(), "UUID"),
        (json.dumps({"canonicalizedBody": "", "inclusionProof": None, "logId": {"keyId": ""}}).encode(), "entry"),
    ],
)
def test_what_is_no_entry_is_refused(text: bytes, why: str):
    with pytest.raises(EvidenceError, match=why):
        look(text)


def test_a_large_file_is_not_read_whole(tmp_path: Path):
    (tmp_path / "large").write_bytes(bytes(10 << 20))
    assert len(load_entry(tmp_path / "large")) == LARGEST + 1
    with pytest.raises(EvidenceError, match="cannot be read"):
        load_entry(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        f"{NAME}\n1\n\n\u2014 a AAAAAAAA\n",
        f"{NAME}\n01\n{b64(bytes(32))}\n\n\u2014 a AAAAAAAA\n",
        f"{NAME}\n0\n{b64(bytes(32))}\n\n\u2014 a AAAAAAAA\n",
        f"{NAME}\n1\n{b64(bytes(31))}\n\n\u2014 a AAAAAAAA\n",
        f"{NAME}\n1\n{b64(bytes(32))}\n\n\u2014 a AAAA\n",
        f"{NAME}\n1\n{b64(bytes(32))}\n\n\u2014 a b AAAAAAAA\n",
        f"{NAME}\n1\n{b64(bytes(32))}\n\n- a AAAAAAAA\n",
        f"{NAME}\n1\n{b64(bytes(32))}\n\n\u2014 a AAAAAAAA",
        f"{NAME}\r\n1\n{b64(bytes(32))}\n\n\u2014 a AAAAAAAA\n",
        f"{NAME}\n1\n{b64(bytes(32))}\n\n\u2014 \ud800 AAAAAAAA\n",
        f"{NAME}\n1\n{b64(bytes(32))}\n\n" + "\u2014 a AAAAAAAA\n" * 65,
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str):
    with pytest.raises(ValueError, match=r"checkpoint|surrogates|padding|[Bb]ase64"):
        read_checkpoint(text)


def with_entry(envelope: Envelope, entry: dict) -> Envelope:
    one = replace(envelope.signatures[0], log_entry=json.dumps(entry).encode())
    return parse_envelope(envelope_text(replace(envelope, signatures=(one,))))


def times(envelope: Envelope, claimed: datetime, *logs: Log):
    known = signatures_of(envelope, [KEY.public], None)
    found, rejections = signing_times(envelope, known, claimed, (), [key_of(one) for one in logs])
    missing = unlogged(envelope, known, [KEY.public], None, found) if logs else []
    return [(one.proven, one.moment) for one in found], [one.reason for one in (*rejections, *missing)]


def test_the_time_of_an_entry_is_that_of_the_signature_only_if_the_log_signed_it():
    envelope = with_entry(SIGNED, HONEST)
    claimed = NOW - timedelta(days=1)
    assert times(envelope, claimed, LOG) == ([(True, NOW)], [])
    assert times(envelope, claimed) == ([(False, claimed)], []), "without the log's key nothing counts"
    assert times(SIGNED, claimed, LOG) == ([(False, claimed)], ["log-missing"])
    assert times(envelope, claimed, STRANGE) == ([(False, claimed)], ["log-bad", "log-missing"])
    assert times(envelope, NOW + timedelta(days=1), LOG)[1] == ["timestamp-before"]
    unsigned = copy.deepcopy(HONEST)
    del next(iter(unsigned.values()))["verification"]["signedEntryTimestamp"]
    assert times(with_entry(SIGNED, unsigned), claimed, LOG) == ([(False, claimed)], [])


def test_keys_of_logs_are_ecdsa_or_ed25519(tmp_path: Path):
    def pem(key) -> Path:
        shape = serialization.PublicFormat.SubjectPublicKeyInfo
        place = tmp_path / "key.pem"
        place.write_bytes(key.public_key().public_bytes(serialization.Encoding.PEM, shape))
        return place

    assert load_log_key(LOG.keep_key(tmp_path / "a.pem")).keyid == LOG.id.hex()
    assert load_log_key(TILED.keep_key(tmp_path / "b.pem")).ids(NAME)[1] == TILED.id
    for key in (ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)):
        with pytest.raises(KeyFileError, match="logs sign with"):
            load_log_key(pem(key))
    (tmp_path / "key.pem").write_bytes(base64.b64encode(b"no key"))
    with pytest.raises(KeyFileError, match="not a public key"):
        load_log_key(tmp_path / "key.pem")
    assert read_entry(json.dumps(HONEST).encode()).index == AT
