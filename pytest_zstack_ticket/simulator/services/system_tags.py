"""System tags of a create: the tag service refuses what no tag definition matches. Source: TagManagerImpl.intercept."""

from __future__ import annotations

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.simulator.errors import ApiError
from pytest_zstack_ticket.simulator.state import CallContext

_EPHEMERAL = "ephemeral::"
VALIDATION_ONLY = "ephemeral::validationOnly"
"""Makes any call run all checks and then succeed without doing anything (EphemeralSystemTag.java)."""
_CREATES = ("create_ticket", "create_collection", "add_flow")


def check_system_tags(context: CallContext) -> None:
    """Refuse unknown tags of a create; no tag is defined for tickets. Raises ApiError."""
    tags: list[Json] = context.values.get("systemTags") or []
    if context.call.handler not in _CREATES or context.variant.documented or "systemTags" in context.waived:
        return
    for tag in tags:
        if not isinstance(tag, str):
            raise ApiError("SYS.1000", details=_miscast(tag))
        if not tag.startswith(_EPHEMERAL) and context.without("accept-unknown:systemTags"):
            raise ApiError("SYS.1007", "no-system-tag", tag)


def _miscast(tag: Json) -> str:
    if tag is None:
        return "java.lang.NullPointerException"
    kind = "java.lang.Boolean" if isinstance(tag, bool) else "java.lang.Long" if isinstance(tag, int) else None
    kind = kind or ("java.lang.Double" if isinstance(tag, float) else "com.google.gson.internal.LinkedTreeMap")
    return f"java.lang.ClassCastException: {kind} cannot be cast to java.lang.String"
