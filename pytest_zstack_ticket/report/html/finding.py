"""One finding: expected and actual, the counterexample beside its valid sibling, the exchanges, how to see it again."""

from __future__ import annotations

import json
from typing import Any

from pytest_zstack_ticket.api.strict_json import Undecodable, decode
from pytest_zstack_ticket.report.html.diff_marks import marked_pair
from pytest_zstack_ticket.report.html.exchange import body_text, exchange_text, message_text
from pytest_zstack_ticket.report.html.markup import Markup, Part, element, joined, lines_of
from pytest_zstack_ticket.report.html.page_context import Json, PageContext

MOST_EXCHANGES = 4
LONGEST_STRING = 120
BRIEF = 160


def finding(sheet: PageContext, told: Json) -> Markup:
    """Return a finding."""
    return element(
        "article",
        words(sheet, told),
        siblings(sheet, told),
        _exchanges(sheet, told),
        again(sheet, told),
        class_="finding",
    )


def words(sheet: PageContext, told: Json) -> Markup:
    """Return what was expected and what came, and how the finding is recognised."""
    edit = told["edit"]
    rows: list[tuple[str, Part]] = [
        ("expected", sheet.told(told["expected"])),
        ("actual", element("strong", sheet.told(told["actual"]))),
        ("edit", _edit(edit) if edit else None),
        ("partition", element("code", told["partition"]) if told["partition"] else None),
        ("seen", sheet.say("seen-of", seen=told["seen"], tried=told["tried"])),
        ("test", element("code", told["test"])),
        ("signature", element("code", told["signature"])),
    ]
    return sheet.facts(rows, class_="column")


def _edit(edit: Json) -> Markup:
    path = element("code", edit["path"]) if edit.get("path") else None
    return joined(path, ": " if path else None, edit["name"], f" ({edit['note']})" if edit.get("note") else None)


def siblings(sheet: PageContext, told: Json) -> Markup:
    """Return what was sent beside what its sibling sent, with marks on what differs."""
    subject, sibling = (readable(_body(told[role])) for role in ("subject", "sibling"))
    if subject is None:
        return joined()
    ours, theirs = marked_pair(subject, sibling) if sibling is not None else (lines_of(subject), None)
    panes = [("sent-body", ours, told["subject"])] + ([("sibling-body", theirs, told["sibling"])] if theirs else [])
    return element("div", *(_pane(sheet, *pane) for pane in panes), class_="pair")


def _pane(sheet: PageContext, key: str, text: Markup, message: Json) -> Markup:
    """Return a body with what it was answered, in brief."""
    answer = message.get("answer") or message["failure"]
    if "status" in answer:
        body = body_text(answer["body"]) if answer["body"] is not None else ""
        brief = f"{answer['status']} {body[:BRIEF]}{'…' if len(body) > BRIEF else ''}"
    else:
        brief = f"{sheet.word(answer['kind'])}: {answer['detail']}"
    answered = element("p", sheet.say("answered"), " ", element("code", brief), class_="soft")
    return element("div", element("h4", sheet.say(key)), element("pre", text), answered)


def _body(message: Json | None) -> Any:
    return message["request"]["body"] if message else None


def readable(body: Any) -> str | None:
    """Return a body laid out for people, long strings without their middle.

    One that compact JSON would not write letter by letter stays as it is: how it is written may be what it is about.
    """
    if body is None:
        return None
    text = body_text(body)
    value = decode(text.encode("utf-8", "surrogatepass"))
    if isinstance(value, Undecodable) or json.dumps(value, ensure_ascii=False, separators=(",", ":")) != text:
        return text
    return json.dumps(_shorter(value), ensure_ascii=False, indent=2)


def _shorter(value: Any) -> Any:
    if isinstance(value, str) and len(value) > LONGEST_STRING:
        return f"{value[:64]} … {value[-16:]} ({len(value)})"
    if isinstance(value, dict):
        return {key: _shorter(one) for key, one in value.items()}
    return [_shorter(one) for one in value] if isinstance(value, list) else value


def _exchanges(sheet: PageContext, told: Json) -> Markup:
    """Return the exchanges of each role; where the evidence is not at hand, the messages that the finding has."""
    folds = [_role(sheet, told, role, ids) for role, ids in told["exchanges"].items() if ids]
    return joined(*folds)


def _role(sheet: PageContext, told: Json, role: str, ids: list[str]) -> Markup:
    known = [sheet.beside.exchanges[one] for one in ids if one in sheet.beside.exchanges]
    if known:
        texts = [exchange_text(one) for one in ends(known)]
    else:
        texts = [message_text(told[role])] if told.get(role) else []
    left = len(ids) - len(texts)
    title = sheet.say(
        "exchanges", role=sheet.say(f"role-{role}") if role in ("subject", "sibling") else role, count=len(ids)
    )
    more = (
        element("p", sheet.say("more-exchanges", count=left, ids=", ".join(ids[:20])), class_="soft")
        if left > 0
        else None
    )
    return element("details", element("summary", title), *(element("pre", text) for text in texts), more)


def ends(known: list[Json]) -> list[Json]:
    """Return the first and the last of many exchanges: what was asked, and what it came to."""
    half = MOST_EXCHANGES // 2
    return known if len(known) <= MOST_EXCHANGES else [*known[:half], *known[-half:]]


def again(sheet: PageContext, told: Json) -> Markup:
    """Return the commands that show it again."""
    rows = [("curl", told["curl"]), ("regenerate", told["regenerate"])]
    return joined(
        *(joined(element("h4", sheet.say(key)), element("pre", text)) for key, text in rows if text),
    )
