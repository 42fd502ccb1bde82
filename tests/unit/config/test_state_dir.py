"""Where our state lies, and what consent is kept there."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

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


def test_where_no_folder_can_be_made_a_temporary_one_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert state_folder().parent == Path(tempfile.gettempdir())
