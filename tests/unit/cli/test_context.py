"""`context init`: the context file that a cloud's own lists fill in."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_zstack_ticket.cli.context_text import LoggedIn, context_text
from pytest_zstack_ticket.cli.main import main
from pytest_zstack_ticket.config.context_file import load_context
from pytest_zstack_ticket.simulator.options import SimulatorOptions
from pytest_zstack_ticket.simulator.server.server import SimulatorServer
from pytest_zstack_ticket.simulator.storage import seed_data
from pytest_zstack_ticket.target.offers import QUERIES, Listed, Offer
from tests.support.scripted_server import ScriptedServer, answer

ONE, TWO, THREE = "1" * 32, "2" * 32, "3" * 32
ALICE = ["--login=virtual-id", "--user=alice", "--project=p1"]
SESSION = answer(body=json.dumps({"inventory": {"uuid": "e" * 32, "accountUuid": "a" * 32, "userUuid": ONE}}).encode())
ROWS = (
    [
        {"uuid": ONE, "name": "router", "state": "Enabled", "type": "VirtualRouter", "cpuNum": 1, "memorySize": 1},
        {"uuid": TWO, "name": "large", "state": "Enabled", "type": "UserVm", "cpuNum": 8, "memorySize": 8},
        {"uuid": THREE, "name": 'small"\n[owner]\u2028\x7f', "state": "Enabled", "type": "UserVm", "cpuNum": 1},
    ],
    [
        {"uuid": ONE, "name": "iso", "state": "Enabled", "status": "Ready", "mediaType": "ISO", "size": 1},
        {"uuid": TWO, "name": "linux", "state": "Enabled", "status": "Ready", "mediaType": "RootVolumeTemplate"},
        {"uuid": '"]\nuser = 1', "name": "no uuid", "state": "Enabled", "status": "Ready"},
    ],
    [
        {"uuid": ONE, "name": "management", "state": "Enabled", "category": "System"},
        {"uuid": TWO, "name": "public", "state": "Enabled", "category": "Public", "system": False},
        {"uuid": THREE, "name": "inner", "state": "Enabled", "category": "Private", "system": False},
    ],
    [{"uuid": ONE, "name": "p0", "state": "Enabled"}, {"uuid": TWO, "name": "p1", "state": "Enabled"}],
    [{"uuid": THREE, "name": "alice", "state": "Enabled"}],
    [{"uuid": ONE, "name": "own", "state": "Enabled", "status": "Valid", "projectUuid": TWO}],
)


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ZSTACK_PASSWORD", seed_data.PASSWORD)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def simulator() -> Iterator[SimulatorServer]:
    with SimulatorServer(SimulatorOptions()) as server:
        yield server


def test_the_best_of_each_list_is_filled_in_by_reading_alone() -> None:
    rows = (answer(body=json.dumps({"inventories": one}).encode()) for one in ROWS)
    with ScriptedServer(SESSION, SESSION, *rows, answer()) as cloud:
        assert main(["context", "init", cloud.url, *ALICE]) == 0
    filled = load_context(Path("cloud.toml"))
    assert filled.api_body == {
        "name": "conformance test",
        "strategy": "InstantStart",
        "instanceOfferingUuid": THREE,
        "imageUuid": TWO,
        "l3NetworkUuids": [THREE],
    }
    assert filled.account_system_context == {"projectUuid": TWO, "virtualIDUuid": THREE}
    assert not filled.users
    assert f'# flow-collection-uuid = "{ONE}"   # own (projectUuid {TWO})' in Path("cloud.toml").read_text("utf-8")
    sent = [request.split(b" ", 2)[:2] for request in cloud.requests]
    assert [path.removeprefix(b"/zstack").partition(b"?")[0].decode() for method, path in sent if method == b"GET"] == [
        query.path for query in QUERIES.values()
    ]
    assert {method for method, path in sent if b"login" not in path and b"sessions" not in path} == {b"GET"}


def test_lists_that_a_cloud_does_not_show_are_named_and_the_file_is_accepted(
    simulator: SimulatorServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["context", "init", simulator.url, *ALICE]) == 0
    assert "cloud.toml --try-ticket" in capsys.readouterr().err
    text = Path("cloud.toml").read_text("utf-8")
    assert "# imageUuid: unknown, GET /v1/images was answered with status 404" in text
    assert f'# flow-collection-uuid = "{seed_data.DEFAULT_COLLECTION}"' in text
    assert f'virtualIDUuid = "{seed_data.ALICE}"   # alice' in text.splitlines()
    assert main(["context", "init", simulator.url, *ALICE]) == 4
    assert "never overwritten" in capsys.readouterr().err
    assert Path("cloud.toml").read_text("utf-8") == text


def test_lists_can_be_had_as_json(simulator: SimulatorServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["context", "init", simulator.url, "--json"]) == 0
    lists = json.loads(capsys.readouterr().out)
    assert set(lists) == set(QUERIES)
    assert seed_data.DEFAULT_COLLECTION in {offer["uuid"] for offer in lists["collections"]["offers"]}
    assert not Path("cloud.toml").exists()


def test_without_a_session_nothing_is_written(
    simulator: SimulatorServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ZSTACK_PASSWORD", "wrong")
    assert main(["context", "init", simulator.url]) == 11
    assert main(["context", "init", "embedded"]) == 4
    assert "needs no context file" in capsys.readouterr().err
    assert not Path("cloud.toml").exists()


def test_an_account_is_no_member_of_a_project(tmp_path: Path) -> None:
    lists = dict.fromkeys(QUERIES, Listed(tuple(Offer(f"{at:032x}", f"row {at}") for at in range(20))))
    text = context_text("http://cloud", lists, LoggedIn("admin", ONE, "", virtual=False))
    (tmp_path / "cloud.toml").write_text(text, "utf-8")
    assert "# ... 12 more" in text
    assert '# projectUuid = "' in text
    assert '\nprojectUuid = "' not in text
    load_context(tmp_path / "cloud.toml")
