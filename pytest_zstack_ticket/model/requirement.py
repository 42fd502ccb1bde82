"""One numbered, testable statement about a target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Level: TypeAlias = Literal["must", "should", "may"]
Basis: TypeAlias = Literal["document", "platform", "sdk"]


FewReason: TypeAlias = Literal["harm", "one-form", "outside-input"]
"""Why few distinct inputs exist.

More of them could do harm: wrong passwords lock an account, approvals carry out what a ticket requests;
there is one form of the request; or what differs is what the digest of an input leaves out: who asks, when,
over which connection.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FewInputs:
    """How many distinct inputs a run at effort certify has at least, and why they are fewer than the floor."""

    most: int
    because: FewReason


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidingCheck:
    """A check that may decide a requirement, and the arguments that it may be asked with.

    `arguments` lists the values of each argument, `free` the arguments with any value, `optional` those that may be
    left out; no other argument is allowed. `rows` are patterns of the enumerated rows, empty for every input.
    """

    check: str
    arguments: dict[str, list[Any]]
    free: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """A row of `suites/<area>/requirements.toml`.

    `needs` are capabilities without which it is inapplicable, `after` the requirements that it stands on, `killed_by`
    fault expressions of the simulator of which each must make it fail. `profiles` limits it to some profiles
    (empty: all). `consequence` says what a real SDK client does when it is not met, `sdk` names the recorded responses
    that show it. A `late` one compares the end of a run with its start, so its tests come after all others.
    `few_inputs` states that fewer distinct inputs exist than the floor of an effort asks for, None if it asks that.
    `tests` is how many tests examine it, each parameter counted.
    `decided_by` are the only checks whose examples count for it; a requirement of one's own suite may leave it empty.
    """

    id: str
    area: str
    level: Level
    basis: Basis
    text: dict[str, str]
    source: str
    needs: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    killed_by: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    consequence: dict[str, str] | None = None
    sdk: tuple[str, ...] = ()
    not_tested: str = ""
    late: bool = False
    few_inputs: FewInputs | None = None
    tests: int = 1
    decided_by: tuple[DecidingCheck, ...] = ()
