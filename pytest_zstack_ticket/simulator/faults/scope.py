"""Which answers a fault touches: `create/success`, `create,change/failure`, `*/refusal`, or a row like `R3`."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import get_args

from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.simulator.calls.api_call import CallKind
from pytest_zstack_ticket.simulator.response import Answer, Role

GROUPS: dict[str, frozenset[str]] = {
    "refusal": frozenset({"failure", "text", "page"}),
    "result": frozenset({"success", "failure"}),
}
"""Words for several roles."""

_CALLS = frozenset(get_args(CallKind))
_ROLES = frozenset(get_args(Role))
_ROW = re.compile(r"R\d{1,2}")


@dataclass(frozen=True, slots=True)
class Scope:
    """Calls, roles and rows; an empty set means all. `polled`: only what a job's result is answered with."""

    calls: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    rows: frozenset[str] = frozenset()
    polled: bool = False

    def covers(self, answer: Answer) -> bool:
        """Tell whether an answer lies in the scope."""
        if self.rows:
            return answer.row in self.rows
        if self.polled and not answer.read:
            return False
        return (not self.calls or answer.call in self.calls) and (not self.roles or answer.role in self.roles)


ANYTHING = Scope()


def parse_scope(text: str) -> Scope:
    """Read a scope; raises SettingsError that lists what is near."""
    if text in ("", "*"):
        return ANYTHING
    words = text.split(",")
    if all(_ROW.fullmatch(word) for word in words):
        return Scope(rows=frozenset(words))
    polled, text = _is_polled(text)
    calls, _, roles = text.partition("/")
    return Scope(calls=_words(calls, _CALLS, "call"), roles=_roles(roles), polled=polled)


def _roles(text: str) -> frozenset[str]:
    named = _words(text, _ROLES | GROUPS.keys(), "role")
    return frozenset(role for word in named for role in GROUPS.get(word, {word}))


def _is_polled(text: str) -> tuple[bool, str]:
    """Take the word `polled` from the end: `create/success/polled`."""
    head = text.removesuffix("/polled")
    return head != text, head


def _words(text: str, known: frozenset[str], kind: str) -> frozenset[str]:
    if text in ("", "*"):
        return frozenset()
    words = frozenset(text.split(","))
    for word in sorted(words - known):
        near = ", ".join(difflib.get_close_matches(word, known, n=3)) or ", ".join(sorted(known))
        raise SettingsError(f"fault scope: {kind} {word!r} is unknown; near: {near}")
    return words
