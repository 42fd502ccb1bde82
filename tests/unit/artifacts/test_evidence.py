"""What is written is read back as it was; what was cut short says so; what was changed is refused with its line."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import threading
import zlib
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from pytest_zstack_ticket.artifacts import evidence_writer
from pytest_zstack_ticket.artifacts.evidence_reader import merge_evidence, read_evidence
from pytest_zstack_ticket.artifacts.evidence_writer import SCHEMA, EvidenceWriter
from pytest_zstack_ticket.artifacts.gzip_lines import MEMBER
from pytest_zstack_ticket.config.package_data import schemas_folder
from pytest_zstack_ticket.model.codec import exchange_from_json, exchange_to_json
from pytest_zstack_ticket.model.errors import EvidenceError
from pytest_zstack_ticket.model.exchange import Exchange, Failure, Request, Response
from pytest_zstack_ticket.model.outcome import Phrase, Undecided, Violation
from pytest_zstack_ticket.model.ticket import Edit
from pytest_zstack_ticket.model.verdict import Example, Observation

WHOLE = Exchange(
    id="m-000001",
    request=Request(method="POST", path="/v1/tickets", headers=(("A", "b"), ("A", "c")), body='{"é":"工"}'.encode()),
    answer=Response(status=503, headers=(("x", "\x00"),), body=b"\xff\xfe"),
    started=1_700_000_000.25,
    elapsed=0.5,
    leaks=("session",),
)
LOST = Exchange(
    id="m-000002",
    request=Request(method="GET", path="/v1/\udcff"),
    answer=Failure(kind="timeout", detail="no answer within 3 s", sent=False),
)
JUDGEMENTS = (
    None,
    Undecided(Phrase.of("no-sibling")),
    Violation(expected=Phrase.of("status", status=200), actual=Phrase.of("status", status="\ud800")),
)
EDITS = (None, Edit(kind="mutation", name="drop", path="params.name", fields=("name",), note="dropped"))
EXAMPLES = tuple(
    Example(
        requirement="ZT-BODY-001",
        test="test_a::test_b",
        check="form",
        arguments={"a": [1, None, 2.5]},
        roles={"subject": ("m-000001", "m-000002"), "sibling": ()},
        judgement=judgement,
        edit=edit,
        partition="params.name/drop",
    )
    for judgement in JUDGEMENTS
    for edit in EDITS
)
SEEN = Observation(id="create.answer-form", value={"form": "inventory"}, exchanges=("m-000001",))


def write(path: Path, *, worker: str = "m", exchanges: tuple[Exchange, ...] = (WHOLE, LOST)) -> Path:
    writer = EvidenceWriter(path, {"run": "r1", "worker": worker})
    for exchange in exchanges:
        writer.exchange(exchange)
    for example in EXAMPLES:
        writer.example(example)
    writer.observation(SEEN)
    writer.close()
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The lines of an evidence file, unpacked: reading takes both."""
    packed = write(tmp_path / "evidence.jsonl.gz")
    plain = tmp_path / "evidence.jsonl"
    plain.write_bytes(gzip.decompress(packed.read_bytes()))
    return plain


def test_everything_is_read_back_as_it_was_written(file: Path) -> None:
    evidence = read_evidence(file)
    assert evidence.exchanges == {"m-000001": WHOLE, "m-000002": LOST}
    assert evidence.examples == EXAMPLES
    assert evidence.observations == (SEEN,)
    assert evidence.complete
    assert evidence.header["schema"] == SCHEMA
    assert (evidence.header["run"], evidence.header["worker"]) == ("r1", "m")
    assert evidence.header["suite"]["name"] == "pytest-zstack-ticket"


