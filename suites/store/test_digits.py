"""What a large number comes back as."""

import json

import pytest

from pytest_zstack_ticket import Draft

DIGITS = [2**53 + 1, 2**63 - 1, -(2**63) + 1, 1234567890123456789]
"""Whole numbers of 64 bits that no double holds."""
MEMBER = "conformanceDigits"


@pytest.mark.requirement("ZT-STORE-023")
@pytest.mark.zstack_rounds
def test_whole_numbers_keep_their_digits(ticket_endpoint, zstack_examine):
    """From 4.6 on, whole numbers of 64 bits in an apiBody keep all their digits."""
    body = json.loads(ticket_endpoint.calibration_draft.body)
    first = body["params"]["requests"][0]
    first["apiBody"] = {**(first.get("apiBody") or {}), MEMBER: {"list": DIGITS}}
    draft = Draft(body=json.dumps(body, ensure_ascii=False).encode(), headers=ticket_endpoint.calibration_draft.headers)
    result = ticket_endpoint.create(draft)
    shown = {"shown": ticket_endpoint.find_by_mark(result)} if ticket_endpoint.is_kept(result) else {}
    violation = zstack_examine("digits-kept", subject=result, arguments={"member": MEMBER}, **shown)
    assert violation is None, violation
