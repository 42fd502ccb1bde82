"""The shipped suites run where a target and no path is given, whatever lies around."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_zstack_ticket.config.package_data import suites_folder

SOME = "ZT-BODY-004 or ZT-ANSWER-001"
SMOKE = ("--zstack-url=embedded", "--zstack-effort=smoke")


def files(pytester: pytest.Pytester):
    """Return what lies in the folder, but for pytest's own cache."""
    return sorted(path.name for path in pytester.path.iterdir() if path.name != ".pytest_cache")


def test_an_empty_folder_is_enough_and_stays_empty(
    pytester: pytest.Pytester, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
    result = pytester.runpytest(*SMOKE, "-k", f"{SOME} or ZT-BODY-060")
    result.assert_outcomes(passed=3, deselected=result.parseoutcomes()["deselected"])
    assert files(pytester) == []


def test_workers_of_xdist_share_the_run(pytester: pytest.Pytester, report: Callable[[], Any]):
    result = pytester.runpytest(*SMOKE, "-k", SOME, "-n", "2", "--zstack-report=out")
    result.assert_outcomes(passed=2)
    assert files(pytester) == ["out"]
    assert sorted(path.name for path in (pytester.path / "out").iterdir()) == [
        "ctrf.json",
        "evidence.jsonl.gz",
        "junit.xml",
        "report.html",
        "report.json",
    ]
    assert report()["counts"]["requirements"]["passed"] == 2
    assert report()["partial"]


def test_a_path_argument_runs_that_instead(pytester: pytest.Pytester, own_test: Path):
    pytester.runpytest(*SMOKE, own_test).assert_outcomes(passed=1)


def test_a_projects_own_settings_do_not_matter(pytester: pytest.Pytester):
    pytester.makefile(
        ".toml",
        pytest="""
        [pytest]
        strict = true
        filterwarnings = ["error"]
        addopts = ["--strict-markers", "--strict-config"]
        testpaths = ["mine"]
        python_files = ["check_*.py"]
        python_functions = ["check_*"]
        norecursedirs = ["*"]
        """,
    )
    pytester.makeconftest("import pytest\n@pytest.fixture(autouse=True)\ndef mine():\n    yield\n")
    pytester.mkdir("mine")
    result = pytester.runpytest(*SMOKE, "-k", SOME)
    result.assert_outcomes(passed=2, deselected=result.parseoutcomes()["deselected"])


def test_an_ini_key_names_a_target_but_does_not_ask_for_them(pytester: pytest.Pytester):
    pytester.makefile(".toml", pytest='[pytest]\nzstack_url = "embedded"\n')
    result = pytester.runpytest("--zstack-effort=smoke", "-k", SOME)
    result.assert_outcomes()
    result.stdout.fnmatch_lines(["no test was collected; to run the shipped suites, name the target *--zstack-url=URL"])


def test_a_virtual_environment_around_them_hides_nothing(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    environment = pytester.mkdir(".venv")
    (environment / "pyvenv.cfg").write_text("home = nowhere\n")
    area = environment / "site-packages" / "suites" / "answer"
    area.mkdir(parents=True)
    (area / "test_one.py").write_text("def test_one(): pass\n")
    monkeypatch.setattr("pytest_zstack_ticket.plugin.suite_selection.suites_folder", lambda: area.parent)
    pytester.runpytest(*SMOKE).assert_outcomes(passed=1)


def test_collecting_sends_nothing(pytester: pytest.Pytester):
    result = pytester.runpytest("--zstack-url=http://127.0.0.1:9", "--collect-only", "-q", "-k", SOME)
    assert result.ret == 0


def test_the_suites_of_a_checkout_need_no_target(pytester: pytest.Pytester):
    result = pytester.runpytest(
        suites_folder() / "body" / "test_refused.py", "-k", "ZT-BODY-004", "-p", "no:cacheprovider"
    )
    result.assert_outcomes(passed=1, deselected=result.parseoutcomes()["deselected"])
    result.stdout.fnmatch_lines(["*url embedded (checkout)*"])


@pytest.mark.parametrize("url", ["embedded:documented", "embedded:deployed@3.0"])
def test_other_variants_are_examined_by_their_own_profile(
    pytester: pytest.Pytester, report: Callable[[], Any], url: str
):
    pytester.runpytest(f"--zstack-url={url}", "--zstack-effort=smoke", "-k", SOME, "--zstack-report=out")
    document = report()
    assert document["verdict"] == "passed"
    assert document["profile"]["base"] == ("documented" if "documented" in url else "deployed")
    assert document["target"]["given"] == url


FRAMED = """
from pytest_zstack_ticket.client.endpoint import TicketEndpoint
PLAIN = ("", "plain", "expecting")
SEND = TicketEndpoint.send

def send(endpoint, message, **more):
    if message.framing not in PLAIN:
        assert message.edit.is_framed, message.edit.name
        print("framed:", message.edit.name)
    return SEND(endpoint, message, **more)

TicketEndpoint.send = send
"""


def test_what_no_client_can_write_is_named_so_that_nothing_else_is_shown_or_sent_for_it(pytester: pytest.Pytester):
    pytester.makepyfile(framed=FRAMED)
    some = "ZT-HTTP-019 or ZT-HTTP-031 or ZT-HTTP-033 or ZT-HTTP-034 or ZT-ACCESS-006"
    result = pytester.runpytest_subprocess("-p", "framed", "-s", *SMOKE, "-k", some)
    result.assert_outcomes(passed=result.parseoutcomes()["passed"], deselected=result.parseoutcomes()["deselected"])
    assert len({line for line in result.outlines if "framed:" in line}) > 10
