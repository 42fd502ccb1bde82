"""`zstack-ticket witness`: what it refuses, what it says, and what it leaves behind."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from pytest_zstack_ticket.certify.keys import load_public, new_key, store
from pytest_zstack_ticket.certify.witness_record import read_record
from pytest_zstack_ticket.cli.main import main
from pytest_zstack_ticket.simulator.server.server import SimulatorServer

PROGRAM = [sys.executable, "-m", "pytest_zstack_ticket.cli", "witness"]
LISTEN = ["--listen", "127.0.0.1:0"]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a pair of keys, as the current one."""
    key = new_key()
    store(tmp_path / "me.key.pem", key.pem(), mode=0o600)
    store(tmp_path / "me.pub.pem", key.public.pem, mode=0o644)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    return tmp_path


REFUSED = {
    "other machines": (["--listen", "0.0.0.0:9080"], "would let other machines reach the target"),
    "any name": (["--listen", "cloud:9080"], "would let other machines reach the target"),
    "no port": (["--listen", "127.0.0.1"], "write it as 127.0.0.1:9080"),
    "odd port": (["--listen", "127.0.0.1:99999"], "write it as 127.0.0.1:9080"),
    "no URL": ([*LISTEN, "--target", "cloud:8080"], "write it as https://cloud:8080/zstack"),
    "odd URL": ([*LISTEN, "--target", "http://[::1"], "is not a URL"),
    "credentials": ([*LISTEN, "--target", "http://a:b@cloud"], "write it as https://cloud:8080/zstack"),
    "no time": ([*LISTEN, "--for", "soon"], "write it as 60s, 5m or 1h"),
    "no key": ([*LISTEN, "--key", "other.pem"], "cannot be read"),
    "no consent": ([*LISTEN, "--target", "https://cloud"], "add --consent cloud"),
    "other consent": ([*LISTEN, "--target", "https://cloud", "--consent", "clouds"], "add --consent cloud"),
    "no CA": (
        [*LISTEN, "--target", "https://cloud", "--consent", "cloud", "--ca", "other.pem"],
        "Give a PEM file with the CA's certificate",
    ),
    "no certificate": ([*LISTEN, "--certificate", "me.pub.pem"], "with a certificate and its key"),
    "old record": ([*LISTEN, "--output", "me.pub.pem"], "no record is overwritten"),
    "no folder": ([*LISTEN, "--output", "no/where.gz"], "cannot be written"),
}


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(("words", "said"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_used_is_one_sentence(words: list[str], said: str, capsys: pytest.CaptureFixture[str]):
    assert main(["witness", "--target", "http://127.0.0.1:9", "--key", "me.key.pem", *words]) == 4
    assert said in capsys.readouterr().err
    assert not Path("witness.jsonl.gz").exists()


@pytest.mark.usefixtures("place")
def test_an_address_that_is_taken_leaves_no_record(capsys: pytest.CaptureFixture[str]):
    with SimulatorServer("embedded") as cloud:
        listen = f"127.0.0.1:{cloud.port}"
        assert main(["witness", "--listen", listen, "--target", cloud.url, "--key", "me.key.pem"]) == 4
    assert f"cannot listen on {listen}" in capsys.readouterr().err
    assert not Path("witness.jsonl.gz").exists()


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, None], ids=["ctrl-c", "sigterm", "for"])
def test_it_passes_on_until_its_end_and_signs_what_it_saw(end: signal.Signals | None, place: Path):
    with SimulatorServer("embedded") as cloud:
        words = [*LISTEN, "--target", cloud.url, "--key", "me.key.pem", "--json"]
        words += ["--for", "3s"] if end is None else []
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONUNBUFFERED": "1"}
        running = subprocess.Popen([*PROGRAM, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
        assert running.stdout
        assert running.stderr
        first = b"".join(iter(running.stdout.readline, b"}\n")) + b"}"
        url = json.loads(first)["url"]
        assert url.startswith("http://127.0.0.1:")
        assert url.endswith("/zstack")
        assert httpx.get(f"{url}/v1/no", trust_env=False).status_code == 404
        if end is not None:
            running.send_signal(end)
        out, said = running.communicate(timeout=30)
    assert running.returncode == 0
    assert f"Point the run at {url}: everything is passed on to {cloud.url}" in said.decode()
    assert "1 exchange is in witness.jsonl.gz, signed with" in said.decode()
    ended = json.loads(out)
    record = read_record(place / ended["record"], [load_public(place / "me.pub.pem")], None)
    assert (len(record.exchanges), record.root, record.target) == (ended["exchanges"], ended["root"], cloud.url)
    assert (record.exchanges[0].path, record.exchanges[0].status) == ("/zstack/v1/no", 404)
