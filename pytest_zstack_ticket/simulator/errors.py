"""How a call ends other than with its result: an error object, or a refusal below the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.simulator.error_messages import DESCRIPTIONS, Locale, localized
from pytest_zstack_ticket.simulator.variants import Variant

RefusalForm: TypeAlias = Literal["text", "page"]

ELABORATED: dict[str, tuple[str, str]] = {
    "ID.1000": ("错误的帐号或密码。", "Wrong account name or password."),
    "ID.1001": ("session 已过期，或者提供了不正确的 session id。", "Session expired or wrong session ID."),
}
"""Chinese and English sentence of the errors that the target's catalogue explains (conf/errorElaborations)."""
_DISTANCES: dict[str, dict[str, Json]] = {"wrong-user-login": {"distance": 0.09100316532748964}}
"""How far a text is from the one that the catalogue explains, by Jaro and Winkler, where it is another."""
_LOCATIONS = {"ID.1000": "LoginManagerImpl.java: process-login (location:2/2)"}
IDEAL_STATUS: dict[str, int] = {"ID.1000": 401, "ID.1001": 401, "ID.1002": 403, "SYS.1003": 404, "SYS.1007": 400}
"""Which status the documented variant gives an error code; 503 for every other."""


class ApiError(Exception):
    """A failure of the API itself: it becomes `{"error": {...}}`.

    `key` names a translated text, `details` is a fixed one.
    """

    def __init__(self, code: str, key: str = "", *arguments: object, details: str = "") -> None:
        super().__init__(code, key, arguments, details)
        self.code = code
        self.key = key
        self.arguments = arguments
        self.details = details

    @property
    def thrown(self) -> bool:
        """Whether it is an unforeseen exception."""
        return self.code == "SYS.1000"

    def text(self, locale: Locale) -> str:
        """Return the details in the given language, cut as the target cuts them (dossier 6.1)."""
        whole = self.details or localized(locale, self.key, *self.arguments)
        return whole if len(whole) < 4096 else whole[:4093] + "..."


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal(Exception):  # noqa: N818 - a word of the glossary
    """A row of the master table (dossier 4.1): plain text or a container page.

    `ideal` is the status of the documented variant, `row` the number in the table, `cookie` whether the API opened an
    HTTP session before.
    """

    row: str
    status: int
    text: str
    form: RefusalForm = "text"
    ideal: int = 400
    code: str = "SYS.1007"
    headers: tuple[tuple[str, str], ...] = ()
    cookie: bool = True


def error_tree(error: ApiError, variant: Variant, locale: Locale) -> dict[str, Json]:
    """Build the error object in declaration order; the documented variant shows the page's three fields only."""
    tree: dict[str, Json] = {
        "code": error.code,
        "description": DESCRIPTIONS[error.code],
        "details": error.text(locale),
    }
    if variant.documented:
        return tree
    if error.code in ELABORATED:
        chinese, english = ELABORATED[error.code]
        tree["elaboration"] = f"错误信息: {chinese}" if locale == "zh" else f"Error message: {english}"
        if error.code in _LOCATIONS and variant.integers and error.key != "wrong-user-login":
            tree["location"] = _LOCATIONS[error.code]
        if variant.ticket_types:
            tree["messages"] = _messages(error.code, chinese, english) | _DISTANCES.get(error.key, {})
    # an error that comes of an exception is not looked up in the catalogue
    if variant.ticket_types and not error.thrown:
        tree["cost"] = "0ms"
    if variant.modern_errors:
        tree |= {"message": tree["details"], "retryable": False, "httpStatus": 503}
    return tree


def _messages(code: str, chinese: str, english: str) -> dict[str, Json]:
    return {
        "code": code.partition(".")[2],
        "message_cn": chinese,
        "message_en": english,
        "source": "zstack",
        "distance": 0.0,
        "method": "distance",
    }
