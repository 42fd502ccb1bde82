"""A finding on a terminal: what was expected, what came back, what was sent, and how to reproduce it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pytest_zstack_ticket.api.strict_json import parse
from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.report.curl import has_stand_in, with_body_file
from pytest_zstack_ticket.report.text.at_once_text import at_once_command, results_of
from pytest_zstack_ticket.report.text.columns import chopped, pad, shortened, visible, wrapped
from pytest_zstack_ticket.report.text.translations import Translations

COLUMNS = 80
LABEL_COLUMNS = 10
MAX_LINES = 6
MAX_BODY = 250
QUERY_COLUMNS = 40
Finding = Mapping[str, Any]
Message = Mapping[str, Any]
_STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]")
_LONG_STRING = re.compile(r'"((?:[^"\\]|\\.){48,})"')


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingCards:
    """Writes cards in one language; `with_evidence` says that the evidence is kept, so that cards may refer to it."""

    translations: Translations
    lang: str
    with_evidence: bool

    def brief(self, finding: Finding, text: str) -> list[str]:
        """Write a finding in a few lines, as the message of a failed test."""
        return [
            *wrapped(self._say("card-brief", id=finding["requirement"], text=visible(text)), COLUMNS),
            *self._difference(finding),
            *self._request(finding["subject"]),
            *self._commands(finding),
        ]

    def full(self, finding: Finding, requirement: Mapping[str, Any]) -> list[str]:
        """Write everything that a terminal shows of a finding."""
        title = self._say(
            "card-title",
            id=finding["requirement"],
            level=self.translations.word(requirement["level"], self.lang),
            text=visible(requirement["text"][self.lang]),
        )
        consequence = requirement.get("consequence")
        return [
            *wrapped(title, COLUMNS),
            *self._difference(finding),
            *self._request(finding["subject"]),
            *self._at_once(finding),
            *self._answer("answer", finding["subject"]),
            *self._answer("sibling", finding["sibling"]),
            *(self._labelled("why", [consequence[self.lang]]) if consequence else ()),
            *self._repetition(finding),
            *self._commands(finding),
        ]

    def compact(self, finding: Finding, requirement: Mapping[str, Any], *, body_file: str = "") -> list[str]:
        """Write what decides a finding in at most 15 lines; `body_file` holds the body of its request."""
        consequence, why = requirement.get("consequence"), 1 if finding.get("irregular") else 2
        lines = [
            *self._labelled("expected", [self.translations.render_json(finding["expected"], self.lang)], most=2),
            *self._labelled("actual", [self._actual(finding)], most=2),
            *(self._labelled("edit", self._edited(finding["edit"], finding), most=2) if finding["edit"] else ()),
            *self._one_line("request", self._asked(finding["subject"])),
            *self._at_once(finding)[:2],
            *self._one_line("answer", self._answered(finding["subject"])),
            *self._one_line("sibling", self._answered(finding["sibling"])),
            *self._one_line("deciding", self._looked_up(finding.get("deciding"))),
            *(self._labelled("why", [consequence[self.lang]], most=why) if consequence else ()),
        ]
        curl = with_body_file(finding["curl"], body_file) if body_file else finding["curl"]
        return [*lines, *self._commands({**finding, "curl": curl})]

    def _at_once(self, finding: Finding) -> list[str]:
        """Write how many calls were sent at the same time, and what they came to."""
        messages = finding.get("at_once")
        if not messages:
            return []
        results = self._say("comma").join(results_of(messages))
        return self._labelled("at-once", [self._say("sent-at-once", count=len(messages), results=results)])

    def _actual(self, finding: Finding) -> str:
        text = self.translations.render_json(finding["actual"], self.lang)
        if finding["tried"] == 1:
            return text
        return self._say("with-note", name=text, note=self._say("seen", seen=finding["seen"], tried=finding["tried"]))

    def _asked(self, message: Message | None) -> str:
        """Write a request with its body on one line."""
        if message is None:
            return ""
        request = message["request"]
        return f"{request['method']} {request['path']} {self._brief_body(request['body'])}"

    def _answered(self, message: Message | None) -> str:
        if message is None:
            return ""
        if "failure" in message:
            kind = self.translations.word(message["failure"]["kind"], self.lang)
            return self._say("reason-line", word=kind, text=message["failure"]["detail"])
        return f"{message['answer']['status']} {self._brief_body(message['answer']['body'])}"

    def _looked_up(self, message: Message | None) -> str:
        """Write a query so that its answer is on the line too."""
        if message is None:
            return ""
        asked = shortened(visible(f"{message['request']['method']} {message['request']['path']}"), QUERY_COLUMNS)
        return f"{asked} -> {self._answered(message)}"

    def _one_line(self, label: str, text: str) -> list[str]:
        if not text:
            return []
        return [f"  {pad(self._say(label), LABEL_COLUMNS)}{shortened(visible(text), COLUMNS - LABEL_COLUMNS - 2)}"]

    @staticmethod
    def _brief_body(body: Json) -> str:
        if body is None:
            return ""
        text = body if isinstance(body, str) else str(body.get("cut") or body.get("base64"))
        return _LONG_STRING.sub(lambda found: f'"{found[1][:16]}…{found[1][-8:]}"', text)

    def _difference(self, finding: Finding) -> list[str]:
        """Write what was expected, what came, and the one edit with the value at its path in both siblings."""
        lines = [
            *self._labelled("expected", [self.translations.render_json(finding["expected"], self.lang)]),
            *self._labelled("actual", [self.translations.render_json(finding["actual"], self.lang)]),
        ]
        edit = finding["edit"]
        return [*lines, *self._labelled("edit", self._edited(edit, finding))] if edit else lines

    def _edited(self, edit: Mapping[str, Any], finding: Finding) -> list[str]:
        path = edit.get("path", "")
        name = self._say("with-note", name=edit["name"], note=edit["note"]) if edit.get("note") else edit["name"]
        lines = [self._say("reason-line", word=path, text=name) if path else name]
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
        return self._labelled(
            "request", [f"{request['method']} {request['path']}"], self._body(request["body"], message["exchange"])
        )

    def _answer(self, label: str, message: Message | None) -> list[str]:
        if message is None:
            return []
        if "failure" in message:
            failure = message["failure"]
            return self._labelled(
                label,
                [
                    self._say(
                        "reason-line", word=self.translations.word(failure["kind"], self.lang), text=failure["detail"]
                    )
                ],
            )
        answer = message["answer"]
        return self._labelled(label, [], self._body(answer["body"], message["exchange"], f"{answer['status']} "))

    def _repetition(self, finding: Finding) -> list[str]:
        if finding["tried"] == 1:
            return []
        return self._labelled("actual", [self._say("seen", seen=finding["seen"], tried=finding["tried"])])

    def _commands(self, finding: Finding) -> list[str]:
        """Write commands, never broken into lines: they are there to be copied."""
        rows = (("curl", at_once_command(finding, finding["curl"])), ("again", finding["regenerate"]))
        commands = [f"  {pad(self._say(label), LABEL_COLUMNS)}{visible(command)}" for label, command in rows if command]
        note = self._labelled("state", [self._say("irregular")]) if finding.get("irregular") else []
        stand_in = self._labelled("session", [self._say("stand-in")]) if has_stand_in(finding["curl"] or "") else []
        return [*note, *stand_in, *commands]

    def _labelled(
        self, label: str, paragraphs: Sequence[str], data: Sequence[str] = (), *, most: int = MAX_LINES
    ) -> list[str]:
        """Write text next to its label, wrapped below itself, of at most `most` lines; data is not broken at words."""
        columns = COLUMNS - LABEL_COLUMNS - 2
        lines = [line for text in paragraphs for line in wrapped(visible(text), columns)]
        if len(lines) > most:
            lines = [*lines[: most - 1], shortened(f"{lines[most - 1]} …", columns)]
        lines += [line for text in data for line in chopped(visible(text), columns)]
        shown = self._say(label)
        return [f"  {pad('' if index else shown, LABEL_COLUMNS)}{line}" for index, line in enumerate(lines)]

    def _body(self, body: Json, exchange: str, before: str = "") -> list[str]:
        """Write a body as text: long strings lose their middle, a long body its end, and a note says so."""
        if body is None:
            return [before] if before else []
        text = body if isinstance(body, str) else str(body.get("cut") or body.get("base64"))
        size = body["bytes"] if isinstance(body, dict) and "bytes" in body else len(text.encode("utf-8", "replace"))
        short = _LONG_STRING.sub(lambda found: f'"{found[1][:16]}…{found[1][-8:]}"', text)
        shown = short if len(short) <= MAX_BODY else f"{short[:MAX_BODY]}…"
        if shown == text and isinstance(body, str):
            return [before + text]
        return [before + shown, self._say("whole" if self.with_evidence else "size", bytes=size, exchange=exchange)]

    def _say(self, key: str, **parameters: object) -> str:
        return self.translations.say(key, self.lang, **parameters)


def value_at(message: Message | None, path: str) -> str | None:
    """Read the value at a path of a message's body as JSON text, None if there is none."""
    body = message["request"]["body"] if message else None
    try:
        value: Json = parse(body.encode()) if isinstance(body, str) else {}
        for name, index in _STEP.findall(path):
            value = value[int(index)] if index else value[name]
    except (ValueError, LookupError, TypeError):
        return None
    return json.dumps(value, ensure_ascii=False)
