"""Tell whether an answer says one thing and nothing else: an error may quote much that is not about its request."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pytest_zstack_ticket.api.foreign_answers import looks_like_page
from pytest_zstack_ticket.api.strict_json import decode
from pytest_zstack_ticket.model.exchange import Json, Response

NO_MAPPING = "no api mapping"
"""Begins what the API says of a path that it does not have (RestServer.java)."""
NO_DELETION = "No delete API"
NO_BACKEND = "RestAuthenticationType type: ZStack was not registered"
NO_SESSION_SENT = "missing header 'Authorization'"
_REST = r"(?: [a-z]+){0,4}[ :]*\S*"
"""What may follow a saying in the same sentence: a few words, and the path or the name that it is about."""


def says(answer: Response, saying: str) -> bool:
    """Return True if an answer says what `saying` begins: a text that begins so, or JSON with a text that is it alone.

    A page of a container or a front end has that anywhere.
    """
    value = decode(answer.body)
    if isinstance(value, dict):
        return any(re.fullmatch(re.escape(saying) + _REST, text.strip()) for text in _texts(value))
    text = value if isinstance(value, str) else answer.body.decode("utf-8", "replace")
    return saying in text if looks_like_page(answer.body) else text.lstrip("\ufeff \t\r\n").startswith(saying)


def _texts(value: dict[str, Json]) -> Iterable[str]:
    """Yield the texts of an object and of its `error`."""
    error = value.get("error")
    inner = error.values() if isinstance(error, dict) else ()
    return (text for text in (*value.values(), *inner) if isinstance(text, str))
