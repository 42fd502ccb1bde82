from __future__ import annotations

import pytest

from pytest_zstack_ticket.simulator.json.body_defects import KINDS, malformation

EXAMPLES = [
    ("", "empty"),
    (" \n", "empty"),
    ("null", "null"),
    ("[]", "array"),
    ('"x"', "string"),
    ("1.5", "number"),
    ("true", "boolean"),
    ("{", "truncated"),
    ('{"a":[{"b":"}"}', "truncated"),
    ('{"a":1,}', "trailing-comma"),
    ('{"a":[1,]}', "trailing-comma"),
    ('{"a":1} x', "trailing-text"),
    ('{"a":1,"a":2}', "duplicate-key"),
    ('{"a":"x\ny"}', "control-character"),
    ("{'a':1}", "lenient"),
    ("/*c*/{}", "lenient"),
    ("<xml/>", "garbage"),
    ("[" * 100_000, "garbage"),
    ('{"a":{"b":1,"b":2}}', ""),
    ('{"params":{}}', ""),
]


@pytest.mark.parametrize(("text", "kind"), EXAMPLES)
def test_what_is_wrong_with_a_body(text: str, kind: str) -> None:
    assert malformation(text) == kind
    assert kind in (*KINDS, "")
