"""Headers signed with an access key: what is broken on purpose, and that the right signature then is a secret."""

from __future__ import annotations

import pytest

from pytest_zstack_ticket.api.auth import access_key_headers
from pytest_zstack_ticket.client.access_key import RIGHT, signed_headers
from pytest_zstack_ticket.model.settings import Credentials

KEY = Credentials(access_key_id="Key7", access_key_secret="a secret of the key")


def signed(alter: str) -> tuple[str, str, list[tuple[str, str]]]:
    """Return the signature that was sent, the right one for its date, and what was learned."""
    learned: list[tuple[str, str]] = []
    headers = dict(
        signed_headers(
            KEY,
            method="POST",
            path="/v1/tickets",
            shift=0.0,
            alter=alter,
            learn=lambda kind, secret: learned.append((kind, secret)),
        )
    )
    date = headers["Date"]
    right = dict(access_key_headers("Key7", KEY.access_key_secret, method="POST", path="/v1/tickets", date=date))
    return headers["Authorization"], right["Authorization"], learned


@pytest.mark.parametrize("alter", ["signature", "signature-end"])
def test_the_right_signature_is_a_secret_where_a_wrong_one_is_sent(alter: str) -> None:
    sent, right, learned = signed(alter)
    assert sent != right
    assert learned == [(RIGHT, right.partition(":")[2])]


def test_nothing_is_learned_of_a_right_signature() -> None:
    sent, right, learned = signed("")
    assert (sent, learned) == (right, [])


def test_the_id_in_another_case_is_the_only_difference() -> None:
    sent, right, _ = signed("key-case")
    assert sent == right.replace("Key7", "kEY7")
