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
from pytest_zstack_ticket.simulator.http.container_pages import charset
from pytest_zstack_ticket.simulator.http.query_parameters import read_parameters
from pytest_zstack_ticket.simulator.http.routes import Route, decoded, find_route, split_target
from pytest_zstack_ticket.simulator.json.body_defects import malformation
from pytest_zstack_ticket.simulator.json.gson_reader import GsonError, TooDeepError, kind_of, parse_object
from pytest_zstack_ticket.simulator.state import CallContext

_CLASSES = {
    "STRING": "java.lang.String",
    "BEGIN_ARRAY": "java.util.ArrayList",
    "BOOLEAN": "java.lang.Boolean",
    "BEGIN_OBJECT": "com.google.gson.internal.LinkedTreeMap",
}
_NONE_FOUND = {"POST": "No creational API", "GET": "No query API", "DELETE": "No delete API"}
_JOB_ID_LENGTH = 32


def receive(turn: CallContext) -> None:
    """Run all checks of the REST layer on a turn; raises Refusal."""
    path = decoded(split_target(turn.request.path)[0])
    turn.path = path
    route = find_route(path, turn.variant)
    if route is None:
        raise Refusal(row="R1", status=404, text=f"no api mapping to {path}", ideal=404, code="SYS.1003")
    body = _read_body(turn)
    turn.call = _dispatch(turn, route, body)
    turn.variables = route.variables
    authorize(turn)
    if turn.call.entity or turn.call.method == "DELETE" or turn.call.kind == "session":
        read_parameters(turn)
    if turn.call.method in ("POST", "PUT"):
        turn.raw = _parameter_object(turn, body)
    try:
        bind(turn)
    except GsonError as error:
        ideal = f"field[{error.path.removeprefix('$.')}] has a value of a wrong type"
        raise _crash("R22", ideal if turn.variant.documented else error.text) from None
    if not turn.call.entity:
        _check_job_id(turn)
        _check_timeout(turn)


def _crash(row: str, text: str) -> Refusal:
    return Refusal(row=row, status=500, text=text)


def _read_body(turn: CallContext) -> dict[str, Json] | None:
    """Read the body of any method; malformed JSON is refused before anything is looked at."""
    text = body_text(turn)
    try:
        if turn.variant.documented:
            return _strict(text)
        return parse_object(text, integers=turn.variant.integers)
    except GsonError as error:
        row = "R4" if error.text.startswith("duplicate key") else "R3"
        return _accepted_anyway(turn, text) or _refuse_body(row, error.text)
    except TooDeepError:
        return _accepted_anyway(turn, text) or _refuse_body("R3", "")


def _strict(text: str) -> dict[str, Json] | None:
    """Read a body as the ideal endpoint does: an object of plain JSON, or nothing."""
    if text.strip() and malformation(text):
        raise GsonError("the body is not a JSON object")
    return parse_object(text, integers=True)


def _accepted_anyway(turn: CallContext, text: str) -> dict[str, Json] | None:
    """Take a malformed body for an empty message, where a fault says so."""
    if turn.without(f"accept-malformed:{malformation(text)}"):
        return None
    turn.waived |= {"*"}
    return {"params": {}}


def _refuse_body(row: str, text: str) -> dict[str, Json]:
    raise _crash(row, text)


def body_text(turn: CallContext) -> str:
    """Decode the body as the servlet reader does; undecodable bytes are replaced."""
    data = turn.request.body or b""
    name = "utf-8" if turn.variant.documented else charset(turn.request)
    return data.decode(name, "replace")


def _dispatch(turn: CallContext, route: Route, body: dict[str, Json] | None) -> Call:
    """Find the call that is meant; a path of a single call is served whatever the method (dossier 4.2)."""
    method = turn.request.method
    if route.unique and not turn.variant.documented:
        return route.calls[0]
    calls = route.by_method(method)
    if turn.variant.documented and not calls:
        raise Refusal(row="R17", status=405, text=f"the method {method} is not allowed here", ideal=405)
    if method == "PUT":
        return _action(turn, route, body)
    if method == "HEAD":
        text = f"The method[HEAD] is not allowed for the path[/zstack{split_target(turn.request.path)[0]}]"
        raise Refusal(row="R17", status=405, text=text, ideal=405)
    if not calls:
        row = {"POST": "R14", "GET": "R15"}.get(method, "R16")
        path = split_target(turn.request.path)[0]
        raise _crash(row, f"{_NONE_FOUND[method]} found for the path[/zstack{path}]")
    return calls[0]


