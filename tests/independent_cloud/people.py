"""Who is who in two projects: whose tickets are whose, who sees them and who may move them."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from tests.independent_cloud.book import ADMIN, DEFAULT_FLOW, PROJECT, VIRTUAL_ID, VM_TYPE, Book, Denied, Refused
from tests.independent_cloud.kinds import Kind

HARBOUR = "7f1c0d5be94a4f6d8a3e52b0c9d71a46"
BOB = "e0b6c7d3f2a94c518d7e6f0a1b2c3d4e"
CAROL = "9a8b7c6d5e4f40318273645546372819"
LAB, YARD = "4c3f9e1d2b7a4a6c9d8e0f1a2b3c4d5e", "b5a4938271604f5e8d7c6b5a49382716"
FLOW_ROCKET = "3d2c1b0a9f8e4d7c9b6a594837261504"
FLOW_HARBOUR = "60718293a4b54c6d8e9fa0b1c2d3e4f5"

PROJECTS = {"rocket": PROJECT, "harbour": HARBOUR}
VIRTUAL_IDS = {"alice": (VIRTUAL_ID, "rocket"), "bob": (BOB, "harbour"), "carol": (CAROL, "rocket")}
ACCOUNTS = {"admin": ADMIN, "lab": LAB, "yard": YARD}
WORDS = {name: "password" if name in {"admin", "alice"} else f"{name}-word" for name in (*VIRTUAL_IDS, *ACCOUNTS)}
TITLES = {
    "approve": "approver",
    "reject": "approver",
    "cancel": "owner",
    "reopen": "owner",
    "open": "owner",
    "update": "owner",
    "delete": "owner",
}
RESOURCE = "permission denied, the account[uuid:{}] is not the owner of the resource[uuid:{}, type:TicketVO]"
BY_DEFAULT = "operation[API:{}] is denied by default, please contact admin to correct it"
OPERATOR = "operation denied. the operator needs to be done by account/virtual ID[uuid:{}]"
NOT_OWNER = "the virtual ID[uuid:{}] is not the owner of the ticket[uuid:{}, name:{}]"
OUTSIDE = "operation denied because flow collection[uuid:{}] it not belong the project[uuid:{}]"


def hashed(name: str) -> str | None:
    """What a client sends as the password of somebody."""
    word = WORDS.get(name)
    return None if word is None else hashlib.sha512(word.encode()).hexdigest()


@dataclass(frozen=True)
class Told:
    """What a run is told of the people: options, a context file, passwords."""

    options: tuple[str, ...]
    context: str
    passwords: dict[str, str]


ROCKET = ("--zstack-login=virtual-id", "--zstack-user=alice", "--zstack-project=rocket")
# the part each name plays; a dash stands for nobody
CASTS = {
    "us": ("-", "bob", "carol"),
    "us-admin": ("-", "bob", "admin"),
    "admin": ("alice", "bob", "carol"),
    "admin-both": ("alice", "bob", "admin"),
    "alone": ("-", "bob", "-"),  # we are the administrator, whose tickets the others may not see
    "no-approver": ("-", "bob", "-"),
    "accounts": ("lab", "yard", "admin"),
}


def told(kind: Kind) -> Told:
    """Return what the suites are told of the people of a cloud."""
    ours = kind.cast in {"us", "us-admin", "no-approver"} or kind.virtual
    if not kind.cast:
        return Told(ROCKET if ours else (), "", {})
    lines = ["allow-approve = true"] if kind.consent else []
    if kind.cast in {"us", "us-admin"}:
        lines += ["[ticket]", f'flow-collection-uuid = "{FLOW_ROCKET}"']
    passwords = {}
    for part, name in zip(("owner", "stranger", "approver"), CASTS[kind.cast], strict=True):
        if name == "-":
            continue
        passwords[f"ZSTACK_{part.upper()}_PASSWORD"] = WORDS[name]
        lines += [f"[{part}]", f'user = "{name}"']
        if name in VIRTUAL_IDS:
            who, project = VIRTUAL_IDS[name]
            lines += ['login = "virtual-id"', f'project = "{project}"']
            if part != "approver" and kind.flows_named:
                lines.append(f'flow-collection-uuid = "{FLOW_HARBOUR if project == "harbour" else FLOW_ROCKET}"')
            if kind.contexts_named:
                lines += [
                    f"[{part}.account-system-context]",
                    f'projectUuid = "{PROJECTS[project]}"',
                    f'virtualIDUuid = "{who}"',
                ]
    return Told(ROCKET if ours else (), "\n".join(lines) + "\n", passwords)


class People:
    """Sight and rights; a session is the pair of the account it works for and of who it is."""

    def __init__(self, book: Book) -> None:
        self.book, self.kind, self.on = book, book.kind, book.on
        self.tried: set[tuple[str, str]] = set()
        self.asked, self.tries = 0, 0

    # -- flows

    def steps(self, collection: str) -> list[tuple[str, str]]:
        """The steps of a flow, each with its approver; the last is the administrator's."""
        count = self.kind.steps if collection == FLOW_ROCKET else 1
        first = [CAROL] * (count - 1) + [ADMIN] if count else [CAROL]
        return [(uuid5(NAMESPACE_OID, f"{collection} {at}").hex, who) for at, who in enumerate(first)]

    def collections(self, session: dict[str, Any]) -> list[dict[str, Any]]:
        now = time.time()
        rows = []
        for uuid, name, project in (
            (DEFAULT_FLOW, "default", None),
            (FLOW_ROCKET, "rocket's", PROJECT),
            (FLOW_HARBOUR, "harbour's", HARBOUR),
        ):
            if project and not (
                self.kind.flows_shown == "all" or self.all_seeing(session) or session.get("account") == project
            ):
                continue
            flows = []
            for at, (step, who) in enumerate(self.steps(uuid)):
                before = self.steps(uuid)[at - 1][0] if at else None
                flows.append(
                    {
                        "uuid": step,
                        "name": f"step {at + 1}",
                        "parentFlowUuid": before,
                        "collectionUuid": uuid,
                        "approverUuid": who,
                        "flowContextType": "iam2",
                        "valid": True,
                        "createDate": self.book.date(now),
                        "lastOpDate": self.book.date(now),
                    }
                )
            rows.append(
                {
                    "uuid": uuid,
                    "name": name,
                    "state": "Enabled",
                    "status": "Valid",
                    "isDefault": project is None,
                    "flows": flows,
                    "ticketTypeUuids": [VM_TYPE],
                    "projectUuid": project,
                    "createDate": now,
                    "lastOpDate": now,
                }
            )
        return rows

    def flow_for(self, bound: dict[str, Any], session: dict[str, Any]) -> str:
        """The collection a ticket goes into; another project's is refused."""
        named, project = bound["flowCollectionUuid"], self.project(bound, session)
        home = {PROJECT: FLOW_ROCKET, HARBOUR: FLOW_HARBOUR}.get(project or "", DEFAULT_FLOW)
        if named is None:
            return home if self.kind.cast else DEFAULT_FLOW
        foreign = named not in {DEFAULT_FLOW, home} and not self.all_seeing(session)
        let = self.on("flow-foreign") or (self.on("flow-foreign-pairs") and self.every(2))
        if foreign and not let:
            raise Denied("SYS.1006", OUTSIDE, named, project)
        return str(named)

    # -- owners

    def project(self, bound: dict[str, Any], session: dict[str, Any]) -> str | None:
        context = bound["accountSystemContext"]
        if self.kind.context == "owner" and isinstance(context, dict):
            return context.get("projectUuid")
        return session.get("account")

    def check_context(self, bound: dict[str, Any], session: dict[str, Any]) -> None:
        """Whether a context must be that of the session, which the dossier does not know."""
        context = bound["accountSystemContext"]
        if self.kind.context == "free" or self.all_seeing(session) or not isinstance(context, dict):
            return
        wanted = {"projectUuid": session.get("account"), "virtualIDUuid": session.get("user")}
        wrong = [name for name, value in wanted.items() if context.get(name, value) != value]
        if wrong and not self.on("context-foreign"):
            raise Denied("SYS.1006", f"operation denied. field[{wrong[0]}] is not that of the session")

    def owner(self, bound: dict[str, Any], session: dict[str, Any]) -> tuple[str, str]:
        """Account and person that a ticket belongs to."""
        account, user = session.get("account", ADMIN), session.get("user", ADMIN)
        context = bound["accountSystemContext"]
        if self.kind.context == "owner" and isinstance(context, dict):
            account, user = context.get("projectUuid", account), context.get("virtualIDUuid", user)
        if self.on("owner-admin"):
            return ADMIN, ADMIN
        if self.on("owner-under-load", "owner-busy-project") and self.book.under_way > 1 and self.book.other(session):
            other = self.book.other(session)
            return other["account"], other["user"] if self.on("owner-under-load") else user
        return account, user

    def all_seeing(self, session: dict[str, Any]) -> bool:
        return session.get("account") == ADMIN

    def current(self, row: dict[str, Any]) -> str:
        """Who approves the ticket's current step."""
        steps = self.steps(row["flowCollectionUuid"])
        return steps[min(row.get("_step", 0), len(steps) - 1)][1]

    def mine(self, session: dict[str, Any], row: dict[str, Any]) -> bool:
        return bool(session.get("user") == row.get("_user", ADMIN))

    # -- sight

    def sees(self, session: dict[str, Any], row: dict[str, Any]) -> bool:
        """Whether somebody may see a row, be it a ticket or what is left of one."""
        if self.all_seeing(session) or self.mine(session, row):
            return True
        if self.kind.sight == "project" and session.get("account") == row.get("_by"):
            return True
        if "request" not in row:
            return False
        if self.kind.approver_sees == "any":
            return session.get("user") in {who for _, who in self.steps(row["flowCollectionUuid"])}
        return row["status"] in {"Pending", "IntermediateApproved"} and session.get("user") == self.current(row)

    def visible(
        self,
        session: dict[str, Any],
        rows: list[dict[str, Any]],
        what: str,
        pairs: list[tuple[str, str]],
        path: str = "",
    ) -> list[dict[str, Any]]:
        """The rows of a list that somebody sees; `path` holds the uuid that a path names."""
        if self.all_seeing(session):
            return rows
        self.asked += 1
        if self.leaks(session, what, pairs, path):
            return rows
        return [row for row in rows if self.sees(session, row) or self.slips(session, row, what)]

    def every(self, count: int) -> bool:
        self.tries += 1
        return self.tries % count == 0

    def leaks(self, session: dict[str, Any], what: str, pairs: list[tuple[str, str]], path: str) -> bool:
        """Whether a flaw drops the filter from this query."""
        flaw, asked = self.book.flaw, [value for name, value in pairs if name == "q"]
        given = dict(reversed(pairs))
        if what != "tickets":
            named = any(text.startswith("ticketUuid") for text in asked)
            return {
                "leak-history": what == "histories",
                "leak-history-path": what == "histories" and bool(path),
                "leak-history-named": what == "histories" and named,
                "leak-history-status": what == "histories" and any("Status" in text for text in asked),
                "leak-archive": what == "archives",
                "leak-archive-named": what == "archives" and named,
                "leak-archive-plain": what == "archives" and not asked,
                "leak-archive-name": what == "archives" and any(text.startswith("name") for text in asked),
                "leak-archived-history": what == "old",
                "leak-archived-history-plain": what == "old" and not asked,
            }.get(flaw, False)
        if path:
            return flaw == "leak-get" or (flaw == "leak-get-third" and self.asked % 3 == 0)
        conditions = {
            "leak-uuid": "uuid=",
            "leak-uuid-list": "uuid?=",
            "leak-uuid-like": "uuid~=",
            "leak-uuid-range": "uuid>",
            "leak-uuid-not": "uuid!=",
            "leak-name": "name=",
            "leak-name-like": "name~=",
            "leak-name-list": "name?=",
            "leak-name-not": "name!",
            "leak-status": "status",
            "leak-flow": "flowCollectionUuid",
            "leak-type": "accountSystemType",
            "leak-description": "description",
            "leak-date": "createDate",
        }
        if flaw in conditions:
            return any(text.startswith(conditions[flaw]) for text in asked)
        return {
            "leak-all": True,
            "leak-plain": not asked,
            "leak-null": any(text.endswith(("is null", "not null")) for text in asked),
            "leak-two": len(asked) > 1,
            "leak-sort": "sort" in given,
            "leak-fields": "fields" in given,
            "leak-limit": "limit" in given,
            "leak-second-page": given.get("start", "0") != "0",
            "leak-count": given.get("count") == "true",
            "leak-count-plain": given.get("count") == "true" and not asked,
            "leak-no-project": session.get("account") not in PROJECTS.values(),
            "leak-third": self.asked % 3 == 0,
            "leak-tenth": self.asked % 10 == 0,
            "leak-long": self.asked > 60,
            "leak-busy": self.book.busy > 1,
        }.get(flaw, False)

    def slips(self, session: dict[str, Any], row: dict[str, Any], what: str) -> bool:
        """Whether a flaw shows a foreign row."""
        if what != "tickets":
            return False
        flaw, user = self.book.flaw, session.get("user", "")
        return {
            "slip-cancelled": row["status"] == "Cancelled",
            "slip-reopened": bool(row.get("_reopened")),
            "slip-updated": bool(row.get("_updated")),
            "slip-rejected": row["status"] == "Rejected",
            "slip-approved": row["status"] in {"IntermediateApproved", "FinalApproved"},
            "slip-new": time.time() - row["createDate"] < 0.2,
            "slip-newest": bool(self.book.tickets) and next(reversed(self.book.tickets.values())) is row,
            "slip-tried": (user, row["uuid"]) in self.tried,
            "slip-owner": user == VIRTUAL_ID,
            "slip-approver": user == CAROL,
            "slip-default-flow": row["flowCollectionUuid"] == DEFAULT_FLOW,
        }.get(flaw, False)

    # -- rights

    def find(self, uuid: str, event: str, session: dict[str, Any]) -> dict[str, Any]:
        """The ticket that somebody may at least see; a stranger is refused."""
        row = self.book.tickets.get(uuid)
        if row is None:
            raise self.unknown(uuid)
        if not self.sees(session, row) and not self.strangely(event, row):
            self.tried.add((session.get("user", ""), uuid))
            raise self.foreign(uuid, row, event, session)
        return row

    def unknown(self, uuid: str) -> Refused:
        return Refused("SYS.1003", f"invalid field[uuid], resource[uuid:{uuid}, type:TicketVO] not found")

    def foreign(self, uuid: str, row: dict[str, Any], event: str, session: dict[str, Any]) -> Refused:
        """How a stranger is refused; what he changes all the same is a flaw."""
        self.spoil(row, event, session)
        plain = row["name"].replace("{", "(").replace("}", ")")
        tells = {
            "tells-description": row.get("description") or "",
            "tells-request": json.dumps(row["request"], ensure_ascii=False),
            "tells-request-name": row["request"][0]["requestName"] or "",
            "tells-status": row["status"],
            "tells-session": next(iter(self.book.sessions), ""),
            "tells-owner-session": next((k for k, s in self.book.sessions.items() if self.mine(s, row)), ""),
            "tells-sql": "select uuid, name from zstack.TicketVO where accountUuid = '36c2' and state = 1",
            "tells-line": "\tat org.zstack.ticket.TicketBase.handle(TicketBase.java:299)",
            "tells-file": "/usr/local/zstack/apache-tomcat/webapps/zstack/WEB-INF/classes/ticket.xml",
            "tells-context": json.dumps(row["accountSystemContext"]),
        }.get(self.book.flaw)
        if tells is not None:
            return Denied("SYS.1006", "permission denied: {}", tells)
        if self.kind.foreign == "unknown":
            return self.unknown(uuid)
        if self.kind.foreign == "default":
            return Denied("SYS.1006", BY_DEFAULT, "APIChangeTicketStatusMsg")
        if self.kind.foreign == "operator":
            wanted = self.current(row) if TITLES[event] == "approver" else row["_user"]
            return Denied("SYS.1006", OPERATOR, wanted)
        if self.kind.foreign == "named":
            return Denied("SYS.1006", NOT_OWNER, session.get("user"), uuid, plain)
        return Denied("SYS.1006", RESOURCE, session.get("account"), uuid)

    def strangely(self, event: str, row: dict[str, Any]) -> bool:
        """Whether a flaw lets a stranger's call through."""
        flaw = self.book.flaw
        return {
            f"foreign-{event}": True,
            "foreign-pending": row["status"] == "Pending",
            "foreign-cancelled": row["status"] == "Cancelled",
            "foreign-third": self.every(3),
            "foreign-busy": self.book.busy > 1,
            "foreign-again": self.book.flaw == "foreign-again" and self.every(2),
            "foreign-accepted-nothing": event not in {"update", "delete"},
        }.get(flaw, False)

    def spoil(self, row: dict[str, Any], event: str, session: dict[str, Any]) -> None:
        """What a refused stranger leaves behind under a flaw."""
        if self.on("spoil-status") and event == "cancel":
            row["status"] = "Cancelled"
        if self.on("spoil-reject") and event == "reject":
            row["status"] = "Rejected"
        if self.on("spoil-reopen") and event == "reopen":
            row["status"] = "Pending"
        if self.on("spoil-date"):
            row["lastOpDate"] = time.time() + 2
        if self.on("spoil-history"):
            self.book.note(row, row["status"], row["status"], None, session)
        if self.on("spoil-update") and event == "update":
            row["request"] = row["request"] * 2
        if self.on("spoil-delete") and event == "delete":
            self.book.tickets.pop(row["uuid"])
        if self.on("spoil-owner"):
            row["_user"] = session.get("user")

    def may(self, row: dict[str, Any], event: str, session: dict[str, Any]) -> None:
        """Whether who sees a ticket may also move it."""
        title, kind = TITLES[event], self.kind
        if not self.sees(session, row):  # a flaw let him through
            return
        if self.all_seeing(session) and (kind.operators != "strict" or event == "delete"):
            return
        user = session.get("user")
        if title == "owner":
            approver = user == self.current(row) and kind.operators == "loose"
            if self.mine(session, row) or approver:
                return
            raise Denied("SYS.1006", OPERATOR, row["_user"])
        owner = self.mine(session, row) and (kind.operators == "loose" or self.on(f"owner-{event}"))
        if user == self.current(row) or owner:
            return
        raise Denied("SYS.1006", OPERATOR, self.current(row))
