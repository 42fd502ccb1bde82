"""A pytest plugin of five lines that rewrites results is refused at effort certify, and named wherever it was loaded."""

import json
from importlib.metadata import Distribution, PathDistribution, distributions
from pathlib import Path

import pytest

from pytest_zstack_ticket.certify.policy import shortfalls
from pytest_zstack_ticket.config.policy_file import load_policy
from pytest_zstack_ticket.plugin.loaded_plugins import is_of
from tests.attacks.test_policy import AT, report

REWRITES = """
import pytest
@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report):
    report.user_properties[:] = [one for one in report.user_properties if one[0] != "zstack"]
"""
WITHDRAWS = """
def pytest_configure(config):
    import rewrites
    config.pluginmanager.unregister(rewrites)
def pytest_unconfigure(): pass
"""
SOME = ("--zstack-url=embedded", "-q", "-k", "ZT-BODY-001")


def test_a_plugin_that_hooks_a_certifying_run_is_refused(pytester: pytest.Pytester):
    pytester.makepyfile(rewrites=REWRITES)
    pytester.syspathinsert()
    result = pytester.runpytest(*SOME, "--zstack-effort=certify", "-p", "rewrites")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*the pytest plugin rewrites (sha256:*) could alter a run at effort certify*"])


def test_a_plugin_stands_in_the_report_even_if_it_withdrew(pytester: pytest.Pytester):
    pytester.makepyfile(rewrites=REWRITES, withdraws=WITHDRAWS)
    pytester.syspathinsert()
    arguments = ("--zstack-effort=smoke", "-p", "rewrites", "-p", "withdraws", "--zstack-report=out")
    result = pytester.runpytest(*SOME, *arguments)
    result.stdout.fnmatch_lines(["*plugins that could alter a run were loaded: rewrites, withdraws*"])
    found = json.loads((pytester.path / "out" / "report.json").read_text("utf-8"))["run"]["execution"]
    mine = [one for one in found["plugins"] if one["distribution"] is None]
    assert [one["name"] for one in mine] == ["rewrites", "withdraws"]
    assert mine[0]["hooks"] == ["pytest_runtest_logreport"]
    assert found["options"]["effort"] == {"value": "smoke", "origin": "command line"}
    assert found["account"]["user"] == "admin"


PLUGIN = {"name": "rewrites", "distribution": None, "version": None, "digest": f"sha256:{'c' * 64}", "hooks": []}


def with_plugin(**more: object) -> dict:
    found = report()
    found["run"]["execution"] = {"plugins": [{**PLUGIN, **more}]}
    return found


@pytest.mark.parametrize(
    ("plugin", "allowed", "named"),
    [
        ({}, [], ["pytest plugin rewrites"]),
        ({}, ["rewrites"], []),
        ({}, [PLUGIN["digest"]], []),
        ({"distribution": "pytest-xdist"}, [], []),
        ({"name": "pytest-xdist"}, [], ["pytest plugin pytest-xdist"]),
    ],
    ids=["unknown", "allowed by name", "allowed by digest", "known", "only called like a known one"],
)
def test_the_policy_decides_which_plugins_a_run_may_have_had(plugin: dict, allowed: list, named: list):
    policy = {**load_policy("standard-2026"), "plugins": allowed}
    assert shortfalls(policy, with_plugin(**plugin), AT) == named


@pytest.mark.parametrize(
    ("version", "judged", "named"),
    [("5.2.1", "5.2", False), ("5.2.1", "4.8", True), ("5.5.0", "after-5.3", False), (None, "4.8", False)],
)
def test_a_release_that_the_target_denies_is_named(version: str | None, judged: str, named: bool):
    found = report()
    found["target"] |= {"version": version, "release": {"oldest": judged, "newest": judged}}
    assert any("judged as release" in one for one in shortfalls(load_policy("standard-2026"), found, AT)) == named


def test_a_file_that_stands_in_for_a_known_plugin_is_unknown(tmp_path: Path):
    """A package of the same name in a folder of PYTHONPATH is found first, and pytest takes it for the known plugin."""
    known = next(one for one in distributions() if one.name == "pytest-xdist")
    real = Path(str(known.locate_file("xdist/plugin.py"))).resolve()
    shadow = tmp_path / "xdist" / "plugin.py"
    shadow.parent.mkdir()
    shadow.write_bytes(real.read_bytes() + b"EVIL = 1\n")
    assert is_of(known, real)
    assert not is_of(known, shadow)
    assert not is_of(PathDistribution(_edited(known, tmp_path / "site")), tmp_path / "site" / "xdist" / "plugin.py")


def _edited(known: Distribution, site: Path) -> Path:
    """Install a distribution a second time, with another line in its plugin, and return the folder of its metadata."""
    for one in known.files or ():
        if one.parts[0] != "..":
            (site / one).parent.mkdir(parents=True, exist_ok=True)
            (site / one).write_bytes(Path(str(known.locate_file(one))).read_bytes())
    with (site / "xdist" / "plugin.py").open("ab") as file:
        file.write(b"EVIL = 1\n")
    return next(site.glob("*.dist-info"))
