"""Values that pytest shortens show no part of a secret."""

import pytest

from pytest_zstack_ticket.redaction.elisions import without_elisions

SECRET = "d98b131706ff4d4e9c642a25ad14f90a"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("assert 'd98b131706ff...42a25ad14f90a' == ''", "assert '…...…' == ''"),
        ("uuid='d98b131706ff...", "uuid='…..."),
        ("assert 'another one...of no secret' == ''", "assert 'another one...of no secret' == ''"),
        ("Bearer=d98b131...another", "Bearer=…...another"),
        ("no dots", "no dots"),
    ],
)
def test_an_elided_secret_is_hidden(text: str, shown: str):
    assert without_elisions(text, {SECRET: "session"}) == shown
