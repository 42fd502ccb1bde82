"""Curl lines: they run, they carry every byte, they hold no session."""

import os
import subprocess
from pathlib import Path

import pytest

from pytest_zstack_ticket.model.exchange import Headers, Request
from pytest_zstack_ticket.report.curl import MAX_BODY_BYTES, curl_line, sent_body, with_body_file

BODIES = [
    b'{"a":1}',
    b'"text"',
    b"'quoted'",
    b"@file",
    b"",
    "名称 \u00e9".encode(),
    b"a\nb\r\n\tc",
    b"\x00\xff\xfe%s%%\\'\"$(id)`id`",
    bytes(range(256)),
    "\u202e\ud800".encode("utf-8", "surrogatepass"),
]
FAKE_CURL = """#!/bin/sh
for word; do
  case "$before" in
    --data-raw) printf %s "$word" > "$OUT/body";;
    --data-binary) cat > "$OUT/body";;
    -H) printf '%s\\n' "$word" >> "$OUT/headers";;
  esac
  before=$word
done
printf %s "$before" > "$OUT/url"
"""


def request(body: bytes | None, headers: Headers = (), path: str = "/v1/tickets") -> Request:
    return Request(method="POST", path=path, headers=headers, body=body)


def run(line: str, folder: Path) -> None:
    """Run a line with a curl that writes down what it was given."""
    fake = folder / "curl"
    fake.write_text(FAKE_CURL)
    fake.chmod(0o755)
    environment = {"PATH": f"{folder}:{os.environ['PATH']}", "OUT": str(folder), "ZSTACK_SESSION": "live"}
    subprocess.run(["/bin/sh", "-c", line], env=environment, check=True)


@pytest.mark.parametrize("body", BODIES)
def test_every_byte_of_a_body_survives_the_shell(body: bytes, tmp_path: Path):
    run(curl_line(request(body), "http://h:1/zstack"), tmp_path)
    assert (tmp_path / "body").read_bytes() == body


def test_our_session_comes_from_the_environment(tmp_path: Path):
    line = curl_line(request(b"{}", (("Authorization", "OAuth stand-in"),)), "http://h", ours={"OAuth stand-in"})
    assert "stand-in" not in line
    run(line, tmp_path)
    assert "Authorization: OAuth live" in (tmp_path / "headers").read_text().splitlines()


def test_another_session_is_kept_as_it_is():
    assert "'Authorization: OAuth other'" in curl_line(request(b"", (("Authorization", "OAuth other"),)), "http://h")


def test_headers_survive_whatever_they_hold(tmp_path: Path):
    headers = (("X-Odd", "a'b\"$HOME\t\u00e9"), ("X-Empty", ""), ("Content-Length", "9"), ("Host", "h"))
    run(curl_line(request(b"x", headers), "http://h"), tmp_path)
    document = (tmp_path / "headers").read_text("utf-8").splitlines()
    assert document == ["X-Odd: a'b\"$HOME\t\u00e9", "X-Empty;", "Content-Type:"]


def test_curl_adds_no_content_type_of_its_own():
    assert "-H Content-Type:" in curl_line(request(b"x"), "http://h")
    assert "-H Content-Type:" not in curl_line(request(None), "http://h")


def test_a_path_with_the_marks_of_a_pattern_is_sent_as_it_is(tmp_path: Path):
    run(curl_line(request(None, path="/v1/tickets?q=[a]{b}&c=d e"), "http://h"), tmp_path)
    assert (tmp_path / "url").read_text() == "http://h/v1/tickets?q=[a]{b}&c=d e"


def test_a_huge_body_is_left_to_the_evidence():
    line = curl_line(request(b"x" * (MAX_BODY_BYTES + 1)), "http://h")
    assert len(line) < 400
    assert str(MAX_BODY_BYTES + 1) in line


def test_a_content_type_of_the_request_is_kept(tmp_path: Path):
    run(curl_line(request(b"{}", (("content-type", "text/plain"),)), "http://h"), tmp_path)
    assert (tmp_path / "headers").read_text() == "content-type: text/plain\n"


def test_a_session_that_other_users_share_is_that_of_the_run():
    line = curl_line(
        request(None, (("Authorization", "OAuth same"),)),
        "http://h:1",
        ours=("OAuth same",),
        others={"OAuth same": "ZSTACK_APPROVER_SESSION", "OAuth theirs": "ZSTACK_STRANGER_SESSION"},
    )
    assert '"Authorization: OAuth $ZSTACK_SESSION"' in line


@pytest.mark.parametrize("body", [b'{"name": "it\'s"}', b"\x00\xff'\\%", "中文".encode(), b"a" * 9000])
def test_the_body_of_a_command_goes_to_a_file_and_stays_the_same(body: bytes):
    command = curl_line(Request(method="POST", path="/v1/tickets", body=body), "http://h", ours=())
    assert sent_body(command) == body
    short = with_body_file(command, "my report/requests/ZT-BODY-004.json")
    assert short.startswith("curl ")
    assert "--data-binary '@my report/requests/ZT-BODY-004.json' http://h/v1/tickets" in short


def test_a_command_without_a_body_or_with_one_that_is_left_out_stays():
    for request in (Request(method="GET", path="/"), Request(method="POST", path="/", body=b"x" * 200_000)):
        command = curl_line(request, "http://h", ours=())
        assert sent_body(command) is None
        assert with_body_file(command, "file") == command
