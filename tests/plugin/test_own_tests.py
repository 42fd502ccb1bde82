"""A vendor's own tests: the fixtures, a requirement of his own, and what he is told when something is missing."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_zstack_ticket.cli.main import main

FAILING = '''
import pytest

@pytest.mark.requirement("OWN-1")
def test_a_short_name_is_refused(ticket_endpoint, zstack_examine):
    """A short name is refused, which is not so."""
    trail = ticket_endpoint.create(ticket_endpoint.calibration_draft)
    assert zstack_examine("refusal", subject=trail, sibling=ticket_endpoint.calibration) is None
'''


def test_ten_lines_make_a_verdict(pytester: pytest.Pytester, own_test: Path, report: Callable[[], Any]):
    pytester.runpytest("--zstack-url=embedded", "--zstack-report=out", own_test).assert_outcomes(passed=1)
    (requirement,) = report()["requirements"]
    assert requirement["id"] == "OWN-1"
    assert requirement["text"]["en"] == "A second create is decided like the first."
    assert requirement["verdict"] == "passed"
    assert report()["verdict"] == "passed"


def test_a_departure_fails_the_test_in_few_words(pytester: pytest.Pytester, report: Callable[[], Any]):
    result = pytester.runpytest("--zstack-url=embedded", "--zstack-report=out", pytester.makepyfile(FAILING))
    assert result.ret == 1
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["OWN-1 (must): A short name is refused, which is not so.", "  expected  refused"])
    assert "Traceback" not in result.stdout.str()
    (finding,) = report()["requirements"][0]["findings"]
    assert finding["expected"]["zh"] == "被拒绝"
    assert finding["curl"].startswith("curl ")
    assert "test_a_short_name_is_refused" in finding["regenerate"]


def test_a_departure_that_nobody_asserts_fails_too(pytester: pytest.Pytester):
    quiet = FAILING.replace("    assert zstack", "    zstack").replace(" is None", "")
    pytester.runpytest("--zstack-url=embedded", pytester.makepyfile(quiet)).assert_outcomes(failed=1)


def test_a_test_that_breaks_is_an_error_and_no_failure_of_the_target(
    pytester: pytest.Pytester, report: Callable[[], Any]
):
    broken = pytester.makepyfile(
        'import pytest\n@pytest.mark.requirement("OWN-2")\ndef test_it(ticket_endpoint): 1 / 0\n'
    )
    result = pytester.runpytest("--zstack-url=embedded", "--zstack-report=out", broken)
    assert result.ret == 1
    assert report()["verdict"] == "error"
    assert "division by zero" in report()["requirements"][0]["reason"]["en"]


def test_a_test_without_examples_is_inconclusive(pytester: pytest.Pytester, report: Callable[[], Any]):
    empty = pytester.makepyfile(
        'import pytest\n@pytest.mark.requirement("OWN-3")\ndef test_it(ticket_endpoint): pass\n'
    )
    result = pytester.runpytest("--zstack-url=embedded", "--zstack-report=out", "-rs", empty)
    assert result.ret == 12
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED*inconclusive: no example could be examined"])
    assert report()["exit_status"] == 12


def test_fixtures_without_a_target_say_what_is_missing(pytester: pytest.Pytester, own_test: Path):
    result = pytester.runpytest(own_test)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*there is no target: use --zstack-url*"])


def test_plain_tests_beside_ours_keep_their_own_reports(pytester: pytest.Pytester, own_test: Path):
    plain = pytester.makepyfile(test_plain="def test_plain(): assert [1] == [2]\n")
    result = pytester.runpytest("--zstack-url=embedded", own_test, plain)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*assert [[]1[]] == [[]2[]]*"])
    assert result.ret == 1


def test_session_profile_context_and_observations_are_at_hand(pytester: pytest.Pytester, report: Callable[[], Any]):
    used = pytester.makepyfile(
        """
        import pytest

        @pytest.mark.requirement("OWN-4")
        def test_it(zstack_session, zstack_profile, zstack_context, zstack_observe, zstack_examine, ticket_endpoint):
            assert len(zstack_session.uuid) == 32
            assert "accepted" in zstack_profile.capabilities
            assert not zstack_context.given
            trail = ticket_endpoint.call("GET", "/v1/tickets?limit=1")
            zstack_observe("query.total", None, trail)
            assert zstack_examine("no-html-page", subject=trail, arguments={"call": "query"}) is None
        """
    )
    pytester.runpytest("--zstack-url=embedded", "--zstack-report=out", used).assert_outcomes(passed=1)
    (observation,) = report()["observations"]
    assert observation["id"] == "query.total"
    assert observation["values"][0]["count"] == 1


PLAIN = """
from pathlib import Path
import pytest
from pytest_zstack_ticket import Accepted

