"""The record of a witness: gzipped JSON lines, one exchange each, and a footer in which their Merkle root is signed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.api.strict_json import parse
from pytest_zstack_ticket.artifacts.gzip_lines import MemberWriter, read_lines
from pytest_zstack_ticket.artifacts.merkle import MerkleTree
from pytest_zstack_ticket.certify.dsse import Envelope, envelope_to_json, parse_envelope
from pytest_zstack_ticket.certify.key_set import WITNESS, KeySet, SignedAt
from pytest_zstack_ticket.certify.keys import Signer, Verifier
from pytest_zstack_ticket.certify.statement import stamp
from pytest_zstack_ticket.certify.witnessed import Witnessed, witnessed_from_json, witnessed_to_json
from pytest_zstack_ticket.config.schema import first_defect
from pytest_zstack_ticket.model.errors import EvidenceError, SettingsError

SCHEMA = "urn:zstack-ticket:artefact:witness:1"
PAYLOAD_TYPE = "application/vnd.zstack-ticket.witness+json"
Line = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessRecord:
    """A record of which the signature was verified; `since` and `until` are in seconds since the epoch.

    `keyid` is the key that signed it, `root` the Merkle root of its lines, `target` where it passed requests on to,
    `salt` what its secrets are hidden by.
    """

    exchanges: tuple[Witnessed, ...]
    since: float
    until: float
    target: str
    root: str
    keyid: str
    salt: bytes


class RecordWriter:
    """Writes a new record, exchange by exchange, in memory that does not grow. Raises SettingsError, later OSError."""

    def __init__(self, path: Path, *, target: str, started: float) -> None:
        self.path = path
        self.count = 0
        self._tree = MerkleTree()
        self._target = target
        self._started = started
        try:
            path.touch(exist_ok=False)
            self._file = MemberWriter(path)
        except FileExistsError as error:
            raise SettingsError(
                f"--output: {path} exists already, and no record is overwritten. Name another."
            ) from error
        except OSError as error:
            raise SettingsError(f"--output: {path} cannot be written: {error.strerror}. Name another file.") from error
        self._write({"type": "header", "schema": SCHEMA, "target": target, "started": round(started, 3)})

    def add(self, one: Witnessed) -> None:
        """Keep one exchange. Raises OSError if the disk does not take it."""
        self.count += 1
        self._write(witnessed_to_json(one))

    def close(self, key: Signer, *, ended: float, now: datetime, salt: bytes, certificates: Sequence[str] = ()) -> str:
        """Sign what was kept, end the file, and return the Merkle root. Raises OSError."""
        root = self._tree.root()
        signed = {
            "schema": SCHEMA,
            "issued": stamp(now),
            "target": self._target,
            "started": round(self._started, 3),
            "ended": round(ended, 3),
            "exchanges": self.count,
            "size": self._tree.size,
            "root": root,
            "salt": salt.hex(),
            "tls": sorted(certificates),
        }
        envelope = Envelope(payload_type=PAYLOAD_TYPE, payload=json.dumps(signed, sort_keys=True).encode())
        envelope = envelope.with_signature(key.sign(envelope.signed_bytes))
        self._file.write(_encoded({"type": "footer", "envelope": envelope_to_json(envelope)}))
        self._file.close()
        return root

    def drop(self) -> None:
        """Remove the file, because nothing was recorded."""
        self._file.give_up()
        self.path.unlink(missing_ok=True)

    def _write(self, line: Line) -> None:
        packed = _encoded(line)
        self._file.write(packed)
        self._tree.add(packed)


def _encoded(line: Line) -> bytes:
    return json.dumps(line, separators=(",", ":")).encode()


def read_record(path: Path, keys: Sequence[Verifier], key_set: KeySet | None) -> WitnessRecord:
    """Read a record that one of the keys signed, or a witness of the set if there are none. Raises EvidenceError."""
    lines = _lines(path)
    if not lines or lines[-1][1].get("type") != "footer":
        raise EvidenceError(f"{path} has no signed end: it was cut short, or is no record of `witness`.")
    signed, keyid = _signed(path, lines.pop()[1], keys, key_set)
    tree = MerkleTree()
    for text, _ in lines:
        tree.add(text)
    if (tree.size, tree.root()) != (signed["size"], signed["root"]) or lines[0][1].get("type") != "header":
        raise EvidenceError(f"{path}: the lines are not those that were signed (another Merkle root).")
    return WitnessRecord(
        exchanges=tuple(_exchange(path, number, line) for number, (_, line) in enumerate(lines[1:], start=2)),
        since=signed["started"],
        until=signed["ended"],
        target=signed["target"],
        root=signed["root"],
        salt=bytes.fromhex(signed["salt"]),
        keyid=keyid,
    )


def _lines(path: Path) -> list[tuple[bytes, Line]]:
    """Return each line with its value. Raises EvidenceError."""
    found = []
    try:
        for number, line in enumerate(read_lines(path), start=1):
            value = parse(line)
            if not isinstance(value, dict):
                raise EvidenceError(f"{path}, line {number}: not an object; name the record that `witness` wrote.")
            found.append((line.rstrip(b"\n"), value))
    except OSError as error:
        raise EvidenceError(f"{path} cannot be read: {error.strerror}. Name the record of `witness`.") from error
    except ValueError as error:
        raise EvidenceError(f"{path} is no record of `witness`: {error}.") from error
    return found


def _signed(path: Path, footer: Line, keys: Sequence[Verifier], key_set: KeySet | None) -> tuple[Line, str]:
    """Return what is signed in a footer, and the key that signed it. Raises EvidenceError."""
    envelope = parse_envelope(json.dumps(footer.get("envelope")).encode())
    if envelope.payload_type != PAYLOAD_TYPE:
        raise EvidenceError(f"{path}: what is signed is no record of a witness but {envelope.payload_type[:60]!r}.")
    known = keys or (key_set.verifiers if key_set else ())
    text = envelope.signed_bytes
    made = next((key.keyid for key in known for one in envelope.signatures if key.verifies(text, one.value)), "")
    if not made:
        raise EvidenceError(
            f"{path} is signed by none of the keys, so nothing in it counts. Give its key with --witness-key."
        )
    try:
        signed: Line = parse(envelope.payload)
    except ValueError as error:
        raise EvidenceError(f"{path}: what is signed is no JSON ({error}).") from error
    defect = first_defect("witness", signed, definition="signed")
    if defect is not None:
        raise EvidenceError(f"{path}: {defect.sentence('what is signed')}.")
    if not keys and key_set:
        issued = SignedAt(moment=datetime.fromisoformat(signed["issued"]))
        refused = key_set.refusals(envelope, WITNESS, [issued for _ in envelope.signatures])
        if refused:
            raise EvidenceError(f"{path}: its signature does not count ({refused[0].reason}: {refused[0].where}).")
    return signed, made


def _exchange(path: Path, number: int, line: Line) -> Witnessed:
    defect = first_defect("witness", line, definition="exchange")
    if defect is not None:
        raise EvidenceError(f"{path}, line {number}: {defect.sentence('the exchange')}.")
    return witnessed_from_json(line)
