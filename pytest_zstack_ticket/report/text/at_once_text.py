"""Calls that were sent at the same time: how many, what each came to, and a command that sends them so again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from pytest_zstack_ticket.api.strict_json import Undecodable, decode

Message = Mapping[str, Any]
Finding = Mapping[str, Any]


def results_of(messages: Sequence[Message]) -> list[str]:
    """Write what calls came to, equal ones once with their number: `PUT 200 (3)`, `PUT 503 SYS.1006`."""
    counted = Counter(f"{one['request']['method']} {result_of(one)}" for one in messages)
    return [f"{text} ({count})" if count > 1 else text for text, count in counted.items()]


def result_of(message: Message) -> str:
    """Write the status that a call came to and the code of its error, or what kept it from an answer."""
    if "failure" in message:
        return str(message["failure"]["kind"])
    answer = message["answer"]
    return " ".join([str(answer["status"]), *_code(answer["body"])])


def _code(body: Any) -> list[str]:
    text = body.get("cut", "") if isinstance(body, Mapping) else body or ""
    value = decode(text.encode("utf-8", "surrogatepass"))
    error = None if isinstance(value, Undecodable) or not isinstance(value, dict) else value.get("error")
    code = error.get("code") if isinstance(error, dict) else None
    return [code] if isinstance(code, str) else []


def at_once_command(finding: Finding, curl: str) -> str:
    """Write a curl line so that a shell sends it as often at the same time; as it is where the calls differ."""
    messages = finding.get("at_once") or []
    asked = {(one["request"]["method"], one["request"]["path"]) for one in messages}
    if not curl or len(asked) != 1:
        return curl
    return f"for n in {' '.join(str(place + 1) for place in range(len(messages)))}; do {curl} & done; wait"
