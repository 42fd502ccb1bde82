"""Where nobody asks for it, the plugin is not there."""

import subprocess
import sys

import pytest

HEAVY = ("hypothesis", "httpx", "h11", "jsonschema", "cryptography", "ssl", "asyncio")
SEEN = f"""
import sys
def test_nothing(): pass
def pytest_unconfigure():
    print("LOADED", [name for name in {HEAVY!r} if name in sys.modules])
    print("OURS", sorted(name for name in sys.modules if name.startswith("pytest_zstack_ticket")))
"""


def test_an_unrelated_run_loads_nothing_heavy(pytester: pytest.Pytester):
    pytester.makepyfile(test_other="def test_nothing(): pass")
    pytester.makeconftest(SEEN)
    plugins = ("-p", "no:hypothesispytest", "-p", "no:anyio", "-p", "no:allure_pytest", "-p", "no:xdist")
    result = pytester.runpytest_subprocess("-s", "-q", *plugins)
    loaded = next(line for line in result.outlines if line.startswith("LOADED"))
    ours = next(line for line in result.outlines if line.startswith("OURS"))
    assert loaded == "LOADED []"
    assert "pytest_zstack_ticket.runner" not in ours
    assert "pytest_zstack_ticket.api" not in ours


def test_an_unrelated_run_shows_nothing_of_ours(pytester: pytest.Pytester):
    pytester.makepyfile(test_other="def test_nothing(): pass")
    result = pytester.runpytest("-v", "-rA")
    result.assert_outcomes(passed=1)
    assert not [line for line in result.outlines if "zstack" in line.lower() and not line.startswith("plugins:")]


def test_an_exported_url_does_not_take_the_place_of_a_projects_tests(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("ZSTACK_URL", "embedded")
    pytester.makefile(".ini", pytest="[pytest]\ntestpaths = mine\n")
    pytester.mkdir("mine").joinpath("test_mine.py").write_text("def test_nothing(): pass\n")
    pytester.runpytest().assert_outcomes(passed=1)


@pytest.mark.parametrize("url", ["embedded", "http://127.0.0.1:9"])
def test_an_exported_url_touches_nothing_where_no_test_needs_it(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, url: str
):
    monkeypatch.setenv("ZSTACK_URL", url)
    pytester.makepyfile(test_other="def test_nothing(): pass")
    result = pytester.runpytest()
    result.assert_outcomes(passed=1)
    assert "ZStack CreateTicket conformance" not in result.stdout.str()


def test_an_exported_url_serves_a_test_that_needs_it(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, own_test
):
    monkeypatch.setenv("ZSTACK_URL", "embedded")
    result = pytester.runpytest()
    result.assert_outcomes(passed=1)
    assert "ZStack CreateTicket conformance" in result.stdout.str()


@pytest.mark.parametrize("option", ["--help", "--fixtures", "--markers", "--setup-plan", "--co"])
def test_what_only_shows_something_reaches_no_target(pytester: pytest.Pytester, option: str):
    pytester.makepyfile(test_other="def test_nothing(): pass")
    assert pytester.runpytest("--zstack-url=http://127.0.0.1:9", option, "test_other.py").ret == 0


def test_importing_the_package_loads_none_of_its_modules():
    code = (
        "import sys, pytest_zstack_ticket as z;"
        "print(sorted(n for n in sys.modules if n.startswith('pytest_zstack_ticket.')));"
        "z.Draft; z.by_requirement"
    )
    command = [sys.executable, "-c", code]
    shown = subprocess.run(command, capture_output=True, text=True, check=True)
    assert shown.stdout == "[]\n"


def test_the_marker_is_known_to_strict_projects(pytester: pytest.Pytester):
    pytester.makepyfile('import pytest\n@pytest.mark.requirement("X-1")\ndef test_marked(): pass\n')
    pytester.runpytest("--strict-markers", "-W", "error").assert_outcomes(passed=1)
