"""The recipes of `init` run step by step in an empty environment: with the target up, and down."""

import json
import sys
from pathlib import Path

import pytest

from pytest_zstack_ticket.cli.main import main
from pytest_zstack_ticket.cli.starter_files import RECIPES, RUN
from pytest_zstack_ticket.simulator.options import SimulatorOptions
from pytest_zstack_ticket.simulator.server.server import SimulatorServer
from pytest_zstack_ticket.simulator.storage.seed_data import PASSWORD
from tests.support.recipe_steps import run_recipe, steps_of

BIN = Path(sys.executable).parent
LEFT = {"report.json", "report.html", "junit.xml"}


def recipe(ci: str, folder: Path, url: str) -> str:
    """Let `init` write the files of a recipe, and return the recipe."""
    assert main(["init", str(folder), "--ci", ci, "--url", url]) == 0
    return (folder / RECIPES[ci][0]).read_text("utf-8")


def environment(folder: Path, url: str) -> dict[str, str]:
    """Make what a job starts with: the package is here already, so that `pip` has nothing to do."""
    commands = folder / "bin"
    commands.mkdir()
    (commands / "pip").write_text('#!/bin/sh\necho "pip $*" >> pip.log\n', "utf-8")
    (commands / "pip").chmod(0o755)
    return {
        "PATH": f"{commands}:{BIN}:/usr/bin:/bin",
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "HOME": str(folder / "home"),
        "CI": "true",
        "CLOUD": url,
        "ZSTACK_CONSENT": "127.0.0.1",
        "ZSTACK_PASSWORD": PASSWORD,
        "GITHUB_STEP_SUMMARY": "report/summary.md",
        "PYTEST_ADDOPTS": "-k ZT-ANSWER-001",
    }


@pytest.mark.parametrize("ci", RECIPES)
def test_a_recipe_installs_runs_and_always_writes_a_summary(ci: str, tmp_path: Path) -> None:
    job, always = steps_of(ci, recipe(ci, tmp_path, "http://10.0.0.5:8080"))
    assert job == ["pip install pytest-zstack-ticket", RUN]
    (step,) = always
    assert step.split(" export markdown report ")[1] in ('>> "$GITHUB_STEP_SUMMARY"', "--output report/summary.md")


def test_a_recipe_passes_on_a_healthy_target(tmp_path: Path) -> None:
    with SimulatorServer(SimulatorOptions()) as server:
        text = recipe("gitlab", tmp_path, server.url)
        status, output = run_recipe("gitlab", text, tmp_path, environment(tmp_path, server.url))
    assert status == 0, output
    assert {file.name for file in (tmp_path / "report").iterdir()} >= {*LEFT, "summary.md"}
    assert (tmp_path / "pip.log").read_text("utf-8") == "pip install pytest-zstack-ticket\n"
    assert PASSWORD not in output


def test_a_recipe_leaves_a_report_where_the_target_is_down(tmp_path: Path) -> None:
    text = recipe("github", tmp_path, "http://127.0.0.1:9")
    status, output = run_recipe("github", text, tmp_path, environment(tmp_path, "http://127.0.0.1:9"))
    assert status == 11, output
    assert {file.name for file in (tmp_path / "report").iterdir()} >= {*LEFT, "summary.md"}
    report = json.loads((tmp_path / "report" / "report.json").read_text("utf-8"))
    assert (report["exit_status"], report["calibration"]) == (11, None)
    reasons = {row["reason"]["key"] for row in report["requirements"] if row["verdict"] == "inconclusive"}
    assert reasons == {"cut-short"}
    assert main(["judge", str(tmp_path / "report")]) == 0
    assert "nothing listens" in (tmp_path / "report" / "summary.md").read_text("utf-8")
