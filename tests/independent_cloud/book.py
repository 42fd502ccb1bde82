"""What the cloud remembers, and how it says times, errors and rows."""

from __future__ import annotations

import hashlib
import itertools
import json
import random
import threading
import time
import uuid
from datetime import datetime, timedelta, timezone
from typing import Any

from tests.independent_cloud.kinds import Kind

ADMIN = "36c27e8ff05c4780bf6d2fa65700f22e"
PLATFORM = "2dce5dc485554d21a3796500c1db007a"
DEFAULT_FLOW = "872c04e82fee40509447b9ec90fc5aa1"
VM_TYPE = "3b933e9aaf2d49b9a3dcf0c92867790f"
PROJECT = "28c9a199e3e842d28c9805eb89be56cb"
VIRTUAL_ID = "1c255722caf34cb888b57d11a744248c"
PASSWORD = hashlib.sha512(b"password").hexdigest()
KEY_ID, KEY_SECRET = "Kd3VbXJ0Lk9mQ2hZ", "b7jLkq9sT0pWx2uYv4nR"
CHINA = timezone(timedelta(hours=8))

TEXTS = {
    "SYS.1000": "An internal error happened in system",
    "SYS.1003": "A resource can not be found",
    "SYS.1006": "An operation failed",
    "SYS.1007": "One or more API argument is invalid",
    "ID.1000": "Unable to authenticate a user",
    "ID.1001": "The session is invalid, either wrong session id or the session has been expired",
}
OWN = {
    "SYS.1000": "GATEWAY.9000",
    "SYS.1003": "NOT_FOUND.4040",
    "SYS.1006": "CONFLICT.4090",
    "SYS.1007": "BAD_FIELD.4001",
    "ID.1000": "AUTH.4010",
    "ID.1001": "AUTH.4011",
}
SERVICE = {"SYS.1006": "TICKET_STATUS.2002", "SYS.1000": "IAM2.1004"}
CHINESE = {
    "wrong account name or password": "错误的账户名或密码",
    "no accountSystemType[{}] defined in system": "系统中没有定义账户系统类型[{}]",
    "invalid request. no API[{}] found": "无效请求，没有找到API[{}]",
    "not matched ticket type found": "没有找到匹配的工单类型",
    "operation denied. the ticket is in status of {}, cannot do the operation[{}]": "操作拒绝。工单处于状态{0}，不能做操作[{0}]",
    "ticket[uuid:{}, name:{}] can only be updated after being cancelled, current status is {}": "工单[uuid:{}, 名称:{}]只有在取消后才能更新，当前状态为{}",
    "permission denied, the account[uuid:{}] is not the owner of the resource[uuid:{}, type:TicketVO]": "权限拒绝，账户[uuid:{}]不是资源[uuid:{}, 类型:TicketVO]的所有者",
    "operation denied. the operator needs to be done by account/virtual ID[uuid:{}]": "操作拒绝。操作需要由账户/虚拟ID[uuid:{}]完成",
    "the virtual ID[uuid:{}] is not the owner of the ticket[uuid:{}, name:{}]": "虚拟ID[uuid:{}]不是工单[uuid:{}, 名称:{}]的所有者",
    "operation denied because flow collection[uuid:{}] it not belong the project[uuid:{}]": "操作拒绝，工单流程[uuid:{}]不属于项目[uuid:{}]",
    "no matched ticket flow collection or no default ticket flow collection found": "没有找到匹配的工单流程或默认工单流程",
}


class Refused(Exception):
    """A refusal of the API itself: an error object."""

    def __init__(self, code: str, details: str, *values: object) -> None:
        super().__init__(details)
        self.code, self.details, self.values = code, details, values


class Denied(Refused):
    """A refusal for who it is that asks."""


class Turned(Exception):
    """A refusal of the REST layer: a status and a text."""

    def __init__(self, status: int, text: str, *, html: bool = False) -> None:
        super().__init__(text)
        self.status, self.text, self.html = status, text, html


