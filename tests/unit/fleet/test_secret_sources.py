"""Secrets are found on the worker, reach the run of their target alone, and are in no message."""

import sys

import pytest

from pytest_zstack_ticket.fleet.secret_sources import run_environment
from pytest_zstack_ticket.model.errors import FleetError


def test_each_kind_of_source_is_read(tmp_path):
    file = tmp_path / "secret"
    file.write_text("of-file\n")
    sources = {
        "password": {"env": "NORTH"},
        "access-key-secret": {"file": str(file)},
        "owner-password": {"command": [sys.executable, "-c", "print('of-command')"]},
    }
    found = run_environment(sources, {"NORTH": "of-env", "PATH": "/bin"})
    assert found == {
        "PATH": "/bin",
        "ZSTACK_PASSWORD": "of-env",
        "ZSTACK_ACCESS_KEY_SECRET": "of-file",
        "ZSTACK_OWNER_PASSWORD": "of-command",
    }


def test_settings_of_the_workers_own_environment_reach_no_run():
    assert run_environment({}, {"ZSTACK_PASSWORD": "x", "ZSTACK_EFFORT": "smoke", "HOME": "/h"}) == {"HOME": "/h"}


@pytest.mark.parametrize(
    "source",
    [
        {"env": "NOT_SET"},
        {"file": "/does/not/exist"},
        {"command": ["/does/not/exist"]},
        {"command": [sys.executable, "-c", "import sys; print('hunter2', file=sys.stderr); sys.exit(1)"]},
        {"command": [sys.executable, "-c", "pass"]},
    ],
)
def test_a_source_without_a_secret_is_an_error_that_quotes_none(source):
    with pytest.raises(FleetError) as refused:
        run_environment({"password": source}, {})
    assert "secret password" in str(refused.value)
    assert "hunter2" not in str(refused.value)
    assert refused.value.__cause__ is None
