"""Every encoding in which a secret may appear, each with its replacement."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

_ALPHABET = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_LETTERS = bytes(_ALPHABET[code % len(_ALPHABET)] for code in range(256))
_DIGITS = bytes(0x30 + code % 10 for code in range(256))
_KEPT = re.compile(r"[-_.]")
_LOWER_HEX = re.compile(r"[0-9a-f]+(?![\s\S])")


@dataclass(frozen=True, slots=True)
class EncodedSecret:
    """One way of writing a secret: the bytes that are looked for, and those that replace them.

    `packed` is True for hexadecimal and base64, which hide a secret in a longer run of characters.
    """

    kind: str
    seen: bytes
    shown: bytes
    packed: bool = False


def pseudonym(secret: str, stream: bytes) -> str:
    """Return the pseudonym of a secret: of the same length, digits for digits, hexadecimal for hexadecimal, marks kept.

    `stream` are at least as many random bytes as the secret has characters. A number gets no leading zero.
    """
    taken = stream[: len(secret)]
    if secret.isascii() and secret.isdigit():
        return (b"%d" % (1 + taken[0] % 9) + taken[1:].translate(_DIGITS)).decode()
    if _LOWER_HEX.match(secret):
        return stream.hex()[: len(secret)]
    other = taken.translate(_LETTERS).decode()
    for mark in _KEPT.finditer(secret):
        other = f"{other[: mark.start()]}{mark[0]}{other[mark.end() :]}"
    return other


def encodings_of(kind: str, secret: str, shown: str) -> Iterator[EncodedSecret]:
    """Yield every encoding of a secret, perhaps with duplicates. A password also has its SHA-512."""
    for plain, other in {secret: shown, secret.upper(): shown.upper()}.items():
        for encode in (str, quote, _all_quoted, quote_plus, _json, _gson):
            yield EncodedSecret(kind, encode(plain).encode(), encode(other).encode())
        yield from _packed(kind, plain.encode(), other.encode())
    if kind == "password":
        digest, stand_in = (hashlib.sha512(text.encode()).hexdigest() for text in (secret, shown))
        yield from encodings_of("password-digest", digest, stand_in)


def _packed(kind: str, secret: bytes, shown: bytes) -> Iterator[EncodedSecret]:
    yield EncodedSecret(kind, secret.hex().encode(), shown.hex().encode(), packed=True)
    yield EncodedSecret(kind, secret.hex().upper().encode(), shown.hex().upper().encode(), packed=True)
    for shift in range(3):
        seen, other = _inner_base64(secret, shift), _inner_base64(shown, shift)
        yield EncodedSecret(kind, seen, other, packed=True)
        yield EncodedSecret(kind, _url_safe(seen), _url_safe(other), packed=True)


def _inner_base64(text: bytes, shift: int) -> bytes:
    """Return the part of a text's base64 that does not depend on the `shift` bytes before it, or on what follows."""
    whole = base64.b64encode(b"\0" * shift + text)
    return whole[-(-shift * 8 // 6) : (shift + len(text)) * 8 // 6]


def _url_safe(text: bytes) -> bytes:
    return text.replace(b"+", b"-").replace(b"/", b"_")


def _all_quoted(text: str) -> str:
    return quote(text, safe="")


def _json(text: str) -> str:
    return json.dumps(text)[1:-1]


def _gson(text: str) -> str:
    """Return a text as gson writes it: markup escaped, letters beyond ASCII not."""
    plain = json.dumps(text, ensure_ascii=False)[1:-1]
    return "".join(f"\\u{ord(letter):04x}" if letter in "<>&='" else letter for letter in plain)
