"""Drafts with rare data: legal to refuse, never to be stored as something else."""

from __future__ import annotations

import json
import uuid
from functools import lru_cache

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.model.nonce import NONCE
from pytest_zstack_ticket.model.ticket import Draft, Edit
from pytest_zstack_ticket.model.ticket_context import Context
from pytest_zstack_ticket.strategies.base_draft import Body, Change, Row, calibration_body, encode, number, put

DEEP = "conformanceDeep"
"""A member that no API knows: where it is kept, it is kept as plain JSON, to its last level."""
TEXTS = {
    "astral": "𝔘🀄👩‍👩‍👧 𠀀",
    "combining": "e\u0301 a\u0323\u0302 \u1100\u1161",
    "composed": "\u00e9 \uac00 \u212b",
    "nul": "a\u0000b",
    "controls": "a\u0001\u001f\u007f\u0085b",
    "bidi": "\u202eabc\u202c \u200f",
    "separators": "a\u2028b\u2029c\u00a0d\u3000e",
    "noncharacter": "a\ufffeb\ufffd",
    "escapes": '\\n \\u0041 %00 %25 &amp; &#65; "\\"',
    "markup": "<b>&='\"</b>",
    "blanks": "a  b\t\tc\n\nd\r\ne",
    "private": "\ue000\U0010fffd",
    "turkish": "İıIi ßẞ ﬁ",
    "number-like": "0123.450e1",
    "null-like": "null",
    "true-like": "TRUE",
    "zalgo": "a" + "\u0300\u0323\u0338" * 20,
    "joined": "\U0001f469\u200d\U0001f680 \U0001f1e8\U0001f1f3 \u270a\U0001f3fd",
    "hangul": "\u1112\u1161\u11ab \ud55c",
    "arabic": "\u0639\u0645\u0644\u200c\u0647\u0627 \u0661\u0662\u0663",
    "compatible": "\ufb01\u00b2\u2126\uff21\u2460",
    "variants": "\u8fba\U000e0100 \u2764\ufe0f",
}

MORE_TEXTS = {
    "ignorable": "a\u00adb\u034fc\u115fd\u180ee\u2800f\u3164g\uffa0h",
    "latin": "caf\u00e9 na\u00efve \u00fcber \u00df\u00f1\u00bf\u00d7",
    "ogham": "\u1680a\u1680b\u1680",
    "isolates": "\u2066a\u2067b\u2068c\u2069d",
    "annotation": "a\ufff9b\ufffac\ufffbd\ufffc",
    "full-width-markup": "\uff1cb\uff1e\uff02\uff07\uff06",
    "growing": "\u023a\u023e \u0149 \u01f0 \u0390 \ufb2c",
    "mixed-script": "p\u0430ypal \u0440\u0430\u0443\u0440\u0430l 1\uff12\u0663\u0967",
    "terminal": "\u001b[31mred\u001b[0m \u001b]0;title\u0007",
    "cluster": "\u0c1c\u0c4d\u0c1e\u200c\u0c3e",
    "split-markup": "<scr\ufeffipt>alert(1)</scr\u00adipt>",
    "device-names": "CON NUL COM1 aux.txt",
    "ldap": "*)(uid=*))(|(uid=*",
    "document-type": '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    "tags": "a\U000e0001\U000e0061b",
}
"""Sent as descriptions only, and within one apiBody."""
IN_NAMES = ("ignorable", "full-width-markup", "growing", "mixed-script")
WORDS = (
    "undefined",
    "nil",
    "None",
    "NaN",
    "Infinity",
    "hasOwnProperty",
    "1E309",
    "0x0",
    "1,000.00",
    "--1",
    "1_000",
    "-",
    "7",
    "007",
    "12345678",
    "1.50",
    "1e3",
    "2026-01-31",
    "2026-01-31T08:00:00Z",
    '{"a": 1}',
)
CONTEXT_VALUES: dict[str, Json] = {"yes": True, "no": False, "n": 7, "text": "007"}
"""What a context holds beside what its type needs: a cloud may drop it, but not alter it."""


def edge_case_drafts(context: Context) -> tuple[Draft, ...]:
    """List the drafts in a fixed order; each has a name of its own that is found by its nonce."""
    body = calibration_body(context)
    return tuple(row.draft(body) for row in _rows())


