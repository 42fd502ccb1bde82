"""Each command of README, docs/ and the Makefile has a row in commands.toml that says how it is run, and runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from pytest_zstack_ticket.simulator.server.server import SimulatorServer

ROOT = Path(__file__).parents[2]
TABLE = tomllib.loads(Path(__file__).with_name("commands.toml").read_text("utf-8"))
PAGES = [
    *(ROOT / name for name in ("README.md", "README.zh-CN.md", "CONTRIBUTING.md")),
    *sorted(path for path in ROOT.glob("docs/*/*.md") if path.parent.name != "changes"),
]
COMMAND = re.compile(
    r"^\s*(?:\$ )?((?:[A-Z_]+=\S+ )*(?:pytest|zstack-ticket|make|python -m|python \S+\.py|pip install) .+)$",
    re.MULTILINE,
)


def documented() -> list[str]:
    """Return each command that a page shows in a block, once, without its comment."""
    found: dict[str, None] = {}
    for page in PAGES:
        for line in COMMAND.findall(page.read_text("utf-8").replace("\\\n", " ")):
            found[" ".join(re.sub(r"\s+#.*", "", line).split())] = None
    return list(found)


COMMANDS = documented()


def row_of(command: str) -> dict | None:
    return next((row for row in TABLE["command"] if fnmatchcase(command, row["matches"])), None)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_documented_command_has_a_row(command: str) -> None:
    assert row_of(command), f"say in tests/docs/commands.toml how this is run: {command}"


def test_each_row_has_a_command_and_one_way_to_run_it() -> None:
    used = [row_of(command) for command in COMMANDS]
    for row in TABLE["command"]:
        assert row in used, f"no page shows {row['matches']}"
        assert len({"exit", "by", "never"} & set(row)) == 1
        assert "by" not in row or (ROOT / row["by"]).is_file()


def test_each_make_target_is_run_by_ci() -> None:
    targets = re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert set(targets) == set(TABLE["make"])
    for target, row in TABLE["make"].items():
        assert "never" in row or row["as"] in (ROOT / row["by"]).read_text("utf-8"), target


def test_the_commands_run(tmp_path: Path) -> None:
    order = [row["matches"] for row in TABLE["command"]]
    chosen = sorted(
        (command for command in COMMANDS if "exit" in (row_of(command) or {})),
        key=lambda command: order.index(row_of(command)["matches"]),
    )
    with SimulatorServer("embedded") as server:
        environment = {
            **os.environ,
            "CLOUD": server.url,
            "ZSTACK_PASSWORD": "password",
            "XDG_STATE_HOME": str(tmp_path / "state"),
            "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }
        wrong = []
        for command in chosen:
            row = row_of(command)
            done = subprocess.run(
                ["/bin/bash", "-c", here(command, server.url, row.get("only", ""))],
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode not in row["exit"]:
                wrong.append(f"{command}: exit status {done.returncode}\n{(done.stdout + done.stderr)[-1500:]}")
    assert not wrong, "\n\n".join(wrong)


def here(command: str, url: str, only: str) -> str:
    """Return a documented command for the target and the report of this test."""
    command = command.replace("https://cloud:8080", url).replace("zstack-url=URL", f"zstack-url={url}")
    command = command.replace("ZSTACK_PASSWORD=...", "").replace("--zstack-consent cloud", "--zstack-consent 127.0.0.1")
    command = re.sub(r"\bDIR\b", "report", command)
    command = command.replace(" --policy standard-2026", "")  # which a report of one requirement does not meet
    return f"{command} --zstack-effort=smoke -q -k '{only}'" if only else command
