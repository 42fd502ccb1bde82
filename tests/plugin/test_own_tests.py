"""A vendor's own tests: the fixtures, a requirement of his own, and what he is told when something is missing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

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