def _action(turn: CallContext, route: Route, body: dict[str, Json] | None) -> Call:
    if body is None:
        raise _crash("R13", "")
    known = route.by_method("PUT")
    for call in known:
        if call.wrapper in body:
            return call
    lowered = {key.lower() for key in body}
    for call in known:
        if not turn.without("accept-wrapper-case") and call.wrapper.lower() in lowered:
            body[call.wrapper] = next(value for key, value in body.items() if key.lower() == call.wrapper.lower())
            return call
    if known and not turn.without("accept-wrong-wrapper"):
        body[known[0].wrapper] = next(iter(body.values()), None)
        return known[0]
    text = f"the body doesn't contain action mapping to the URL[{turn.path}]"
    raise Refusal(row="R12", status=400, text=text)


def _parameter_object(turn: CallContext, body: dict[str, Json] | None) -> dict[str, Json]:
    """Take the message out of its wrapper; tags beside it override those inside (dossier 4.3)."""
    body = body or {}
    message = body.get(turn.call.wrapper)
    if message is not None and not isinstance(message, dict):
        if not turn.without("accept-wrong-type:params"):
            turn.waived |= {"*"}
            return {}
        raise _miscast(turn, "R19", turn.call.wrapper, message, "Map")
    sent = dict(message or {})
    if message is None and not turn.without(f"accept-malformed:{_emptiness(turn)}"):
        turn.waived |= {"*"}
    for name in ("systemTags", "userTags"):
        tags = body.get(name)
        if tags is None or not turn.without(f"ignore-tags-beside:{name}"):
            continue
        if isinstance(tags, list):
            sent[name] = tags
        elif turn.without(f"accept-wrong-type:{name}"):
            raise _miscast(turn, "R20", name, tags, "List")
    return sent


def _miscast(turn: CallContext, row: str, field: str, value: Json, wanted: str) -> Refusal:
    if turn.variant.documented:
        return _crash(row, f"field[{field}] has a value of a wrong type")
    return _crash(row, f"{_class_of(value)} cannot be cast to java.util.{wanted}")


def _emptiness(turn: CallContext) -> str:
    """Say in which way a body has no message."""
    return malformation(body_text(turn)) or "no-params"


def _class_of(value: Json) -> str:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return "java.lang.Long" if whole else _CLASSES.get(kind_of(value), "java.lang.Double")


def _check_job_id(turn: CallContext) -> None:
    wanted = turn.header("X-Job-UUID")
    if wanted is not None and len(wanted) != _JOB_ID_LENGTH and turn.without("accept-job-id-length"):
        text = "Invalid header[X-Job-UUID], it must be a UUID with '-' stripped"
        raise Refusal(row="R23", status=400, text=text)


def _check_timeout(turn: CallContext) -> None:
    seconds = turn.header("X-API-Timeout")
    # the emptiness check came with 4.3
    if seconds is None or (not seconds and turn.variant.release.at_least(4, 3)):
        return
    if not _is_long(seconds) and turn.without("accept-bad-api-timeout"):
        raise _crash("R25", f'For input string: "{seconds}"')


def _is_long(text: str) -> bool:
    return text.isascii() and (text[1:] if text[:1] in "+-" else text).isdecimal()


def api_timeout(turn: CallContext) -> int:
    """Return the time limit of the job in milliseconds (dossier 3.2)."""
    seconds = turn.header("X-API-Timeout")
    return int(seconds) * 1000 if seconds and _is_long(seconds) else 1_800_000


def refuse_used_job(turn: CallContext, *, used: bool) -> None:
    """Refuse a used job id from 4.5 on; before, the second message is executed all the same."""
    if used and turn.variant.unique_jobs and turn.without("accept-used-job-id"):
        text = f"Duplicate job uuid[{turn.header('X-Job-UUID')}]"
        raise Refusal(row="R24", status=400, text=text)