def test_every_line_fits_the_schema_and_is_plain_ascii(file: Path) -> None:
    schema = json.loads((schemas_folder() / "artefact" / "evidence.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    lines = file.read_bytes().splitlines()
    assert [json.loads(line)["type"] for line in lines[:2]] == ["header", "exchange"]
    for line in lines:
        assert line.isascii()
        validator.validate(json.loads(line))


METHODS = st.text(st.characters(codec="ascii"), max_size=9)


@given(
    exchange=st.builds(
        Exchange,
        id=METHODS,
        request=st.builds(
            Request,
            method=METHODS,
            path=st.text(max_size=30),
            headers=st.lists(st.tuples(METHODS, METHODS), max_size=3).map(tuple),
            body=st.none() | st.binary(max_size=40) | st.text(max_size=20).map(str.encode),
        ),
        answer=st.builds(Response, status=st.integers(0, 999), body=st.binary(max_size=40))
        | st.builds(Failure, kind=st.sampled_from(["reset", "tls"]), detail=METHODS, sent=st.booleans()),
        started=st.integers(0, 2_000_000_000).map(float),
        leaks=st.lists(METHODS, max_size=2).map(tuple),
    )
)
def test_any_exchange_survives_its_form_as_json(exchange: Exchange) -> None:
    assert exchange_from_json(json.loads(json.dumps(exchange_to_json(exchange)))) == exchange


def test_a_killed_process_loses_the_last_member_at_most(tmp_path: Path) -> None:
    path = tmp_path / "evidence.jsonl"
    script = (
        "import os, pathlib\n"
        "from pytest_zstack_ticket.artifacts.evidence_reader import EvidenceWriter\n"
        "from pytest_zstack_ticket.model.verdict import Observation\n"
        f"writer = EvidenceWriter(pathlib.Path({str(path)!r}), {{'run': 'r'}})\n"
        "[writer.observation(Observation(id=str(number), value='x' * 999)) for number in range(900)]\n"
        "os.kill(os.getpid(), 9)\n"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == -9
    evidence = read_evidence(path)
    assert len(evidence.observations) > 900 - MEMBER / 999
    assert not evidence.complete


@pytest.mark.parametrize("cut", [1, 9, 200, 2000])
def test_a_torn_member_is_left_out(tmp_path: Path, cut: int) -> None:
    writer = EvidenceWriter(tmp_path / "evidence.jsonl.gz", {"run": "r"})
    for number in range(900):
        writer.observation(Observation(id=str(number), value=os.urandom(300).hex()))
    writer.close()
    whole = (tmp_path / "evidence.jsonl.gz").read_bytes()
    (tmp_path / "evidence.jsonl.gz").write_bytes(whole[:-cut])
    evidence = read_evidence(tmp_path / "evidence.jsonl.gz")
    assert 0 < len(evidence.observations) < 900
    assert not evidence.complete


def test_a_changed_member_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "evidence.jsonl.gz")
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(whole)
    with pytest.raises(EvidenceError):
        read_evidence(path)


def test_lines_in_another_order_have_another_root(file: Path) -> None:
    lines = file.read_bytes().splitlines(keepends=True)
    lines[3], lines[4] = lines[4], lines[3]
    file.write_bytes(b"".join(lines))
    with pytest.raises(EvidenceError, match="another Merkle root"):
        read_evidence(file)


@pytest.mark.parametrize("cut", range(1, 120, 7))
def test_a_torn_tail_is_read_up_to_its_last_whole_line(file: Path, cut: int) -> None:
    file.write_bytes(file.read_bytes()[:-cut])
    evidence = read_evidence(file)
    assert evidence.exchanges
    assert not evidence.complete or cut == 1


def test_a_file_without_footer_is_cut_short(file: Path) -> None:
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-1]))
    evidence = read_evidence(file)
    assert not evidence.complete
    assert evidence.examples == EXAMPLES


def changed(file: Path, number: int, line: bytes | None) -> None:
    """Replace a line, or take it out; lines count from one."""
    lines = file.read_bytes().splitlines(keepends=True)
    lines[number - 1 : number] = [] if line is None else [line + b"\n"]
    file.write_bytes(b"".join(lines))


