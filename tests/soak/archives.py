"""`python -m tests.soak.archives [--every N] [--only TEXT]`: does a hostile archive hurt who opens it.

Each kind of archive (`archive_kinds`) is given to six commands, each in a process of its own. A traceback, a signal,
more than 300 MiB or more than 10 seconds of processor time is printed; exit status 0 if there is none.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pytest_zstack_ticket.certify.sign import sign_bundle
from pytest_zstack_ticket.certify.strict_rejudge import judged_report
from tests.soak.archive_kinds import KINDS, Files, Kind, files_of, honest
from tests.soak.edits import HONEST, TERMS, make

COMMANDS = ("verify", "judge", "render", "export", "diff", "history")
MOST_BYTES = 300 << 20
MOST_SECONDS = 10.0
LONGEST = 120.0
"""Seconds after which a command hangs; others may use the machine too, so processor time is what is bounded."""
STATUSES = frozenset({0, 1, 4, 10})
PROGRAM = "import sys; from pytest_zstack_ticket.cli.main import main; sys.exit(main())"


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What one command came to: exit status (negative for a signal), peak memory in bytes, seconds, and stderr."""

    status: int
    memory: int
    seconds: float
    stderr: str

    @property
    def fault(self) -> str:
        """What is wrong; an empty text if nothing is."""
        if "Traceback" in self.stderr or self.status not in STATUSES:
            return f"status {self.status}: {self.stderr[-400:]}"
        if self.memory > MOST_BYTES:
            return f"{self.memory >> 20} MiB"
        return f"{self.seconds:.1f} s" if self.seconds > MOST_SECONDS else ""


def words_of(command: str, archive: Path, home: Path) -> list[str]:
    """Return the words of a command over an archive."""
    further = {
        "verify": ["--public-key", str(home / "key.pub.pem")],
        "render": ["--lang", "en", "--output", str(home / "page.html")],
        "diff": [str(archive)],
        "history": [str(archive)],
    }
    first = ["export", "har"] if command == "export" else [command]
    return [*first, str(archive), *further.get(command, [])]


def used_by(words: Sequence[str], home: Path) -> Used:
    """Run a command and measure it."""
    with (home / "stderr").open("w+b") as stderr:
        running = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            env={**os.environ, "TMPDIR": str(home)},
        )
        late = threading.Timer(LONGEST, running.kill)
        late.start()
        _, status, usage = os.wait4(running.pid, 0)
        late.cancel()
        running.returncode = os.waitstatus_to_exitcode(status)
        stderr.seek(0)
        text = stderr.read(1 << 16).decode("utf-8", "replace")
    return Used(
        status=running.returncode,
        memory=usage.ru_maxrss << 10,
        seconds=usage.ru_utime + usage.ru_stime,
        stderr=text,
    )


def faults(kinds: dict[str, Kind], files: Files, home: Path) -> Iterator[str]:
    """Yield a line about every command that an archive hurt."""
    for name, make_archive in kinds.items():
        archive = home / "archive.zip"
        # a process begins with the peak memory of the one that starts it, so the archive is made in another one
        making = multiprocessing.get_context("fork").Process(target=make_archive, args=(archive, files))
        making.start()
        making.join()
        for command in COMMANDS:
            fault = used_by(words_of(command, archive, home), home).fault
            if fault:
                yield f"{name}: {command}: {fault}"


def signed_files(home: Path) -> Files:
    """Record an honest bundle, sign it, and return its files. Raises AssertionError if it is not signed."""
    folder = make(home / "bundle", 1)
    assert not sign_bundle(folder, HONEST, TERMS, judge_again=judged_report).rejections
    (home / "key.pub.pem").write_bytes(HONEST.public.pem)
    return files_of(folder)


def main() -> int:
    """Try every archive, print what hurt, and return 1 if anything did."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="try every n-th kind alone")
    parser.add_argument("--only", default="", help="try the kinds with this text in their names")
    arguments = parser.parse_args()
    chosen = {name: made for name, made in list(KINDS.items())[:: arguments.every] if arguments.only in name}
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        files = signed_files(home)
        found = list(faults({"honest": honest}, files, home))
        for line in faults(chosen, files, home):
            found.append(line)
            print(line, flush=True)
    print(f"{len(chosen)} of {len(KINDS)} archives, {len(COMMANDS)} commands each, {len(found)} hurt")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
