"""What a body must be, in the order of the server: binding, then the checks after the 202."""

from __future__ import annotations

import re
import time
import unicodedata
from typing import Any

from tests.independent_cloud.book import DEFAULT_FLOW, VM_TYPE, Book, Refused, Turned, fresh
from tests.independent_cloud.loose import java_double
from tests.independent_cloud.people import FLOW_HARBOUR, FLOW_ROCKET, People

CLS = "org.zstack.header.message.ApiMessageParamValidator"
UUID = re.compile(r"[0-9a-f]{12}[1-5][0-9a-f]{3}[89ab][0-9a-f]{15}")
HEX = re.compile(r"[0-9a-f]{32}")
KNOWN = {"org.zstack.header.vm.APICreateVmInstanceMsg", "org.zstack.header.vm.APIChangeInstanceOfferingMsg"}
EVENTS = ("open", "approve", "cancel", "reject", "reopen")
MEASURED = (5, 2)
"""The release whose real node was measured."""
VALIDATE = "ephemeral::validationOnly"


def shape(value: Any) -> str:
    return {dict: "BEGIN_OBJECT", list: "BEGIN_ARRAY", str: "STRING", bool: "BOOLEAN"}.get(type(value), "NUMBER")


class Rules:
    def __init__(self, book: Book, people: People) -> None:
        self.book, self.kind, self.on, self.people = book, book.kind, book.on, people

    # -- binding

    def text(self, value: Any, path: str) -> str | None:
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, dict | list):
            if self.on("bind-object-as-text"):
                return str(value)
            raise Turned(
                500,
                f"com.google.gson.JsonSyntaxException: java.lang.IllegalStateException: Expected a string but was {shape(value)} at line 1 column 20 path $.{path}",
            )
        if not self.kind.coerce:
            raise Turned(400, f"field[{path}] must be a string")
        if isinstance(value, bool):
            return str(value).lower()
        return java_double(float(value)) if isinstance(value, float) or self.kind.release < (4, 6) else str(value)

    def times(self, value: Any) -> int:
        if value is None:
            return 0
        if isinstance(value, bool | dict | list):
            if self.on("bind-times-any"):
                return 1
            raise Turned(500, f"Expected an int but was {shape(value)} path $.requests[0].executeTimes")
        if self.on("refuse-times-double") and isinstance(value, float):
            raise Turned(500, "NumberFormatException")
        try:
            number = float(value.replace("_", "?") if isinstance(value, str) else value)
        except ValueError:
            if self.on("bind-times-any", "bind-times-text"):
                return 0
            raise Turned(500, f'java.lang.NumberFormatException: For input string: "{value}"') from None
        if isinstance(value, str) and not self.kind.coerce:
            raise Turned(400, "executeTimes must be a number")
        if self.on("bind-times-any", "bind-times-fraction") and number != int(number):
            return int(number)
        if number != number or abs(number) >= 2**31 or number != int(number):
            if self.on("bind-times-overflow") and number == int(number):
                return int(number) & 0x7FFFFFFF
            raise Turned(500, f"java.lang.NumberFormatException: Expected an int but was {value}")
        return int(number)

    def one_request(self, value: Any) -> dict[str, Any] | None:
        if value is None:
            return None
        if not isinstance(value, dict):
            if self.on("bind-request-any"):
                return {"requestName": str(value), "apiName": next(iter(KNOWN)), "executeTimes": 1, "apiBody": {}}
            raise Turned(500, f"Expected BEGIN_OBJECT but was {shape(value)} at path $.requests[0]")
        return {
            "requestName": self.text(value.get("requestName"), "requests[0].requestName"),
            "apiName": self.text(value.get("apiName"), "requests[0].apiName"),
            "executeTimes": self.times(value.get("executeTimes")),
            "apiBody": value.get("apiBody"),
        }

    def requests(self, value: Any) -> list[Any] | None:
        if value is None:
            return None
        if not isinstance(value, list):
            if self.on("bind-requests-object") and isinstance(value, dict):
                return [self.one_request(value)]
            if self.on("bind-requests-text") and isinstance(value, str):
                return [self.one_request({"requestName": value, "apiName": next(iter(KNOWN)), "executeTimes": 1})]
            raise Turned(500, f"Expected BEGIN_ARRAY but was {shape(value)} at line 1 column 30 path $.requests")
        return [self.one_request(one) for one in value]

    def tags(self, body: dict[str, Any], params: dict[str, Any]) -> None:
        for name in ("systemTags", "userTags"):
            value = body.get(name) if body.get(name) is not None else params.get(name)
            if value is not None and not isinstance(value, list) and not self.on("bind-tags-any"):
                raise Turned(500, "java.lang.String cannot be cast to java.util.List")
            if self.on("refuse-inner-tags") and name in params:
                raise Refused("SYS.1007", f"unknown field[{name}]")
            if self.on("refuse-outer-tags") and name in body:
                raise Turned(400, f"unknown field {name}")

    def bind_create(self, body: Any) -> dict[str, Any]:
        body = {} if body is None else body
        params = body.get("params", {})
        params = {} if params is None else params
        if self.on("bind-params-top") and not params:
            params = body
        if not isinstance(params, dict):
            raise Turned(500, "java.lang.String cannot be cast to java.util.Map")
        if self.on("bind-any-case"):
            lower = {k.lower(): v for k, v in params.items()}
            params = {
                k: lower[k.lower()]
                for k in (
                    "name",
                    "requests",
                    "description",
                    "accountSystemType",
                    "accountSystemContext",
                    "resourceUuid",
                    "tagUuids",
                    "flowCollectionUuid",
                )
                if k.lower() in lower
            }
        if self.on("refuse-unknown-key") and set(params) - {
            "name",
            "requests",
            "description",
            "accountSystemType",
            "accountSystemContext",
            "resourceUuid",
            "tagUuids",
            "flowCollectionUuid",
            "systemTags",
            "userTags",
        }:
            raise Turned(400, "unknown key")
        if self.on("refuse-order") and params and "name" in params and next(iter(params)) != "name":
            raise Turned(500, "name expected first")
        if self.on("flow-null-refused") and "flowCollectionUuid" in params and params["flowCollectionUuid"] is None:
            raise Refused("SYS.1007", "field[flowCollectionUuid] cannot be null")
        if self.on("refuse-null-description") and "description" in params and params["description"] is None:
            raise Refused("SYS.1007", "field[description] cannot be null")
        self.tags(body, params)
        bound = {
            "systemTags": body.get("systemTags") if body.get("systemTags") is not None else params.get("systemTags")
        }
        bound |= {
            name: self.text(params.get(name), name)
            for name in ("name", "description", "accountSystemType", "flowCollectionUuid", "resourceUuid")
        }
        tag_uuids = params.get("tagUuids") if self.kind.tag_uuids else None
        if tag_uuids is not None and not isinstance(tag_uuids, list):
            raise Turned(500, f"Expected BEGIN_ARRAY but was {shape(tag_uuids)} path $.tagUuids")
        bound["tagUuids"] = [self.text(t, "tagUuids[0]") for t in tag_uuids or []]
        bound["requests"] = self.requests(params.get("requests"))
        bound["accountSystemContext"] = params.get("accountSystemContext")
        return bound

    # -- checks

    def trim(self, bound: dict[str, Any]) -> None:
        if self.kind.trim:
            for name, value in bound.items():
                if isinstance(value, str):
                    bound[name] = value.strip(" \t\r\n")

    def length(self, text: str, field: str) -> int:
        if self.on(f"{field}-bytes"):
            return len(text.encode("utf-8", "replace"))
        if self.on(f"{field}-points") or self.kind.code_points:
            return len(text)
        return len(text.encode("utf-16-le", "surrogatepass")) // 2

    def limit(self, bound: dict[str, Any], field: str, most: int) -> None:
        value = bound.get(field)
        if value is None or self.on(f"{field}-unlimited"):
            return
        most += self.on(f"{field}-one-more") - self.on(f"{field}-one-less")
        size = self.length(value, field)
        if self.on(f"{field}-cut") and size > most:
            bound[field] = value[:most]
            return
        if size > most:
            raise Refused(
                "SYS.1007",
                f"field[{field}] of message[{CLS}] exceeds max length of string. expected was <= {most}, actual was {size}",
            )

    def mandatory(self, bound: dict[str, Any], body: Any, fields: tuple[str, ...]) -> None:
        given = (body or {}).get("params") if isinstance(body, dict) else None
        given = given if isinstance(given, dict) else {}
        for field in fields:
            if bound.get(field) is None:
                if self.on(f"{field}-optional") or (self.on(f"{field}-null-passes") and field in given):
                    bound[field] = {
                        "name": "ticket",
                        "requests": [],
                        "accountSystemType": "iam2",
                        "accountSystemContext": {},
                    }[field]
                    continue
                named = (
                    "requests"
                    if self.on("names-other-field") and field != "requests"
                    else "name"
                    if self.on("names-other-field")
                    else field
                )
                code = "SYS.1000" if self.on("mandatory-wrong-code") else "SYS.1007"
                if self.on("mandatory-no-field"):
                    raise Refused(code, "invalid argument")
                raise Refused(code, f"field[{named}] of message[{CLS}] is mandatory, can not be null")

    def check_requests(self, bound: dict[str, Any]) -> None:
        found = bound["requests"]
        if not found and not self.on("requests-empty-passes", "requests-optional", "requests-null-passes"):
            raise Refused("SYS.1007", "field[requests] must be a nonempty list")
        looked = (
            found[:1]
            if self.on("requests-null-second-passes")
            else found[1:]
            if self.on("requests-null-first-passes")
            else found
        )
        if any(one is None for one in looked) and not self.on("requests-null-element-passes"):
            raise Refused("SYS.1007", "field[requests] cannot contain a NULL element")
        bound["requests"] = [one for one in found if one is not None]

    def check_create(self, bound: dict[str, Any], body: Any) -> None:
        self.trim(bound)
        self.mandatory(bound, body, ("accountSystemType", "name"))
        self.limit(bound, "name", 255)
        self.limit(bound, "description", 2048)
        if not bound["name"] and not self.kind.empty_name:
            raise Refused("SYS.1007", "field[name] cannot be an empty string")
        self.mandatory(bound, body, ("requests",))
        self.check_requests(bound)
        self.mandatory(bound, body, ("accountSystemContext",))
        self.check_system_tags(bound)
        wanted = bound["resourceUuid"]
        if wanted is not None and not (UUID.fullmatch(wanted) or self.uuid_passes(wanted)):
            raise Refused(
                "SYS.1007",
                f"resourceUuid[{wanted}] is not a valid uuid. A valid uuid is a UUID(v4 recommended) with '-' stripped.",
            )

    def uuid_passes(self, wanted: str) -> bool:
        return (
            self.on("resource-uuid-any")
            or (self.on("resource-uuid-length") and len(wanted) == 32)
            or (self.on("resource-uuid-upper") and bool(UUID.fullmatch(wanted.lower())))
            or (self.on("resource-uuid-dashes") and bool(UUID.fullmatch(wanted.replace("-", ""))))
            or (self.on("resource-uuid-short") and bool(re.fullmatch("[0-9a-f]{1,40}", wanted)))
        )

    def check_system_tags(self, bound: dict[str, Any]) -> None:
        """What the tag service of a real node was measured to refuse; a gateway without one ignores system tags."""
        if self.kind.direct or self.kind.release < MEASURED:
            return
        for tag in bound["systemTags"] or ():
            if not isinstance(tag, str):
                raise Refused("SYS.1000", f"{shape(tag)} cannot be cast to java.lang.String")
            if not tag.startswith("ephemeral::"):
                raise Refused("SYS.1007", f"no system tag matches[{tag}]")

    def only_validates(self, bound: dict[str, Any]) -> bool:
        """A create that ends after all checks, with success and without a ticket."""
        measured = not self.kind.direct and self.kind.release >= MEASURED
        return measured and VALIDATE in (bound["systemTags"] or ())

    def serve_create(self, bound: dict[str, Any], session: dict[str, Any]) -> None:
        """The checks of the ticket service itself."""
        if self.on("name-unique") and any(one["name"] == bound["name"] for one in self.book.tickets.values()):
            raise Refused("SYS.1006", "the name is taken")
        if self.kind.stubborn:
            raise Refused("SYS.1007", self.kind.stubborn)
        kind = bound["accountSystemType"]
        if not (kind == "iam2" or self.on("type-any") or (self.on("type-any-case") and kind.lower() == "iam2")):
            raise Refused("SYS.1007", "no accountSystemType[{}] defined in system", kind)
        flow = bound["flowCollectionUuid"]
        if (
            flow is not None
            and flow not in ({DEFAULT_FLOW, FLOW_ROCKET, FLOW_HARBOUR} if self.kind.cast else {DEFAULT_FLOW})
            and not self.on("flow-any")
            and not (self.on("flow-any-hex") and HEX.fullmatch(flow))
        ):
            raise Refused(
                "SYS.1003",
                f"invalid field[flowCollectionUuid], resource[uuid:{flow}, type:TicketFlowCollectionVO] not found",
            )
        if bound["tagUuids"] and not self.on("tags-any"):
            raise Refused(
                "SYS.1003", f"invalid field[tagUuids], resource[uuids:{bound['tagUuids']}, type:TagPatternVO] not found"
            )
        if self.kind.cast:
            self.people.flow_for(bound, session)
            self.people.check_context(bound, session)
        looked = bound["requests"][:1] if self.on("api-second-any") else bound["requests"]
        for one in looked:
            if (
                one["apiName"] not in KNOWN
                and not self.on("api-any")
                and not (self.on("api-name-empty") and not one["apiName"])
                and not (self.on("api-any-class") and str(one["apiName"]).startswith("org.zstack."))
            ):
                raise Refused("SYS.1007", "invalid request. no API[{}] found", one["apiName"])
        if not self.kind.four_byte and any(ord(c) > 0xFFFF for c in bound["name"] + (bound["description"] or "")):
            raise Refused("SYS.1000", "Incorrect string value: '\\xF0\\x9F\\x98\\x80' for column 'name' at row 1")
        if bound["resourceUuid"] in self.book.tickets and not self.on(
            "duplicate-uuid-replaces", "duplicate-uuid-silent"
        ):
            raise Refused("SYS.1000", f"Duplicate entry '{bound['resourceUuid']}' for key 'PRIMARY'")

    def row(self, bound: dict[str, Any], session: dict[str, Any]) -> dict[str, Any]:
        now = time.time()
        account, user = self.people.owner(bound, session)
        collection = bound["flowCollectionUuid"] or self.people.flow_for(bound, session)
        return {
            "uuid": (None if self.on("resource-uuid-ignored") else bound["resourceUuid"]) or fresh(),
            "name": bound["name"],
            "description": bound["description"],
            "status": "Pending",
            "request": bound["requests"],
            "accountSystemType": bound["accountSystemType"],
            "ticketTypeUuid": VM_TYPE if self.kind.release >= (3, 6) else None,
            "accountSystemContext": bound["accountSystemContext"],
            "currentFlowUuid": self.people.steps(collection)[0][0] if self.kind.cast else None,
            "flowCollectionUuid": collection,
            "createDate": now,
            "lastOpDate": now,
            "_by": account,
            "_user": user,
        }

    def stored(self, row: dict[str, Any]) -> dict[str, Any]:
        """What is written down of a row, which a flaw makes other than what was sent."""
        row = dict(row)
        on = self.on
        name = row["name"]
        changed = {
            "store-name-cut": lambda: name[:100],
            "store-name-cut-bytes": lambda: name.encode()[:255].decode(errors="ignore"),
            "store-name-latin": lambda: name.encode("latin-1", "replace").decode("latin-1"),
            "store-name-mojibake": lambda: name.encode().decode("latin-1"),
            "store-name-nfc": lambda: unicodedata.normalize("NFC", name),
            "store-name-nfkc": lambda: unicodedata.normalize("NFKC", name),
            "store-name-no-astral": lambda: "".join(c for c in name if ord(c) < 0x10000),
            "store-name-html": lambda: name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
            "store-name-backslash": lambda: name.replace("\\", ""),
            "store-name-quotes": lambda: name.replace("'", "''"),
            "store-name-lower": name.lower,
            "store-name-spaces": lambda: re.sub(r" {2,}", " ", name),
            "store-name-percent": lambda: re.sub("%[0-9a-fA-F]{2}", lambda m: chr(int(m[0][1:], 16)), name),
            "store-name-plus": lambda: name.replace("+", " "),
            "store-name-strip-zwj": lambda: name.replace("\u200d", "").replace("\u200b", ""),
            "store-name-no-rtl": lambda: re.sub("[\u202a-\u202e\u2066-\u2069]", "", name),
            "store-name-tabs": lambda: re.sub(r"[\t\n\r]", " ", name),
            "store-name-tags": lambda: re.sub(r"<[^>]*>", "", name),
        }.get(self.book.flaw)
        if changed:
            row["name"] = changed()
        if on("store-no-description"):
            row["description"] = None
        if on("store-description-cut"):
            row["description"] = row["description"] and row["description"][:1024]
        if on("store-description-last"):
            row["description"], self.book.last = self.book.last, row["description"]
        if on("store-first-request"):
            row["request"] = row["request"][:1]
        if on("store-requests-reversed"):
            row["request"] = row["request"][::-1]
        if on("store-requests-dedup"):
            row["request"] = [r for i, r in enumerate(row["request"]) if r not in row["request"][:i]]
        if on("store-times-one"):
            row["request"] = [r | {"executeTimes": 1} for r in row["request"]]
        context = row["accountSystemContext"]
        if on("context-swapped") and isinstance(context, dict) and "projectUuid" in context:
            row["accountSystemContext"] = context | {
                "projectUuid": context.get("virtualIDUuid"),
                "virtualIDUuid": context["projectUuid"],
            }
        if on("times-zero-one"):
            row["request"] = [r | {"executeTimes": r["executeTimes"] or 1} for r in row["request"]]
        if on("store-context-empty"):
            row["accountSystemContext"] = {}
        if on("store-request-name-api"):
            row["request"] = [r | {"requestName": r["apiName"]} for r in row["request"]]
        bend = {
            "store-body-text-numbers": lambda v: str(v) if isinstance(v, int) and not isinstance(v, bool) else v,
            "store-body-number-texts": lambda v: int(v) if isinstance(v, str) and v.isdecimal() and v.isascii() else v,
            "store-body-floats": lambda v: float(v) if isinstance(v, int) and not isinstance(v, bool) else v,
            "store-body-int32": lambda v: v & 0x7FFFFFFF if isinstance(v, int) and not isinstance(v, bool) else v,
            "store-body-bools": lambda v: str(v).lower() if isinstance(v, bool) else v,
            "store-body-no-false": lambda v: None if v is False else v,
        }.get(self.book.flaw)
        if bend:
            row["request"] = [r | {"apiBody": every(r["apiBody"], bend)} for r in row["request"]]
        if on("store-body-flat"):
            row["request"] = [
                r | {"apiBody": {k: v for k, v in (r["apiBody"] or {}).items() if not isinstance(v, list | dict)}}
                for r in row["request"]
            ]
        if on("store-body-empty"):
            row["request"] = [r | {"apiBody": {}} for r in row["request"]]
        if on("store-body-shared"):
            self.book.last = self.book.last or row["request"][0]["apiBody"]
            row["request"] = [r | {"apiBody": self.book.last} for r in row["request"]]
        return row


def every(value: Any, bend: Any) -> Any:
    if isinstance(value, dict):
        return {k: every(v, bend) for k, v in value.items()}
    if isinstance(value, list):
        return [every(v, bend) for v in value]
    return bend(value)
