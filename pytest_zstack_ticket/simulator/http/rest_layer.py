"""The REST layer: its checks in their fixed order, from the body's text to a bound message.

Source: dossier 4 (order), 4.1 (rows), 4.2 (path groups). Everything thrown that is not a refusal is a 500 with the
exception's text.
"""

from __future__ import annotations

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.simulator.calls.api_call import Call
from pytest_zstack_ticket.simulator.errors import Refusal
from pytest_zstack_ticket.simulator.http.authorization import authorize
from pytest_zstack_ticket.simulator.http.binding import bind
from pytest_zstack_ticket.simulator.http.careless_reading import nearly_named, overlong_text
from pytest_zstack_ticket.simulator.http.container_pages import body_text as decoded_body
from pytest_zstack_ticket.simulator.http.query_parameters import read_parameters
from pytest_zstack_ticket.simulator.http.routes import Route, decoded, find_route, split_target
from pytest_zstack_ticket.simulator.json.body_defects import malformation
from pytest_zstack_ticket.simulator.json.gson_reader import (
    GsonError,
    TooDeepError,
    drop_nulls,
    kind_of,
    located,
    parse_object,
)
from pytest_zstack_ticket.simulator.json.java_values import LONG_MAX, LONG_MIN
from pytest_zstack_ticket.simulator.state import CallContext

_CLASSES = {
    "STRING": "java.lang.String",
    "BEGIN_ARRAY": "java.util.ArrayList",
    "BOOLEAN": "java.lang.Boolean",
    "BEGIN_OBJECT": "com.google.gson.internal.LinkedTreeMap",
}
_NONE_FOUND = {"POST": "No creational API", "GET": "No query API", "DELETE": "No delete API"}
_JOB_ID_LENGTH = 32


def receive(context: CallContext) -> None:
    """Run all checks of the REST layer on a call; raises Refusal."""
    path = decoded(split_target(context.request.path)[0])
    context.path = path
    route = find_route(path, context.variant)
    if route is None:
        raise Refusal(row="R1", status=404, text=f"no api mapping to {path}", ideal=404, code="SYS.1003")
    body = _read_body(context)
    if context.request.method == "PUT" and not context.without("empty-action-cancels"):
        body = _cancelled_if_empty(body)
    context.call = _dispatch(context, route, body)
    context.variables = route.variables
    authorize(context)
    if context.call.entity or _from_query(context, route):
        read_parameters(context)
    else:
        context.raw = _parameter_object(context, body)
    try:
        bind(context)
    except GsonError as error:
        ideal = f"field[{error.path.removeprefix('$.')}] has a value of a wrong type"
        raise _crash("R22", ideal if context.variant.documented else _shown(context, error)) from None
    # the list is handed over as it is, whatever it holds (an unchecked cast)
    context.values |= context.tags_beside
    if None in (context.values.get("requests") or ()) and context.state.options.choices.null_request == "crash":
        raise _crash("R38", "")
    if not context.call.entity:
        _check_job_id(context)
        _check_timeout(context)


def _from_query(context: CallContext, route: Route) -> bool:
    """Whether a message is bound from the query: the method decides, on a path of one call that of the request."""
    method = context.request.method if route.unique else context.call.method
    return method in ("GET", "DELETE")


def _cancelled_if_empty(body: dict[str, Json] | None) -> dict[str, Json]:
    """Take an action that says nothing for a cancel."""
    said = any(isinstance(value, dict) and value for value in (body or {}).values())
    return body if body and said else {"changeTicketStatus": {"statusEvent": "cancel"}}


def _shown(context: CallContext, error: GsonError) -> str:
    """Text of an error of binding, with its place in the message as the target writes it once more."""
    return located(error, drop_nulls(context.raw)).text if error.path else error.text


def _crash(row: str, text: str) -> Refusal:
    return Refusal(row=row, status=500, text=text)


def _read_body(context: CallContext) -> dict[str, Json] | None:
    """Read the body of any method; malformed JSON is refused before anything is looked at."""
    text = body_text(context)
    try:
        if context.variant.documented:
            return _strict(text)
        return parse_object(text, integers=context.variant.integers)
    except GsonError as error:
        row = "R4" if error.text.startswith("duplicate key") else "R3"
        return _accepted_anyway(context, text) or _refuse_body(row, error.text)
    except TooDeepError:
        return _accepted_anyway(context, text) or _refuse_body("R3", "")


def _strict(text: str) -> dict[str, Json] | None:
    """Read a body as the ideal endpoint does: an object of plain JSON, or nothing."""
    if text.strip() and malformation(text):
        raise GsonError("the body is not a JSON object")
    return parse_object(text, integers=True)


def _accepted_anyway(context: CallContext, text: str) -> dict[str, Json] | None:
    """Take a malformed body for an empty message, where a fault says so."""
    if context.without(f"accept-malformed:{malformation(text)}"):
        return None
    context.waived |= {"*"}
    return {"params": {}}


def _refuse_body(row: str, text: str) -> dict[str, Json]:
    raise _crash(row, text)


def body_text(context: CallContext) -> str:
    """Decode the body as the servlet reader does; the ideal endpoint replaces what is not UTF-8."""
    if context.variant.documented:
        return (context.request.body or b"").decode("utf-8", "replace")
    if not context.without("overlong-decoded"):
        return overlong_text(context.request.body or b"")
    return decoded_body(context.request)


