"""Hostile archives end in one sentence, soon, and before they fill the memory."""

import gzip
import io
import resource
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from pytest_zstack_ticket.artifacts.bundle import LARGEST, as_folder, open_bundle
from pytest_zstack_ticket.artifacts.evidence_reader import EvidenceReader, read_evidence
from pytest_zstack_ticket.artifacts.gzip_lines import lines_of
from pytest_zstack_ticket.artifacts.report_reader import load_report, report_of
from pytest_zstack_ticket.certify.keys import new_key
from pytest_zstack_ticket.model.errors import EvidenceError

MEMORY = 600 << 20
"""Bytes of address space for a command over a hostile file: 300 MiB for the file, the rest for the interpreter."""
PROGRAM = "import sys; from pytest_zstack_ticket.cli.main import main; sys.exit(main())"


def key_file(folder: Path) -> Path:
    path = folder / "key.pub.pem"
    path.write_bytes(new_key().public.pem)
    return path


def packed(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        for name in names:
            file.writestr(zipfile.ZipInfo(name), b"{}")
    return path


@pytest.mark.parametrize(
    "names",
    [
        ("report.json", "./report.json"),
        ("report.json", "x/../report.json"),
        ("report.json", "Report.JSON"),
        ("report.json", "a//b", "a/b"),
        ("caf\u00e9.txt", "cafe\u0301.txt"),
        ("report.html", "report.html."),
        ("report.html", "report.html "),
        ("requests/a", "requests ./a"),
    ],
)
def test_two_spellings_of_a_name_are_refused(names, tmp_path):
    with pytest.raises(EvidenceError, match="stands twice"):
        open_bundle(packed(tmp_path / "a.zip", *names))


@pytest.mark.parametrize(
    "name",
    ["./notes", "a/../notes", "../notes", "/notes", "a//notes", "a\\notes", "a\nb", "notes.", "notes ", "a./notes"],
)
def test_a_name_that_is_not_canonical_is_no_file_of_the_bundle(name, tmp_path):
    bundle = open_bundle(packed(tmp_path / "a.zip", "report.json", name))
    assert (bundle.names, len(bundle.odd)) == ({"report.json"}, 1)
    with as_folder(bundle) as folder:
        assert [path.name for path in folder.rglob("*")] == ["report.json"]


def test_too_many_files_are_refused(tmp_path):
    with pytest.raises(EvidenceError, match="more files"):
        open_bundle(packed(tmp_path / "a.zip", *map(str, range(10_001))))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"\n" * 1_000_000, "shorter"),
        (b"{}\n" * 2_000_001, "more lines"),
        (b'{"type":"header"}\n' * 2_000_001, "more lines"),
    ],
    ids=["newlines", "empty objects", "many lines"],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "packed"])
def test_lines_of_another_kind_are_refused_before_they_are_parsed(pack, text, why):
    with pytest.raises(ValueError, match=why):
        for _ in lines_of(io.BytesIO(pack(text))):
            pass


def test_a_report_with_too_many_values_is_refused_before_it_is_parsed():
    with pytest.raises(EvidenceError, match="more values"):
        report_of(b"[" + b"{}," * 1_000_001 + b"{}]", "report.json")


def test_a_report_larger_than_any_is_refused_before_it_is_parsed(tmp_path):
    (tmp_path / "report.json").write_bytes(b'"' + b"x" * LARGEST + b'"')
    with pytest.raises(EvidenceError, match="larger than any report"):
        load_report(tmp_path)


def test_evidence_with_more_lines_than_its_report_says_is_read_no_further(tmp_path):
    header = b'{"type":"header","schema":"urn:zstack-ticket:artefact:evidence:1","suite":{"name":"a","version":"1"},"run":"a"}\n'
    observation = b'{"type":"observation","id":"a","value":0,"exchanges":[]}\n'
    path = tmp_path / "evidence.jsonl.gz"
    path.write_bytes(gzip.compress(header + observation * 10 + b"no line of evidence\n"))
    with pytest.raises(EvidenceError, match="more lines than the 5 of its report"):
        read_evidence(path, most=5)
    with pytest.raises(EvidenceError, match="line 12"):
        read_evidence(path, most=11)


def test_half_a_surrogate_in_evidence_is_refused_in_one_sentence(tmp_path):
    header = b'{"type":"header","schema":"urn:zstack-ticket:artefact:evidence:1","suite":{"name":"a","version":"1"},"run":"a"}\n'
    request = b'{"method":"GET","path":"/","headers":[],"body":"\\ud800"}'
    failure = b'{"kind":"reset","detail":"","sent":true}'
    line = b'{"type":"exchange","id":"m-000001","started":1,"elapsed":0,"request":%b,"failure":%b}\n' % (
        request,
        failure,
    )
    path = tmp_path / "evidence.jsonl"
    path.write_bytes(header + line)
    with pytest.raises(EvidenceError, match="a value that no run writes"):
        read_evidence(path)
    with pytest.raises(EvidenceError, match="a value that no run writes"):
        list(EvidenceReader(path=path, seal={"size": 2, "root": ""}).exchanges())


@pytest.mark.parametrize("command", ["judge", "render", "export", "diff", "history", "verify"])
@pytest.mark.parametrize("file", ["report.json", "evidence.jsonl.gz", "statement.dsse.json"])
def test_no_command_needs_much_for_a_bundle_of_braces(command, file, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "report.json").write_text("{}", "utf-8")
    (folder / file).write_bytes(b"{}" * 60_000_000)
    more = {"diff": [str(folder)], "verify": ["--public-key", str(key_file(tmp_path))]}
    words = ["export", "markdown"] if command == "export" else [command]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *words, str(folder), *more.get(command, [])],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
    )
    assert "Traceback" not in done.stderr
    assert done.returncode not in (0, -9)


def test_a_report_nested_too_deeply_is_refused_in_one_sentence(tmp_path):
    (tmp_path / "report.json").write_bytes(b"[" * 100_000 + b"]" * 100_000)
    with pytest.raises(EvidenceError, match="not JSON"):
        load_report(tmp_path)
