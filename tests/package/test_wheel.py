"""The wheel as users get it: what is in it, and that it runs the shipped suites from an empty folder."""

import email
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from pytest_zstack_ticket.artifacts.provenance import suite_digest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    code = f"import os; os.chdir({str(ROOT)!r}); from hatchling.build import build_wheel; build_wheel({str(folder)!r})"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_suites_and_schemas_and_nothing_of_ours_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert tops == {"pytest_zstack_ticket", next(top for top in tops if top.endswith(".dist-info"))}
    for wanted in (
        "suites/body/requirements.toml",
        "suites/job/test_end.py",
        "schemas/api/error.schema.json",
        "schemas/api/openapi.json",
        "py.typed",
        "report/html/templates/page.css",
        "report/html/templates/page.html",
        "report/html/templates/pdf.xml",
        "report/pdf/layout.typ",
    ):
        assert f"pytest_zstack_ticket/{wanted}" in names
    assert not [name for name in names if "__pycache__" in name]


def test_the_metadata_says_what_pypi_asks_for(wheel):
    archive = zipfile.ZipFile(wheel)
    name = next(name for name in archive.namelist() if name.endswith("METADATA"))
    metadata = email.message_from_string(archive.read(name).decode())
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["Requires-Python"] == ">=3.11"
    needed = {
        row.split(";")[0].split(">")[0].strip() for row in metadata.get_all("Requires-Dist") if "extra" not in row
    }
    assert needed == {
        "allure-pytest",
        "h11",
        "httpx",
        "hypothesis",
        "jinja2",
        "jsonschema",
        "platformdirs",
        "pytest",
        "wcwidth",
    }
    assert "Framework :: Pytest" in metadata.get_all("Classifier")
    assert "Typing :: Typed" in metadata.get_all("Classifier")


def test_the_links_of_the_readme_work_where_there_is_no_file_beside_it(wheel):
    archive = zipfile.ZipFile(wheel)
    name = next(name for name in archive.namelist() if name.endswith("METADATA"))
    metadata = email.message_from_string(archive.read(name).decode())
    home = next(url.split(", ")[1] for url in metadata.get_all("Project-URL") if url.startswith("Homepage"))
    text = metadata.get_payload()
    links = re.findall(r"(!?)\[[^\]]*\]\(([^)\s]+)\)", text)
    assert len(links) > 5
    assert any(image for image, _ in links)
    assert metadata["Description-Content-Type"] == "text/markdown"
    for image, link in links:
        assert link.startswith((f"{home}/{'raw' if image else 'blob'}/main/", "#")), link
        path = link.removeprefix(f"{home}/{'raw' if image else 'blob'}/main/").partition("#")[0]
        assert (ROOT / path).is_file() or link.startswith("#"), link
    assert metadata["Summary"]
    assert text.startswith("# ")


def test_the_source_archive_holds_what_the_project_is_built_and_tested_with(tmp_path):
    code = (
        f"import os; os.chdir({str(ROOT)!r}); from hatchling.build import build_sdist; build_sdist({str(tmp_path)!r})"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"requirements.in", "requirements.lock", ".packaging/readme.py", "Makefile", "README.md"} <= names


def test_the_lock_pins_what_is_asked_for_by_hashes_and_names_no_host():
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    assert "://" not in lock
    entries = re.split(r"\n(?=\S)", lock.strip())
    assert all("--hash=sha256:" in entry for entry in entries)
    pinned = {entry.partition("==")[0] for entry in entries}
    asked = {
        re.split(r"[>=~]", line)[0]
        for line in (ROOT / "requirements.in").read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    }
    assert asked <= pinned
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    tables = [project["project"]["dependencies"], project["dependency-groups"]["dev"]]
    needed = {re.split(r"[>=~]", row)[0] for rows in tables for row in rows}
    assert needed <= asked


def test_the_installed_wheel_runs_the_suites_from_an_empty_folder(wheel, tmp_path):
    home, empty = tmp_path / "site", tmp_path / "empty"
    empty.mkdir()
    install = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-deps",
        "--no-index",
        "--target",
        str(home),
        str(wheel),
    ]
    subprocess.run(install, check=True, capture_output=True)
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "--zstack-url=embedded", "--zstack-effort=smoke", "-q", "-k", "ZT-ANSWER"],
        cwd=empty,
        env={"PYTHONPATH": str(home), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-500:]
    assert re.search("verdict: [0-9]+ of [0-9]+ passed, [0-9]+ not examined", run.stdout)
    assert {path.name for path in empty.iterdir()} <= {".pytest_cache"}
    report = subprocess.run(
        [sys.executable, "-c", f"from {suite_digest.__module__} import suite_digest; print(suite_digest())"],
        cwd=empty,
        env={"PYTHONPATH": str(home), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert report.stdout.strip() == suite_digest()
