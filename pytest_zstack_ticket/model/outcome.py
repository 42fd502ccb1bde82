"""What a call led to, once every exchange of its flow has been read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from pytest_zstack_ticket.model.exchange import Failure, Json


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence for people, as a catalogue key with parameters: rendered in either language by `report.text`."""

    key: str
    parameters: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, key: str, /, **parameters: object) -> Phrase:
        """Build a phrase; parameters are turned into text."""
        return cls(key, tuple((name, str(value)) for name, value in sorted(parameters.items())))


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The target reports success. `result` is the decoded body, `inventory` its inventory if there is one.

    `direct` is True when the first answer already was the result, False when it came from a job.
    """

    result: Json
    inventory: dict[str, Json] | None
    direct: bool
    status: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The target reports a failure in one of the forms that a real ZStack uses.

    `error` is the decoded error object when `form` is "error"; `text` is the body as text otherwise ("text" for
    plain text, "page" for HTML, "empty" for no body). "lost" is no decision of the target: it started a job whose row
    it could not save, and every poll says that there is no such job.
    """

    form: Literal["error", "text", "page", "empty", "lost"]
    status: int
    error: dict[str, Json] | None
    text: str
    direct: bool

    @property
    def code(self) -> str:
        """The error code, or an empty string."""
        return str(self.error.get("code", "")) if self.error else ""

    @property
    def details(self) -> str:
        """All human text of the refusal, for looking up field names."""
        if self.error is None:
            return self.text
        return " ".join(str(self.error.get(key, "")) for key in ("description", "details", "elaboration"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Malformed:
    """The answer is none of the forms that the profile allows.

    `leaning` says what it seems to mean all the same, so that a defect of form is not also counted as a wrong decision:
    a success with a broken inventory leans to "accepted", a failure with a broken error object to "refused".
    """

    reasons: tuple[Phrase, ...]
    leaning: Literal["accepted", "refused", "neither"]
    status: int
    direct: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """The job had not ended when polling stopped. Times in seconds; `promised` is the target's own apiTimeout."""

    waited: float
    promised: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """A request of the flow got no answer. `first` says whether it was the first request."""

    failure: Failure
    first: bool


Outcome: TypeAlias = Accepted | Refused | Malformed | Unfinished | Unanswered


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A difference between what the requirement asks for and what the target did.

    `because` names the requirements of which the same exchanges show a violation that would explain this one.
    """

    expected: Phrase
    actual: Phrase
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Undecided:
    """An example that says nothing about the requirement, and why."""

    reason: Phrase


Judgement: TypeAlias = Violation | Undecided | None
"""Judgement of a check on one example: violation, undecided, or None if it held."""
