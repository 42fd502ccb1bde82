"""What a project's own test asserts by itself.

No check of ours can judge it again: the evidence has the exchanges that the test saw and what its assertion said.
"""

from __future__ import annotations

from pytest_zstack_ticket.checks.outcomes import Arguments
from pytest_zstack_ticket.model.exchange import Trails
from pytest_zstack_ticket.model.outcome import Judgement, Phrase, Violation
from pytest_zstack_ticket.model.profile import Profile

OWN_ASSERTION = "own-assertion"
"""Name of the check; only requirements of a project's own may use it."""


def own_assertion(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Repeat what a test said: `failure` is the text of the assertion that failed; without it all of them held."""
    del trails, profile
    failure = arguments.get("failure")
    if failure is None:
        return None
    return Violation(expected=Phrase.of("assertion-holds"), actual=Phrase.of("assertion-failed", text=failure))
