"""Evidence that was edited at random is neither signed nor verified, whatever was made to fit."""

from pathlib import Path

from tests.attacks.random_edits import EDITS, soak


def test_no_edit_is_believed(tmp_path: Path):
    assert soak(2 * len(EDITS), 1, tmp_path, quick=True) == []
