"""What the catalogue says about SDK clients is what the real SDKs were recorded to do."""

import json
import re
from pathlib import Path

import pytest

from pytest_zstack_ticket.config.catalogue import load_catalogue
from pytest_zstack_ticket.config.package_data import suites_folder

SUPPORT = Path(__file__).parents[2] / "support"
BEHAVIOUR = json.loads((SUPPORT / "sdk_behaviour.json").read_text("utf-8"))
SENT = [json.loads(line) for line in (SUPPORT / "sdk_requests.jsonl").read_text("utf-8").splitlines()]
RECORDED = BEHAVIOUR["java"] | {f"go:{name}": outcome for name, outcome in BEHAVIOUR["go"].items()}
ROWS = [row for row in load_catalogue(suites_folder()) if row.consequence]
ABOUT_SDK = [row for row in ROWS if row.sdk]
WORDS = {
    "silent": r"silent",
    "hang": r"\bnever\b|\bhangs?\b",
    "panic": r"\bpanics?\b",
    "error": r"Go SDK reports an error",
    "error:null": r"is null, and a number",
    "error:1001": r"number arrives as text",
    "value": r"garbles|harmless|into null|\bworks\b",
}
"""What a consequence must say where one of its variants had an outcome, and may say only then."""
WORDS_ZH = {
    "silent": "静默",
    "hang": "永远不会",
    "panic": "panic",
    "error": "Go SDK 会报告错误",
    "error:null": "为 null，数字",
    "error:1001": "变成文本",
    "value": "乱码|无害|变成 null|正常",
}
NAMED = re.compile(r"sdk\.\d{4}|[A-Z]\w+Exception")


def outcomes(row):
    """Outcomes of a row's variants; requests that were recorded have none."""
    return {RECORDED[name] for name in row.sdk if not name.startswith("sent:")}


def claims(text, words):
    """Outcomes that a text claims."""
    named = {f"error:{one}" if one.startswith("sdk.") else one for one in NAMED.findall(text)}
    return named | {outcome for outcome, pattern in words.items() if re.search(pattern, text)}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_consequence_that_names_an_sdk_lists_what_was_recorded(row):
    assert ("SDK" in row.consequence["en"]) == ("SDK" in row.consequence["zh"]) == bool(row.sdk)


@pytest.mark.parametrize("row", ABOUT_SDK, ids=lambda row: row.id)
def test_each_variant_was_recorded(row):
    sent = {f"sent:{request['step']}" for request in SENT}
    assert set(row.sdk) <= set(RECORDED) | sent


@pytest.mark.parametrize("row", ABOUT_SDK, ids=lambda row: row.id)
def test_a_consequence_claims_exactly_what_the_sdks_did(row):
    assert claims(row.consequence["en"], WORDS) == outcomes(row)
    assert claims(row.consequence["zh"], WORDS_ZH) == outcomes(row)


def test_the_go_sdk_is_named_where_its_outcomes_are_listed_and_only_there():
    for row in ROWS:
        listed = any(name.startswith("go:") for name in row.sdk)
        assert ("Go SDK" in row.consequence["en"]) == ("Go SDK" in row.consequence["zh"]) == listed, row.id


def test_only_a_consequence_has_variants():
    assert [row.id for row in load_catalogue(suites_folder()) if row.sdk and not row.consequence] == []


def body_of(step):
    """Body that the Java SDK sent in a recorded create."""
    return next(request["body"] for request in SENT if request["step"] == step and request["method"] == "POST")


def test_the_java_sdk_writes_keys_in_another_order_than_the_page():
    assert list(json.loads(body_of("create"))["params"])[:2] == ["accountSystemType", "name"]


def test_the_java_sdk_escapes_markup_in_bodies():
    body = body_of("create-special-chars")
    assert all(f"\\u{ord(character):04x}" in body for character in "<>&='")
    assert not set("<>&='") & set(body)
