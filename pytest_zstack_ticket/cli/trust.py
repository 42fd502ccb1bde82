"""Arguments that say whose signatures count: single public keys, or a signed set of keys."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pytest_zstack_ticket.certify.key_set import PUBLISHER, KeySet, read_key_set, read_published
from pytest_zstack_ticket.certify.keys import PublicKey, load_public
from pytest_zstack_ticket.certify.signed_list import ListKind, SignedList, read_signed_list
from pytest_zstack_ticket.certify.witness_record import WitnessRecord, read_record
from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.report.text.columns import visible


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """The keys that must all have signed, and the set that a certifier must be of."""

    keys: tuple[PublicKey, ...]
    key_set: KeySet | None

    def read_list(self, path: Path, kind: ListKind, explicit: list[Path]) -> SignedList:
        """Read a list signed with one of the explicit keys, else by a publisher of the set, else with the keys."""
        now = datetime.now(UTC)
        if explicit or self.key_set is None:
            return read_signed_list(path, kind, [load_public(one) for one in explicit] or self.keys, now)
        return read_published(path, kind, PUBLISHER, self.key_set, now)

    def read_witness(self, path: Path | None, explicit: list[Path]) -> WitnessRecord | None:
        """Read the record of a witness, None if no file is named. Raises EvidenceError and UsageError.

        One of the explicit keys must have signed it, else a witness of the set, else one of the keys.
        """
        if path is None:
            if explicit:
                raise SettingsError(
                    "--witness-key applies to the record of a witness: name its file with --witness too."
                )
            return None
        keys = [load_public(one) for one in explicit] or (() if self.key_set else self.keys)
        return read_record(path, keys, self.key_set)

    def owner_of(self, keyid: str) -> str:
        """Return owner and roles of a key of the set, in parentheses."""
        listed = self.key_set.keys.get(keyid) if self.key_set else None
        return f" ({visible(listed.owner)}, {', '.join(sorted(listed.roles))})" if listed else ""


def add_trust_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `--public-key`, `--keys` and `--keys-key`."""
    add_key_option(parser, "--public-key", "public key of a required signer (repeatable: each must have signed)")
    parser.add_argument(
        "--keys", metavar="FILE", type=Path, help="signed key set of `keyset`: a certifier of it must have signed"
    )
    add_key_option(parser, "--keys-key", "public key of an accepted publisher of the key set (repeatable)")


def add_witness_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `--witness` and `--witness-key`."""
    parser.add_argument(
        "--witness", metavar="FILE", type=Path, help="record of `witness`: what it saw must be what the evidence has"
    )
    add_key_option(
        parser,
        "--witness-key",
        "public key of an accepted witness (repeatable; default: the witnesses of --keys, or the --public-key files)",
    )


def add_log_key(parser: argparse.ArgumentParser, *, required: bool = False) -> None:
    """Add `--log-key`."""
    parser.add_argument(
        "--log-key",
        metavar="FILE",
        type=Path,
        action="append",
        default=None if required else [],
        required=required,
        help="public key of an accepted transparency log (PEM, repeatable); each signature must be in one",
    )


def add_key_option(parser: argparse.ArgumentParser, name: str, text: str) -> None:
    """Add an option that names public keys; `text` is its help."""
    parser.add_argument(name, metavar="FILE", type=Path, action="append", default=[], help=text)


def trust_of(arguments: argparse.Namespace) -> Trust:
    """Read the keys that count. Raises EvidenceError and UsageError."""
    keys = {key.keyid: key for key in map(load_public, arguments.public_key)}
    if arguments.keys is None:
        if arguments.keys_key or not keys:
            raise SettingsError("name who must have signed: --public-key FILE, or --keys FILE with --keys-key FILE.")
        return Trust(keys=tuple(keys.values()), key_set=None)
    if not arguments.keys_key:
        raise SettingsError("--keys: a key set counts only from a known publisher; add its key with --keys-key FILE.")
    publishers = [load_public(path) for path in arguments.keys_key]
    return Trust(keys=tuple(keys.values()), key_set=read_key_set(arguments.keys, publishers, datetime.now(UTC)))
