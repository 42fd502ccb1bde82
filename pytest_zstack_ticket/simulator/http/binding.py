"""From the sent map to the message's fields, with gson's coercions. Source: dossier 4.3, 4.4 and row R21."""

from __future__ import annotations

import math
import re
from typing import Any

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.simulator.calls.api_call import TICKET_EVENTS, Field
from pytest_zstack_ticket.simulator.error_messages import localized
from pytest_zstack_ticket.simulator.errors import Refusal
from pytest_zstack_ticket.simulator.json.gson_reader import GsonError, drop_nulls, expected, to_text
from pytest_zstack_ticket.simulator.json.java_values import INT_MAX, INT_MIN, LONG_MAX, LONG_MIN, double_text
from pytest_zstack_ticket.simulator.json.json_writer import write
from pytest_zstack_ticket.simulator.state import CallContext

_DIGITS = re.compile(r"[+-]?\d+\Z", re.ASCII)
_TEXTS = ("serviceId", "clientIp", "clientBrowser")
"""Texts that every message has beside its id; what is sent there is read and replaced."""
_LONGS = ("timeout", "messageDeadline", "createdTime")
_BEYOND = float(LONG_MAX)
_FLOW_FIELDS = ("name", "description", "approverUuid", "approverTitle", "parentFlowUuid")


def bind(context: CallContext) -> None:
    """Bind the fields of a call; raises Refusal (R21) or GsonError (R22)."""
    for field in context.fields:
        if field.kind == "boolean":
            _verify_boolean(context, field)
    sent = drop_nulls(context.raw)
    for field in context.fields:
        if field.name in sent:
            _bind_field(context, field, sent[field.name])
    _bind_inherited(context, sent)
    # the path is written after binding, so it wins over a uuid in the wrapper
    beaten = set() if context.without("body-uuid-wins") else {"uuid"} & set(context.values)
    context.values |= {name: value for name, value in context.variables.items() if name not in beaten}


def _bind_inherited(context: CallContext, sent: dict[str, Json]) -> None:
    """Bind what every message inherits: its time limit in milliseconds, its id, which is the job's, and its session."""
    if context.variant.documented:
        return
    longs = {
        name: whole_number(sent[name], f"$.{name}", "a long", LONG_MIN, LONG_MAX) for name in _LONGS if name in sent
    }
    context.timeout = longs.get("timeout", context.timeout)
    if "id" in sent:
        context.message_id = to_text(sent["id"], "$.id")
    for name in _TEXTS:
        to_text(sent.get(name, ""), f"$.{name}")
    # replaced by the session of the request, but only after it was read
    if not isinstance(sent.get("session", {}), dict):
        raise expected("BEGIN_OBJECT", sent["session"], "$.session")
    _check_map(sent.get("headers", {}), "$.headers")


def _check_map(value: Json, path: str, *, texts: bool = False) -> None:
    """Read a map as gson does, from an object or from a list of pairs; `texts` says that its values are strings."""
    if isinstance(value, list):
        odd = next(((at, one) for at, one in enumerate(value) if not isinstance(one, list)), None)
        if odd is not None:
            raise expected("BEGIN_ARRAY", odd[1], f"{path}[{odd[0]}]")
    elif not isinstance(value, dict):
        raise expected("BEGIN_OBJECT", value, path)
    elif texts:
        for name, one in value.items():
            to_text(one, f"{path}.{name}")


def _bind_field(context: CallContext, field: Field, value: Json) -> None:
    try:
        context.values[field.name] = _coerce(context, field, value)
    except GsonError:
        if context.without(f"accept-wrong-type:{field.name}"):
            raise
        context.values[field.name] = write(value, escape_html=False) if field.kind == "string" else []
        context.waived.add(field.name)


def _verify_boolean(context: CallContext, field: Field) -> None:
    value = context.raw.get(field.name)
    if value is None or isinstance(value, bool) or str(value).lower() in ("true", "false"):
        return
    text = localized(context.locale, "bad-boolean", field.name, value)
    raise Refusal(row="R21", status=400, text=text)