def _dispatch(context: CallContext, route: Route, body: dict[str, Json] | None) -> Call:
    """Find the call that is meant; a path of a single call is served whatever the method (dossier 4.2)."""
    method = _method(context, route, body)
    if route.unique and not context.variant.documented:
        return route.calls[0]
    calls = route.by_method(method)
    if context.variant.documented and not calls:
        raise Refusal(row="R17", status=405, text=f"the method {method} is not allowed here", ideal=405)
    if method == "PUT":
        return _action(context, route, body)
    if method == "HEAD":
        text = f"The method[HEAD] is not allowed for the path[/zstack{split_target(context.request.path)[0]}]"
        raise Refusal(row="R17", status=405, text=text, ideal=405)
    if not calls:
        row = {"POST": "R14", "GET": "R15"}.get(method, "R16")
        path = split_target(context.request.path)[0]
        raise _crash(row, f"{_NONE_FOUND[method]} found for the path[/zstack{path}]")
    return calls[0]


def _method(context: CallContext, route: Route, body: dict[str, Json] | None) -> str:
    """Return the method of a request; a fault takes a GET with a body for what else the path has a body for."""
    method = context.request.method
    if method != "GET" or not body or context.without("get-writes"):
        return method
    return next((one for one in ("POST", "PUT") if route.by_method(one)), method)


def _action(context: CallContext, route: Route, body: dict[str, Json] | None) -> Call:
    if body is None:
        raise _crash("R13", "")
    known = route.by_method("PUT")
    for call in known:
        if call.wrapper in body:
            return call
    lowered = {key.lower() for key in body}
    for call in known:
        if not context.without("accept-wrapper-case") and call.wrapper.lower() in lowered:
            body[call.wrapper] = next(value for key, value in body.items() if key.lower() == call.wrapper.lower())
            return call
    if known and not context.without("accept-wrong-wrapper"):
        body[known[0].wrapper] = next(iter(body.values()), None)
        return known[0]
    text = f"the body doesn't contain action mapping to the URL[{context.path}]"
    raise Refusal(row="R12", status=400, text=text)


def _parameter_object(context: CallContext, body: dict[str, Json] | None) -> dict[str, Json]:
    """Take the message out of its wrapper; tags beside it override those inside (dossier 4.3)."""
    body = body or {}
    message = body.get(context.call.wrapper)
    if message is not None and not isinstance(message, dict):
        if not context.without("accept-wrong-type:params"):
            context.waived |= {"*"}
            return {}
        raise _miscast(context, "R19", context.call.wrapper, message, "Map")
    sent = nearly_named(context, dict(message or {}))
    if message is None and not context.without(f"accept-malformed:{_emptiness(context)}"):
        context.waived |= {"*"}
    for name in ("systemTags", "userTags"):
        tags = body.get(name)
        if tags is None or not context.without(f"ignore-tags-beside:{name}"):
            continue
        if isinstance(tags, list):
            context.tags_beside[name] = tags
        elif context.without(f"accept-wrong-type:{name}"):
            raise _miscast(context, "R20", name, tags, "List")
    return sent


def _miscast(context: CallContext, row: str, field: str, value: Json, wanted: str) -> Refusal:
    if context.variant.documented:
        return _crash(row, f"field[{field}] has a value of a wrong type")
    # HotSpot throws without a text where it has compiled the cast
    text = f"{_class_of(value)} cannot be cast to java.util.{wanted}"
    return _crash(row, text if context.state.options.choices.class_cast == "text" else "")


def _emptiness(context: CallContext) -> str:
    """Say in which way a body has no message."""
    return malformation(body_text(context)) or "no-params"


def _class_of(value: Json) -> str:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return "java.lang.Long" if whole else _CLASSES.get(kind_of(value), "java.lang.Double")


def _check_job_id(context: CallContext) -> None:
    wanted = context.header("X-Job-UUID")
    if wanted is not None and len(wanted) != _JOB_ID_LENGTH and context.without("accept-job-id-length"):
        text = "Invalid header[X-Job-UUID], it must be a UUID with '-' stripped"
        raise Refusal(row="R23", status=400, text=text)


def _check_timeout(context: CallContext) -> None:
    seconds = context.header("X-API-Timeout")
    if seconds is None:
        return
    if not _is_long(seconds) and context.without("accept-bad-api-timeout"):
        raise _crash("R25", f'For input string: "{seconds}"')


def _is_long(text: str) -> bool:
    digits = text[1:] if text[:1] in ("+", "-") else text
    return text.isascii() and digits.isdecimal() and LONG_MIN <= int(text) <= LONG_MAX


def api_timeout(context: CallContext) -> int:
    """Return the time limit of the job in milliseconds (dossier 3.2): the header's, the message's or the default.

    TimeUnit.toMillis saturates, and -1 in a message means that it says nothing.
    """
    seconds = context.header("X-API-Timeout")
    if seconds and _is_long(seconds):
        return max(LONG_MIN, min(int(seconds) * 1000, LONG_MAX))
    return 1_800_000 if context.timeout is None or context.timeout == -1 else context.timeout


def refuse_used_job(context: CallContext, *, used: bool) -> None:
    """Refuse a used job id from 4.5 on; before, the second message is executed all the same."""
    if used and context.variant.unique_jobs and context.without("accept-used-job-id"):
        text = f"Duplicate job uuid[{context.header('X-Job-UUID')}]"
        raise Refusal(row="R24", status=400, text=text)