class Job:
    def __init__(self) -> None:
        self.done = threading.Event()
        self.status, self.body, self.reads = 202, {}, 0
        self.born = time.monotonic()
        self.caller = ""


class Book:
    def __init__(self, kind: Kind, flaw: str = "") -> None:
        self.kind, self.flaw = kind, flaw
        self.lock = threading.RLock()
        self.sessions: dict[str, dict[str, Any]] = {}
        self.tickets: dict[str, dict[str, Any]] = {}
        self.archived: list[dict[str, Any]] = []
        self.histories: list[dict[str, Any]] = []
        self.archived_histories: list[dict[str, Any]] = []
        self.jobs: dict[str, Job] = {}
        self.dead: set[str] = set()
        self.cache: dict[str, tuple[float, list[dict[str, Any]]]] = {}
        self.first: dict[str, str] = {}  # the ticket that a body made first
        self.ended: dict[str, dict[str, Any]] = {}  # the sessions that were logged out
        self.sequence = itertools.count(random.randrange(100, 999), 3)
        self.count, self.under_way, self.last = 0, 0, None
        self.busy = 0  # asynchronous calls on their way
        self.recent: list[dict[str, Any]] = []  # the sessions last asked for

    def on(self, *names: str) -> bool:
        return self.flaw in names

    # -- sessions

    def open_session(self, **who: Any) -> dict[str, Any]:
        token = fresh()
        if self.on("session-low-entropy"):
            token = "5b1f7c0e9a3d4e6f8b2a7d1c0e5f" + fresh()[:4]
        if self.on("login-uuid-dashes"):
            token = str(uuid.uuid4())
        session = {"uuid": token, "uses": 0, "born": time.time(), **who}
        with self.lock:
            if self.kind.one_session:
                self.sessions = {key: held for key, held in self.sessions.items() if held["user"] != who["user"]}
            self.sessions[token] = session
        return session

    def other(self, session: dict[str, Any]) -> dict[str, Any]:
        """The session of somebody else that was asked for last."""
        found = [held for held in self.recent if held["user"] != session.get("user")]
        return found[-1] if found else {}

    def mixed(self, session: dict[str, Any]) -> dict[str, Any]:
        """The session, or under a flaw that of somebody else."""
        other = self.other(session)
        self.recent = [*self.recent[-7:], session | {"at": time.time()}]
        if not other or session.get("account") == PLATFORM:
            return session  # who logs in to a project is who he is, or no run would begin
        self.count += 1
        mixed = (
            (self.on("session-mix") and self.count % 7 == 0)
            or (self.on("session-mix-soon") and time.time() - other["at"] < 0.004)
            or (self.on("session-mix-busy") and self.busy > 1)
            or (self.on("session-first-digit") and other["uuid"][0] == session["uuid"][0])
        )
        return other if mixed else session

    def whose(self, token: str) -> dict[str, Any]:
        with self.lock:
            session = self.sessions.get(token)
            if session is None and self.on("session-case"):
                session = self.sessions.get(token.lower())
            if session is None and self.on("session-prefix"):
                session = next(
                    (
                        s
                        for key, s in self.sessions.items()
                        if len(token) >= 16 and (key.startswith(token) or token.startswith(key))
                    ),
                    None,
                )
            if session is None and (
                self.on("session-any")
                or (self.on("session-any-hex") and len(token) == 32)
                or (self.on("session-empty") and not token)
            ):
                session = {"account": ADMIN, "user": ADMIN, "admin": True, "uses": 0}
            if session is None:
                raise Refused("ID.1001", "Session expired")
            session["uses"] += 1
            if self.kind.session_uses and session["uses"] > self.kind.session_uses:
                self.sessions.pop(token, None)
                raise Refused("ID.1001", "Session expired")
            return self.mixed(session)

    def close_session(self, token: str) -> None:
        if self.on("logout-nothing"):
            return
        with self.lock:
            if self.on("logout-kills-all"):
                self.sessions.clear()
            if token not in self.sessions and self.on("logout-twice-error"):
                raise Refused("ID.1001", "Session expired")
            if token in self.sessions:
                self.ended[token] = self.sessions.pop(token)

    # -- history

    def note(
        self,
        row: dict[str, Any],
        before: str,
        after: str,
        comment: str | None,
        by: dict[str, Any],
        *,
        results: list[dict[str, Any]] | None = None,
    ) -> None:
        if self.on("history-none") or (self.on("history-no-cancel") and after == "Cancelled"):
            return
        if self.on("history-swapped"):
            before, after = after, before
        if self.on("history-comment-lost"):
            comment = None
        if self.on("comment-cut") and comment:
            comment = comment[:16]
        number = next(self.sequence)
        if self.on("history-backwards"):
            number = 100000 - number
        if self.on("history-constant"):
            number = 7
        if self.on("history-wrong-before") and after == "Cancelled":
            before = "IntermediateApproved"
        now = time.time()
        owner = next(iter(self.tickets)) if self.on("history-other-ticket") and self.tickets else row["uuid"]
        self.histories.append(
            {
                "uuid": fresh(),
                "sequence": number if self.kind.release >= (4, 0) else None,
                "ticketUuid": owner,
                "fromStatus": before,
                "toStatus": after,
                "comment": comment,
                "operationContextType": "StatusChanged",
                "operatorType": "org.zstack.iam2.entity.IAM2VirtualIDVO",
                "operatorUuid": PLATFORM if self.on("history-operator-other") else by.get("user"),
                "operationContext": {"requestResults": results} if results else None,
                "createDate": now,
                "lastOpDate": now,
                "_by": row.get("_by"),
                "_user": row.get("_user"),
            }
        )

    # -- words

    def error(self, refused: Refused) -> dict[str, Any]:
        code = {"own": OWN, "service": SERVICE}.get(self.kind.codes, {}).get(refused.code, refused.code)
        if isinstance(refused, Denied):
            code = {"own": "FORBIDDEN.4030", "service": "IAM2.1002"}.get(self.kind.codes, refused.code)
        details = refused.details
        if self.kind.chinese:
            details = CHINESE.get(details, details)
        details = details.format(*refused.values) if refused.values else details
        body: dict[str, Any] = {"code": code, "description": TEXTS.get(refused.code, "An error"), "details": details}
        if self.kind.release >= (3, 6) and not self.kind.bare:
            body["cost"] = "0ms"
        if refused.code == "ID.1001" and self.kind.refusal == "late":
            body["elaboration"] = "错误信息: 会话已失效"
            body["messages"] = {
                "category": "ID",
                "code": "1001",
                "message_cn": "会话已失效",
                "message_en": "session",
                "distance": 0.0,
            }
        if self.kind.release >= (5, 4):
            body |= {
                "globalErrorCode": "ORG_ZSTACK_TICKET_10012",
                "message": details,
                "formatArgs": [],
                "localizedMessage": "参数错误",
                "retryable": False,
                "httpStatus": 503,
            }
        if self.kind.extra:
            body |= {
                "opaque": {"a": 1},
                "hint": "x",
                "causes": [{"code": "SYS.1006", "description": "An operation failed", "details": "inner"}],
            }
        return flawed_error(self, body)

    def date(self, moment: float) -> Any:
        when = datetime.fromtimestamp(moment, CHINA)
        if self.on("date-epoch"):
            return int(moment * 1000)
        if self.on("date-sql"):
            return when.strftime("%Y-%m-%d %H:%M:%S")
        if self.on("date-day-first"):
            return when.strftime("%d/%m/%Y %H:%M")
        if self.kind.dates == "iso":
            return when.strftime("%Y-%m-%dT%H:%M:%S.000+08:00")
        comma = "," if self.kind.dates in {"java9", "java20"} else ""
        space = "\u202f" if self.kind.dates == "java20" else " "
        return f"{when:%b} {when.day}, {when.year}{comma} {int(when.strftime('%I'))}:{when:%M:%S}{space}{when:%p}"

    def row(self, row: dict[str, Any]) -> dict[str, Any]:
        """A stored row as it goes over the wire."""
        shown = {k: v for k, v in row.items() if not k.startswith("_")}
        for name in ("createDate", "lastOpDate"):
            if isinstance(shown.get(name), float):
                shown[name] = self.date(shown[name])
        if self.kind.release < (4, 6) and not self.kind.bare:
            for name in ("request", "accountSystemContext"):
                if name in shown:
                    shown[name] = doubles(shown[name], typed=name == "request")
        if not self.kind.keeps_api_body and "request" in shown:
            shown["request"] = [{k: v for k, v in one.items() if k != "apiBody"} for one in shown["request"]]
        if self.kind.extra:
            shown |= {"organizationUuid": None, "accountUuid": ADMIN, "priority": 3, "labels": []}
        return flawed_row(self, shown)


