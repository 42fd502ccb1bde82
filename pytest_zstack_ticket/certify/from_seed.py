"""Whether what a run sent was drawn from the seed that its report names: another seed may have been rehearsed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_zstack_ticket.artifacts.evidence_reader import Evidence
from pytest_zstack_ticket.model.exchange import JsonObject
from pytest_zstack_ticket.model.nonce import NONCE, NONCE_BYTES_PATTERN
from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.model.ticket import Draft

_NUMBER = re.compile(rb'"conformanceVaried":\s*\{"k(\d{1,4})":')
"""The member by which most varied drafts tell their number."""
_DRAWN = re.compile(rb"[0-9a-fA-F-]{20,}")


def of_another_seed(report: JsonObject, evidence: Evidence, profile: Profile) -> Iterator[str]:
    """Yield the varied drafts that were sent in another form than the seed gives them.

    Before a test is repeated with a draft, the draft is sent as it is, so it stands in the evidence.
    """
    first = evidence.exchanges.get(((report["calibration"] or {}).get("message") or {}).get("exchange", ""))
    bodies = [one.request.body for one in evidence.exchanges.values() if one.request.method == "POST"]
    sent = {_masked(body) for body in bodies if body and b"conformanceVaried" in body}
    numbers = sorted({int(found[1]) for body in sent for found in _NUMBER.finditer(body)})
    if first is None or not first.request.body or not numbers:
        return
    from pytest_zstack_ticket.strategies import varied_draft  # noqa: PLC0415 - imports Hypothesis

    draft = Draft(body=NONCE_BYTES_PATTERN.sub(NONCE.encode(), first.request.body))
    for number in numbers:
        made = varied_draft(draft, profile.limits, seed=report["run"]["seed"], number=number)
        if _masked(made.body) not in sent:
            yield f"draft {number} is not the one that seed {report['run']['seed']} gives"
            return


def _masked(body: bytes) -> bytes:
    return _DRAWN.sub(b"", NONCE_BYTES_PATTERN.sub(b"", body))
