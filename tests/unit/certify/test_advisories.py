"""Advisories: written by people, signed, believed only from a known key, and about the lines that they name."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pytest_zstack_ticket.certify.advisories import ADVISORIES, advised, rule_digest, written
from pytest_zstack_ticket.certify.dsse import Envelope, envelope_text
from pytest_zstack_ticket.certify.keys import new_key
from pytest_zstack_ticket.certify.signed_list import read_signed_list, sign_list
from pytest_zstack_ticket.model.errors import AdvisoryError, EvidenceError
from tests.support.sample_report import DIGEST, sample_report

NOW = datetime(2027, 1, 31, tzinfo=UTC)
KEY = new_key()
GOOD = """
[[advisory]]
id = "ZTA-2027-001"
published = "2027-01-31"
requirements = ["ZT-BODY-005"]
versions = ["0.1.0"]
effect = "passed-wrongly"
text = {en = "It looked at one answer only.", zh = "只看了一个应答。"}
"""


def listed(folder: Path, text: str) -> Path:
    path = folder / "advisories.toml"
    path.write_text(text, "utf-8")
    return path


def test_what_was_signed_is_believed_from_its_key(tmp_path: Path):
    document = written(listed(tmp_path, GOOD))
    file = tmp_path / "a.json"
    file.write_bytes(sign_list(ADVISORIES, document, KEY, NOW))
    found = read_signed_list(file, ADVISORIES, [new_key().public, KEY.public], NOW).value
    assert found["advisory"] == document["advisory"]
    assert found["issued"] == "2027-01-31T00:00:00Z"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('id = "ZTA-2027-001"', 'id = ""'), "line 3: advisory.id"),
        (('effect = "passed-wrongly"', 'effect = "wrong"'), "passed-wrongly, failed-wrongly, unclear"),
        (('versions = ["0.1.0"]\n', ""), "names versions, suites or rules"),
        (('requirements = ["ZT-BODY-005"]', "requirements = []"), "at least one text"),
        (('published = "2027-01-31"', "published = 2027-01-31"), "date"),
        (("[[advisory]]", 'issued = "2027-01-31T00:00:00Z"\n[[advisory]]'), "leave it out"),
        (("", "x"), "TOML"),
    ],
)
def test_a_list_with_a_defect_is_refused_with_its_line(change: tuple[str, str], words: str, tmp_path: Path):
    with pytest.raises(AdvisoryError, match=words):
        written(listed(tmp_path, GOOD.replace(*change, 1)))


def test_an_id_stands_once(tmp_path: Path):
    with pytest.raises(AdvisoryError, match="stands twice"):
        written(listed(tmp_path, GOOD + GOOD))


def packed(payload: bytes, payload_type: str = ADVISORIES.payload_type) -> bytes:
    envelope = Envelope(payload_type=payload_type, payload=payload)
    return envelope_text(envelope.with_signature(KEY.sign(envelope.signed_bytes)))


def changed(text: bytes) -> bytes:
    document = json.loads(text)
    payload = base64.b64decode(document["payload"]).replace(b"ZT-BODY-005", b"ZT-BODY-006")
    return json.dumps({**document, "payload": base64.b64encode(payload).decode()}).encode()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "no DSSE envelope"),
        (changed(packed(b'{"advisory": ["ZT-BODY-005"]}')), "none of the keys"),
        (packed(b"{}", "application/vnd.in-toto+json"), "in-toto"),
        (packed(b"{}"), "the list has no advisory; add it"),
        (packed(b"[" * 100_000), "not a list of advisories"),
        (packed(b'{"advisory": [], "advisory": []}'), "stands twice"),
        (packed(b'{"schema": "urn:zstack-ticket:artefact:advisories:1", "advisory": []}'), "issued"),
    ],
)
def test_what_is_no_signed_list_is_not_believed(text: bytes, words: str, tmp_path: Path):
    file = tmp_path / "a.json"
    file.write_bytes(text)
    with pytest.raises(EvidenceError, match=words):
        read_signed_list(file, ADVISORIES, [KEY.public], NOW)


def test_a_list_of_another_key_or_of_tomorrow_is_not_believed(tmp_path: Path):
    file = tmp_path / "a.json"
    file.write_bytes(sign_list(ADVISORIES, written(listed(tmp_path, GOOD)), new_key(), NOW))
    with pytest.raises(EvidenceError, match="none of the keys"):
        read_signed_list(file, ADVISORIES, [KEY.public], NOW)
    file.write_bytes(sign_list(ADVISORIES, written(listed(tmp_path, GOOD)), KEY, NOW + timedelta(days=1)))
    with pytest.raises(EvidenceError, match="in the future"):
        read_signed_list(file, ADVISORIES, [KEY.public], NOW)
    with pytest.raises(EvidenceError, match="cannot be read"):
        read_signed_list(tmp_path / "none", ADVISORIES, [KEY.public], NOW)


def about(**document: Any) -> list[str]:
    """Return the lines of the sample that an advisory about everything is about, but for what is told."""
    report = sample_report()
    report["run"]["suite"]["digest"] = DIGEST
    every = [row["id"] for row in report["requirements"]]
    base = {
        "id": "A",
        "published": "2027-01-31",
        "requirements": every,
        "effect": "unclear",
        "text": {"en": "a", "zh": "b"},
    }
    return [one.requirement for one in advised({"advisory": [{**base, **document}]}, report)]


def test_an_advisory_is_about_the_verdicts_that_it_doubts_of_the_suite_that_it_names():
    passed, failed = ["ZT-BODY-005"], [f"ZT-BODY-00{n}" for n in range(1, 5)]
    assert about(versions=["0.1.0"], effect="passed-wrongly") == passed
    assert about(versions=["0.1.0"], effect="failed-wrongly") == failed
    assert set(about(versions=["0.1.0"])) == {*passed, *failed, "ZT-BODY-006", "ZT-BODY-007"}
    assert about(versions=["0.2.0"]) == []
    assert about(suites=[DIGEST], effect="passed-wrongly") == passed
    assert about(suites=[f"sha256:{'b' * 64}"]) == []
    assert about(versions=["0.1.0"], requirements=["ZT-BODY-099"]) == []


def test_a_rule_is_known_by_its_digest_whatever_the_version():
    row = next(row for row in sample_report()["requirements"] if row["id"] == "ZT-BODY-005")
    assert about(rules=[rule_digest(row)], versions=["9"], effect="passed-wrongly") == ["ZT-BODY-005"]