def _coerce(context: CallContext, field: Field, value: Json) -> Json:
    path = f"$.{field.name}"
    match field.kind:
        case "any":
            return value
        case "string":
            return _text(context, field.name, value, path)
        case "event":
            # an unknown name of an enum reads as null, so the complaint is "mandatory" (dossier 4.4)
            if isinstance(value, (bool, dict, list)):
                raise expected("a string", value, path)
            return value if value in TICKET_EVENTS else None
        case "map":
            _check_map(value, path, texts=True)
            return value
        case "boolean":
            return str(value).lower() == "true"
    return _coerce_list(context, field, value, path)


def _coerce_list(context: CallContext, field: Field, value: Json, path: str) -> Json:
    match field.kind:
        case "requests":
            if _holds_requests(value) and not context.without("accept-object-for-list:requests"):
                value = list(value.values())
            return [_request(context, item, f"{path}[{index}]") for index, item in enumerate(_list(value, path))]
        case "flows":
            return [_flow(item, f"{path}[{index}]") for index, item in enumerate(_list(value, path))]
    items = enumerate(_list(value, path))
    return [None if item is None else to_text(item, f"{path}[{index}]") for index, item in items]


def _text(context: CallContext, name: str, value: Json, path: str) -> str:
    """Read a string; the ideal endpoint of the page takes nothing else for one."""
    if context.variant.documented and not isinstance(value, str) and context.without(f"accept-wrong-type:{name}"):
        raise expected("a string", value, path)
    return to_text(value, path)


def _holds_requests(value: Json) -> bool:
    return isinstance(value, dict) and all(isinstance(one, dict) for one in value.values())


def _list(value: Json, path: str) -> list[Json]:
    if not isinstance(value, list):
        raise expected("BEGIN_ARRAY", value, path)
    return value


def _request(context: CallContext, value: Json, path: str) -> Json:
    """Bind a TicketRequest; a null element stays null and is judged later."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise expected("BEGIN_OBJECT", value, path)
    bound: dict[str, Json] = {}
    for name in ("requestName", "apiName"):
        if name in value:
            bound[name] = _nested_text(context, name, value[name], f"{path}.{name}")
    bound["executeTimes"] = _times(context, value.get("executeTimes"), f"{path}.executeTimes")
    if "apiBody" in value:
        bound["apiBody"] = value["apiBody"]
    return bound


def _nested_text(context: CallContext, name: str, value: Json, path: str) -> str:
    try:
        return _text(context, name, value, path)
    except GsonError:
        if context.without(f"accept-wrong-type:{name}"):
            raise
        context.waived.add(name)
        return write(value, escape_html=False)


def _times(context: CallContext, value: Json, path: str) -> int:
    if value is None:
        return 0
    try:
        return _integer(context, value, path)
    except GsonError:
        if context.without("accept-wrong-type:executeTimes"):
            raise
        return 1


def _integer(context: CallContext, value: Json, path: str) -> int:
    if isinstance(value, str) and context.variant.documented:
        raise expected("an int", value, path)
    return whole_number(value, path, "an int", INT_MIN, INT_MAX)


def whole_number(value: Any, path: str, wanted: str, least: int, most: int) -> int:
    """Read an int or a long as gson's adapters do: whole doubles and text are taken, fractions are not."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise expected(wanted, value, path)
    shown = double_text(value) if isinstance(value, float) else str(value)
    try:
        number = int(value) if isinstance(value, str) and _DIGITS.match(value) else value
        number = float(number.replace("_", "?")) if isinstance(number, str) else number  # Java has no 1_0
    except ValueError:
        said = f'For input string: "{shown}"' if shown.strip() else "empty String"
        raise GsonError(f"java.lang.NumberFormatException: {said}") from None
    if number == _BEYOND and most == LONG_MAX:
        # the double nearest to the greatest long is cast to it, and equals it again
        return LONG_MAX
    if not (math.isfinite(number) and number == int(number) and least <= number <= most):
        raise GsonError(f"java.lang.NumberFormatException: Expected {wanted} but was {shown}", path=path)
    return int(number)


def _flow(value: Json, path: str) -> Json:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise expected("BEGIN_OBJECT", value, path)
    return {name: to_text(value[name], f"{path}.{name}") for name in _FLOW_FIELDS if name in value}
