"""A signed set of keys: who may sign what, from when until when, and which key was retired or stolen.

A key counts for what it signed while it was valid. A retired key's earlier signatures stay good. A compromised key's
do not: its thief can write any time into a statement, so only a time-stamp from before the compromise saves one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.certify.dsse import Envelope, Signature
from pytest_zstack_ticket.certify.keys import PublicKey, Verifier, public_key
from pytest_zstack_ticket.certify.logged import Logged
from pytest_zstack_ticket.certify.rejection import Rejection
from pytest_zstack_ticket.certify.signed_list import ListKind, SignedList, read_signed_list
from pytest_zstack_ticket.config.toml_document import TomlFile, read_toml
from pytest_zstack_ticket.model.errors import EvidenceError, KeyFileError

KEY_SET = ListKind(name="key-set", words="a set of keys", made_by="keyset", key_option="--keys-key")
CERTIFIER, PUBLISHER, WITNESS = "certifier", "publisher", "witness"
ROLES = (CERTIFIER, "vendor", PUBLISHER, WITNESS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedKey:
    """One key of a set; `revoked` has the time and the reason, None for a key that was not revoked."""

    public: PublicKey
    owner: str
    roles: frozenset[str]
    since: datetime
    until: datetime
    successor: str
    revoked: Mapping[str, str] | None

    def refusal(self, role: str, moment: datetime, *, proven: bool) -> Rejection | None:
        """Say why a signature of this key does not count; `proven` if a time-stamp says when it was made."""
        keyid, revoked = self.public.keyid, self.revoked
        if role not in self.roles:
            return Rejection("key-role", f"{keyid} ({', '.join(sorted(self.roles))})")
        if revoked and revoked["reason"] == "compromised" and not (proven and moment < _moment(revoked["at"])):
            return Rejection("key-compromised", f"{keyid}, {revoked['at']}")
        if moment < self.since:
            return Rejection("key-not-yet-valid", f"{keyid}, {self.since:%Y-%m-%dT%H:%M:%SZ}")
        if revoked and revoked["reason"] == "retired" and moment >= _moment(revoked["at"]):
            return Rejection("key-retired", f"{keyid}, {revoked['at']}{self._next()}")
        if moment >= self.until:
            return Rejection("key-expired", f"{keyid}, {self.until:%Y-%m-%dT%H:%M:%SZ}{self._next()}")
        return None

    def _next(self) -> str:
        return f" -> {self.successor}" if self.successor else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedAt:
    """When a signature was made, and whether a time-stamp or a log proves it or the signer says so.

    `logged` is where a log has it, None if that was not checked; `has_entry` if the envelope holds an entry of one.
    """

    moment: datetime
    proven: bool = False
    logged: Logged | None = None
    has_entry: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySet:
    """The keys of a set, by key id."""

    keys: Mapping[str, ListedKey]
    issued: datetime

    @property
    def verifiers(self) -> tuple[Verifier, ...]:
        """Every key of the set, whatever its role."""
        return tuple(one.public for one in self.keys.values())

    def signer(self, envelope: Envelope, signature: Signature) -> ListedKey | None:
        """Find the key that made a signature; the key id in the envelope is not believed."""
        text = envelope.signed_bytes
        return next((one for one in self.keys.values() if one.public.verifies(text, signature.value)), None)

    def refusals(self, envelope: Envelope, role: str, times: Sequence[SignedAt]) -> list[Rejection]:
        """Say why no signature counts, nothing if one does; `times` has one moment for each signature."""
        found = []
        for signature, at in zip(envelope.signatures, times, strict=True):
            key = self.signer(envelope, signature)
            if key is None:
                continue
            refusal = key.refusal(role, at.moment, proven=at.proven)
            if refusal is None:
                return []
            found.append(refusal)
        return found or self.unlisted(envelope)

    def unlisted(self, envelope: Envelope) -> list[Rejection]:
        """Say that no key of the set signed, nothing if one did."""
        if any(self.signer(envelope, one) for one in envelope.signatures):
            return []
        return [Rejection("key-unlisted", ", ".join(one.keyid for one in envelope.signatures) or "-")]


def written_keys(path: Path) -> dict[str, Any]:
    """Read a set as people write it, and check it as a whole. Raises KeyFileError."""
    file = read_toml(path, KEY_SET.name, KeyFileError)
    for key in ("schema", "issued"):
        if key in file.value:
            raise file.refuse((key,), "is written when the file is signed; leave it out")
    try:
        listed = _listed(file.value)
    except ValueError as error:
        raise KeyFileError(f"{path}: from, until or at is no time ({error}).") from error
    _check(listed, file)
    return file.value


def read_key_set(path: Path, keys: Sequence[Verifier], now: datetime) -> KeySet:
    """Read a set that one of the keys signed. Raises EvidenceError, KeyFileError if no key can be used."""
    found = read_signed_list(path, KEY_SET, keys, now)
    try:
        listed = _listed(found.value)
        known = {one.public.keyid: one for one in listed}
    except (KeyFileError, ValueError) as error:
        raise EvidenceError(f"{path}: what is signed is not {KEY_SET.words} ({error})") from error
    if len(known) != len(listed):
        raise EvidenceError(f"{path}: a key is listed twice.")
    return KeySet(keys=known, issued=found.issued)


def read_published(path: Path, kind: ListKind, role: str, key_set: KeySet, now: datetime) -> SignedList:
    """Read a list that a key of the set signed in a role while it was valid. Raises EvidenceError."""
    found = read_signed_list(path, kind, key_set.verifiers, now)
    times = [SignedAt(moment=found.issued) for _ in found.envelope.signatures]
    refused = key_set.refusals(found.envelope, role, times)
    if refused:
        raise EvidenceError(f"{path}: its signature does not count ({refused[0].reason}: {refused[0].where}).")
    return found


def _listed(value: Mapping[str, Any]) -> list[ListedKey]:
    return [
        ListedKey(
            public=public_key(row["public-key"].encode(), f"key {number} of the set"),
            owner=row["owner"],
            roles=frozenset(row["roles"]),
            since=_moment(row["from"]),
            until=_moment(row["until"]),
            successor=row.get("successor", ""),
            revoked=row.get("revoked"),
        )
        for number, row in enumerate(value["key"], 1)
    ]


def _check(listed: Sequence[ListedKey], file: TomlFile) -> None:
    """Refuse a set that names a key twice, ends a key before it begins, or hands on to a key that cannot follow."""
    known = {one.public.keyid: one for one in listed}
    for number, one in enumerate(listed):
        if known[one.public.keyid] is not one:
            raise file.refuse(("key", number, "public-key"), "stands twice; give each key one entry")
        if one.until <= one.since:
            raise file.refuse(("key", number, "until"), "is not after from")
        following = known.get(one.successor)
        if one.successor and (following is None or following.since <= one.since or not one.roles <= following.roles):
            why = "must be the id of a later key of this set with the same roles"
            raise file.refuse(("key", number, "successor"), why)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
