"""The calibration draft with other members, for tests that are written by hand."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import replace

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.model.ticket import Draft


def changed_draft(draft: Draft, members: Mapping[str, Json], without: Collection[str]) -> Draft:
    """Return a draft with other members of `params`; None is sent as null, and those in `without` not at all.

    The nonce by which the ticket is found again stands in the name and in the first request's name: keep one of them.
    """
    body = json.loads(draft.body)
    params = {**body["params"], **members}
    kept = {name: value for name, value in params.items() if name not in without}
    text = json.dumps({**body, "params": kept}, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return replace(draft, body=text.encode("utf-8", "surrogatepass"), edit=None)


def unvaried(draft: Draft, _number: int) -> Draft:
    """Return the calibration draft itself for every round."""
    return draft
