"""A CreateTicket body to send, and the one named edit that distinguishes it from its sibling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from pytest_zstack_ticket.model.exchange import Framing, Headers

EditKind: TypeAlias = Literal["mutation", "variation", "breakage"]
"""A mutation must be refused; a variation must not change the outcome; a breakage is below the body: bytes, headers,
method or path."""

JSON_UTF8 = "application/json;charset=UTF-8"
FRAMED = ("framing-", "kept-open-")
"""How the names of edits begin whose requests no HTTP client can write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One named edit of a draft.

    `name` is the class of the edit (`too-long`, `null`, `drop`, `type-number`, ...), `path` where it was made
    (`params.requests[0].apiName`, empty for the whole message), `fields` the field names that an error may rightly
    blame, `note` one phrase for people.
    """

    kind: EditKind
    name: str
    path: str = ""
    fields: tuple[str, ...] = ()
    note: str = ""

    @property
    def partition(self) -> str:
        """The class of input that this edit represents, such as `params.name/too-long`."""
        return f"{self.path}/{self.name}" if self.path else self.name

    @property
    def is_framed(self) -> bool:
        """True if its request is written as bytes that no HTTP client sends: nothing but its test can send it again."""
        return self.name.startswith(FRAMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A CreateTicket body, valid or not, as the exact bytes to send. `edit` is None for the calibration draft.

    `reading` is what those bytes mean as JSON in UTF-8, where they are written in another way.
    """

    body: bytes
    edit: Edit | None = None
    headers: Headers = (("Content-Type", JSON_UTF8),)
    reading: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A whole request that differs from a correct one by one breakage.

    `headers` replace the usual ones by name; a name in `without` is not sent at all. `reading` is what a lenient target
    reads out of a body that is not plain JSON in UTF-8.
    """

    edit: Edit
    method: str = "POST"
    path: str = "/v1/tickets"
    headers: Headers = (("Content-Type", JSON_UTF8),)
    without: tuple[str, ...] = ()
    body: bytes | None = None
    reading: bytes | None = None
    framing: Framing = ""
