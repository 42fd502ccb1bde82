"""The application for a folder of runs: what it shows, and that it gives away and changes nothing else."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import threading
from functools import partialmethod
from pathlib import Path
from typing import Any

import httpx
import pytest

from pytest_zstack_ticket.serve import shelf as shelves
from pytest_zstack_ticket.serve.app import make_app
from pytest_zstack_ticket.serve.shelf import Shelf
from tests.support.sample_load import sample_load
from tests.support.sample_report import HOSTILE, sample_report


def put(folder: Path, name: str, document: dict[str, Any], file: str = "report.json") -> Path:
    place = folder / name
    place.mkdir(parents=True)
    (place / file).write_text(json.dumps(document))
    return place


def a_run(started: str, **changes: Any) -> dict[str, Any]:
    report = sample_report()
    report["run"]["started"] = started
    return report | changes


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    folder = tmp_path / "runs"
    put(folder, "monday", a_run("2027-01-01T00:00:00+00:00"))
    tuesday = put(folder, "deep/er/tuesday", a_run("2027-01-02T00:00:00+00:00"))
    put(folder, "load", sample_load(), "load.json")
    (tuesday / "evidence.jsonl.gz").write_bytes(b"evidence")
    (tuesday / "report.html").write_text("<script>foreign()</script>")
    (tuesday / "ledger-1.jsonl").write_text("{}")
    return folder


def ask(folder: Path, *paths: str, method: str = "GET", **headers: str) -> list[httpx.Response]:
    async def answers() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=make_app(folder))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return [await client.request(method, path, headers=headers) for path in paths]

    return asyncio.run(answers())


def keys(folder: Path) -> dict[str, str]:
    return {one.name: one.key for one in Shelf(folder).runs()}


def test_runs_are_listed_newest_first(shelf: Path) -> None:
    (index,) = ask(shelf, "/")
    assert index.status_code == 200
    assert index.text.index("deep/er/tuesday") < index.text.index("monday")
    assert [one.kind for one in Shelf(shelf).runs()].count("load") == 1


def test_pages_are_made_from_documents_and_never_read_from_the_folder(shelf: Path) -> None:
    found = keys(shelf)
    page, load, document = ask(
        shelf, f"/runs/{found['deep/er/tuesday']}", f"/runs/{found['load']}", f"/runs/{found['monday']}/document.json"
    )
    assert "ZT-BODY-001" in page.text
    assert "foreign()" not in page.text
    assert "ZT-STORE-001" in load.text
    assert document.json()["run"]["started"] == "2027-01-01T00:00:00+00:00"


def test_any_two_runs_are_compared(shelf: Path) -> None:
    found = keys(shelf)
    good, bad = ask(
        shelf,
        f"/compare?before={found['monday']}&after={found['deep/er/tuesday']}",
        f"/compare?before={found['monday']}&after={found['load']}",
    )
    assert (good.status_code, bad.status_code) == (200, 400)
    assert "monday" in good.text


def test_a_certificate_without_a_key_is_not_called_genuine(shelf: Path) -> None:
    (shelf / "monday" / "statement.dsse.json").write_text("{}")
    (page,) = ask(shelf, f"/runs/{keys(shelf)['monday']}/certificate")
    assert "not verified here" in page.text


ELSEWHERE = [
    "/../secret",
    "/runs/..%2f..%2fsecret",
    "/runs/monday",
    "/runs/%2e%2e/document.json",
    "/monday/report.json",
    "/deep/er/tuesday/evidence.jsonl.gz",
    "/static/page.css",
    "/runs/0123456789abcdef",
]


def test_nothing_else_is_found(shelf: Path) -> None:
    (shelf.parent / "secret").write_text("secret")
    for answer in ask(shelf, *ELSEWHERE):
        assert answer.status_code == 404
        assert "secret" not in answer.text


def test_links_are_not_followed(shelf: Path, tmp_path: Path) -> None:
    outside = put(tmp_path, "outside", a_run("2027-01-03T00:00:00+00:00"))
    (shelf / "link").symlink_to(outside)
    (shelf / "file").mkdir()
    (shelf / "file" / "report.json").symlink_to(outside / "report.json")
    assert set(keys(shelf)) == {"monday", "deep/er/tuesday", "load"}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_can_be_changed(shelf: Path, method: str) -> None:
    def state() -> str:
        files = sorted(path for path in shelf.rglob("*") if path.is_file())
        return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()

    before = state()
    assert {one.status_code for one in ask(shelf, "/", f"/runs/{keys(shelf)['monday']}", method=method)} == {405}
    ask(shelf, "/", f"/runs/{keys(shelf)['monday']}")
    assert state() == before


def test_every_answer_forbids_what_a_page_does_not_need(shelf: Path) -> None:
    for answer in ask(shelf, "/", "/nowhere", f"/runs/{keys(shelf)['monday']}", "/compare"):
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"


def test_a_foreign_host_name_is_refused(shelf: Path) -> None:
    (answer,) = ask(shelf, "/", host="attacker.example")
    assert answer.status_code == 400
    assert "monday" not in answer.text


def test_what_cannot_be_read_is_named_and_the_rest_is_shown(shelf: Path) -> None:
    put(shelf, "broken", {"no": "report"})
    put(shelf, "odd", sample_load() | {"result": "great"}, "load.json")
    (index,) = ask(shelf, "/")
    assert "broken/report.json, odd/load.json" in index.text
    assert "monday" in index.text


def test_a_document_that_cannot_be_shown_gives_no_trace(shelf: Path) -> None:
    document = sample_load()
    document["findings"][0]["expected"]["key"] = "no-such-phrase"
    put(shelf, "odd", document, "load.json")
    (page,) = ask(shelf, f"/runs/{keys(shelf)['odd']}")
    assert page.status_code == 500
    assert "Traceback" not in page.text
    assert "no-such-phrase" not in page.text


def test_text_of_others_is_inert(shelf: Path) -> None:
    put(shelf, "hostile", sample_load(HOSTILE.encode("utf-8", "replace").decode()), "load.json")
    index, page = ask(shelf, "/", f"/runs/{keys(shelf)['hostile']}")
    assert "<script>alert" not in index.text + page.text
    assert "<img" not in index.text + page.text


def test_a_file_is_read_again_only_when_it_changed(shelf: Path) -> None:
    known = Shelf(shelf)
    first = {one.name: one for one in known.runs()}
    assert all(one is first[one.name] for one in known.runs())
    file = shelf / "monday" / "report.json"
    file.write_text(json.dumps(a_run("2027-02-01T00:00:00+00:00")))
    os.utime(file, ns=(1, 1))
    again = {one.name: one for one in known.runs()}
    assert again["monday"].started.startswith("2027-02-01")
    assert again["load"] is first["load"]


def test_a_folder_whose_name_is_no_text_is_shown_like_any_other(shelf: Path) -> None:
    name = b"caf\xe9 \xe2\x80\xaegnp.\xe2\x80\xac <b>"
    put(shelf, os.fsdecode(name), a_run("2027-03-01T00:00:00+00:00"))
    (found,) = [one for one in Shelf(shelf).runs() if one.name.startswith("caf")]
    index, page, document = ask(shelf, "/", f"/runs/{found.key}", f"/runs/{found.key}/document.json")
    assert {one.status_code for one in (index, page, document)} == {200}
    assert "&lt;b&gt;" in index.text
    assert "\u202e" not in index.text


def test_a_shelf_of_a_name_with_odd_letters_has_a_title_without_markup(tmp_path: Path) -> None:
    odd = put(tmp_path, "runs\u202e", a_run("2027-01-01T00:00:00+00:00")).parent / "runs\u202e"
    (index,) = ask(odd, "/")
    title = index.text.partition("<title>")[2].partition("</title>")[0]
    assert title == "Runs of runs\\u202e"


def test_a_document_that_is_no_utf_8_gives_no_trace(shelf: Path) -> None:
    report = a_run("2027-03-01T00:00:00+00:00")
    report["target"]["url"] = "http://\ud800"
    put(shelf, "odd", report)
    key = keys(shelf)["odd"]
    index, page, document = ask(shelf, "/", f"/runs/{key}", f"/runs/{key}/document.json")
    assert (index.status_code, page.status_code, document.status_code) == (200, 200, 500)
    assert "Traceback" not in document.text


def test_a_run_that_cannot_be_compared_does_not_hide_the_others(shelf: Path) -> None:
    odd = a_run("2027-03-01T00:00:00+00:00")
    odd["requirements"] = [{"id": "ZT-BODY-001"}]
    put(shelf, "odd", odd)
    index, page = ask(shelf, "/", f"/runs/{keys(shelf)['odd']}")
    assert index.status_code == 200
    assert "monday" in index.text
    assert (page.status_code, "Traceback" in page.text) == (500, False)


def test_a_long_shelf_is_shown_while_it_is_read(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    going_on = threading.Event()
    read = shelves._shelved

    def slowly(place: shelves.Place) -> shelves.Shelved:
        if place.name == "monday":
            going_on.wait(60)
        return read(place)

    monkeypatch.setattr(shelves, "_shelved", slowly)
    os.utime(shelf / "monday" / "report.json", ns=(1, 1))
    known = Shelf(shelf, patience=1.0)
    assert [one.name for one in known.runs() if one.kind == "run"] == ["deep/er/tuesday"]
    assert known.waiting == 1
    going_on.set()
    assert len(known.runs()) == 3
    assert known.waiting == 0


def test_what_is_not_read_yet_is_said_and_the_page_comes_again(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    going_on = threading.Event()
    monkeypatch.setattr(shelves, "_shelved", lambda place: going_on.wait(60))
    monkeypatch.setattr(Shelf, "__init__", partialmethod(Shelf.__init__, patience=0.5))
    (index,) = ask(shelf, "/")
    going_on.set()
    assert "3 more are being read" in index.text
    assert 'http-equiv="refresh"' in index.text


def test_names_that_cannot_be_read_are_cut_and_more_runs_than_fit_are_said(
    shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(30):
        put(shelf, f"broken-{number:02}", {})
    (index,) = ask(shelf, "/")
    assert "broken-19/report.json … (+10)" in index.text
    monkeypatch.setattr(shelves, "MOST", 2)
    (index,) = ask(shelf, "/")
    assert "more than is shown here" in index.text


def test_a_folder_of_very_many_files_is_not_read_to_its_end(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelves, "MOST_ENTRIES", 50)
    (shelf / "aaa").mkdir()
    for number in range(200):
        (shelf / "aaa" / f"{number}.txt").touch()
    known = Shelf(shelf)
    known.runs()
    assert known.left_out


def test_only_the_documents_that_were_used_last_are_kept(shelf: Path) -> None:
    for number in range(2 * shelves.KEPT):
        put(shelf, f"run-{number}", a_run(f"2026-01-01T00:00:{number:02}+00:00"))
    known = Shelf(shelf)
    for one in known.runs():
        assert known.document(one)["schema" if one.kind == "run" else "load"]
    assert len(known._documents) == shelves.KEPT
