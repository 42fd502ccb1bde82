"""Evidence in sealed segments: bounded, and every change shows."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import pytest

from pytest_zstack_ticket.artifacts.evidence_segments import SegmentedEvidence, broken_segment
from tests.support.builders import answered


def written(folder: Path, count: int, **options: int) -> SegmentedEvidence:
    evidence = SegmentedEvidence(folder, {"run": "a" * 16}, **options)
    for number in range(count):
        evidence.exchange(answered(200, {"number": number, "text": "x" * 200}))
    evidence.close()
    return evidence


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_segment_ends_after_so_many_lines(tmp_path: Path) -> None:
    seal = written(tmp_path, 25, lines=10).seal
    assert files(tmp_path) == [f"evidence-00000{number}.jsonl.gz" for number in (1, 2, 3)]
    assert [one["size"] for one in seal["segments"]] == [11, 11, 6]  # each has a header
    assert broken_segment(tmp_path, seal) == ""


def test_the_oldest_go_first_and_their_seals_stay(tmp_path: Path) -> None:
    seal = written(tmp_path, 100, lines=10, bound=3000).seal
    dropped = [one["dropped"] for one in seal["segments"]]
    assert dropped[:2] == [True, True]
    assert dropped == sorted(dropped, reverse=True)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 3000
    assert (
        files(tmp_path)
        == [one["file"] for one in seal["segments"] if not one["dropped"]] + files(tmp_path)[dropped.count(False) :]
    )
    assert broken_segment(tmp_path, seal) == ""


def test_nothing_more_is_written_after_the_end(tmp_path: Path) -> None:
    evidence = written(tmp_path, 5, lines=10)
    evidence.close()
    assert (evidence.failed, len(evidence.seal["segments"])) == ("", 1)


@pytest.mark.parametrize("how", ["changed", "cut", "gone", "swapped", "seal"])
def test_what_was_changed_is_named(tmp_path: Path, how: str) -> None:
    seal = written(tmp_path, 30, lines=10).seal
    first, second = (tmp_path / f"evidence-00000{number}.jsonl.gz" for number in (1, 2))
    lines = gzip.decompress(first.read_bytes()).splitlines(keepends=True)
    wanted = first.name
    match how:
        case "changed":
            first.write_bytes(gzip.compress(b"".join(lines).replace(b'\\"number\\": 3,', b'\\"number\\": 4,')))
        case "cut":
            first.write_bytes(gzip.compress(b"".join(lines[:-1])))
        case "gone":
            first.unlink()
        case "swapped":
            shutil.copy(second, first)
        case "seal":
            seal["segments"][0]["size"] -= 1
            wanted = "root"
    assert broken_segment(tmp_path, seal) == wanted
