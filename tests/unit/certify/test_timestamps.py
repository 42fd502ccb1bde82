"""Time-stamps: asked of an authority, and held against the signature and the authority's certificate, offline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pytest_zstack_ticket.certify.dsse import Envelope, envelope_text, parse_envelope
from pytest_zstack_ticket.certify.keys import new_key
from pytest_zstack_ticket.certify.signers import signatures_of, signing_times
from pytest_zstack_ticket.certify.timestamps import load_authorities, stamped_at, time_stamper
from pytest_zstack_ticket.model.errors import EvidenceError, KeyFileError
from tests.support.time_authority import Authority, listening, needs_openssl

pytestmark = needs_openssl
KEY = new_key()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa"))


@pytest.fixture(scope="module")
def stamped(authority: Authority) -> Iterator[Envelope]:
    envelope = Envelope(payload_type="t", payload=b"p")
    made = KEY.sign(envelope.signed_bytes)
    with listening(authority.answer) as url:
        yield envelope.with_signature(replace(made, timestamp=time_stamper(url)(made.value)))


def times(envelope: Envelope, authority: Authority, claimed: datetime) -> tuple[list[bool], list[str]]:
    known = signatures_of(envelope, [KEY.public], None)
    found, rejections = signing_times(envelope, known, claimed, load_authorities(authority.certificate))
    return [one.proven for one in found], [one.reason for one in rejections]


def test_a_time_stamp_says_when_a_signature_was_made(stamped: Envelope, authority: Authority):
    (one,) = parse_envelope(envelope_text(stamped)).signatures
    at = stamped_at(one.timestamp, one.value, load_authorities(authority.certificate))
    assert abs(at - datetime.now(UTC)) < timedelta(hours=1)
    assert times(stamped, authority, at) == ([True], [])


def test_one_of_another_signature_or_authority_or_with_a_changed_byte_is_named(
    stamped: Envelope, authority: Authority, tmp_path: Path
):
    now, (one,) = datetime.now(UTC), stamped.signatures
    other = Envelope(payload_type="t", payload=b"other")
    moved = other.with_signature(replace(KEY.sign(other.signed_bytes), timestamp=one.timestamp))
    assert times(moved, authority, now) == ([False], ["timestamp-bad"])
    assert times(stamped, Authority(tmp_path), now) == ([False], ["timestamp-bad"])
    for place in range(0, len(one.timestamp), 97):
        changed = bytearray(one.timestamp)
        changed[place] ^= 1
        forged = replace(stamped, signatures=(replace(one, timestamp=bytes(changed)),))
        proven, reasons = times(forged, authority, now)
        assert reasons == ["timestamp-bad"] or proven == [True], "bytes that say nothing may differ"
    for text in (b"x", b"", one.timestamp[:-1], b"\x30\x80" * 9000):
        with pytest.raises(EvidenceError):
            stamped_at(text, one.value, load_authorities(authority.certificate))


def test_a_statement_from_the_future_is_named_and_an_unknown_signer_does_not_matter(
    stamped: Envelope, authority: Authority
):
    assert times(stamped, authority, datetime.now(UTC) + timedelta(days=1))[1] == ["timestamp-before"]
    stranger = replace(new_key().sign(stamped.signed_bytes), timestamp=b"x")
    both = stamped.with_signature(stranger)
    assert times(both, authority, datetime.now(UTC)) == ([True, False], [])


def test_without_a_certificate_a_time_stamp_proves_nothing(stamped: Envelope):
    found, rejections = signing_times(stamped, ((KEY.keyid, True),), datetime.now(UTC), ())
    assert ([one.proven for one in found], rejections) == ([False], [])


def test_an_authority_that_stamps_something_else_or_nothing_ends_the_signing(stamped: Envelope):
    (one,) = stamped.signatures
    for answer in (one.timestamp, b"", b"\x30\x05\x30\x03\x02\x01\x02", b"0" * (2 << 20)):
        with listening(lambda _, answer=answer: answer) as url, pytest.raises(EvidenceError, match="--timestamp"):
            time_stamper(url)(one.value)
    with pytest.raises(EvidenceError, match="cannot be asked"):
        time_stamper("http://127.0.0.1:1/")(one.value)
    with pytest.raises(EvidenceError, match="cannot be asked"):
        time_stamper("no url")(one.value)


def test_what_is_no_certificate_is_refused(tmp_path: Path):
    (tmp_path / "a.pem").write_text("x", "ascii")
    with pytest.raises(KeyFileError, match="no certificate"):
        load_authorities(tmp_path / "a.pem")
    with pytest.raises(KeyFileError, match="cannot be read"):
        load_authorities(tmp_path / "none.pem")
