"""What a page takes from the evidence."""

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_zstack_ticket.artifacts.evidence_excerpt import Excerpt, read_excerpt
from pytest_zstack_ticket.model.errors import EvidenceError
from tests.support.sample_report import sample_exchange


def exchange(key: str, **more: Any) -> dict[str, Any]:
    return {"type": "exchange", **sample_exchange(key), **more}


def answered(status: int, body: object = None, *, path: str = "/v1/tickets", started: float = 1.0) -> dict[str, Any]:
    request = {"method": "POST", "path": path, "headers": [], "body": None}
    response = {"status": status, "headers": [], "body": body}
    return exchange(f"m-{status}-{started}", request=request, response=response, started=started, elapsed=0.25)


def excerpt(folder: Path, *lines: dict[str, Any], wanted: tuple[str, ...] = (), torn: str = "") -> Excerpt:
    path = folder / "evidence.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines) + torn, "utf-8")
    return read_excerpt(path, wanted)


def test_only_the_wanted_exchanges_are_kept(tmp_path: Path):
    found = excerpt(tmp_path, exchange("m-1"), exchange("m-2"), wanted=("m-2", "m-3"))
    assert list(found.exchanges) == ["m-2"]
    assert list(found.seconds) == [0.0123, 0.0123]


def test_what_was_not_answered_took_no_time(tmp_path: Path):
    lost = exchange("m-1", failure={"kind": "timeout", "detail": "", "sent": True})
    del lost["response"]
    assert list(excerpt(tmp_path, lost, exchange("m-2", elapsed=0)).seconds) == []


def test_a_job_lasts_from_its_start_to_the_poll_that_finds_it_ended(tmp_path: Path):
    started = answered(202, '{"location": "http://h/zstack/v1/api-jobs/a1"}')
    lost = exchange("m-0", request={"path": "/v1/api-jobs/a1"}, failure={"kind": "timeout"})
    del lost["response"]
    polls = [
        answered(status, path="/v1/api-jobs/a1", started=at) for status, at in ((202, 2.0), (200, 3.0), (200, 9.0))
    ]
    assert list(excerpt(tmp_path, started, lost, *polls).jobs) == [2.25]


def test_a_ticket_is_there_from_its_create_to_its_delete(tmp_path: Path):
    started = answered(202, '{"location": "http://h/zstack/v1/api-jobs/a1"}')
    lines = [
        started,
        answered(200, path="/v1/api-jobs/a1", started=3.0),
        answered(503, path="/v1/tickets", started=4.0),
    ]
    deleted = answered(200, path=f"/v1/tickets/{'a' * 32}?deleteMode=Permissive", started=5.0)
    deleted["request"]["method"] = "DELETE"
    assert excerpt(tmp_path, *lines, deleted).tickets == [(3.25, 1), (5.25, -1)]
    assert list(excerpt(tmp_path, *lines).started) == [1.0, 3.0, 4.0]


def test_what_is_no_job_of_ours_has_no_duration(tmp_path: Path):
    polled = answered(200, path="/v1/api-jobs/unknown")
    assert list(excerpt(tmp_path, answered(202, {"base64": ""}), answered(202, "{}"), polled).jobs) == []


def test_a_torn_last_line_is_left_out(tmp_path: Path):
    assert len(excerpt(tmp_path, exchange("m-1"), torn='{"type": "exch').seconds) == 1


@pytest.mark.parametrize("broken", ["no JSON\n", "[]\n", '{"type": "exchange"}\n'])
def test_what_is_no_evidence_is_said_in_one_sentence(tmp_path: Path, broken: str):
    with pytest.raises(EvidenceError, match=r"evidence.jsonl is no evidence of a run"):
        excerpt(tmp_path, torn=broken)


def test_evidence_that_cannot_be_read_is_said(tmp_path: Path):
    with pytest.raises(EvidenceError, match="cannot be read"):
        read_excerpt(tmp_path, ())
