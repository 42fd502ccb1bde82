"""Log-in, log-out, session validity, version and clock. Source: dossier 2.1 to 2.3."""

from __future__ import annotations

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.simulator.errors import ApiError
from pytest_zstack_ticket.simulator.services.inventories import date
from pytest_zstack_ticket.simulator.state import CallContext
from pytest_zstack_ticket.simulator.storage import seed_data
from pytest_zstack_ticket.simulator.storage.seed_data import Person
from pytest_zstack_ticket.simulator.storage.sessions import Session

_BY_PASSWORD: dict[str, tuple[str, tuple[str, ...]]] = {
    "logInByAccount": ("accountName", ("account",)),
    "logInByUser": ("userName", ("user",)),
    "loginIAM2VirtualID": ("name", ("virtual-id",)),
}
_LOGIN_TYPES = {"account": ("account",), "user": ("user",), "iam2": ("virtual-id",)}


def log_in(turn: CallContext) -> Json:
    """Serve every log-in call."""
    wrapper = turn.call.wrapper
    if wrapper == "loginIAM2Project":
        return _open(turn, turn.caller.person, *_project(turn))
    if wrapper == "loginIAM2Platform":
        return _open(turn, _platform(turn))
    return _open(turn, _by_password(turn))


def _by_password(turn: CallContext) -> Person:
    wrapper = turn.call.wrapper
    if wrapper == "logIn":
        name = "username"
        kinds: tuple[str, ...] = _LOGIN_TYPES.get(turn.values.get("loginType", ""), ())
    else:
        name, kinds = _BY_PASSWORD[wrapper]
    found = seed_data.person(turn.values.get(name) or "", *kinds)
    known = found is not None or not turn.without("accept-unknown-account")
    digest, told = seed_data.digest(seed_data.PASSWORD), str(turn.values.get("password") or "")
    compared = len(digest) if turn.without("password-by-beginning") else 32
    right = told[:compared] == digest[:compared] and turn.without("refuse-right-password")
    clear = turn.values.get("password") == seed_data.PASSWORD and not turn.without("accept-clear-password")
    if not known or not (right or clear or not turn.without("accept-wrong-password")):
        raise ApiError("ID.1000", "wrong-login")
    return found or seed_data.PEOPLE[0]


def _project(turn: CallContext) -> tuple[str, str]:
    """Find the project that a virtual ID enters; returns its account and its uuid."""
    person = turn.caller.person
    if not turn.caller.virtual:
        raise ApiError("SYS.1006", "not-virtual-id")
    wanted = turn.values["projectName"]
    found = seed_data.project(name=wanted)
    if found is None:
        raise ApiError("SYS.1003", "no-project", wanted)
    if found.uuid not in person.projects and turn.without("accept-foreign-project"):
        raise ApiError("SYS.1006", "not-member", person.uuid, found.uuid)
    return found.account, found.uuid


def _platform(turn: CallContext) -> Person:
    if not turn.caller.person.operator:
        raise ApiError("SYS.1006", "not-operator", turn.caller.operator)
    return turn.caller.person


def _open(turn: CallContext, person: Person, account: str = "", project: str = "") -> Json:
    token = turn.active.via("login.token", _token)(turn)
    session = turn.world.sessions.open(token, person, turn.now, account=account, project=project)
    return {"inventory": session_inventory(turn, session)}


def _token(turn: CallContext) -> str:
    return turn.world.new_uuid()


def session_inventory(turn: CallContext, session: Session) -> dict[str, Json]:
    """SessionInventory, its hidden member included (dossier 2.2)."""
    shown: dict[str, Json] = {
        "uuid": session.uuid,
        "accountUuid": session.account,
        "userUuid": session.operator,
        "expiredDate": date(turn, min(session.expires, turn.now + turn.world.sessions.timeout)),
        "createDate": date(turn, min(session.created, turn.now)),
    }
    return shown if turn.variant.documented else shown | {"noSessionEvaluation": False}


def log_out(turn: CallContext) -> Json:
    """End a session; an unknown one is no error."""
    uuid, sessions = turn.values["sessionUuid"], turn.world.sessions
    ended = sessions.live.get(uuid)
    if ended is not None and not turn.without("logout-ends-all"):
        for other in [one.uuid for one in sessions.live.values() if one.account == ended.account]:
            sessions.close(other)
    if turn.without("logout-does-nothing"):
        sessions.close(uuid)
    return {}


def validate_session(turn: CallContext) -> Json:
    """Say whether a session lives."""
    session = turn.world.sessions.live.get(turn.variables["uuid"])
    return {"validSession": session is not None and turn.now < session.expires}


def renew_session(turn: CallContext) -> Json:
    """Slide a session forward and show it."""
    session = turn.world.sessions.find(turn.values["uuid"], turn.now)
    if session is None:
        raise ApiError("ID.1001", details="Session expired")
    return {"inventory": session_inventory(turn, session)}


def get_version(turn: CallContext) -> Json:
    """Show the release that is played."""
    return {"version": turn.variant.version}


def get_current_time(turn: CallContext) -> Json:
    """Show the server's clock in milliseconds."""
    return {"currentTime": {"MillionSeconds": int(turn.now * 1000), "Seconds": int(turn.now)}}
