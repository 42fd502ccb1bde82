"""What judged: the digest of the suite's own files, and what is installed beside it."""

from __future__ import annotations

import json
import platform
import shutil
from pathlib import Path

from pytest_zstack_ticket.artifacts.provenance import DECIDING, installed_json, machine_json, suite_digest, tree_digest
from pytest_zstack_ticket.config.package_data import PACKAGE, schemas_folder, suites_folder
from pytest_zstack_ticket.model.digest import digest


def test_the_digest_is_the_same_where_suites_and_schemas_lie_inside_the_package(tmp_path: Path):
    inside = tmp_path / "pytest_zstack_ticket"
    shutil.copytree(PACKAGE, inside)
    for name, folder in (("suites", suites_folder()), ("schemas", schemas_folder())):
        shutil.copytree(folder, inside / name, dirs_exist_ok=True)
    folders = {"": inside, "suites/": inside / "suites", "schemas/": inside / "schemas"}
    assert tree_digest(folders) == suite_digest()
    (inside / "suites" / "__pycache__").mkdir(exist_ok=True)
    (inside / "suites" / "__pycache__" / "x.py").write_text("x")
    assert tree_digest(folders) == suite_digest()
    with (inside / "verdicts" / "judge.py").open("a") as file:
        file.write("\n")
    assert tree_digest(folders) != suite_digest()


def test_a_file_that_moves_is_another_suite(tmp_path: Path):
    (tmp_path / "a.py").write_text("x")
    before = tree_digest({"": tmp_path})
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    assert tree_digest({"": tmp_path}) != before


def test_what_is_installed_has_versions_and_one_digest():
    report = installed_json()
    assert set(report["versions"]) == {"python", *DECIDING}
    assert all(report["versions"].values())
    assert report["digest"] == digest(report["versions"])


def test_the_machine_has_no_name_and_no_path():
    report = json.dumps(machine_json())
    assert platform.node() not in report or not platform.node()
    assert str(Path.cwd()) not in report
    assert "/" not in report
