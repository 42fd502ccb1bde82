"""A release is known from the version call or the operator alone; what behaviour shows only bounds it."""

from __future__ import annotations

import pytest

from pytest_zstack_ticket.api.capabilities import narrowed, reported_release, unmet, with_release
from pytest_zstack_ticket.model.profile import Release
from tests.support.builders import answered, error, inventory, job, profile

KEEPS_NUMBERS = inventory(request=[{"apiBody": {"conformanceMark": 1}}])


def test_behaviour_that_a_gateway_may_share_promises_no_release() -> None:
    seen = narrowed(profile(), job(200, KEEPS_NUMBERS))
    assert (seen.oldest, seen.newest) == (Release(4, 6), Release(99, 0))
    assert not seen.surely_since(3, 6)
    assert unmet(["release>=3.6"], seen) == "release>=3.6"
    assert unmet(["release>=4.0?"], seen) == ""


def test_members_of_an_error_promise_no_release() -> None:
    seen = narrowed(profile(), job(503, error(retryable=False, httpStatus=503)))
    assert not seen.surely_since(3, 6)


def test_a_reported_release_promises_what_it_and_older_ones_do() -> None:
    release = reported_release(answered(200, {"version": "5.2.1"}))
    assert release == Release(5, 2)
    known = with_release(profile(), release)
    assert unmet(["release>=4.5"], known) == ""
    assert unmet(["release>=5.3"], known) == "release>=5.3"


@pytest.mark.parametrize("number", ["1.0", "1E0"])
def test_a_bound_allows_what_older_releases_do(number: str) -> None:
    body = b'{"inventory":{"request":[{"apiBody":{"conformanceMark":' + number.encode() + b"}}]}}"
    seen = narrowed(profile(), (answered(200, body),))
    assert seen.surely_before(4, 6)
    assert unmet(["release>=4.6?"], seen) == "release>=4.6?"
