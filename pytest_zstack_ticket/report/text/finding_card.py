"""Show one failed requirement to people: what was sent, what was expected, what came back, how to see it again."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pytest_zstack_ticket.api.strict_json import parse
from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.report.text.columns import chopped, pad, shortened, visible, wrapped
from pytest_zstack_ticket.report.text.translations import Translations

COLUMNS = 80
LABEL = 10
MOST_LINES = 6
MOST_BODY = 250
Finding = Mapping[str, Any]
Message = Mapping[str, Any]
_STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]")
_LONG_STRING = re.compile(r'"((?:[^"\\]|\\.){48,})"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Cards:
    """Makes cards in one language; `kept` says that the evidence is written, and so may be pointed at."""

    wording: Translations
    lang: str
    kept: bool

    def brief(self, finding: Finding, text: str) -> list[str]:
        """Return a finding in a few lines, as the message of a failed test."""
        return [
            *wrapped(f"{finding['requirement']}: {visible(text)}", COLUMNS),
            *self._difference(finding),
            *self._request(finding["subject"]),
            *self._commands(finding),
        ]

    def full(self, finding: Finding, requirement: Mapping[str, Any]) -> list[str]:
        """Return everything that a terminal shows of a finding."""
        level = self.wording.word(requirement["level"], self.lang)
        consequence = requirement.get("consequence")
        return [
            *wrapped(f"{finding['requirement']} ({level}): {visible(requirement['text'][self.lang])}", COLUMNS),
            *self._difference(finding),
            *self._request(finding["subject"]),
            *self._answer("answer", finding["subject"]),
            *self._answer("sibling", finding["sibling"]),
            *(self._beside("why", [consequence[self.lang]]) if consequence else ()),
            *self._seen(finding),
            *self._commands(finding),
        ]

    def _difference(self, finding: Finding) -> list[str]:
        """Return what was expected, what was seen, and the one edit with the value at its path in both siblings."""
        lines = [
            *self._beside("expected", [self.wording.render_json(finding["expected"], self.lang)]),
            *self._beside("actual", [self.wording.render_json(finding["actual"], self.lang)]),
        ]
        edit = finding["edit"]
        return [*lines, *self._beside("edit", self._edited(edit, finding))] if edit else lines

    def _edited(self, edit: Mapping[str, Any], finding: Finding) -> list[str]:
        path = edit.get("path", "")
        note = f" ({edit['note']})" if edit.get("note") else ""
        lines = [f"{path}: {edit['name']}{note}" if path else f"{edit['name']}{note}"]
        here, there = (value_at(finding[role], path) if path else None for role in ("subject", "sibling"))
        if here != there:
            absent = self._say("absent")
            lines.append(f"{self._say('value')} {absent if here is None else shortened(visible(here), 60)}")
            if there is not None:
                lines.append(self._say("in-sibling", value=shortened(visible(there), 44)))
        return lines

    def _request(self, message: Message | None) -> list[str]:
        if message is None:
            return []
        request = message["request"]
        return self._beside(
            "request", [f"{request['method']} {request['path']}"], self._body(request["body"], message["exchange"])
        )

    def _answer(self, label: str, message: Message | None) -> list[str]:
        if message is None:
            return []
        if "failure" in message:
            failure = message["failure"]
            return self._beside(label, [f"{self.wording.word(failure['kind'], self.lang)}: {failure['detail']}"])
        answer = message["answer"]
        return self._beside(label, [], self._body(answer["body"], message["exchange"], f"{answer['status']} "))

    def _seen(self, finding: Finding) -> list[str]:
        if finding["tried"] == 1:
            return []
        return self._beside("actual", [self._say("seen", seen=finding["seen"], tried=finding["tried"])])

    def _commands(self, finding: Finding) -> list[str]:
        """Return commands, never broken: they are there to be copied."""
        rows = (("curl", finding["curl"]), ("again", finding["regenerate"]))
        return [f"  {pad(self._say(label), LABEL)}{visible(command)}" for label, command in rows if command]

    def _beside(self, label: str, paragraphs: Sequence[str], data: Sequence[str] = ()) -> list[str]:
        """Return text beside its label, wrapped below itself; data is not broken at words."""
        columns = COLUMNS - LABEL - 2
        lines = [line for text in paragraphs for line in wrapped(visible(text), columns)]
        if len(lines) > MOST_LINES:
            lines = [*lines[: MOST_LINES - 1], shortened(f"{lines[MOST_LINES - 1]} …", columns)]
        lines += [line for text in data for line in chopped(visible(text), columns)]
        shown = self._say(label)
        return [f"  {pad('' if index else shown, LABEL)}{line}" for index, line in enumerate(lines)]

    def _body(self, body: Json, exchange: str, before: str = "") -> list[str]:
        """Return a body as text: long strings lose their middle, a long body its end, and a note says so."""
        if body is None:
            return [before] if before else []
        text = body if isinstance(body, str) else str(body.get("cut") or body.get("base64"))
        size = body["bytes"] if isinstance(body, dict) and "bytes" in body else len(text.encode("utf-8", "replace"))
        short = _LONG_STRING.sub(lambda found: f'"{found[1][:16]}…{found[1][-8:]}"', text)
        shown = short if len(short) <= MOST_BODY else f"{short[:MOST_BODY]}…"
        if shown == text and isinstance(body, str):
            return [before + text]
        return [before + shown, self._say("whole" if self.kept else "size", bytes=size, exchange=exchange)]

    def _say(self, key: str, **parameters: object) -> str:
        return self.wording.say(key, self.lang, **parameters)


def value_at(message: Message | None, path: str) -> str | None:
    """Return the JSON text of the value at a path of a message's body, None if there is none to be read."""
    body = message["request"]["body"] if message else None
    try:
        value: Json = parse(body.encode()) if isinstance(body, str) else {}
        for name, index in _STEP.findall(path):
            value = value[int(index)] if index else value[name]
    except (ValueError, LookupError, TypeError):
        return None
    return json.dumps(value, ensure_ascii=False)
