"""Which exchanges of evidence are webhooks: what the target sends to the run, past any witness."""

from __future__ import annotations

from pytest_zstack_ticket.model.exchange import Exchange, Response

HOOKS = "-hook-"
"""Part of the ids of webhooks."""
HOOK_PATH = "/hook/"


def is_delivery(one: Exchange) -> bool:
    """Tell whether an exchange is a webhook. Our listener answers without a header: no other answer passes for one."""
    answer = one.answer
    ours = isinstance(answer, Response) and answer.status in (200, 500) and not answer.headers and not answer.body
    return ours and HOOKS in one.id and one.request.path.startswith(HOOK_PATH)
