"""`python -m tests.soak.pythons PYTHON...`: one bundle, identical bytes on every Python.

Spoils the answers in the evidence of a run: deep, with lone surrogates, characters that only newer Unicode tables have,
huge numbers, odd dates and JSON that is broken in many ways. Each bundle is judged and signed on one Python in turn; then
every Python judges, verifies, renders, exports and compares it. Prints every difference and every traceback; exit status
0 if there is none. The interpreters need what `make` installs.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

from pytest_zstack_ticket.artifacts.evidence_writer import EvidenceWriter
from pytest_zstack_ticket.artifacts.gzip_lines import read_lines
from pytest_zstack_ticket.cli.main import main as command

ROOT = Path(__file__).parents[2]
RUN = [
    "--zstack-url=embedded",
    "--zstack-effort=smoke",
    "--zstack-seed=1",
    "-p",
    "no:cacheprovider",
]
AREAS = "ZT-JOB- or ZT-PAGE-"


def nested(levels: int) -> str:
    """Write a value so many levels deep."""
    return '{"a":[' * (levels // 2) + "1" + "]}" * (levels // 2)


def causes(links: int) -> str:
    """Write an error with so many causes."""
    step = '{"code":"SYS.1001","description":"d","cause":'
    return step * links + '{"code":"bad","description":""}' + "}" * links


SPOILT = [
    *(f'"more":{nested(levels)},' for levels in (120, 128, 130, 400, 990, 1000, 1500, 2000, 4000, 10_000, 60_000)),
    *(f'"total":{"9" * digits},' for digits in (640, 641, 4300, 4301, 50_000)),
    '"total":1e999,"createDate":"2024-01-01T24:00:00",',
    '"total":-1e400,"lastOpDate":"2024-W01-1",',
    '"name":"\\ud800 \\udfff",',
    '"uuid":["\U0001fae8\U00011f51\U0001e4f1\u0870\U0001fadc"],',
    '"\\ud83d":"\\udc00","schema":{"inventories[\u00b2]":"x","inventories[\U00011f51]":"y"},',
    f'"error":{causes(16)},',
    f'"error":{causes(120)},',
    f'"error":{causes(500)},',
    '"total":"\U00011f51\U00011f52",',
    '"a":1,"a":2,',
    '"a":NaN,',
    '"a":1,,',
    '"a":[1,],',
    '"a":"open,',
]
"""What is put before the first member of every third answer."""


def spoil(line: dict, text: str, number: int) -> None:
    """Spoil the answer of an exchange."""
    answer = line.get("response") or {}
    body = answer.get("body")
    if number % 3 == 0 and isinstance(body, str) and body.startswith("{"):
        answer["body"] = "{" + (text if body != "{}" else text.rstrip(",")) + body[1:]


def make(base: Path, folder: Path, text: str) -> None:
    """Write a bundle in which a target answered otherwise."""
    shutil.copytree(base, folder)
    report = json.loads((folder / "report.json").read_text("utf-8"))
    evidence = folder / report["evidence"]["file"]
    lines = [json.loads(line) for line in read_lines(evidence)]
    header = {key: value for key, value in lines[0].items() if key not in ("type", "schema", "suite")}
    evidence.unlink()
    writer = EvidenceWriter(evidence, header)
    for number, line in enumerate(lines[1:-1]):
        if line["type"] == "exchange":
            spoil(line, text, number)
        writer.write(line["type"], json.dumps(line, separators=(",", ":")))
    writer.close()
    report["evidence"] |= writer.seal
    (folder / "report.json").write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")


def told_by(arguments: list[str]) -> str:
    """Run a command of ours, and return all that it says and its exit status."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            status = command(arguments)
        except SystemExit as end:
            status = end.code
        except Exception:  # noqa: BLE001 - a traceback is what we look for
            status = traceback.format_exc()
    return f"{said.getvalue()}{status}"


def finish(folders: list[Path], key: Path) -> None:
    """Judge bundles again for what they hold now, and sign them: the work of one Python."""
    for folder in folders:
        told_by(["judge", str(folder), "--output", str(folder / "report.json")])
        for left in ("ctrf.json", "report.html", "report.zh.html"):
            (folder / left).unlink(missing_ok=True)
        sys.stdout.write(told_by(["sign", str(folder), "--key", str(key), "--lang", "en"])[-300:] + "\n")


def look(folders: list[Path], key: Path, base: Path) -> dict[str, str]:
    """Return a digest of what each command says and writes, or the end of a traceback."""
    found = {}
    for folder in folders:
        out = folder.parent / f"out-{os.getpid()}"
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        asked = {
            "judge": ["judge", "--json", "--output", f"{out}/again.json"],
            "verify": ["verify", "--json", "--public-key", str(key), "--at", "2026-11-29"],
            "render": ["render", "--lang", "en", "--output", f"{out}/page.html"],
            "junit": ["export", "junit", "--output", f"{out}/junit.xml"],
            "har": ["export", "har", "--output", f"{out}/har.json"],
            "markdown": ["export", "markdown", "--output", f"{out}/told.md"],
            "diff": ["diff", "--json", str(base)],
            "history": ["history", "--json", str(base)],
        }
        for name, (verb, *rest) in asked.items():
            said = told_by([verb, *([rest[0], str(folder), *rest[1:]] if verb == "export" else [*rest, str(folder)])])
            said = said.replace(str(out), "OUT")
            written = b"".join(path.read_bytes() for path in sorted(out.iterdir()))
            digest = hashlib.sha256(said.encode("utf-8", "surrogatepass") + written).hexdigest()
            odd = said[-600:] if "Traceback" in said or (verb in ("render", "export") and not written) else ""
            found[f"{folder.name} {name}"] = odd or digest
    return found


def within(python: str, mode: str, *arguments: str) -> str:
    """Run a part of this module on another Python."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    asked = [python, "-m", "tests.soak.pythons", "--part", mode, *arguments]
    return subprocess.run(asked, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout


def compared(pythons: list[str], folders: list[Path], home: Path, base: Path) -> int:
    """Let each Python look at each bundle, print what differs, and return how much."""
    names, odd = [str(folder) for folder in folders], 0
    for number, python in enumerate(pythons):
        within(python, "finish", str(home / "k.key.pem"), str(base), *names[number :: len(pythons)])
    looks = [json.loads(within(python, "look", str(home / "k.pub.pem"), str(base), *names)) for python in pythons]
    for key in looks[0]:
        document = [one[key] for one in looks]
        if len(set(document)) > 1 or " " in document[0]:
            odd += 1
            print(key, *document, sep="\n  ")
    print(f"{len(folders)} bundles, {len(pythons)} Pythons, {len(looks[0])} looks each, {odd} odd")
    return odd


def main() -> int:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pythons", nargs="+")
    parser.add_argument("--part", choices=("finish", "look"), help=argparse.SUPPRESS)
    document = parser.parse_args()
    if document.part:
        key, base, *names = map(Path, document.pythons)
        print(finish(names, key) if document.part == "finish" else json.dumps(look(names, key, base)))
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        asked = [sys.executable, "-m", "pytest", "-q", *RUN, "-k", AREAS, f"--zstack-report={home / 'base'}"]
        subprocess.run(asked, cwd=ROOT, check=False, capture_output=True)
        told_by(["keygen", str(home / "k")])
        folders = [home / f"b{number:02}" for number in range(len(SPOILT))]
        for folder, text in zip(folders, SPOILT, strict=True):
            make(home / "base", folder, text)
        return int(bool(compared(document.pythons, folders, home, home / "base")))


if __name__ == "__main__":
    sys.exit(main())
