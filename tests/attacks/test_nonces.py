"""The certifier's nonce: exact in the creates of the evidence, the source of the seed, and worth one run."""

import base64
import json
from pathlib import Path

import pytest

from pytest_zstack_ticket.artifacts.seal import NonceUse, nonce_use
from pytest_zstack_ticket.certify.policy import shortfalls
from pytest_zstack_ticket.certify.used_nonces import new_nonce, spend
from pytest_zstack_ticket.cli.main import main
from pytest_zstack_ticket.config.options import default_seed
from pytest_zstack_ticket.config.policy_file import load_policy
from pytest_zstack_ticket.model.errors import KeyFileError
from pytest_zstack_ticket.model.nonce import is_certifier_nonce
from tests.attacks.test_policy import AT, report

NONCE = "CERT-2027-014"
RUNS = ("0" * 16, "1" * 16)
ROOT = "a" * 64


def create(body: object, *, status: int = 202, path: str = "/v1/tickets", method: str = "POST") -> bytes:
    request = {"method": method, "path": path, "headers": [], "body": body}
    return json.dumps({"type": "exchange", "request": request, "response": {"status": status}}).encode()


@pytest.mark.parametrize(
    ("body", "carries"),
    [
        (f'{{"params":{{"name":"test {NONCE} zt-0"}}}}', True),
        (f'{{"params":{{"name":"{NONCE}"}}}}', True),
        (f'{{"params":{{"name":"test {NONCE}5"}}}}', False),
        (f'{{"params":{{"name":"X{NONCE}"}}}}', False),
        (f'{{"params":{{"name":"{NONCE}-other"}}}}', False),
        (f'{{"params":{{"name":"{NONCE.lower()}"}}}}', False),
        ({"base64": base64.b64encode(f'"{NONCE}"'.encode("utf-16-le")).decode()}, True),
        ({"base64": "?"}, False),
        (None, False),
    ],
)
def test_a_nonce_counts_only_where_it_stands_exactly(body: object, carries: bool):
    assert nonce_use([create(body)], NONCE) == NonceUse(creates=1, carrying=int(carries))


def test_only_creates_that_were_taken_count():
    body = f'"{NONCE}"'
    others = [create(body, status=500), create(body, path="/v1/tickets/a/actions"), create(body, method="PUT")]
    lines = [*others, b'{"type":"header","x":"POST"}', b'"POST"', create(body), create("{}", status=200)]
    assert nonce_use(lines, NONCE) == NonceUse(creates=2, carrying=1)


def test_what_carries_no_mark_of_a_test_is_counted_by_its_resource_uuid():
    uuid = '"resourceUuid":"00000000000000000000000000000001"'
    named = [f'{{"params":{{{uuid},"name":"{name}"}}}}' for name in ("web-01", "zt-0123456789abcdef", NONCE)]
    others = [f'{{"params":{{"name":"web-01",{uuid}}}}}', "{}"]
    found = nonce_use([create(body) for body in (*named, *others)], NONCE)
    assert found == NonceUse(creates=5, carrying=1, unmarked=1)


def test_a_policy_names_a_nonce_that_most_creates_lack():
    policy = load_policy("standard-2026")
    few, most = ({"creates": 100, "carrying": carrying} for carrying in (89, 90))
    assert shortfalls(policy, report(), AT, few) == ["the nonce in 89 of 100 creates only"]
    assert shortfalls(policy, report(), AT, most) == []


def test_what_is_drawn_follows_from_the_nonce_alone():
    seeds = {default_seed(effort, NONCE).value for effort in ("smoke", "certify")}
    assert len(seeds) == 1
    assert seeds != {default_seed("certify", "CERT-2027-015").value}
    assert default_seed("certify", "").value == 0


def test_a_nonce_is_worth_one_run(tmp_path: Path):
    path = tmp_path / "used.txt"
    assert spend(path, NONCE, RUNS[0], ROOT) == []
    assert spend(path, NONCE, RUNS[0], ROOT) == []
    (rejection,) = spend(path, NONCE, RUNS[1], ROOT)
    assert (rejection.reason, rejection.where) == ("nonce-spent", RUNS[0])
    assert path.read_text("utf-8") == f"{NONCE} {RUNS[0]} {ROOT}\n"
    (rejection,) = spend(path, NONCE, RUNS[0], "b" * 64)
    assert rejection.reason == "nonce-spent", "another run with the id of the first one"
    path.write_text(f"{NONCE} {RUNS[0]}\n", "utf-8")
    assert spend(path, NONCE, RUNS[0], ROOT) == [], "a list of an earlier version has no roots"
    assert [one.reason for one in spend(path, "", RUNS[1], ROOT)] == ["nonce-other"]


@pytest.mark.parametrize("text", ["CERT-2027-014\n", "a b\n", f"CERT-2027-014 {'0' * 15}\n"])
def test_a_list_that_is_damaged_is_refused_and_not_taken_for_empty(text: str, tmp_path: Path):
    (tmp_path / "used.txt").write_text(text, "utf-8")
    with pytest.raises(KeyFileError, match="line 1"):
        spend(tmp_path / "used.txt", NONCE, RUNS[0], ROOT)


def test_keygen_prints_nonces_that_differ(capsys: pytest.CaptureFixture[str]):
    assert main(["keygen", "--nonces", "3"]) == 0
    lines = capsys.readouterr().out.split()
    assert len(set(lines)) == 3
    assert all(map(is_certifier_nonce, [*lines, new_nonce()]))
    assert main(["keygen", "--nonces", "99999"]) == 4
