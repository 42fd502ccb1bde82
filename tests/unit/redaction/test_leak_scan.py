"""A secret is found in what a run wrote, in whatever place and encoding it stands."""

import gzip
import random
import zipfile
from pathlib import Path

import pytest

from pytest_zstack_ticket.redaction.encodings import encodings_of
from pytest_zstack_ticket.redaction.leak_scan import BLOCK, CERTAIN, scan

SESSION = "0123456789abcdef0123456789abcdef"
OTHERS = {f"{number:032x}": "session" for number in range(1, 4)}


@pytest.mark.parametrize("length", [8, CERTAIN - 1, CERTAIN, CERTAIN + 1, 40])
def test_a_secret_is_found_at_every_place(tmp_path: Path, length: int):
    draw = random.Random(length)
    secret = "".join(draw.choice("ghijkmnpqrstuvwxyz") for _ in range(length))
    file = tmp_path / "out.txt"
    for before in range(17):
        for after in (0, 1, 7, 30):
            file.write_bytes(b"-" * before + secret.encode() + b"-" * after)
            found = scan([file], {secret: "password", **OTHERS})
            assert found.found == (("out.txt", "password"),), (before, after)
            file.write_bytes(b"-" * before + secret.encode()[:-1] + b"-" * after)
            assert scan([file], {secret: "password", **OTHERS}).found == ()


def test_a_secret_is_found_in_every_encoding(tmp_path: Path):
    file = tmp_path / "out.txt"
    for encoded in encodings_of("session", SESSION, SESSION):
        file.write_bytes(b"some text " + encoded.seen + b" and more")
        assert scan([file], {SESSION: "session", **OTHERS}).found == (("out.txt", "session"),), encoded


@pytest.mark.parametrize("place", [BLOCK - 40, BLOCK - 16, BLOCK - 1, BLOCK, 2 * BLOCK - 5])
def test_a_secret_is_found_across_blocks_and_in_what_is_packed(tmp_path: Path, place: int):
    text = b"x" * place + SESSION.encode() + b"x" * 100
    (tmp_path / "a.gz").write_bytes(gzip.compress(text, compresslevel=1))
    with zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("c.txt", text)
    found = scan([tmp_path / "a.gz", tmp_path / "b.zip"], {SESSION: "session"})
    assert found.found == (("a.gz", "session"), ("b.zip/c.txt", "session"))
    assert (found.files, found.secrets) == (2, 1)


def test_empty_files_and_no_secrets(tmp_path: Path):
    (tmp_path / "empty").touch()
    assert scan([tmp_path / "empty"], {SESSION: "session"}).found == ()
    assert scan([tmp_path / "empty"], {}).found == ()
