"""Evidence that was edited at random is neither signed nor verified, whatever was made to fit."""

from pathlib import Path

import pytest

from tests.soak import edit_kinds, edits

pytestmark = pytest.mark.usefixtures("lines_are_read_once")


@pytest.fixture
def bundles(failed_and_passed: tuple[Path, Path]) -> tuple[Path, Path]:
    """A run with a failed requirement, and one in which it passed."""
    return failed_and_passed


def test_no_edit_is_believed(bundles: tuple[Path, Path], tmp_path: Path):
    found = [edits.attempt(number, 1, bundles, tmp_path) for number in range(len(edit_kinds.KINDS))]
    assert edits.wrongly(found) == []
    assert sum(not one.believed for one in found) > len(found) / 2


def test_a_bundle_is_believed_before_it_is_edited(bundles: tuple[Path, Path]):
    for one in bundles:
        assert edits.believers(one) == ["signer", "verifier with the vendor's key"]


@pytest.mark.parametrize("kind", ["drop_failed", "drop_requirement"])
def test_what_failed_cannot_be_left_out(kind: str, bundles: tuple[Path, Path], tmp_path: Path):
    """The most valuable edit: everything is made to fit, and a failed requirement is none any more.

    That it cannot rest on another answer either is tried in `test_forged_evidence.py`.
    """
    number = [one.__name__ for one in edit_kinds.KINDS].index(kind)
    one = edits.attempt(number, 1, bundles, tmp_path, always=edits.STEPS, of="failed")
    assert (one.flipped, one.believed) == (True, ())
