"""Texts that tell servers apart: one per script, trap or limit. Lengths are in UTF-16 units, as Java counts them."""

from __future__ import annotations

SCRIPTS: dict[str, str] = {
    "ascii": "Ticket 42 (vm-7)",
    "latin": "café naïve Ångström ß",
    "cjk": "创建云主机工单",
    "kana": "チケットを作成する",
    "hangul": "티켓을 만들다",
    "cyrillic": "Заявка на машину",
    "greek": "Αίτημα μηχανής",
    "arabic": "تذكرة جديدة",
    "hebrew": "כרטיס חדש",
    "thai": "สร้างตั๋ว",
    "devanagari": "टिकट बनाएँ",
    "combining": "e\u0301 o\u0308 n\u0303 a\u0323\u0302",
    "bidirectional": "left \u202eright\u202c \u200fmark\u200e",
    "zero-width": "zero\u200bwidth\u200djoin\ufeffmark",
    "separators": "line\u2028paragraph\u2029end",
    "private-use": "private \ue000 use",
    "quotes": 'it\'s "quoted" and `ticked`',
    "backslash": "back\\slash \\n \\u0041",
    "html-safe": "a<b>c&d=e'f",
    "punctuation": "!#$%()*+,-./:;?@[]^_{|}~",
    "full-width": "Ｆｕｌｌ　ｗｉｄｔｈ，。",
    "last-byte": "把工单给你",
}
"""Characters of the Basic Multilingual Plane, which a three-byte UTF-8 column can hold.

The last byte of the last one is A0, which is white space where bytes are taken for Latin-1.
"""

LOOKALIKES: dict[str, str] = {
    "sql": "x'; SELECT 1; -- ",
    "sql-or": "' OR '1'='1",
    "markup": "<script>alert(1)</script>",
    "markup-image": "<img src=x onerror=alert(1)>",
    "path": "../../../../etc/passwd",
    "path-windows": "C:\\Windows\\system32",
    "template": "${jndi:ldap://127.0.0.1/x} #{7*7} {{7*7}}",
    "format": "%s %n %d {0} {name}",
    "log-line": "2026-01-01 00:00:00 ERROR nothing happened [conformance test]",
    "json": '{"params":{"name":"x"}}',
    "url": "http://127.0.0.1:1/x?y=z&w=%00",
    "number": "12345678901234567890",
    "number-zero": "0",
    "word-null": "null",
    "word-true": "true",
    "uuid": "36c27e8ff05c4780bf6d2fa65700f22e",
}

BEYOND: dict[str, str] = {
    "astral": "😀 tickets 𠜎𠜱",
    "emoji-family": "👩‍👩‍👧‍👦",
    "nul": "a\u0000b",
    "control": "a\u0001\u001f\u007fb",
    "line-breaks": "one\r\ntwo\nthree\tend",
    "empty": "",
    "blank": "   ",
    "noncharacter": "\ufffe\uffff",
}
"""Legal JSON that a healthy cloud may refuse: its tables may hold three bytes a character, no more is documented."""


def units(text: str) -> int:
    """Return the length of a text in UTF-16 units."""
    return len(text) + sum(ord(letter) > 0xFFFF for letter in text)


def of_length(count: int, alphabet: str = "n") -> str:
    """Return a text of `count` UTF-16 units that repeats an alphabet of the Basic Multilingual Plane."""
    return (alphabet * (count // len(alphabet) + 1))[:count]
