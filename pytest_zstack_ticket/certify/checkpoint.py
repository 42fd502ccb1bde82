"""The checkpoint of a transparency log: origin, size and root hash of its tree, as a signed note.

Source: C2SP signed-note and tlog-checkpoint; Rekor writes the same form. Nothing in one counts before its signature.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

SIGNATURE = re.compile("\u2014 ([^ +]+) ([A-Za-z0-9+/]+={0,2})")
SIZE = re.compile(r"[1-9][0-9]{0,18}")
HINT = 4
"""Bytes before a signature that say which key made it."""
MOST_SIGNATURES = 64
HASH = 32
BEFORE_SIGNATURES = 3
"""Lines that every checkpoint has: origin, size, root hash."""


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One line of signatures: who signed as `name`, the first four bytes of the key's id, and the signature."""

    name: str
    hint: bytes
    value: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What a log says of its tree; `signed` are the bytes that the signatures are made over."""

    origin: str
    size: int
    root: bytes
    signed: bytes
    signatures: tuple[NoteSignature, ...]


def read_checkpoint(text: str) -> Checkpoint:
    """Read a checkpoint without believing it. Raises ValueError for anything else."""
    text.encode()  # a lone surrogate is none that a signature could be over
    note, gap, signatures = text.rpartition("\n\n")
    if not gap or not signatures.endswith("\n") or any(char < " " and char != "\n" for char in text):
        raise ValueError("the checkpoint is not a signed note")
    lines = note.split("\n")
    if len(lines) < BEFORE_SIGNATURES or not all(lines) or not SIZE.fullmatch(lines[1]):
        raise ValueError("the checkpoint does not begin with origin, size and root hash")
    root = base64.b64decode(lines[2], validate=True)
    if len(root) != HASH:
        raise ValueError("the root hash of the checkpoint is not a SHA-256")
    found = signatures.removesuffix("\n").split("\n")
    if len(found) > MOST_SIGNATURES:
        raise ValueError(f"the checkpoint has more than {MOST_SIGNATURES} signatures")
    return Checkpoint(
        origin=lines[0],
        size=int(lines[1]),
        root=root,
        signed=f"{note}\n".encode(),
        signatures=tuple(map(_signature, found)),
    )


def _signature(line: str) -> NoteSignature:
    found = SIGNATURE.fullmatch(line)
    value = base64.b64decode(found[2], validate=True) if found else b""
    if not found or len(value) <= HINT:
        raise ValueError("a signature of the checkpoint is none")
    return NoteSignature(found[1], value[:HINT], value[HINT:])
