"""The word per requirement and per run, with the examples that it was formed from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.model.outcome import Judgement, Phrase
from pytest_zstack_ticket.model.ticket import Edit

Verdict: TypeAlias = Literal["passed", "failed", "inconclusive", "error", "inapplicable", "untested"]

ROLL_UP: tuple[Verdict, ...] = ("error", "failed", "inconclusive", "passed", "untested", "inapplicable")
"""Worst first. A run that has only untested and inapplicable requirements did not pass: it is inconclusive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One generated input and what a check said of it.

    `roles` maps a role (`subject`, `sibling`, `again`, ...) to the ids of the exchanges that play it; together with
    `check` and `arguments` they are all that is needed to form `judgement` again. `input` tells what was sent from what
    other examples sent; it follows from the exchanges too.
    """

    requirement: str
    test: str
    check: str
    arguments: dict[str, Json]
    roles: dict[str, tuple[str, ...]]
    judgement: Judgement
    edit: Edit | None = None
    partition: str = ""
    input: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A fact recorded where the contract is open. `id` is stable (`create.answer-form`), `value` a plain JSON value."""

    id: str
    value: Json
    exchanges: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One violation with its evidence: the shrunk example, its valid sibling, and how to reproduce it.

    `seen` and `tried` are set when the example was repeated: it failed `seen` times of `tried`.
    """

    requirement: str
    example: Example
    expected: Phrase
    actual: Phrase
    signature: str
    curl: str
    regenerate: str = ""
    seen: int = 1
    tried: int = 1
