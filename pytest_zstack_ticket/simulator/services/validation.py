"""The parameter validator: the first broken constraint, with the target's text. Source: dossier 5.2 and 5.3."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.simulator.calls.api_call import Field
from pytest_zstack_ticket.simulator.errors import ApiError
from pytest_zstack_ticket.simulator.json.java_values import trim, units
from pytest_zstack_ticket.simulator.state import CallContext

_VALIDATOR = "org.zstack.header.message.ApiMessageParamValidator"
_UUID_FORM = (
    "a UUID(v4 recommended) with '-' stripped. see http://en.wikipedia.org/wiki/Universally_unique_identifier for "
    "format of UUID, the regular expression uses to validate a UUID is "
    "'[0-9a-f]{8}[0-9a-f]{4}[1-5][0-9a-f]{3}[89ab][0-9a-f]{3}[0-9a-f]{12}'"
)
_UUID = re.compile(r"[0-9a-f]{12}[1-5][0-9a-f]{3}[89ab][0-9a-f]{15}\Z")


def validate(context: CallContext) -> None:
    """Check every field in the target's order; raises ApiError for the first broken rule."""
    with reserving(context, "reserve-refused-uuid"):
        _validate(context)


@contextmanager
def reserving(context: CallContext, fault: str) -> Iterator[None]:
    """Let the resourceUuid of what is refused meanwhile count as used, if a fault says so."""
    try:
        yield
    except ApiError:
        if not context.without(fault):
            context.state.notes.setdefault("reserved", set()).add(context.values.get("resourceUuid"))
        raise


def _validate(context: CallContext) -> None:
    for field in context.fields:
        if field.trimmed and field.kind == "string" and isinstance(context.values.get(field.name), str):
            context.values[field.name] = _trimmed(context, context.values[field.name])
        if field.name not in context.waived:
            _check(context, field, context.values.get(field.name))


def _trimmed(context: CallContext, text: str) -> str:
    return trim(text) if context.without("keep-outer-blanks") else text


def _check(context: CallContext, field: Field, value: Json) -> None:
    if value is None:
        _mandatory(context, field)
    elif isinstance(value, str):
        _check_text(context, field, value)
    elif isinstance(value, list):
        _check_list(context, field, value)


def _mandatory(context: CallContext, field: Field) -> None:
    how = "null" if field.name in context.raw else "missing"
    before = field.required_before
    required = field.required or (before is not None and not context.variant.release.at_least(*before))
    if required and context.without(f"accept-{how}:{field.name}"):
        raise _invalid(f"field[{field.name}] of message[{_owner(context)}] is mandatory, can not be null")


def _check_text(context: CallContext, field: Field, value: str) -> None:
    name, limit = field.name, field.max_length
    if limit is not None:
        limit += int(context.active.figures.get(f"limit:{name}", 0))
    if limit is not None and units(value) > limit and context.without(f"accept-too-long:{name}"):
        raise _invalid(
            f"field[{name}] of message[{_owner(context)}] exceeds max length of string. "
            f"expected was <= {limit}, actual was {units(value)}"
        )
    if field.valid and value not in field.valid and context.without(f"accept-unknown:{name}"):
        words = ", ".join(field.valid)
        raise _invalid(f"valid value for field[{name}] of message[{_owner(context)}] are [{words}], but {value} found")
    exists = not field.resource or context.store.has(field.resource, value)
    if not exists and context.without(f"accept-unknown:{name}"):
        raise ApiError(
            "SYS.1003", details=f"invalid field[{name}], resource[uuid:{value}, type:{field.resource}] not found"
        )


def _check_list(context: CallContext, field: Field, value: list[Json]) -> None:
    name = field.name
    if field.nonempty and not value and context.without(f"accept-empty-list:{name}"):
        raise _invalid(f"field[{name}] must be a nonempty list")
    if not field.null_elements and None in value and context.without(f"accept-null-element:{name}"):
        raise _invalid(f"field[{name}] cannot contain a NULL element")
    lost = [item for item in value if item and field.resource and not context.store.has(field.resource, item)]
    if lost and context.without(f"accept-unknown:{name}"):
        shown = ", ".join(map(str, lost))
        raise ApiError(
            "SYS.1003", details=f"invalid field[{name}], resource[uuids:[{shown}], type:{field.resource}] not found"
        )


def check_resource_uuid(context: CallContext) -> None:
    """Check the form of resourceUuid, which happens where the session is checked (dossier 5.1)."""
    uuid = context.values.get("resourceUuid")
    if uuid is not None and not is_uuid(uuid) and context.without("accept-malformed:resourceUuid"):
        raise _invalid(f"resourceUuid[{uuid}] is not a valid uuid. A valid uuid is {_UUID_FORM}")


def is_uuid(text: str) -> bool:
    """Tell whether a text has the form of a version 1 to 5 uuid without dashes."""
    return bool(_UUID.match(text))


def _invalid(details: str) -> ApiError:
    return ApiError("SYS.1007", details=details)


def _owner(context: CallContext) -> str:
    return _VALIDATOR if context.variant.names_validator else context.call.message
