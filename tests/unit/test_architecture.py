"""The floors of the house: which package may import which, which modules are pure, and how long a module may be."""

import ast
import graphlib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "pytest_zstack_ticket"
OURS = "pytest_zstack_ticket"
FLOORS = (
    {"model"},
    {"api", "strategies", "config", "simulator"},
    {"checks", "redaction", "transport", "artifacts"},
    {"verdicts", "client", "cleanup"},
    {"scenarios", "report", "target"},
    {"runner", "certify"},
    {"fleet", "load", "serve", "witness"},
    {"plugin", "cli"},
    {"__init__"},
)
"""From the ground up. A package imports packages of lower floors, or of its own where no circle comes of it."""
IO = {
    "os",
    "socket",
    "http",
    "subprocess",
    "threading",
    "asyncio",
    "random",
    "requests",
    "time",
    "urllib.request",
    "httpx",
}
TESTERS = {"pytest", "_pytest"}
PURE = (
    "model",
    "api",
    "checks",
    "verdicts",
    "strategies",
    "simulator",
    "report/text",
    "report/html",
    "report/exports",
    "report/finding.py",
    "report/curl.py",
    "report/document.py",
    "report/sanitize.py",
    "redaction/redactor.py",
    "redaction/encodings.py",
    "redaction/mask.py",
    "artifacts/merkle.py",
    "artifacts/seal.py",
    "certify/dsse.py",
    "certify/statement.py",
    "certify/witnessed.py",
    "certify/witness_claims.py",
    "certify/witness_comparison.py",
    "certify/consistency.py",
    "cleanup/entries.py",
    "fleet/plan.py",
    "fleet/job.py",
    "fleet/decisions.py",
    "fleet/result.py",
    "fleet/summary.py",
    "witness/conversation.py",
    "witness/recording.py",
)
"""Decide and write nothing: no clock, no file, no network, no chance."""
IMPURE = ("simulator/server", "report/html/page_writer.py")
KNOWS_PYTEST = {"plugin"}
KNOWS_HYPOTHESIS = {"strategies", "runner", "plugin", "config"}
INDEPENDENT = {
    "simulator": {"api", "checks", "strategies", "verdicts"},
    "checks": {"simulator"},
    "api": {"simulator"},
    "strategies": {"simulator"},
}
"""Simulator and checker are two readings of one API: neither may look at the other."""
LONGEST = 300
LONGEST_FUNCTION = 40


@cache
def imports(path, root=ROOT):
    """Return the absolute name of every module that a file imports, under TYPE_CHECKING or in a function too."""
    return tuple(_imports(path, root))


def _imports(path, root):
    package = ".".join(path.relative_to(root).with_suffix("").parts[:-1])
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            inside = ROOT.joinpath(*module.split("."))
            names = [alias.name for alias in node.names]
            submodules = [
                one for one in names if inside.joinpath(f"{one}.py").exists() or inside.joinpath(one).is_dir()
            ]
            yield from (f"{module}.{one}" for one in submodules)
            if len(submodules) < len(names):
                yield module


def breaks(name, rule):
    """Say whether an import of a name is one of a module or of something in it."""
    return name == rule or name.startswith(f"{rule}.")


def package_of(name):
    """Return the package of ours that a module lies in, None if it is none of ours."""
    parts = name.split(".")
    if parts[0] != OURS:
        return None
    return parts[1] if len(parts) > 1 else "__init__"


def modules():
    return sorted(PACKAGE.rglob("*.py"))


