"""Where our state lies, and what consent is kept there."""

from __future__ import annotations

import stat
import tempfile
from pathlib import Path

import pytest

from pytest_zstack_ticket.config import state_dir
from pytest_zstack_ticket.config.state_dir import consented, remember_consent, state_folder
from pytest_zstack_ticket.model.quotas import FOREIGN


def test_consent_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert consented("cloud") is None
    remember_consent("cloud", FOREIGN)
    assert consented("cloud") == FOREIGN


@pytest.mark.parametrize("text", ["", "[]", "{", '{"cloud": 1}', '{"cloud": {"x": 1}}'])
def test_what_cannot_be_read_is_no_consent(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    (state_folder() / "consents.json").write_text(text, "utf-8")
    assert consented("cloud") is None


def test_where_no_folder_can_be_made_a_private_temporary_one_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    state_dir._temporary.cache_clear()
    folder = state_folder()
    assert folder.parent == tmp_path
    assert folder == state_folder()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    state_dir._temporary.cache_clear()
    assert state_folder() != folder, "the name can be guessed"
    state_dir._temporary.cache_clear()