@pytest.mark.parametrize(
    ("number", "line", "words"),
    [
        (1, b"{}", "line 1: this is no evidence of a run"),
        (1, None, "line 1: this is no evidence of a run"),
        (
            1,
            b'{"type":"header","schema":"other","suite":{"name":"a","version":"b"},"run":"r"}',
            'line 1: schema must be "urn',
        ),
        (2, b'{"type":"header"}', "line 2: a second header"),
        (2, b"{", "line 2: no JSON"),
        (2, "é".encode(), "line 2: no JSON"),
        (2, b"[" * 100_000, "line 2: no JSON"),
        (2, b"[]", "line 2: not an object"),
        (2, b'{"type":"guess"}', "line 2: a line of unknown type 'guess'"),
        (2, b'{"type":["a"]}', "line 2: a line of unknown type"),
        (2, b'{"type":"exchange","id":"m-1"}', "line 2: exchange has no started; add it"),
        (4, b'{"type":"example","requirement":7}', "line 4: "),
        (4, b'{"type":"observation","id":"a","value":1,"exchanges":[]}', "lines are missing"),
        (3, None, "lines are missing; the footer counts {'exchange': 2"),
    ],
)
def test_a_changed_file_is_refused_with_its_line(file: Path, number: int, line: bytes | None, words: str) -> None:
    changed(file, number, line)
    with pytest.raises(EvidenceError) as caught:
        read_evidence(file)
    assert words in str(caught.value)
    assert str(file) in str(caught.value)


def test_an_exchange_that_stands_twice_is_refused(file: Path) -> None:
    changed(file, 3, file.read_bytes().splitlines()[1])
    with pytest.raises(EvidenceError, match="line 3: the exchange m-000001 stands twice"):
        read_evidence(file)


def test_nothing_stands_after_the_footer(file: Path) -> None:
    file.write_bytes(file.read_bytes() + file.read_bytes().splitlines(keepends=True)[-1])
    with pytest.raises(EvidenceError, match="something after the footer"):
        read_evidence(file)


def test_what_cannot_be_read_or_is_empty_is_said(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="cannot be read: No such file"):
        read_evidence(tmp_path / "none.jsonl")
    (tmp_path / "empty.jsonl").touch()
    with pytest.raises(EvidenceError, match="no evidence of a run"):
        read_evidence(tmp_path / "empty.jsonl")


def test_a_file_that_cannot_be_written_is_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"cannot be written: No such file.*--zstack-report"):
        EvidenceWriter(tmp_path / "none" / "evidence.jsonl", {"run": "r"})
    if not os.path.exists("/dev/full"):  # noqa: PTH110 - a device, not a file of ours
        return
    writer = EvidenceWriter(Path("/dev/full"), {"run": "r"})
    assert writer.failed == ""
    for _ in range(2):
        writer.observation(Observation(id="large", value="x" * MEMBER))
        assert "cannot be written: No space left" in writer.failed
    writer.close()
    with pytest.raises(EvidenceError, match="cannot be written: No space left"):
        _ = writer.seal


def test_a_disk_that_fills_up_at_the_end_is_said() -> None:
    writer = EvidenceWriter(Path("/dev/full"), {"run": "r"})
    writer.close()
    with pytest.raises(EvidenceError, match="cannot be written"):
        _ = writer.seal


def test_a_closed_writer_takes_nothing_more(file: Path) -> None:
    writer = EvidenceWriter(file, {"run": "r2"})
    writer.close()
    writer.close()
    writer.observation(SEEN)
    assert read_evidence(file).observations == ()


