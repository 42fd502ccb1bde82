"""Which inputs are the same."""

from __future__ import annotations

from pytest_zstack_ticket.verdicts.input_digest import input_of
from tests.support.builders import answered


def sent(name: str, **more: object) -> str:
    # an answer of the builder may have any members
    return input_of("subject", {"subject": (answered(200, {}, sent={"name": name}, **more),)})  # type: ignore[arg-type] # what `answered` takes


def test_what_differs_each_time_makes_no_other_input():
    one = sent(
        "a zt-0123456789abcdef", request_headers=(("Authorization", "OAuth 1"), ("Date", "x"), ("X-Job-UUID", "1"))
    )
    assert one == sent("a zt-fedcba9876543210", request_headers=(("authorization", "OAuth 2"),))


def test_other_bodies_headers_and_paths_are_other_inputs():
    found = {
        sent("a"),
        sent("b"),
        sent("a", request_headers=(("Content-Type", "text/plain"),)),
        sent("a", path="/v1/tickets/"),
        sent("a", method="PUT"),
    }
    assert len(found) == 5


def test_a_role_that_sent_nothing_has_no_input():
    assert input_of("subject", {"subject": ()}) == input_of("subject", {}) == ""
