"""The shell steps of a recipe for CI, as its CI system runs them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

STEPS = {
    "github": (r"^      - run: (.+)$", r"^        run: (.+)$"),
    "gitlab": (r"^  script:\n((?:    - .+\n)+)", r"^  after_script:\n((?:    - .+\n)+)"),
    "jenkins": (r"^                sh '(.+)'$", r"^            sh '(.+)'$"),
}
"""What finds the steps of each system: those that end with the first that fails, and those that run whatever happened."""


def steps_of(ci: str, text: str) -> tuple[list[str], list[str]]:
    """Return the steps of a recipe: those of the job, and those that run whatever happened."""
    job, always = (re.findall(pattern, text, re.MULTILINE) for pattern in STEPS[ci])
    if ci == "gitlab":
        job, always = (re.findall(r"- (.+)", "".join(found)) for found in (job, always))
    return job, always


def run_recipe(ci: str, text: str, folder: Path, environment: Mapping[str, str]) -> tuple[int, str]:
    """Run the steps in a folder; return the exit status of the job and all output. A step that always runs must pass."""
    job, always = steps_of(ci, text)
    status, output = 0, ""
    for step in job:
        done = _run(step, folder, environment)
        status, output = done.returncode, output + done.stdout
        if status:
            break
    for step in always:
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
