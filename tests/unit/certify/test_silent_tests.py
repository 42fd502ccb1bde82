"""Tests of decided requirements that left no example are named; those that were left out count apart."""

import json
from pathlib import Path

from pytest_zstack_ticket.artifacts.bundle import FolderBundle
from pytest_zstack_ticket.certify.silent_tests import silent_tests
from pytest_zstack_ticket.config.catalogue import catalogue
from tests.support.sample_report import sample_report

TWO = next(rule for rule in catalogue() if rule.tests == 2)
ONE = next(rule for rule in catalogue() if rule.tests == 1)


def named(folder: Path, verdict: str, *tests: str, left_out: int = 0, version: str = "") -> tuple[str, ...]:
    report = sample_report()
    outside = {"left_out": left_out} if left_out else {}
    report["requirements"] = [{"id": one.id, "verdict": verdict, "outside": outside} for one in (ONE, TWO)]
    report["evidence"] = {"file": "evidence.jsonl.gz"}
    report["run"]["suite"]["version"] = version or report["run"]["suite"]["version"]
    lines = [{"type": "example", "requirement": TWO.id, "test": one} for one in tests]
    lines.append({"type": "example", "requirement": ONE.id, "test": "first"})
    (folder / "evidence.jsonl.gz").write_text("".join(f"{json.dumps(one)}\n" for one in lines), "utf-8")
    return silent_tests(FolderBundle(folder), report)


def test_a_test_without_an_example_is_named(tmp_path: Path):
    assert named(tmp_path, "passed", "first") == (f"{TWO.id} (1 / 2)",)
    assert named(tmp_path, "failed") == (f"{TWO.id} (2 / 2)",)
    assert named(tmp_path, "passed", "first", "second", "first") == ()


def test_what_is_said_to_be_left_out_or_undecided_is_not(tmp_path: Path):
    assert named(tmp_path, "passed", "first", left_out=1) == ()
    assert named(tmp_path, "inconclusive") == ()
    assert named(tmp_path, "passed", version="0.0.9") == ()
