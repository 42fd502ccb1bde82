"""Log-in, log-out, session validity, version and clock. Source: dossier 2.1 to 2.3."""

from __future__ import annotations

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.simulator.errors import ApiError
from pytest_zstack_ticket.simulator.services.conditions import folding
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


def log_in(context: CallContext) -> Json:
    """Serve every log-in call."""
    wrapper = context.call.wrapper
    if wrapper == "loginIAM2Project":
        return _open(context, context.caller.person, *_project(context))
    if wrapper == "loginIAM2Platform":
        return _open(context, _platform(context))
    return _open(context, _by_password(context))


def _by_password(context: CallContext) -> Person:
    wrapper, fold = context.call.wrapper, folding(context.state.options.choices.compare)
    if wrapper == "logIn":
        name, wanted = "username", context.values.get("loginType", "")
        kinds: tuple[str, ...] = _LOGIN_TYPES.get(wanted, ())
        if not kinds:
            raise ApiError("SYS.1006", "unknown-login-type", wanted)
    else:
        name, kinds = _BY_PASSWORD[wrapper]
    if wrapper == "logInByUser" and all(context.values.get(one) is None for one in ("accountName", "accountUuid")):
        raise ApiError("SYS.1007", "no-account-of-user")
    found = seed_data.person(context.values.get(name) or "", *kinds, fold=fold)
    known = found is not None or not context.without("accept-unknown-account")
    digest, given = seed_data.digest(seed_data.PASSWORD), fold(str(context.values.get("password") or ""))
    digest = fold(digest)
    compared = len(digest) if context.without("password-by-beginning") else 32
    right = given[:compared] == digest[:compared] and context.without("refuse-right-password")
    right |= len(given) >= 16 and digest.startswith(given) and not context.without("password-of-beginning")
    right |= given == "%" and not context.without("password-by-pattern")
    clear = context.values.get("password") == seed_data.PASSWORD and not context.without("accept-clear-password")
    if not known and not context.without("login-tells-users"):
        raise ApiError("ID.1000", details="there is no such account")
    if not known or not (right or clear or not context.without("accept-wrong-password")):
        if found and not context.without("wrong-login-ends-sessions"):
            context.state.sessions.close_all(found)
        raise ApiError("ID.1000", "wrong-user-login" if wrapper == "logInByUser" else "wrong-login")
    return found or seed_data.PEOPLE[0]


def _project(context: CallContext) -> tuple[str, str]:
    """Find the project that a virtual ID enters; returns its account and its uuid."""
    person = context.caller.person
    if not context.caller.virtual:
        raise ApiError("SYS.1006", "not-virtual-id")
    wanted = context.values["projectName"]
    found = seed_data.project(name=wanted)
    if found is None:
        raise ApiError("SYS.1003", "no-project", wanted)
    if found.uuid not in person.projects and context.without("accept-foreign-project"):
        raise ApiError("SYS.1006", "not-member", person.uuid, found.uuid)
    return found.account, found.uuid


def _platform(context: CallContext) -> Person:
    if not context.caller.person.operator:
        raise ApiError("SYS.1006", "not-operator", context.caller.operator)
    return context.caller.person


def _open(context: CallContext, person: Person, account: str = "", project: str = "") -> Json:
    token = context.active.via("login.token", _token)(context)
    session = context.state.sessions.open(token, person, context.now, account=account, project=project)
    return {"inventory": session_inventory(context, session)}


def _token(context: CallContext) -> str:
    return context.state.new_uuid()


def session_inventory(context: CallContext, session: Session) -> dict[str, Json]:
    """SessionInventory, its hidden member included (dossier 2.2)."""
    shown: dict[str, Json] = {
        "uuid": session.uuid,
        "accountUuid": session.account,
        "userUuid": session.operator,
        "expiredDate": date(context, min(session.expires, context.now + context.state.sessions.timeout)),
        "createDate": date(context, min(session.created, context.now)),
    }
    return shown if context.variant.documented else shown | {"noSessionEvaluation": False}


def log_out(context: CallContext) -> Json:
    """End a session; an unknown one is no error."""
    uuid, sessions = context.values["sessionUuid"], context.state.sessions
    ended = sessions.live.get(uuid)
    if ended is not None and not context.without("logout-ends-all"):
        for other in [one.uuid for one in sessions.live.values() if one.account == ended.account]:
            sessions.close(other)
    stays = ended is not None and ended.virtual and not context.without("logout-leaves-virtual")
    if context.without("logout-does-nothing") and not stays:
        sessions.close(uuid)
    return {}


def validate_session(context: CallContext) -> Json:
    """Say whether a session lives."""
    uuid, sessions = context.variables["uuid"], context.state.sessions
    session = sessions.live.get(uuid)
    if session is None and not context.without("ended-session-is-valid"):
        session = sessions.ended.get(uuid)
    return {"valid": session is not None and context.now < session.expires}


def renew_session(context: CallContext) -> Json:
    """Slide a session forward and show it."""
    session = context.state.sessions.find(context.values["uuid"], context.now)
    if session is None:
        raise ApiError("ID.1001", details="Session expired")
    return {"inventory": session_inventory(context, session)}


def get_version(context: CallContext) -> Json:
    """Show the release that is played."""
    return {"success": True, "version": context.variant.version}


def get_current_time(context: CallContext) -> Json:
    """Show the server's clock in milliseconds."""
    return {"currentTime": {"MillionSeconds": int(context.now * 1000), "Seconds": int(context.now)}, "success": True}
