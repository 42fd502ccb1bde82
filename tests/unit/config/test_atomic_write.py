"""A file is replaced whole or not at all, and nothing else is left in its folder."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import IO

import pytest

from pytest_zstack_ticket.config.atomic_write import atomic_file, write_atomically


def test_a_file_is_written_and_replaced(tmp_path: Path):
    path = write_atomically(tmp_path / "a.json", "工")
    assert path.read_bytes() == "工".encode()
    write_atomically(path, b"\xff", durable=True)
    assert path.read_bytes() == b"\xff"
    assert list(tmp_path.iterdir()) == [path]


def _fail_while_writing(file: IO[bytes], error: type[BaseException]):
    file.write(b"new")
    raise error


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_write_that_fails_leaves_the_old_file_alone(tmp_path: Path, error: type[BaseException]):
    path = write_atomically(tmp_path / "a", "old")
    with pytest.raises(error), atomic_file(path) as file:
        _fail_while_writing(file, error)
    assert path.read_text("utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_is_seen_under_the_name_before_the_end(tmp_path: Path):
    path = tmp_path / "a"
    names = set()
    for _ in range(2):
        with atomic_file(path) as file:
            names.add(file.name)
            assert not path.exists()
        path.unlink()
    assert len(names) == 2
    assert {Path(name).parent for name in names} == {tmp_path}


def test_the_mode_is_that_of_the_old_file_or_of_any_new_one(tmp_path: Path):
    path = tmp_path / "a"
    before = os.umask(0o027)
    try:
        write_atomically(path, "")
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
        path.chmod(0o604)
        write_atomically(path, "x")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o604


def test_a_pipe_is_written_to_and_stays(tmp_path: Path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    write_atomically(path, "text")
    assert os.read(reader, 10) == b"text"
    os.close(reader)
    assert stat.S_ISFIFO(path.stat().st_mode)


def test_a_folder_cannot_be_replaced(tmp_path: Path):
    with pytest.raises(IsADirectoryError):
        write_atomically(tmp_path, "x")


def test_the_longest_name_can_be_written(tmp_path: Path):
    path = tmp_path / ("n" * 255)
    assert write_atomically(path, "x").read_text("utf-8") == "x"
