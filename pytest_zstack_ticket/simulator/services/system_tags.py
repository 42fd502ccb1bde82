"""System tags of a create: the tag service refuses what no tag definition matches. Source: TagManagerImpl.intercept."""

from __future__ import annotations

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.simulator.errors import ApiError
from pytest_zstack_ticket.simulator.state import CallContext

_JAVA_CLASSES = {
    bool: "java.lang.Boolean",
    int: "java.lang.Long",
    float: "java.lang.Double",
    list: "java.util.ArrayList",
}
"""What gson makes of a value whose type is not declared; a bool of Python is an int, too, and comes first."""
_MAP = "com.google.gson.internal.LinkedTreeMap"
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
        if not tag.startswith(_EPHEMERAL):
            break
    else:
        return
    # once one is to be looked up, all are, and only one of the ephemeral ones is defined
    unknown = next((tag for tag in tags if tag != VALIDATION_ONLY), None)
    if unknown is not None and context.without("accept-unknown:systemTags"):
        raise ApiError("SYS.1007", "no-system-tag", unknown)


def _miscast(tag: Json) -> str:
    if tag is None:
        return "java.lang.NullPointerException"
    kind = next((name for kind, name in _JAVA_CLASSES.items() if isinstance(tag, kind)), _MAP)
    return f"java.lang.ClassCastException: {kind} cannot be cast to java.lang.String"