@lru_cache(maxsize=1)
def _rows() -> tuple[Row, ...]:
    texts = [_row("params.name", name, f"{text} {NONCE}") for name, text in TEXTS.items()]
    texts += [_row("params.description", name, text) for name, text in TEXTS.items()]
    texts += [_row("params.requests[0].requestName", name, f"{text} {NONCE}") for name, text in TEXTS.items()]
    texts += [_row("params.description", name, text) for name, text in MORE_TEXTS.items()]
    texts += [_row("params.name", name, f"{MORE_TEXTS[name]} {NONCE}") for name in IN_NAMES]
    values = [_row("params.requests[0].apiBody", name, value) for name, value in _api_bodies().items()]
    return (
        *texts,
        *values,
        _row("params.description", "null", None),
        _row("params.description", "2048-astral", "🀄" * 1024),
        _row("params.description", "2048-cjk", "工" * 2048),
        _row("params.description", "2048-growing", "\ufb2c" * 2048),
        Row(_edit("params.description", "escaped-pair"), _with_pair, write=_escaped),
        Row(_edit("params.accountSystemContext", "values"), _with_context_values),
        _row("params.requests[0].requestName", "very-long", "x" * 20_000 + NONCE),
        *(Row(_edit("params.requests", f"{count}-requests"), _many(count)) for count in (2, 17, 60, 120, 300)),
        Row(_edit("params.requests", "twin-requests"), _twins),
        *(
            Row(_edit("params.requests[0].executeTimes", str(times)), _times(times))
            for times in (0, 2, 100, 1000, 2**31 - 1)
        ),
    )


def _api_bodies() -> dict[str, Json]:
    return {
        "deep": {DEEP: _levels(40)},
        "wide": {f"key{number:04}": number for number in range(500)},
        "big-number": {"n": number("9007199254740993"), "m": number("-9223372036854775808")},
        "small-number": {"n": number("1e-7"), "m": number("0.1"), "z": number("-0.0")},
        "exponent": {"n": number("1.545993580705E12")},
        "empty": {},
        "empties": {"text": "", "list": [], "object": {}, "false": False, "zero": 0},
        "unknown-empties": {
            "conformanceOne": 1,
            "conformanceZero": 0,
            "conformanceFalse": False,
            "conformanceText": "",
            "conformanceList": [],
            "conformanceObject": {},
        },
        "order": {"list": [3, 1, 2, 1, 3], "nested": [[2, 1], [1, 2]], "texts": ["b", "a", "c", "a", "b"]},
        "similar-keys": {"a": 1, "A": 2, "a ": 3, "à": 4, "a\u0300": 5},
        "texts": {f"t{place}": text for place, text in enumerate(TEXTS.values())},
        "more-texts": {f"t{place}": text for place, text in enumerate(MORE_TEXTS.values()) if max(text) <= "\uffff"},
        "words": {word: word for word in WORDS},
        "operators": {"name": {"$gt": ""}, "$where": "1 == 1", "filter": {"$ne": None}},
        "long-text": {"text": "z" * 70_000},
        "digits": {"n": number("123456789012345678901234567890"), "m": number("0.12345678901234567890")},
        "edges": {"n": number("9007199254740992"), "m": number("9223372036854775807"), "z": number("1e22")},
        "many-levels": {DEEP: _levels(100)},
        "long-list": {"list": list(range(2000))},
        "odd-keys": {"\u5de5\u5355": 1, "a.b[0]": 2, "$ref": "#", "__proto__": {}, "class": "x", "a\u0301": 3},
        "nul-inside": {"text": "a\u0000b", "a\u0000key": 1},
        "uuid": {"uuid": uuid.UUID(int=7).hex, "uuids": [uuid.UUID(int=8).hex]},
    }


def _levels(count: int) -> Json:
    """Return an object in a list in an object, so many levels deep."""
    deep: Json = "end"
    for level in range(count):
        deep = {"a": deep} if level % 2 else [deep]
    return deep


def _row(path: str, name: str, value: Json) -> Row:
    return Row(_edit(path, name), lambda body: put(body, path, value), write=encode)


def _edit(path: str, name: str) -> Edit:
    return Edit(kind="variation", name=f"rare-{name}", path=path)


def _with_pair(body: Body) -> Body:
    return put(body, "params.description", "\U0001d11e")


def _escaped(body: Body) -> bytes:
    """Write a character beyond U+FFFF as the two escapes that JSON has for it."""
    return json.dumps(body, ensure_ascii=True).encode()


def _with_context_values(body: Body) -> Body:
    context = body["params"]["accountSystemContext"]
    more = {f"conformance-{name}": value for name, value in CONTEXT_VALUES.items()}
    return put(body, "params.accountSystemContext", {**context, **more} if isinstance(context, dict) else context)


def _many(count: int) -> Change:
    def change(body: Body) -> Body:
        first = body["params"]["requests"][0]
        return put(body, "params.requests", [_own(first, f"{place:03}") for place in range(count)])

    return change


def _own(request: dict[str, Json], word: str) -> Json:
    """Return a request with a name, and a name in its apiBody, of its own."""
    api_body = request.get("apiBody")
    own = {"apiBody": {**api_body, "name": f"vm {word}"}} if isinstance(api_body, dict) else {}
    return {**request, "requestName": f"{word} {NONCE}", **own}


def _twins(body: Body) -> Body:
    """Ask for the same twice, with something else between and behind: a list is no set."""
    first = body["params"]["requests"][0]
    one, other = _own(first, "twin"), _own(first, "other")
    return put(body, "params.requests", [one, other, one, one, other])


def _times(times: int) -> Change:
    return lambda body: put(body, "params.requests[0].executeTimes", times)
