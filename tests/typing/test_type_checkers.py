"""What mypy and pyright say of a vendor's test: nothing of a right one, every mistake of a wrong one."""

import ast
import re
import subprocess
import sys
import typing
from pathlib import Path

import pytest

import pytest_zstack_ticket
from pytest_zstack_ticket.plugin import fixtures

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CHECKERS = {
    "mypy": ["--strict", "--config-file=", "--no-error-summary", "--no-color-output"],
    "basedpyright": ["--level=error", f"--pythonpath={sys.executable}"],
}


@pytest.fixture(scope="module", params=CHECKERS)
def lines_with_errors(request, tmp_path_factory):
    """Return what a type checker says: numbers of lines with an error, by the name of the file."""
    folder = tmp_path_factory.mktemp("vendor")
    for file in HERE.glob("vendor_*.py"):
        (folder / file.name.replace("vendor", "test")).write_text(file.read_text("utf-8"), "utf-8")
    settings = f'{{"typeCheckingMode": "strict", "pythonVersion": "3.11", "extraPaths": ["{ROOT}"]}}'
    (folder / "pyrightconfig.json").write_text(settings, "utf-8")
    found = subprocess.run(
        [sys.executable, "-m", request.param, *CHECKERS[request.param], "."],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "MYPYPATH": str(ROOT), "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 1, found.stdout + found.stderr
    report = re.findall(r"(test_\w+\.py):(\d+)(?::\d+)*(?: -)?:? error", found.stdout)
    assert report, found.stdout + found.stderr
    lines = {name: {int(line) for one, line in report if one == name} for name in ("test_right.py", "test_wrong.py")}
    assert sum(map(len, lines.values())) > 0, found.stdout
    return lines, found.stdout


def test_a_right_test_has_no_error(lines_with_errors):
    lines, said = lines_with_errors
    assert lines["test_right.py"] == set(), said


def test_each_mistake_is_an_error_and_nothing_else_is(lines_with_errors):
    lines, said = lines_with_errors
    text = (HERE / "vendor_wrong.py").read_text("utf-8").splitlines()
    assert lines["test_wrong.py"] == {number for number, line in enumerate(text, 1) if line.endswith("# wrong")}, said


def test_the_type_of_every_fixture_is_public():
    tree = ast.parse(Path(fixtures.__file__).read_text("utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    named = {node.name: set(re.findall(r"\b[A-Z]\w+", ast.unparse(node.returns))) for node in functions}
    assert len(named) > 15
    standard = {"Any", "Callable", "Iterator", "None"}
    missing = {name: types - standard - set(pytest_zstack_ticket.__all__) for name, types in named.items()}
    assert {name: types for name, types in missing.items() if types} == {}


def test_every_public_name_is_there_and_listed():
    assert dir(pytest_zstack_ticket) == sorted(pytest_zstack_ticket.__all__)
    for name in pytest_zstack_ticket.__all__:
        assert getattr(pytest_zstack_ticket, name).__module__.startswith("pytest_zstack_ticket.")
    with pytest.raises(AttributeError, match="Drfat"):
        pytest_zstack_ticket.Drfat  # noqa: B018 - reading it is the test


def test_the_methods_that_the_guide_shows_have_annotations():
    for method in (pytest_zstack_ticket.TicketEndpoint.create, pytest_zstack_ticket.Examiner.__call__):
        assert "return" in typing.get_type_hints(method)