def module_name(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def floor_of(package):
    return next(number for number, packages in enumerate(FLOORS) if package in packages)


def arrows():
    """Return which package imports which, each with one place as evidence."""
    found = {}
    for path in modules():
        here = package_of(module_name(path))
        for name in imports(path):
            there = package_of(name)
            if there is not None and there != here:
                found.setdefault((here, there), f"{path.relative_to(ROOT)} imports {name}")
    return found


def is_pure(path):
    name = path.relative_to(PACKAGE).as_posix()
    inside = any(name == one or name.startswith(f"{one}/") for one in PURE)
    return inside and not any(name == one or name.startswith(f"{one}/") for one in IMPURE)


def test_every_package_has_a_floor_and_nothing_else_lies_at_the_top():
    at_top = {path.name for path in PACKAGE.iterdir() if path.name != "__pycache__"}
    packages = set.union(*FLOORS) - {"__init__"}
    shipped = {"suites", "schemas"}  # inside the package in a wheel alone
    assert at_top - shipped == packages | {"__init__.py", "py.typed"}


def test_a_package_imports_only_lower_floors_or_its_own():
    assert [place for (here, there), place in arrows().items() if floor_of(there) > floor_of(here)] == []


def test_packages_have_no_circles():
    graph = {}
    for here, there in arrows():
        if here != "__init__":
            graph.setdefault(here, set()).add(there)
    graphlib.TopologicalSorter(graph).prepare()


def test_modules_have_no_circles():
    known = {module_name(path) for path in modules()}
    graph = {}
    for path in modules():
        name = module_name(path)
        if name == OURS:
            continue  # its names are loaded when first used
        graph[name] = {one for one in imports(path) if one in known and one not in (OURS, name)}
    graphlib.TopologicalSorter(graph).prepare()


@pytest.mark.parametrize("package", INDEPENDENT)
def test_simulator_and_checker_do_not_know_each_other(package):
    assert [
        place for (here, there), place in arrows().items() if here == package and there in INDEPENDENT[package]
    ] == []


def test_pure_modules_reach_nothing_outside():
    allowed = {
        "simulator": {
            "random",
            "http",
        },  # its randomness is a seeded generator of its own; http has the names of statuses
        "strategies": {"random"},  # varied drafts are drawn by a generator that is seeded with an argument
    }
    found = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules()
        if is_pure(path)
        for name in imports(path)
        for rule in IO - allowed.get(path.relative_to(PACKAGE).parts[0], set())
        if breaks(name, rule)
    ]
    assert found == []


@pytest.mark.parametrize(("libraries", "users"), [(TESTERS, KNOWS_PYTEST), ({"hypothesis"}, KNOWS_HYPOTHESIS)])
def test_testers_are_known_in_their_rooms_alone(libraries, users):
    found = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules()
        if package_of(module_name(path)) not in users | ({"__init__"} if libraries == TESTERS else set())
        for name in imports(path)
        if any(breaks(name, one) for one in libraries)
    ]
    assert found == []


def test_only_the_contract_and_the_files_know_jsonschema():
    users = {
        path.relative_to(PACKAGE).as_posix()
        for path in modules()
        if any(breaks(name, "jsonschema") for name in imports(path))
    }
    assert users == {"api/contract.py", "config/schema.py"}


def test_only_the_process_of_a_load_knows_locust_and_gevent():
    users = {
        path.relative_to(PACKAGE).as_posix()
        for path in modules()
        if any(breaks(name, one) for name in imports(path) for one in ("locust", "gevent"))
    }
    assert users == {"load/users.py", "load/__main__.py"}
    importers = {module_name(path) for path in modules() if f"{OURS}.load.users" in imports(path)}
    assert importers == {f"{OURS}.load.process"}


def test_suites_use_public_names_and_strategies_alone():
    found = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sorted((ROOT / "suites").rglob("*.py"))
        for name in imports(path)
        if name.startswith(f"{OURS}.") and not name.startswith(f"{OURS}.strategies")
    ]
    assert found == []


def test_no_module_is_longer_than_the_limit():
    long = {
        path.relative_to(ROOT).as_posix(): lines
        for folder in (PACKAGE, ROOT / "suites")
        for path in folder.rglob("*.py")
        if (lines := path.read_text("utf-8").count("\n")) > LONGEST
    }
    assert long == {}


def test_no_function_is_longer_than_the_limit():
    long = {
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}": lines
        for folder in (PACKAGE, ROOT / "suites")
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := node.end_lineno - node.lineno + 1) > LONGEST_FUNCTION
    }
    assert long == {}


def test_every_package_says_what_belongs_there_and_what_it_may_import():
    for package in set.union(*FLOORS) - {"__init__", "plugin"}:
        doc = ast.get_docstring(ast.parse((PACKAGE / package / "__init__.py").read_text("utf-8")))
        assert doc, package
        assert "mport" in doc, package


def test_an_import_of_a_higher_floor_would_be_seen(tmp_path):
    module = tmp_path / OURS / "model" / "wrong.py"
    module.parent.mkdir(parents=True)
    module.write_text(f"from {OURS}.plugin import hooks\n")
    assert list(imports(module, tmp_path)) == [f"{OURS}.plugin.hooks"]
    assert floor_of(package_of(f"{OURS}.plugin.hooks")) > floor_of(package_of(f"{OURS}.model.wrong"))
    assert breaks(f"{OURS}.checks", OURS)
    assert not breaks(f"{OURS}x", OURS)