def flawed_error(book: Book, body: dict[str, Any]) -> dict[str, Any]:
    on = book.on
    if on("error-no-description"):
        del body["description"]
    if on("error-empty-description"):
        body["description"] = ""
    if on("error-no-code"):
        del body["code"]
    if on("error-code-number"):
        body["code"] = 1007
    if on("error-code-bare"):
        body["code"] = body["code"].split(".")[-1]
    if on("error-code-words"):
        body["code"] = "INVALID ARGUMENT"
    if on("error-details-object"):
        body["details"] = {"text": body["details"]}
    if on("error-cause-text"):
        body["cause"] = "java.lang.NullPointerException"
    if on("error-cause-empty"):
        body["cause"] = {"details": "x"}
    if on("error-null-code"):
        body["code"] = None
    if on("error-stack"):
        body["details"] = (
            "java.lang.NullPointerException\n\tat org.zstack.ticket.TicketBase.handle(TicketBase.java:235)\n\tat java.lang.Thread.run(Thread.java:748)"
        )
    return body


def flawed_row(book: Book, shown: dict[str, Any]) -> dict[str, Any]:
    on = book.on
    if "request" not in shown:
        return shown
    if on("row-no-uuid"):
        shown.pop("uuid")
    if on("row-no-status"):
        shown.pop("status")
    if on("row-uuid-dashes"):
        shown["uuid"] = str(uuid.UUID(shown["uuid"]))
    if on("row-uuid-upper"):
        shown["uuid"] = shown["uuid"].upper()
    if on("row-status-new"):
        shown["status"] = "New" if shown["status"] == "Pending" else shown["status"]
    if on("row-status-lower"):
        shown["status"] = shown["status"].lower()
    if on("row-requests-key"):
        shown["requests"] = shown.pop("request")
    if on("row-request-object"):
        shown["request"] = shown["request"][0]
    if on("row-request-text"):
        shown["request"] = json.dumps(shown["request"])
    if on("row-dates-reversed"):
        shown["createDate"], shown["lastOpDate"] = book.date(time.time()), book.date(time.time() - 86400)
    if on("row-no-type"):
        shown.pop("accountSystemType")
    if on("row-name-escaped"):
        shown["name"] = shown["name"].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if on("row-times-text"):
        shown["request"] = [r | {"executeTimes": str(r["executeTimes"])} for r in shown["request"]]
    if on("row-description-null-text"):
        shown["description"] = shown.get("description") or "null"
    return shown


def doubles(value: Any, *, typed: bool) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return float(value) if abs(value) < 1 << 1000 else value
    if isinstance(value, list):
        return [doubles(v, typed=typed) for v in value]
    if isinstance(value, dict):
        return {k: v if typed and k == "executeTimes" else doubles(v, typed=False) for k, v in value.items()}
    return value


def fresh() -> str:
    return uuid.uuid4().hex
