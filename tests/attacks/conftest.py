"""Runs that several attacks start from: made once in a process."""

from pathlib import Path

import pytest

from tests.soak import edits


@pytest.fixture(scope="session")
def failed_and_passed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A run with a failed requirement, and one in which it passed."""
    return edits.make_both(tmp_path_factory.mktemp("runs"))
