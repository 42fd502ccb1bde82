"""The import ladder, and the size of modules."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "pytest_zstack_ticket"
OURS = "pytest_zstack_ticket"
IO = {"os", "socket", "http", "subprocess", "threading", "asyncio", "random", "httpx", "requests", "urllib.request"}
TESTERS = {"pytest", "_pytest", "hypothesis"}
FORBIDDEN = {
    "model": IO | TESTERS | {"time", "jsonschema", "httpx", f"{OURS}."},
    "core": IO | TESTERS | {"time", f"{OURS}.edge", f"{OURS}.simulator", f"{OURS}.strategies", f"{OURS}.report"},
    "strategies": IO | {"pytest", "time", f"{OURS}.core", f"{OURS}.edge", f"{OURS}.simulator", f"{OURS}.report"},
    # the simulator's randomness is a seeded generator of its own, and http has the names of statuses
    "simulator": (IO - {"random", "http"})
    | TESTERS
    | {"http.client", "http.server", "time", "jsonschema", f"{OURS}.core", f"{OURS}.edge", f"{OURS}.strategies"},
    "report": IO | TESTERS | {"time", f"{OURS}.edge", f"{OURS}.simulator", f"{OURS}.strategies"},
    "edge": TESTERS | {f"{OURS}.strategies", f"{OURS}.report"},
}
LONGEST = 300


def imports(path):
    """Yield the absolute name of every module that a file imports."""
    package = ".".join(path.relative_to(ROOT).with_suffix("").parts[:-1])
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            yield ".".join([*base, *([node.module] if node.module else [])])


def breaks(name, rule):
    return name == rule or name.startswith(rule if rule.endswith(".") else f"{rule}.")


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_a_layer_imports_only_what_is_below_it(folder):
    found = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sorted((PACKAGE / folder).rglob("*.py"))
        for name in imports(path)
        for rule in FORBIDDEN[folder]
        if breaks(name, rule) and not (folder == "model" and name.startswith(f"{OURS}.model"))
    ]
    assert found == []


def test_only_the_contract_knows_jsonschema():
    users = {
        path.relative_to(PACKAGE).as_posix()
        for path in (PACKAGE / "core").rglob("*.py")
        if any(breaks(name, "jsonschema") for name in imports(path))
    }
    assert users == {"core/contract.py"}


def test_suites_use_public_names_and_strategies_alone():
    found = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sorted((ROOT / "suites").rglob("*.py"))
        for name in imports(path)
        if name.startswith(f"{OURS}.") and not name.startswith(f"{OURS}.strategies")
    ]
    assert found == []


def test_no_module_is_longer_than_the_limit():
    folders = (PACKAGE, ROOT / "suites", ROOT / "tests")
    long = {
        path.relative_to(ROOT).as_posix(): lines
        for folder in folders
        for path in folder.rglob("*.py")
        if (lines := path.read_text("utf-8").count("\n")) > LONGEST
    }
    assert {path for path in long if not path.startswith("tests/")} == set()


def test_an_import_of_a_higher_layer_would_be_seen():
    assert breaks("pytest_zstack_ticket.core.checks", "pytest_zstack_ticket.core")
    assert not breaks("pytest_zstack_ticket.corex", "pytest_zstack_ticket.core")
    assert breaks("pytest_zstack_ticket.core", "pytest_zstack_ticket.")
