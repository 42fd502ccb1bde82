"""Lines of a record: whatever passes, each fits the schema, and nothing that passes ends the recording."""

import json
import random

from pytest_zstack_ticket.certify.witnessed import witnessed_to_json
from pytest_zstack_ticket.config.schema import first_defect
from pytest_zstack_ticket.witness.conversation import Conversation
from pytest_zstack_ticket.witness.recording import Recording

ASKED = (
    b"POST /zstack/v1/tickets HTTP/1.1\r\nHost: c\r\nAuthorization: OAuth abcdefabcdefabcd\r\nContent-Length: 2\r\n\r\n{}",
    b"PUT /zstack/v1/accounts/login HTTP/1.1\r\nHost: c\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    b"GET /\xff\xed\xa0\x80?q=\xc3\xa9 HTTP/1.1\r\nHost: c\r\nAuthorization: \xff\r\nConnection: close\r\n\r\n",
)
ANSWERED = (
    b'HTTP/1.1 200 OK\r\nContent-Length: 44\r\n\r\n{"inventory":{"uuid":"0123456789abcdef0123"}}',
    b"HTTP/1.1 204 No\r\n\r\n",
    b"HTTP/1.0 200 OK\r\nSet-Cookie: a=0123456789abcdef01; x\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b",
)


def damaged(draw: random.Random, text: bytes) -> bytes:
    """Change, remove and add a few bytes."""
    found = bytearray(text)
    for _ in range(draw.choice([0, 0, 1, 3, 8])):
        place = draw.randrange(len(found))
        how = draw.randrange(3)
        if how == 0:
            found[place] = draw.randrange(256)
        elif how == 1:
            del found[place : place + draw.randrange(1, 9)]
        else:
            found[place:place] = draw.randbytes(4)
        found = found or bytearray(b"x")
    return bytes(found)


def test_whatever_passes_becomes_a_line_that_fits_the_schema() -> None:
    draw, recording, lines = random.Random(5), Recording(), 0
    for _ in range(500):
        talk = Conversation(recording.learn)
        for step in range(draw.randrange(1, 5)):
            data = damaged(draw, draw.choice(ASKED if draw.random() < 0.5 else ANSWERED))
            (talk.asked if draw.random() < 0.5 else talk.answered)(data, float(step))
        talk.closed("client", 9.0)
        for one in talk.take_finished():
            line = json.loads(json.dumps(witnessed_to_json(recording.line(one))))
            assert first_defect("witness", line, definition="exchange") is None
            lines += 1
    assert lines > 200
