"""The shell steps of a recipe for CI, as its CI system runs them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

JENKINS = (r"^                sh '(.+)'$", r"^            sh '(.+)'$")
"""What finds the steps of a Jenkinsfile: those of its stage, and those that run whatever happened."""
_JENKINS_KEPT = re.compile(r"(?:testResults|artifacts): '([^']+)'")
_JENKINS_VARIABLE = re.compile(r"^        (\w+) = ['\"](.*)['\"]", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Steps that end with the first that fails, steps that run whatever happened, variables, and what is kept."""

    job: list[str]
    always: list[str]
    variables: dict[str, str]
    kept: list[str]


def recipe_of(ci: str, text: str) -> Recipe:
    """Read a recipe."""
    return {"github": _github, "gitlab": _gitlab, "jenkins": _jenkins}[ci](text)


def _github(text: str) -> Recipe:
    document: dict[str, Any] = yaml.safe_load(text)
    (job,) = document["jobs"].values()
    always = [step for step in job["steps"] if step.get("if") == "always()"]
    return Recipe(
        job=[step["run"] for step in job["steps"] if "run" in step and step not in always],
        always=[step["run"] for step in always if "run" in step],
        variables={name: value for name, value in job["env"].items() if "secrets." not in value},
        kept=[step["with"]["path"] for step in always if "upload-artifact" in step.get("uses", "")],
    )


def _gitlab(text: str) -> Recipe:
    ((_, job),) = yaml.safe_load(text).items()
    artifacts = job["artifacts"]
    assert artifacts["when"] == "always"
    kept = [*artifacts["paths"], artifacts["reports"]["junit"]]
    return Recipe(job=job["script"], always=job["after_script"], variables=job["variables"], kept=kept)


def _jenkins(text: str) -> Recipe:
    job, always = (re.findall(pattern, text, re.MULTILINE) for pattern in JENKINS)
    environment = text.partition("environment {")[2].partition("}\n    stages")[0]
    kept = [one.removesuffix("/**") for one in _JENKINS_KEPT.findall(text)]
    return Recipe(job=job, always=always, variables=dict(_JENKINS_VARIABLE.findall(environment)), kept=kept)


def run_recipe(recipe: Recipe, folder: Path, environment: Mapping[str, str]) -> tuple[int, str]:
    """Run the steps in a folder; return the exit status of the job and all output. A step that always runs must pass."""
    known = {name: value.replace("${env.WORKSPACE}", str(folder)) for name, value in recipe.variables.items()}
    environment = {**environment, **known}
    status, output = 0, ""
    for step in recipe.job:
        done = _run(step, folder, environment)
        status, output = done.returncode, output + done.stdout
        if status:
            break
    for step in recipe.always:
        done = _run(step, folder, environment)
        output += done.stdout
        if done.returncode:
            raise AssertionError(f"{step}: exit status {done.returncode}\n{output}")
    return status, output


def _run(step: str, folder: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", "-e", "-c", step],
        cwd=folder,
        env=dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
