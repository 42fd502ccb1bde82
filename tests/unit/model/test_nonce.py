"""One form of each nonce, whoever reads it: a run, `sign`, `verify`, the schemas of reports and certificates."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable

import pytest

from pytest_zstack_ticket.cli.arguments import nonce_of
from pytest_zstack_ticket.cli.sign import COMMANDS as SIGN
from pytest_zstack_ticket.cli.verify import COMMANDS as VERIFY
from pytest_zstack_ticket.client.nonce import with_fresh_nonce
from pytest_zstack_ticket.config.options import OPTIONS, Value, typed_value
from pytest_zstack_ticket.config.package_data import schemas_folder
from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.model.exchange import Request
from pytest_zstack_ticket.model.nonce import (
    CERTIFIER_NONCE_PATTERN,
    NONCE,
    NONCE_BYTES_PATTERN,
    NONCE_PATTERN,
    is_certifier_nonce,
)

GOOD = ("CERT-2027-014", "12345678", "a.b_c-d9", "x" * 64, "0-------")
BAD = ("short", "x" * 65, ".leading-dot", "-leading-dash", "_leading-line", "with space", "ünicode-nonce", "newline-\n")


def of_command(command: str, rest: list[str]) -> Callable[[str], str]:
    """Return what reads the nonce of a command."""
    parser = argparse.ArgumentParser()
    ({**SIGN, **VERIFY})[command].add_arguments(parser)
    return lambda nonce: nonce_of(parser.parse_args([*rest, f"--nonce={nonce}"]))


def of_a_run(nonce: str) -> str:
    option = next(one for one in OPTIONS if one.name == "nonce")
    return typed_value(option, Value(nonce, "command line"))


def of_a_schema(schema: str) -> Callable[[str], str]:
    document = json.loads((schemas_folder() / "artefact" / f"{schema}.schema.json").read_text("utf-8"))
    pattern = next(one["pattern"] for one in named(document, "nonce") if "pattern" in one)

    def read(nonce: str) -> str:
        if not re.search(pattern, nonce):
            raise SettingsError(nonce)
        return nonce

    return read


def named(value: object, name: str) -> list[dict]:
    """Return every object under a name, however deep."""
    if isinstance(value, list):
        return [found for one in value for found in named(one, name)]
    if not isinstance(value, dict):
        return []
    here = [value[name]] if isinstance(value.get(name), dict) else []
    return here + [found for one in value.values() for found in named(one, name)]


READERS = {
    "run": of_a_run,
    "sign": of_command("sign", ["out", "--key=k"]),
    "countersign": of_command("countersign", ["out", "--key=k"]),
    "verify": of_command("verify", ["out", "--public-key=k"]),
    "report": of_a_schema("report"),
    "certificate": of_a_schema("certificate"),
}


@pytest.mark.parametrize("reader", READERS)
def test_every_reader_accepts_the_same_certifier_nonces(reader: str):
    assert [READERS[reader](nonce) for nonce in GOOD] == list(GOOD)
    for nonce in BAD:
        with pytest.raises(SettingsError):
            READERS[reader](nonce)
    assert all(map(is_certifier_nonce, GOOD))
    assert not any(map(is_certifier_nonce, BAD))


def test_the_schemas_have_the_very_pattern():
    for schema in ("report", "certificate"):
        text = (schemas_folder() / "artefact" / f"{schema}.schema.json").read_text("utf-8")
        assert json.dumps(f"^{CERTIFIER_NONCE_PATTERN.pattern}(?![\\s\\S])") in text


def test_the_placeholder_and_what_replaces_it_are_found():
    create = Request(method="POST", path="/v1/tickets", body=f"a {NONCE} b".encode())
    fresh = with_fresh_nonce(create, "zt-01234567").body or b""
    assert NONCE_PATTERN.fullmatch(NONCE)
    assert NONCE_PATTERN.search(fresh.decode())
    assert NONCE_BYTES_PATTERN.sub(b"", fresh) == b"a  b"
    assert NONCE.encode() not in fresh
