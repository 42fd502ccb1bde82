"""Whether what a run sent was drawn from the seed that its report names: another seed may have been rehearsed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pytest_zstack_ticket.artifacts.evidence_reader import Evidence
from pytest_zstack_ticket.model.exchange import JsonObject
from pytest_zstack_ticket.model.nonce import NONCE, NONCE_BYTES_PATTERN
from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.model.ticket import Draft
from pytest_zstack_ticket.model.verdict import Example

_NUMBER = re.compile(rb'"conformanceVaried":\s*\{"k(\d{1,4})":')
"""The member by which most varied drafts tell their number."""
OF_TABLES = frozenset(
    {"test_refused::test_invalid_body_is_refused", "test_accepted::test_variation_does_not_change_the_decision"}
)
"""The tests whose rows are edits of the calibration draft, or of a varied one."""
MOST_DRAFTS = 75
"""How many drafts a test tries at most: three for each of the 25 inputs that it is to examine."""
_DRAWN = re.compile(rb"[0-9a-fA-F-]{20,}")


def of_another_seed(
    report: JsonObject, evidence: Evidence, profile: Profile, examples: Iterable[Example]
) -> Iterator[str]:
    """Yield the varied drafts that were sent in another form than the seed gives them.

    Before a test is repeated with a draft, the draft is sent as it is, so it stands in the evidence. Rows of the tables
    are edits of the calibration draft or of a varied one: of no other, whatever member it tells its number by.
    """
    first = evidence.exchanges.get(((report["calibration"] or {}).get("message") or {}).get("exchange", ""))
    bodies = [one.request.body for one in evidence.exchanges.values() if one.request.method == "POST"]
    sent = {_masked(body) for body in bodies if body and b"conformanceVaried" in body}
    numbers = {int(found[1]) for body in sent for found in _NUMBER.finditer(body)}
    if first is None or not first.request.body:
        return
    siblings = _siblings(examples, evidence) - {_masked(first.request.body)}
    if not numbers and not siblings:
        return
    from pytest_zstack_ticket.strategies import varied_draft  # noqa: PLC0415 - imports Hypothesis

    seed = report["run"]["seed"]
    draft = Draft(body=NONCE_BYTES_PATTERN.sub(NONCE.encode(), first.request.body))
    for number in range(1, max(numbers, default=0) + MOST_DRAFTS + 1):
        made = _masked(varied_draft(draft, profile.limits, seed=seed, number=number).body)
        siblings.discard(made)
        if number in numbers and made not in sent:
            yield f"draft {number} is not the one that seed {seed} gives"
            return
    if siblings:
        yield f"rows of tables were made of a draft that is not one of those that seed {seed} gives"


def _siblings(examples: Iterable[Example], evidence: Evidence) -> set[bytes]:
    """Return the drafts that the rows of the tables were made of."""
    ids = {
        one.roles["sibling"][0]
        for one in examples
        if one.edit is not None and one.test.partition("[")[0] in OF_TABLES and one.roles.get("sibling")
    }
    return {_masked(evidence.exchanges[one].request.body or b"") for one in ids}


def _masked(body: bytes) -> bytes:
    return _DRAWN.sub(b"", NONCE_BYTES_PATTERN.sub(b"", body))
