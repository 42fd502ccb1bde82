"""The private name of Hypothesis that the runner reads is there, and means what it expects."""

from pathlib import Path

from hypothesis import configuration

from pytest_zstack_ticket.runner.hypothesis_home import PRIVATE_NAME, storage


def home() -> object:
    return getattr(configuration, PRIVATE_NAME)


def test_the_folder_from_before_is_used_again(tmp_path: Path):
    before = home()
    with storage(str(tmp_path / "a")):
        with storage(str(tmp_path / "b")):
            assert home() == tmp_path / "b"
        assert home() == tmp_path / "a"
    assert home() == before


def test_users_that_overlap_may_end_in_any_order(tmp_path: Path):
    before = home()
    first, second = storage(str(tmp_path)), storage(str(tmp_path))
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert home() == tmp_path
    second.__exit__(None, None, None)
    assert home() == before
