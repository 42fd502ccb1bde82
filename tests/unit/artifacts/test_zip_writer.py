"""A zip depends on names and bytes alone."""

import io
import os
import zipfile
from pathlib import Path

import pytest

from pytest_zstack_ticket.artifacts.zip_writer import pack
from pytest_zstack_ticket.model.errors import EvidenceError


def packed(folder: Path) -> bytes:
    target = io.BytesIO()
    pack(folder, target)
    return target.getvalue()


def a_folder(path: Path, *names: str) -> Path:
    for name in names:
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(f"{name} 工" * 50, "utf-8")
    return path


def test_the_same_files_give_the_same_bytes_whenever_they_were_written(tmp_path: Path):
    one = a_folder(tmp_path / "one", "b.json", "a/c.txt", "z.gz")
    other = a_folder(tmp_path / "other", "z.gz", "a/c.txt", "b.json")
    os.utime(other / "b.json", (0, 0))
    (other / "z.gz").chmod(0o600)
    assert packed(one) == packed(other)


def test_what_was_packed_comes_out(tmp_path: Path):
    folder = a_folder(tmp_path, "b.json", "a/c.txt", "z.gz")
    with zipfile.ZipFile(io.BytesIO(packed(folder))) as found:
        assert found.testzip() is None
        assert found.namelist() == ["a/c.txt", "b.json", "z.gz"]
        assert found.read("a/c.txt") == (folder / "a" / "c.txt").read_bytes()


def test_a_link_is_refused(tmp_path: Path):
    (tmp_path / "x").symlink_to("/etc/hostname")
    with pytest.raises(EvidenceError, match="is a link"):
        packed(tmp_path)


def test_the_zip_does_not_pack_itself(tmp_path: Path):
    folder = a_folder(tmp_path, "a")
    with (folder / "out.zip").open("wb") as target:
        assert pack(folder, target, leave=[folder / "out.zip"]) == 1
