"""Show one failed requirement to people: what was sent, what was expected, what came back, how to see it again."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.report.text import Wording
from pytest_zstack_ticket.report.width import pad, shortened, visible, wrapped

COLUMNS = 80
LABEL = 10
MOST_LINES = 6
Finding = Mapping[str, Any]
_STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]")


def brief(finding: Finding, text: str, wording: Wording, lang: str) -> list[str]:
    """Return a finding in a few lines, as the message of a failed test."""
    return [
        *wrapped(f"{finding['requirement']}: {text}", COLUMNS),
        *_labelled("expected", wording.render_json(finding["expected"], lang), wording, lang),
        *_labelled("actual", wording.render_json(finding["actual"], lang), wording, lang),
        *_edit(finding, wording, lang),
        *_request(finding["subject"], wording, lang),
        *_unbroken("curl", finding["curl"]),
        *_unbroken(wording.say("again", lang), finding["regenerate"]),
    ]


def card(finding: Finding, requirement: Mapping[str, Any], wording: Wording, lang: str) -> list[str]:
    """Return everything that a terminal shows of a finding."""
    level = wording.word(requirement["level"], lang)
    lines = [
        *wrapped(f"{finding['requirement']} ({level}): {visible(requirement['text'][lang])}", COLUMNS),
        *_labelled("expected", wording.render_json(finding["expected"], lang), wording, lang),
        *_labelled("actual", wording.render_json(finding["actual"], lang), wording, lang),
        *_edit(finding, wording, lang),
        *_request(finding["subject"], wording, lang),
        *_answer("answer", finding["subject"], wording, lang),
    ]
    if finding["sibling"]:
        lines += _answer("sibling", finding["sibling"], wording, lang)
    if requirement.get("consequence"):
        lines += _labelled("why", requirement["consequence"][lang], wording, lang)
    return [*lines, *_unbroken("curl", finding["curl"]), *_unbroken(wording.say("again", lang), finding["regenerate"])]


def _labelled(label: str, text: str, wording: Wording, lang: str) -> list[str]:
    """Return a text beside its label, wrapped below itself."""
    return _beside(wording.say(label, lang), [visible(text)])


def _beside(label: str, paragraphs: Sequence[str]) -> list[str]:
    lines = [line for text in paragraphs for line in wrapped(text, COLUMNS - LABEL - 2)]
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES - 1], shortened(f"{lines[MOST_LINES - 1]} …", COLUMNS - LABEL - 2)]
    return [f"  {pad(label if not index else '', LABEL)}{line}" for index, line in enumerate(lines)]


def _unbroken(label: str, text: str) -> list[str]:
    """Return a command, never broken: it is there to be copied."""
    return [f"  {pad(label, LABEL)}{visible(text)}"] if text else []


def _edit(finding: Finding, wording: Wording, lang: str) -> list[str]:
    """Return the one edit, with the value at its path in the request and in the sibling."""
    edit = finding["edit"]
    if not edit:
        return []
    where = f"{edit['path']}: {edit['name']}" if edit.get("path") else edit["name"]
    lines = [where + (f" ({edit['note']})" if edit.get("note") else "")]
    if edit.get("path"):
        here, there = (value_at(finding[role], edit["path"]) for role in ("subject", "sibling"))
        if here is not None or there is not None:
            shown = wording.say("absent", lang) if here is None else here
            lines.append(f"{wording.say('value', lang)} {shortened(visible(shown), 60)}")
        if there is not None and there != here:
            lines.append(wording.say("in-sibling", lang, value=shortened(visible(there), 48)))
    return _beside(wording.say("edit", lang), [visible(line) for line in lines])


def value_at(message: Mapping[str, Any] | None, path: str) -> str | None:
    """Return the JSON text of the value at a path of a message's body, None if there is none to be read."""
    body = message["request"]["body"] if message else None
    try:
        value: Json = json.loads(body) if isinstance(body, str) else None
        for name, index in _STEP.findall(path):
            value = value[int(index)] if index else value[name]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    return json.dumps(value, ensure_ascii=False) if isinstance(body, str) else None


def _request(message: Mapping[str, Any] | None, wording: Wording, lang: str) -> list[str]:
    if message is None:
        return []
    request = message["request"]
    lines = [f"{request['method']} {request['path']}"]
    body = _body(request["body"], message["exchange"], wording, lang)
    return _beside(wording.say("request", lang), [visible(line) for line in [*lines, *([body] if body else [])]])


def _answer(label: str, message: Mapping[str, Any] | None, wording: Wording, lang: str) -> list[str]:
    if message is None:
        return []
    if "failure" in message:
        failure = message["failure"]
        text = f"{wording.word(failure['kind'], lang)}: {failure['detail']}"
    else:
        body = _body(message["answer"]["body"], message["exchange"], wording, lang)
        text = f"{message['answer']['status']} {body}"
    return _beside(wording.say(label, lang), [visible(text)])


def _body(body: Json, exchange: str, wording: Wording, lang: str) -> str:
    """Return a body as text; its end is left out where it is long, with a note where the whole of it lies."""
    if body is None:
        return ""
    text = body if isinstance(body, str) else str(body.get("cut") or body.get("base64"))
    size = body["bytes"] if isinstance(body, dict) and "bytes" in body else len(text.encode("utf-8", "replace"))
    most = (COLUMNS - LABEL - 2) * (MOST_LINES - 2)
    if len(text) <= most:
        return text
    return text[: most - 50] + wording.say("message-cut", lang, bytes=size, exchange=exchange)