@pytest.mark.requirement("OWN-8")
def test_the_sample_is_accepted(ticket_endpoint):
    \"\"\"The sample is accepted.\"\"\"
    result = ticket_endpoint.create(ticket_endpoint.calibration_draft)
    assert {condition}
"""


@pytest.mark.parametrize("arguments", [(), ("-n", "2")])
def test_a_plain_assertion_that_holds_passes(
    pytester: pytest.Pytester, report: Callable[[], Any], arguments: tuple[str, ...]
):
    plain = pytester.makepyfile(PLAIN.format(condition="isinstance(result.outcome, Accepted)"))
    result = pytester.runpytest("--zstack-url=embedded", "--zstack-report=out", plain, *arguments)
    result.assert_outcomes(passed=1)
    assert result.ret == 0
    (row,) = report()["requirements"]
    assert (row["id"], row["verdict"], row["examples"]["held"]) == ("OWN-8", "passed", 1)
    assert main(["judge", "out"]) == 0


def test_a_plain_assertion_that_does_not_hold_fails_with_its_exchange(
    pytester: pytest.Pytester, report: Callable[[], Any]
):
    plain = pytester.makepyfile(PLAIN.format(condition="result.refused"))
    result = pytester.runpytest("--zstack-url=embedded", "--zstack-report=out", plain)
    result.assert_outcomes(failed=1)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["E*assert False", "E*refused*"])
    (row,) = report()["requirements"]
    assert row["verdict"] == "failed"
    (finding,) = row["findings"]
    assert "assert False" in finding["actual"]["en"]
    assert finding["curl"].startswith("curl ")
    assert main(["judge", "out"]) == 0


def test_a_failed_assertion_quotes_no_part_of_a_secret(pytester: pytest.Pytester, report: Callable[[], Any]):
    leaking = PLAIN.replace("(ticket_endpoint)", "(ticket_endpoint, zstack_session)").format(
        condition="not Path('token').write_text(zstack_session.uuid) or zstack_session.uuid == ''"
    )
    result = pytester.runpytest("--zstack-url=embedded", "--zstack-report=out", pytester.makepyfile(leaking))
    result.assert_outcomes(failed=1)
    token, shown = (pytester.path / "token").read_text(), result.stdout.str() + json.dumps(report())
    assert [part for part in (token[n : n + 8] for n in range(24)) if part in shown] == []


def test_unmarked_tests_that_use_the_fixtures_are_ordinary_tests(pytester: pytest.Pytester):
    plain = pytester.makepyfile(
        PLAIN.replace('@pytest.mark.requirement("OWN-8")', "").format(condition="result.started_job")
    )
    result = pytester.runpytest("--zstack-url=embedded", plain)
    result.assert_outcomes(passed=1)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["no test was marked with a requirement*"])
    wrong = pytester.makepyfile(test_wrong="def test_it(ticket_endpoint): assert ticket_endpoint is None\n")
    assert pytester.runpytest("--zstack-url=embedded", plain, wrong).ret == 1


CATALOGUE = """
[[requirement]]
id = "OWN-8"
text = { en = "The portal's sample is accepted.", zh = "门户的示例请求被接受。" }
level = "should"
source = "portal handbook 4.2"

[[requirement]]
id = "OWN-9"
text = { en = "Nothing examines this yet." }
"""


def test_own_requirements_come_from_a_file_and_those_without_a_test_are_untested(
    pytester: pytest.Pytester, report: Callable[[], Any]
):
    pytester.path.joinpath("requirements.toml").write_text(CATALOGUE, "utf-8")
    plain = pytester.makepyfile(PLAIN.format(condition="isinstance(result.outcome, Accepted)"))
    pytester.runpytest("--zstack-url=embedded", "--zstack-report=out", "--zstack-requirements=.", plain)
    first, second = report()["requirements"]
    assert (first["text"]["zh"], first["level"], first["source"]) == (
        "门户的示例请求被接受。",
        "should",
        "portal handbook 4.2",
    )
    assert (first["verdict"], second["verdict"]) == ("passed", "untested")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (CATALOGUE.replace("OWN-9", "OWN-8"), "OWN-8 is defined above already"),
        (CATALOGUE.replace("OWN-9", "ZT-BODY-001"), "an id of your own such as OWN-1"),
        ("requirement = 1", "line 1"),
    ],
)
def test_a_file_of_requirements_that_cannot_be_used_is_refused_first(pytester: pytest.Pytester, text: str, words: str):
    pytester.path.joinpath("own.toml").write_text(text, "utf-8")
    result = pytester.runpytest("--zstack-url=embedded", "--zstack-requirements=own.toml")
    assert result.ret == 4
    assert words in result.stderr.str()
    assert len(result.stderr.str().strip().splitlines()) == 1
