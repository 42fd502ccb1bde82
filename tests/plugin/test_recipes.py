"""The recipes of `init` run step by step in an empty environment, from the wheel: with the target up, faulty and down."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_zstack_ticket.cli.main import main
from pytest_zstack_ticket.cli.starter_files import RECIPES, RUN
from pytest_zstack_ticket.simulator.server.server import SimulatorServer
from pytest_zstack_ticket.simulator.storage.seed_data import PASSWORD
from tests.support.recipe_steps import Recipe, recipe_of, run_recipe

ROOT = Path(__file__).parents[2]
LEFT = {"report.json", "report.html", "junit.xml", "summary.md"}
OURS = "pytest_zstack_ticket"
DOWN = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as users get it."""
    folder = tmp_path_factory.mktemp("wheel")
    code = f"import os; os.chdir({str(ROOT)!r}); from hatchling.build import build_wheel; build_wheel({str(folder)!r})"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def dependencies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything that the package needs, and not the package: what `pip` would fetch from an index."""
    folder = tmp_path_factory.mktemp("dependencies")
    for path in {Path(pytest.__file__).parents[1], Path(yaml_folder())}:
        for one in path.iterdir():
            if OURS not in one.name.replace("-", "_") and not one.name.startswith("__editable__"):
                (folder / one.name).symlink_to(one)
    return folder


def yaml_folder() -> str:
    return str(Path(sys.modules["yaml"].__file__ or "").parents[1])


@pytest.fixture
def machine(tmp_path: Path, dependencies: Path) -> dict[str, str]:
    """What a job starts with: a Python of its own, an empty home, and nothing of ours."""
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "python")], check=True, capture_output=True)
    tools = tmp_path / "tools"
    tools.mkdir()
    # the script that an installation of pytest brings
    (tools / "pytest").write_text('#!/bin/sh\nexec python -m pytest "$@"\n', "utf-8")
    (tools / "pytest").chmod(0o755)
    return {
        "PATH": f"{tmp_path / 'python' / 'bin'}:{tools}:/usr/bin:/bin",
        "PYTHONPATH": str(dependencies),
        "PIP_NO_INDEX": "1",
        "HOME": str(tmp_path / "home"),
        "CI": "true",
        "ZSTACK_PASSWORD": PASSWORD,
        "GITHUB_STEP_SUMMARY": "report/summary.md",
        "PYTEST_ADDOPTS": "-k ZT-BODY-004",
    }


def project(ci: str, folder: Path, url: str, wheel: Path) -> Recipe:
    """Let `init` write a project with the wheel in it, and read its recipe."""
    folder.mkdir()
    (folder / wheel.name).write_bytes(wheel.read_bytes())
    assert main(["init", str(folder), "--ci", ci, "--url", url, "--install", f"./{wheel.name}"]) == 0
    return recipe_of(ci, (folder / RECIPES[ci][0]).read_text("utf-8"))


@pytest.mark.parametrize("ci", RECIPES)
def test_a_recipe_installs_runs_consents_and_always_keeps_a_summary(ci: str, tmp_path: Path):
    assert main(["init", str(tmp_path), "--ci", ci, "--url", "10.0.0.5:8080"]) == 0
    recipe = recipe_of(ci, (tmp_path / RECIPES[ci][0]).read_text("utf-8"))
    *before, install, run = [step.removeprefix(". .venv/bin/activate && ") for step in recipe.job]
    assert (install, run) == ("pip install pytest-zstack-ticket", RUN)
    assert before == (["python -m venv .venv"] if ci == "jenkins" else [])
    assert recipe.variables["CLOUD"] == "http://10.0.0.5:8080/zstack"
    assert recipe.variables["ZSTACK_CONSENT"] == "10.0.0.5"
    assert "report" in recipe.kept
    (step,) = recipe.always
    assert step.split(" export markdown report ")[1] in ('>> "$GITHUB_STEP_SUMMARY"', "--output report/summary.md")


@pytest.mark.parametrize(
    "option", ["--install=my wheel.whl", "--install=x'; rm -rf /", "--url=http://h/'x'", "--install=$(x)"]
)
def test_what_a_recipe_cannot_hold_is_refused(option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["init", str(tmp_path), option]) == 4
    assert "has characters that a recipe cannot hold" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("ci", RECIPES)
def test_a_recipe_keeps_report_and_status_whatever_the_target_is(
    ci: str, tmp_path: Path, machine: dict[str, str], wheel: Path
):
    with SimulatorServer("embedded") as healthy, SimulatorServer("embedded?fault=accept-too-long:name") as faulty:
        targets = {"up": (healthy.url, 0), "faulty": (faulty.url, 1)} if ci == "github" else {}
        targets["down"] = (DOWN, 11)  # what fails early shows whether a recipe keeps what it should
        for name, (url, wanted) in targets.items():
            folder = tmp_path / name
            recipe = project(ci, folder, url, wheel)
            status, output = run_recipe(recipe, folder, machine)
            assert status == wanted, output
            assert PASSWORD not in output.replace("ZSTACK_PASSWORD", "")
            assert {file.name for file in (folder / "report").iterdir()} >= LEFT, name
            assert all((folder / kept).exists() for kept in recipe.kept)
    down = json.loads((tmp_path / "down" / "report" / "report.json").read_text("utf-8"))
    assert (down["exit_status"], down["calibration"]) == (11, None)
    reasons = {row["reason"]["key"] for row in down["requirements"] if row["verdict"] == "inconclusive"}
    assert reasons == {"cut-short"}
    assert main(["judge", str(tmp_path / "down" / "report")]) == 0
    assert "nothing listens" in (tmp_path / "down" / "report" / "summary.md").read_text("utf-8")
    assert not os.path.lexists(tmp_path / "home" / ".local")