def test_many_threads_write_whole_lines(tmp_path: Path) -> None:
    writer = EvidenceWriter(tmp_path / "evidence.jsonl", {"run": "r"})

    def work(first: int) -> None:
        for number in range(100):
            writer.observation(Observation(id=f"{first}-{number}", value="x" * 500))

    threads = [threading.Thread(target=work, args=(first,)) for first in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close()
    assert len(read_evidence(tmp_path / "evidence.jsonl").observations) == 800


def test_the_files_of_workers_are_merged_in_order(tmp_path: Path) -> None:
    other = Exchange(id="gw1-000001", request=WHOLE.request, answer=WHOLE.answer)
    parts = [write(tmp_path / "a.jsonl", worker="gw0"), write(tmp_path / "b.jsonl", worker="gw1", exchanges=(other,))]
    merge_evidence(parts, tmp_path / "all.jsonl", {"run": "r1", "workers": 2})
    evidence = read_evidence(tmp_path / "all.jsonl")
    assert list(evidence.exchanges) == ["m-000001", "m-000002", "gw1-000001"]
    assert evidence.examples == EXAMPLES * 2
    assert evidence.complete
    assert evidence.header["workers"] == 2


def test_a_worker_that_was_cut_short_leaves_the_whole_cut_short(tmp_path: Path) -> None:
    first = write(tmp_path / "a.jsonl", worker="gw0", exchanges=())
    first.write_bytes(b"".join(gzip.decompress(first.read_bytes()).splitlines(keepends=True)[:-1]))
    merge_evidence([first, write(tmp_path / "b.jsonl", worker="gw1")], tmp_path / "all.jsonl", {"run": "r1"})
    assert not read_evidence(tmp_path / "all.jsonl").complete
    merged = gzip.decompress((tmp_path / "all.jsonl").read_bytes()).splitlines()
    assert json.loads(merged[-1])["cut_short"] == ["gw0"]


@pytest.mark.parametrize(
    "written", [b"", b'{"type": "head', gzip.compress(b"x" * 99)[:15]], ids=["empty", "torn", "torn packed"]
)
def test_a_worker_that_was_killed_before_its_first_line_leaves_the_whole_cut_short(
    tmp_path: Path, written: bytes
) -> None:
    (tmp_path / "a.jsonl").write_bytes(written)
    merge_evidence([tmp_path / "a.jsonl", write(tmp_path / "b.jsonl")], tmp_path / "all.jsonl", {"run": "r1"})
    found = read_evidence(tmp_path / "all.jsonl")
    assert not found.complete
    assert found.examples == EXAMPLES
    assert found.footer is not None
    assert found.footer["cut_short"] == ["a.jsonl"]


def test_one_exchange_of_two_workers_is_refused(tmp_path: Path) -> None:
    parts = [write(tmp_path / "a.jsonl"), write(tmp_path / "b.jsonl")]
    with pytest.raises(EvidenceError, match=r"b\.jsonl: the exchange m-000001 stands in another worker's file too"):
        merge_evidence(parts, tmp_path / "all.jsonl", {"run": "r1"})
    assert not read_evidence(tmp_path / "all.jsonl").complete


def test_an_exchange_is_encoded_once_and_packed_with_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoded, packed = [], []
    encode, compress = evidence_writer._encode, zlib.compressobj

    def counted(line: object) -> str:
        encoded.append(line)
        return encode(line)

    def packer(*how: int) -> object:
        packed.append(how)
        return compress(*how)

    monkeypatch.setattr(evidence_writer, "_encode", counted)
    monkeypatch.setattr("pytest_zstack_ticket.artifacts.gzip_lines.time", SimpleNamespace(monotonic=lambda: 0.0))
    monkeypatch.setattr("pytest_zstack_ticket.artifacts.gzip_lines.zlib.compressobj", packer)
    writer = EvidenceWriter(tmp_path / "evidence.jsonl", {"run": "r"})
    exchange = Exchange(id="m", request=Request(method="POST", path="/", body=b"x" * 700), answer=WHOLE.answer)
    for _ in range(500):
        writer.exchange(exchange)
    assert len(encoded) == 1 + 500
    assert len(packed) == sum(map(len, map(encode, encoded[1:]))) // MEMBER
    writer.close()
